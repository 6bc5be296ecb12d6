"""The generator is too small: it cannot learn a few samples by heart, told the right answers; a wider one can."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.evidence import Evidence

_RESIDUAL = 0.35
"""Share of the samples' variance that is not learned; 0.22 at most by usual networks, on waveforms of drums."""
_RATIO = 1.7
"""What is left over what a wider network leaves; 2.3 and more with one channel, 1.1 with two on waveforms."""


def _judge(evidence: Evidence) -> Ruling:
    probe = evidence.probes["generator_by_heart"]
    left, wider = float(probe["residual"]), float(probe.get("wider_residual", probe["residual"]))
    numbers = {
        "samples": float(probe["samples"]),
        "residual": left,
        "residual_limit": _RESIDUAL,
        "over_wider": left / max(wider, 1e-12),
        "over_wider_limit": _RATIO,
    }
    if left <= _RESIDUAL:
        return Ruling("fine", numbers)
    if left <= _RATIO * wider:
        return Ruling("fine", numbers, reason="a wider one leaves as much: they are hard to learn")
    return Ruling("found", numbers, "generator")


def _change(evidence: Evidence) -> Change | None:
    probe = evidence.probes["generator_by_heart"]
    return None if probe["own"] else {f"generator.{key}": value for key, value in probe["wider"].items()}


CAUSE = Cause(
    "generator-too-small",
    needs=("generator_by_heart",),
    judge=_judge,
    remedy="Give the generator more channels.",
    change=_change,
    explains=("mode-dropping", "mode-collapse", "critic-too-strong"),
)
