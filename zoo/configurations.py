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
_AHEAD = {"critic.learning_rate": 4e-3, "n_critic": 14}
"""A critic so far ahead of the generator that its weights go to the clip's bound and stay there."""
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
        ("mode-collapse.minimax", {"objective": "minimax", "constraint": "none", "generator.learning_rate": 5e-3}),
        ("generator-too-small", {"generator.channels": 2, "generator.layers": 1}),
    ],
    "spiral": [
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("penalty-too-large", {"constraint_strength": 100.0}),
        ("critic-too-weak", {"noise": 20.0, "decay_start": 1.0}),
        ("mode-dropping", {"constraint": "none", "critic.channels": 256, "critic.layers": 4, "n_critic": 2}),
        ("n-critic-high", {"n_critic": 40, "steps": 100, "record_every": 1}),
        ("generator-too-small", {"generator.channels": 1, "generator.layers": 1}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1, "critic.fourier": 0}),
    ],
    "lines": [
        ("learning-rate-low", both(learning_rate=3e-6)),
    ],
    "wide": [
        ("mode-dropping", {"objective": "ns-gan", "constraint": "none", "generator.learning_rate": 3e-3}),
        ("mode-collapse", {"objective": "ns-gan", "constraint": "none", "generator.learning_rate": 1e-2}),
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
        ("penalty-too-small", {"constraint_strength": 1e-6}),
        ("n-critic-low", {"n_critic": 1}),
        ("learning-rate-high", both(learning_rate=5e-2)),
    ],
    "clip": [
        ("clip-too-large", {"constraint_strength": 1.0}),
        ("clip-too-small", {"constraint_strength": 1e-4}),
        ("n-critic-low", {"n_critic": 1}),
        ("learning-rate-high", both(learning_rate=3e-2)),
        ("learning-rate-low", both(learning_rate=2e-6)),
        ("clip-saturation", _AHEAD),
    ],
    "clip-ring": [
        ("clip-saturation", _AHEAD),
        ("clip-too-large", {"constraint_strength": 2.0}),
        ("clip-too-small", {"constraint_strength": 3e-4}),
        ("n-critic-low", {"n_critic": 1}),
        ("n-critic-high", {"n_critic": 60, "steps": 35, "record_every": 1}),
        ("momentum-high", {**both(optimizer="adam"), **betas(0.98)}),
    ],
    "clip-lines": [
        ("clip-too-large", {"constraint_strength": 1.0}),
        ("clip-too-small", {"constraint_strength": 1e-4}),
        ("clip-saturation", {**_AHEAD, "generator.learning_rate": 5e-5}),
    ],
    "ns": [
        ("learning-rate-low", both(learning_rate=3e-6)),
        ("mode-dropping", {"critic.channels": 256, "critic.layers": 4, "n_critic": 2}),
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
    "lp-spiral": [
        ("learning-rate-high", both(learning_rate=2e-1)),
        ("learning-rate-high.critic", {"critic.learning_rate": 1e-1}),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("learning-rate-low.tenth", both(learning_rate=1e-4)),
        ("penalty-too-large", {"constraint_strength": 1e4}),
        ("penalty-too-small", {"constraint_strength": 1e-4}),
        ("momentum-high", betas(0.98)),
        ("batch-too-small", {"batch": 2}),
    ],
    "hinge-r1": [
        ("learning-rate-high", both(learning_rate=3e-2)),
        ("learning-rate-high.generator", {"generator.learning_rate": 1e-1}),
        ("learning-rate-low.generator", {"generator.learning_rate": 1e-5}),
        ("penalty-too-large", {"constraint_strength": 50.0}),
        ("penalty-too-large.far", {"constraint_strength": 1000.0}),
        ("batch-too-small", {"batch": 2}),
        ("generator-too-small", {"generator.channels": 2, "generator.layers": 1}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1, "critic.fourier": 0}),
    ],
    "ls-sn": [
        ("learning-rate-high", both(learning_rate=1e-1)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("learning-rate-low.critic", {"critic.learning_rate": 1e-5}),
        ("momentum-high", betas(0.98)),
        ("batch-too-small", {"batch": 2}),
        ("batch-too-small.four", {"batch": 4}),
        ("generator-too-small", {"generator.channels": 1, "generator.layers": 1}),
    ],
    "mm-gp": [
        ("learning-rate-high", both(learning_rate=3e-2)),
        ("learning-rate-low", both(learning_rate=1e-6)),
        ("penalty-too-large", {"constraint_strength": 30.0}),
        ("penalty-too-large.far", {"constraint_strength": 1000.0}),
        ("momentum-high", {**both(optimizer="adam"), **betas(0.98)}),
        ("batch-too-small", {"batch": 2}),
        ("n-critic-high", {"n_critic": 40, "steps": 40, "record_every": 1}),
    ],
    "r1r2": [
        ("learning-rate-high.critic", {"critic.learning_rate": 1e-1}),
        ("learning-rate-low", both(learning_rate=1e-4)),
        ("learning-rate-low.far", both(learning_rate=1e-5)),
        ("penalty-too-large", {"constraint_strength": 10.0}),
        ("penalty-too-large.far", {"constraint_strength": 300.0}),
        ("penalty-too-small", {"constraint_strength": 1e-6}),
        ("momentum-high", betas(0.9)),
        ("momentum-high.far", betas(0.98)),
    ],
    "free": [
        ("learning-rate-high", both(learning_rate=3e-2)),
        ("learning-rate-low.generator", {"generator.learning_rate": 1e-6}),
        ("momentum-high", betas(0.9)),
        ("momentum-high.far", betas(0.98)),
        ("batch-too-small", {"batch": 2}),
        ("generator-too-small", {"generator.channels": 1, "generator.layers": 1}),
        ("critic-too-weak", {"noise": 20.0, "decay_start": 1.0}),
    ],
    "w-sn": [
        ("learning-rate-high", both(learning_rate=1e-1)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("learning-rate-low.critic", {"critic.learning_rate": 1e-6}),
        ("momentum-high", betas(0.98)),
        ("generator-too-small", {"generator.channels": 1, "generator.layers": 1}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1, "critic.fourier": 0}),
    ],
    "sgd": [
        ("learning-rate-high", both(learning_rate=5e-1)),
        ("learning-rate-low", both(learning_rate=5e-3)),
        ("learning-rate-low.far", both(learning_rate=5e-4)),
        ("penalty-too-large", {"constraint_strength": 10.0}),
        ("batch-too-small", {"batch": 2}),
        ("momentum-high", both(optimizer_options={"momentum": 0.95})),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1, "critic.fourier": 0}),
    ],
    "mel": [
        ("critic-too-strong", {"constraint": "none", "n_critic": 5}),
        ("receptive-field-short", _BLIND),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1}),
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("penalty-too-large", {"constraint_strength": 5e4}),
        ("generator-too-small", {"generator.channels": 1}),
        ("critic-too-weak", {"noise": 20.0, "decay_start": 1.0}),
    ],
    "words": [
        ("critic-too-strong", {"constraint": "none", "n_critic": 5}),
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
    "raw": [
        ("learning-rate-high", both(learning_rate=3e-1)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("penalty-too-large", {"constraint_strength": 1e4}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1}),
        ("generator-too-small", {"generator.channels": 1}),
        ("momentum-high", betas(0.98)),
    ],
    "raw-words": [
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("learning-rate-high.critic", {"critic.learning_rate": 1e-1}),
        ("penalty-too-large", {"constraint_strength": 1e4}),
        ("learning-rate-high", both(learning_rate=1e-1)),
        ("momentum-high", betas(0.98)),
    ],
    "labelled": [
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("penalty-too-large", {"constraint_strength": 5e3}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1}),
        ("generator-too-small", {"generator.channels": 1}),
        ("batch-too-small", {"batch": 2}),
    ],
    "phases": [
        ("learning-rate-high.generator", {"generator.learning_rate": 1e-1}),
        ("learning-rate-low.generator", {"generator.learning_rate": 1e-5}),
        ("penalty-too-large", {"constraint_strength": 5e4}),
        ("critic-too-strong", {"constraint": "none", "n_critic": 5}),
        ("momentum-high", betas(0.98)),
        ("receptive-field-short", {**_BLIND, "generator.kernel": 1, "generator.layers": 1}),
    ],
    "seven": [
        ("learning-rate-high", both(learning_rate=4e-2)),
        ("learning-rate-low", both(learning_rate=1e-4)),
        ("penalty-too-large", {"constraint_strength": 5.0}),
        ("momentum-high", both(optimizer_options={"betas": [0.9, 0.99], "weight_decay": 1e-3})),
        ("batch-too-small", {"batch": 3}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1, "critic.fourier": 0}),
        ("generator-too-small", {"generator.channels": 2, "generator.layers": 1}),
    ],
    "square": [
        ("learning-rate-high.critic", {"critic.learning_rate": 8e-2}),
        ("learning-rate-low", both(learning_rate=1e-4)),
        ("penalty-too-large", {"constraint_strength": 200.0}),
        ("n-critic-low", {"n_critic": 1}),
        ("n-critic-high", {"n_critic": 50, "steps": 28, "record_every": 1}),
        ("batch-too-small", {"batch": 2}),
    ],
    "coil": [
        ("learning-rate-high", both(learning_rate=3e-2)),
        ("learning-rate-low.generator", {"generator.learning_rate": 1e-5}),
        ("penalty-too-large", {"constraint_strength": 100.0}),
        ("momentum-high", betas(0.95)),
        ("generator-too-small", {"generator.channels": 1, "generator.layers": 1}),
    ],
    "clip-four": [
        ("clip-too-large", {"constraint_strength": 1.0}),
        ("clip-too-small", {"constraint_strength": 3e-3}),
        ("clip-saturation", _AHEAD),
        ("momentum-high", {**both(optimizer="adam"), **betas(0.95)}),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("learning-rate-high", both(learning_rate=2e-2)),
    ],
    "two": [
        ("learning-rate-high", both(learning_rate=1e-2)),
        ("learning-rate-low", both(learning_rate=5e-5)),
        ("penalty-too-large", {"constraint_strength": 30.0}),
        ("mode-collapse", {"constraint": "none", "generator.learning_rate": 1e-2}),
        ("critic-too-weak", {"noise": 20.0, "decay_start": 1.0}),
        ("batch-too-small", {"batch": 2}),
    ],
    "sides": [
        ("learning-rate-high", both(learning_rate=4e-2)),
        ("learning-rate-low", both(learning_rate=2e-5)),
        ("penalty-too-large", {"constraint_strength": 3e4}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1}),
        ("critic-too-strong", {"constraint": "none", "n_critic": 5}),
        ("batch-too-small", {"batch": 2}),
    ],
    "lift": [
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("learning-rate-low.generator", {"generator.learning_rate": 1e-5}),
        ("penalty-too-large", {"constraint_strength": 1e6}),
        ("n-critic-high", {"n_critic": 30, "steps": 16, "record_every": 1}),
        ("generator-too-small", {"generator.channels": 1}),
    ],
    "colours": [
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("penalty-too-large", {"constraint_strength": 2e4}),
        ("momentum-high", betas(0.97)),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1}),
        ("generator-too-small", {"generator.channels": 1}),
    ],
    "greet": [
        ("learning-rate-high", both(learning_rate=1e-1)),
        ("learning-rate-low.generator", {"generator.learning_rate": 1e-5}),
        ("momentum-high", betas(0.98)),
        ("penalty-too-large", {"constraint_strength": 3e3}),
    ],
    "taps": [
        ("learning-rate-high", both(learning_rate=1e-1)),
        ("learning-rate-low", both(learning_rate=2e-5)),
        ("penalty-too-large", {"constraint_strength": 3e4}),
        ("critic-too-weak", {"noise": 20.0, "decay_start": 1.0}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1}),
    ],
    "numbers": [
        ("learning-rate-high.generator", {"generator.learning_rate": 2e-1}),
        ("learning-rate-low", both(learning_rate=4e-5)),
        ("penalty-too-large", {"constraint_strength": 1e4}),
        ("penalty-too-small", {"constraint_strength": 1e-4}),
        ("momentum-high", betas(0.97)),
        ("batch-too-small", {"batch": 2}),
    ],
    "sky": [
        ("clip-too-large", {"constraint_strength": 3.0}),
        ("learning-rate-low", both(learning_rate=1e-5)),
    ],
    "switch": [
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("learning-rate-low.critic", {"critic.learning_rate": 1e-6}),
        ("penalty-too-large", {"constraint_strength": 3e4}),
        ("critic-too-strong", {"constraint": "none", "n_critic": 5}),
        ("generator-too-small", {"generator.channels": 1}),
    ],
    "nine": [
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("learning-rate-low", both(learning_rate=1e-5)),
        ("penalty-too-large", {"constraint_strength": 100.0}),
        ("momentum-high", betas(0.98)),
        ("batch-too-small", {"batch": 2}),
        ("mode-collapse", {"objective": "ns-gan", "constraint": "none", "generator.learning_rate": 1e-2}),
        ("critic-too-small", {"critic.channels": 1, "critic.layers": 1, "critic.fourier": 0}),
    ],
    "squares": [
        ("learning-rate-high", both(learning_rate=5e-2)),
        ("learning-rate-low", both(learning_rate=1e-4)),
        ("penalty-too-large", {"constraint_strength": 100.0}),
        ("generator-too-small", {"generator.channels": 1, "generator.layers": 1}),
        ("critic-too-weak", {"noise": 20.0, "decay_start": 1.0}),
    ],
}


