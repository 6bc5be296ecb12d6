"""Gradients grow without bound."""

import math

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.standing import by_harm
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_GROWN = 30.0
"""Late over early gradient; 1 to 10 in unbounded critics that learn well."""
_LARGE, _HUGE = 20.0, 1e6
"""Norm that goes with it, and one that is too large whatever it grew from; up to 10 where learning went well."""


def _judge(evidence: Evidence) -> Ruling:
    name = max(_networks(evidence), key=lambda each: _growth(evidence.series[f"{each}_gradient"]))
    series = evidence.series[f"{name}_gradient"]
    late, growth = series.late(), _growth(series)
    numbers = {f"{name}_gradient": late, "grown": growth, "grown_limit": _GROWN}
    if (growth < _GROWN or late < _LARGE) and not late > _HUGE:
        return Ruling("fine", numbers)
    since = series.since(lambda values: ~(values < _GROWN * series.early(0.1)))
    return by_harm(evidence, numbers, name, since=since)


def _networks(evidence: Evidence) -> list[str]:
    return [each for each in ("generator", "critic", "model") if not evidence.lacks(f"{each}_gradient")] or [
        "generator"
    ]


def _growth(series: Series) -> float:
    """Late over early norm; infinite where it stops being finite."""
    if len(series) and not np.isfinite(series.values[-max(1, len(series) // 20) :]).all():
        return math.inf
    return series.late() / max(series.early(0.1), 1e-12)


CAUSE = Cause(
    "exploding-gradient",
    needs=("generator_gradient",),
    judge=_judge,
    remedy="Bound the gradient's norm (gradient_clip=1) and constrain the critic by a penalty.",
    change=lambda evidence: {"gradient_clip": 1.0, **penalty(evidence)},
    explains=("divergence", "oscillation", "non-finite", "mode-collapse", "mode-dropping", "late-degradation"),
)
