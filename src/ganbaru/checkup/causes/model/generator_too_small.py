"""The generator is too small: a wider one learns a few samples by heart, told the right answers, or a study says so."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.model.by_heart import HEARD, RATIO, RESIDUAL, generator_is_too_small
from ganbaru.checkup.causes.model.studied import recommended, weighed
from ganbaru.checkup.evidence import Evidence


def _judge(evidence: Evidence) -> Ruling:
    return weighed(evidence, "generator", generator_is_too_small, _by_heart)


def _by_heart(evidence: Evidence) -> Ruling:
    probe = evidence.probes["generator_by_heart"]
    left, wider = float(probe["residual"]), float(probe.get("wider_residual", probe["residual"]))
    numbers = {
        "samples": float(probe["samples"]),
        "residual": left,
        "residual_limit": RESIDUAL,
        "over_wider": left / max(wider, 1e-12),
        "over_wider_limit": RATIO,
    }
    if generator_is_too_small(evidence):
        return Ruling("found", numbers, "generator")
    return Ruling(
        "fine", numbers, reason="a wider one leaves as much: they are hard to learn" if left > RESIDUAL else ""
    )


def _change(evidence: Evidence) -> Change | None:
    if not generator_is_too_small(evidence):
        return recommended(evidence, "generator")
    probe = evidence.probes["generator_by_heart"]
    return None if probe["own"] else {f"generator.{key}": value for key, value in probe["wider"].items()}


CAUSE = Cause(
    "generator-too-small",
    needs=("generator_by_heart",),
    instead=("capacity_study", "updates"),
    judge=_judge,
    remedy="Give the generator more channels.",
    change=_change,
    explains=(
        "vanishing-gradient",
        "critic-too-strong",
        "oscillation",
        "mode-dropping",
        "mode-collapse",
        "dead-units",
        "late-degradation",
        *HEARD,
    ),
)