_OF_OTHER_PARTS: tuple[tuple[str, str, Settings, Settings], ...] = (
    ("gp", "loss-sign", {}, {"own": "Flipped"}),
    ("clip", "loss-sign", {}, {"own": "Flipped"}),
    ("spiral", "known-domain-failed", {}, {"own": "Blurred", "probes": (*PROBES, "known_domain")}),
    ("ring", "known-domain-failed", {}, {"own": "Blurred", "probes": (*PROBES, "known_domain")}),
    ("free", "known-domain-failed", {}, {"own": "Blurred", "probes": (*PROBES, "known_domain")}),
    ("free", "critic-memorises", {}, {"train_count": 40}),
    ("r1r2", "critic-memorises", {"constraint": "none"}, {"train_count": 40}),
    ("labelled", "critic-memorises", {"constraint_strength": 0.02}, {"train_count": 24}),
    ("r1r2", "source-memorised", {}, {"train_count": 24}),
    ("labelled", "source-memorised", {}, {"train_count": 24}),
    ("spiral", "critic-memorises", {"constraint": "none"}, {"train_count": 40}),
    ("r3", "critic-memorises", {"constraint": "none"}, {"train_count": 40}),
    ("mel", "critic-memorises", {"constraint_strength": 0.05}, {"train_count": 24}),
    ("spiral", "vanishing-gradient", {}, {"own": "Saturated"}),
    ("lines", "vanishing-gradient", {}, {"own": "Saturated"}),
    ("spiral", "source-memorised", {}, {"train_count": 24}),
    ("lines", "critic-memorises", {}, {"train_count": 24}),
    ("r3", "source-memorised", {}, {"train_count": 24}),
    ("mel", "source-memorised", {}, {"train_count": 24}),
    ("square", "loss-sign", {}, {"own": "Flipped"}),
    ("lift", "loss-sign", {}, {"own": "Flipped"}),
    ("seven", "vanishing-gradient", {}, {"own": "Saturated"}),
    ("switch", "vanishing-gradient", {}, {"own": "Saturated"}),
    ("two", "known-domain-failed", {}, {"own": "Blurred", "probes": (*PROBES, "known_domain")}),
    ("coil", "critic-memorises", {"constraint": "none"}, {"train_count": 40}),
    ("sides", "critic-memorises", {"constraint_strength": 0.03}, {"train_count": 24}),
    ("seven", "source-memorised", {}, {"train_count": 24}),
    ("nine", "critic-memorises", {"constraint": "none"}, {"train_count": 36}),
    ("nine", "source-memorised", {}, {"train_count": 24}),
    ("squares", "known-domain-failed", {}, {"own": "Blurred", "probes": (*PROBES, "known_domain")}),
    ("squares", "vanishing-gradient", {}, {"own": "Saturated"}),
)
"""Objectives of a user's own, and few training samples: base, cause, settings, what else is given."""
_CURVES = (
    ("spiral", (8, 16, 32, 64), "data-starved"),
    ("ns", (8, 16, 32, 64), "data-starved"),
    ("r1r2", (8, 16, 32, 64), "data-starved"),
    ("free", (8, 16, 32, 64), "data-starved"),
    ("r1r2", (2000, 6000, 20000, 60000), "data-saturated"),
    ("free", (2000, 6000, 20000, 60000), "data-saturated"),
    ("spiral", (2000, 6000, 20000, 60000), "data-saturated"),
    ("ns", (2000, 6000, 20000, 60000), "data-saturated"),
    ("seven", (8, 16, 32, 64), "data-starved"),
    ("two", (8, 16, 32, 64), "data-starved"),
    ("coil", (2000, 6000, 20000, 60000), "data-saturated"),
    ("seven", (2000, 6000, 20000, 60000), "data-saturated"),
    ("squares", (8, 16, 32, 64), "data-starved"),
    ("nine", (2000, 6000, 20000, 60000), "data-saturated"),
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
    by_code: bool = False,
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
        by_code=by_code,
    )


def faults() -> Iterator[Specimen]:
    """Every fault of configuration."""
    for name, planted in _FAULTS.items():
        for fault, change in planted:
            yield specimen(BASES[name], fault, fault.partition(".")[0], change)
    for name, fault, change, more in _OF_OTHER_PARTS:
        yield specimen(BASES[name], fault, fault.partition(".")[0], change, **more)
    for name, counts, fault in _CURVES:
        yield specimen(BASES[name], fault, fault, {}, maker=curve, by_code=True, counts=counts)
