"""What the critic knows by heart, as the probe ``memory`` tells it."""

from collections.abc import Mapping
from typing import Any

from ganbaru.checkup.evidence import Evidence


def told_apart(evidence: Evidence) -> tuple[float, float, float]:
    """How surely the critic tells training samples from held-out ones: area under the ROC curve, low and high end.

    An area above a half means that training samples are scored as the more real ones; where the critic scores real
    samples below generated ones, as one whose signs are turned does, all three are taken from the other side.
    """
    probe = evidence.probes["memory"]
    value, low, high = _three(probe["train_held_out"])
    if _three(probe["held_out_generated"])[2] < 0.5:
        return 1 - value, 1 - high, 1 - low
    return value, low, high


def _three(estimate: Mapping[str, Any]) -> tuple[float, float, float]:
    return float(estimate["value"]), float(estimate["low"]), float(estimate["high"])
