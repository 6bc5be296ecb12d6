"""Faults of configuration: `ganbaru.fit` with one setting off, beside the same training with the setting as it was."""

from collections.abc import Callable, Iterator
from typing import Any

from ganbaru.checkup.evidence import Evidence
from zoo.bases import BASES, Base, Settings, betas, both
from zoo.makers.fitting import curve, train
from zoo.specimen import Specimen

PROBES = ("curvature", "line", "critic_convergence", "critic_by_heart", "generator_by_heart")
"""The active probes that every training gets; that of the known domain takes too long for that."""


_BLIND = {"critic.kernel": 1, "critic.layers": 1}
_FAULTS: dict[str, list[tuple[str, Settings]]] = {
    "ring": [
        ("learning-rate-high", both(learning_rate=3e-2)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("penalty-too-large", {"constraint_strength": 200.0}),
        ("penalty-too-small", {"constraint_strength": 2e-6}),
        ("momentum-high", betas(0.98)),
        ("batch-too-small", {"batch": 2}),
        ("generator-too-small", {"generator.channels": 2, "generator.layers": 1}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1, "critic.fourier": 0}),
    ],
    "grid": [
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("learning-rate-low", both(learning_rate=5e-6)),
        ("penalty-too-large", {"constraint_strength": 500.0}),
        ("batch-too-small", {"batch": 3}),
        ("momentum-high", betas(0.99)),
        ("mode-collapse", {"objective": "ns-gan"}),
        ("mode-collapse.minimax", {"objective": "minimax", "constraint": "none"}),
        ("generator-too-small", {"generator.channels": 2, "generator.layers": 1}),
    ],
    "spiral": [
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("penalty-too-large", {"constraint_strength": 100.0}),
        ("critic-too-weak", {"noise": 20.0, "decay_start": 1.0}),
        ("critic-too-strong", {"constraint": "none", "critic.channels": 256, "critic.layers": 4, "n_critic": 2}),
        ("n-critic-high", {"n_critic": 40, "steps": 100, "record_every": 1}),
        ("generator-too-small", {"generator.channels": 1, "generator.layers": 1}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1, "critic.fourier": 0}),
    ],
    "lines": [
        ("vanishing-gradient", {"constraint": "none", "critic.channels": 256, "critic.layers": 4, "n_critic": 2}),
        ("learning-rate-low", both(learning_rate=3e-6)),
    ],
    "wide": [
        ("mode-dropping", {"objective": "ls-gan"}),
        ("mode-collapse", {"objective": "minimax", "constraint": "none"}),
        ("learning-rate-high", both(learning_rate=3e-2)),
        ("momentum-high", betas(0.98)),
        ("batch-too-small", {"batch": 2}),
    ],
    "gp": [
        ("penalty-too-large", {"constraint_strength": 3000.0}),
        ("penalty-too-small", {"constraint_strength": 1e-3}),
        ("n-critic-low", {"n_critic": 1}),
        ("n-critic-high", {"n_critic": 60, "steps": 35, "record_every": 1}),
        ("learning-rate-high", both(learning_rate=3e-2)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("momentum-high", betas(0.98)),
        ("batch-too-small", {"batch": 2}),
    ],
    "gp-grid": [
        ("penalty-too-large", {"constraint_strength": 1000.0}),
        ("penalty-too-small", {"constraint_strength": 1e-3}),
        ("n-critic-high", {"n_critic": 60, "steps": 35, "record_every": 1}),
        ("learning-rate-high.critic", {"critic.learning_rate": 1e-1}),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("momentum-high", betas(0.99)),
    ],
    "lp": [
        ("penalty-too-large", {"constraint_strength": 3000.0}),
        ("penalty-too-small", {"constraint_strength": 1e-3}),
        ("n-critic-low", {"n_critic": 1}),
        ("learning-rate-high", both(learning_rate=5e-2)),
    ],
    "clip": [
        ("clip-too-large", {"constraint_strength": 1.0}),
        ("clip-too-small", {"constraint_strength": 1e-4}),
        ("n-critic-low", {"n_critic": 1}),
        ("learning-rate-high", both(learning_rate=3e-2)),
        ("learning-rate-low", both(learning_rate=2e-6)),
        ("clip-saturation", {"critic.learning_rate": 2e-2}),
    ],
    "clip-ring": [
        ("clip-saturation", {"critic.learning_rate": 2e-2}),
        ("clip-too-large", {"constraint_strength": 2.0}),
        ("clip-too-small", {"constraint_strength": 3e-4}),
        ("n-critic-low", {"n_critic": 1}),
        ("n-critic-high", {"n_critic": 60, "steps": 35, "record_every": 1}),
        ("momentum-high", {**both(optimizer="adam"), **betas(0.98)}),
    ],
    "clip-lines": [
        ("clip-too-large", {"constraint_strength": 1.0}),
        ("clip-too-small", {"constraint_strength": 1e-4}),
        ("clip-saturation", {"critic.learning_rate": 2e-2}),
    ],
    "ns": [
        ("learning-rate-low", both(learning_rate=3e-6)),
        ("critic-too-strong", {"critic.channels": 256, "critic.layers": 4, "n_critic": 2}),
        ("critic-too-weak", {"noise": 20.0, "decay_start": 1.0}),
    ],
    "ls": [
        ("learning-rate-high", both(learning_rate=1e-1)),
        ("learning-rate-low", both(learning_rate=5e-6)),
    ],
    "r3": [
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("penalty-too-large", {"constraint_strength": 500.0}),
        ("mode-dropping", {"objective": "ns-gan"}),
        ("generator-too-small", {"generator.channels": 2, "generator.layers": 1}),
    ],
    "mel": [
        ("receptive-field-short", _BLIND),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1}),
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("penalty-too-large", {"constraint_strength": 5e4}),
        ("generator-too-small", {"generator.channels": 1}),
        ("critic-too-weak", {"noise": 20.0, "decay_start": 1.0}),
    ],
    "words": [
        ("receptive-field-short", {**_BLIND, "generator.kernel": 1, "generator.layers": 1}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1}),
        ("batch-too-small", {"batch": 2}),
        ("learning-rate-high", both(learning_rate=5e-2)),
    ],
    "pair": [
        ("receptive-field-short", _BLIND),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1}),
        ("generator-too-small", {"generator.channels": 1}),
        ("learning-rate-low", both(learning_rate=3e-6)),
        ("penalty-too-large", {"constraint_strength": 5e4}),
    ],
    "mag": [
        ("penalty-too-large", {"constraint_strength": 1e4}),
        ("penalty-too-small", {"constraint_strength": 1e-3}),
        ("learning-rate-low", both(learning_rate=3e-6)),
    ],
}


