"""What the critic knows by heart, as the probe ``memory`` tells it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ganbaru.checkup.causes.telling import gaps
from ganbaru.checkup.evidence import Evidence

_LASTING = 0.75
"""Share of the records by which the sign of the scores is told."""


def told_apart(evidence: Evidence) -> tuple[float, float, float]:
    """How surely the critic tells training samples from held-out ones: area under the ROC curve, low and high end.

    An area above a half means that training samples are scored as the more real ones; of a critic whose signs are
    turned, all three are taken from the other side.
    """
    value, low, high = _three(evidence.probes["memory"]["train_held_out"])
    return (1 - value, 1 - high, 1 - low) if _is_turned(evidence) else (value, low, high)


def _is_turned(evidence: Evidence) -> bool:
    """Whether the critic scores real samples below generated ones.

    Told by those that it learned from. Held-out ones are below generated ones also where both networks know the
    training samples by heart: then they are told by only where nothing else is known.
    """
    probe, told = evidence.probes["memory"], gaps(evidence, _LASTING)
    if len(told):
        return bool(np.median(told) < 0)
    if "train" in probe and "generated" in probe:
        return bool(probe["train"]["mean"] < probe["generated"]["mean"])
    return _three(probe["held_out_generated"])[2] < 0.5


def _three(estimate: Mapping[str, Any]) -> tuple[float, float, float]:
    return float(estimate["value"]), float(estimate["low"]), float(estimate["high"])