_OF_OTHER_PARTS: tuple[tuple[str, str, Settings, Settings], ...] = (
    ("gp", "loss-sign", {}, {"own": "Flipped"}),
    ("clip", "loss-sign", {}, {"own": "Flipped"}),
    ("spiral", "known-domain-failed", {}, {"own": "Blurred", "probes": (*PROBES, "known_domain")}),
    ("ring", "known-domain-failed", {}, {"own": "Blurred", "probes": (*PROBES, "known_domain")}),
    ("spiral", "critic-memorises", {"constraint": "none"}, {"train_count": 40}),
    ("ring", "critic-memorises", {"constraint_strength": 1e-4}, {"train_count": 40}),
    ("mel", "critic-memorises", {"constraint_strength": 0.05}, {"train_count": 24}),
    ("spiral", "source-memorised", {}, {"train_count": 8}),
    ("lines", "source-memorised", {}, {"train_count": 6}),
    ("mel", "source-memorised", {}, {"train_count": 6}),
)
"""Objectives of a user's own, and few training samples: base, cause, settings, what else is given."""
_CURVES = (
    ("spiral", (8, 16, 32, 64), "data-starved"),
    ("ns", (8, 16, 32, 64), "data-starved"),
    ("spiral", (2000, 6000, 20000, 60000), "data-saturated"),
    ("ns", (2000, 6000, 20000, 60000), "data-saturated"),
)
"""Base, numbers of training samples, what the curve over them says."""


def settings(base: Base, change: Settings, seed: int) -> dict[str, Any]:
    """All settings of a training."""
    named: dict[str, Any] = {"objective": base.objective, **both(learning_rate=base.rate), "seed": seed}
    if base.representation != "points":
        named["representation"] = base.representation
    return {**named, **base.settings, **change}


def specimen(
    base: Base,
    name: str,
    cause: str | None,
    change: Settings,
    seed: int = 1,
    maker: Callable[..., Evidence] = train,
    **more: Any,
) -> Specimen:
    """A training of a base with a change."""
    return Specimen(
        name=f"fit-{base.name}-{name}",
        kind="configuration",
        cause=cause,
        program="ganbaru.fit",
        world=base.world,
        architecture=base.architecture,
        objective=base.objective,
        representation=base.representation,
        maker=maker,
        recipe={
            "world": base.world,
            "seconds": base.seconds,
            "config": settings(base, change, seed),
            **({"probes": PROBES} if maker is train else {}),
            **more,
        },
        twin="" if cause is None else f"fit-{base.name}-healthy",
    )


def faults() -> Iterator[Specimen]:
    """Every fault of configuration."""
    for name, planted in _FAULTS.items():
        for fault, change in planted:
            yield specimen(BASES[name], fault, fault.partition(".")[0], change)
    for name, fault, change, more in _OF_OTHER_PARTS:
        yield specimen(BASES[name], fault, fault.partition(".")[0], change, **more)
    for name, counts, fault in _CURVES:
        yield specimen(BASES[name], fault, fault, {}, maker=curve, counts=counts)
