"""The penalty's weight is too small: the critic is far steeper than it should be, or the penalty takes no part."""

import math

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.beside import PROMISE_ONE, takes_no_part
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.hyper.penalty_too_large import penalised, weaker
from ganbaru.checkup.causes.model.by_heart import generator_is_too_small
from ganbaru.checkup.causes.proved import is_apart
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.causes.telling import gaps
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence

_STEEP, _STEEP_UNPROMISED = 4.0, 8.0
"""Rise of the score over the distance of two samples, late: where a slope of 1 is promised, as of `not-lipschitz`;
elsewhere 3 on the calibration half where learning went well."""
_PART = 0.002
"""Weighted penalty over the distance of the mean scores: 0.5 at the optimum of a critic that says little, less the more
it says; 0.04 and more on the calibration half where learning went well, 0.01 where the generator is too small."""
_USUAL = 0.3
"""Weight over the usual one for such data from which it is not too small."""


def _judge(evidence: Evidence) -> Ruling:
    promised = evidence.facts["constraint"] in PROMISE_ONE
    limit = _STEEP if promised else _STEEP_UNPROMISED
    slopes, part = evidence.series["lipschitz"], math.nan if promised else _part(evidence)
    steep = max(slopes.late(), slopes.late(0.5)) if promised else slopes.late()  # what is not held rises and falls
    numbers = {"lipschitz": steep, "lipschitz_limit": limit}
    numbers |= {} if math.isnan(part) else {"penalty_over_said": part, "penalty_over_said_limit": _PART}
    idle = part < _PART
    if not (steep > limit or idle):
        return Ruling("fine", numbers)
    if reason := _otherwise(evidence):
        return Ruling("fine", numbers, reason=reason)
    now = standing(evidence)
    if now is None or not (now.suffers or ((promised or idle) and is_apart(now))):
        return Ruling("suspect", numbers, "critic", reason="no harm is seen yet")
    since = slopes.since(lambda values: values > limit)
    if late_degradation.begins(evidence, since):
        return Ruling("suspect", numbers, "critic", since=since, reason="it grew steep after it had been good")
    return Ruling("found", numbers | now.evidence, "critic", since=since)


def _part(evidence: Evidence) -> float:
    """How much of what the critic says the penalty takes; NaN where it was not recorded."""
    said = gaps(evidence)
    if evidence.lacks("penalty") or not len(said):
        return math.nan
    return evidence.series["penalty"].late() / max(abs(float(np.median(said))), 1e-12)


def _otherwise(evidence: Evidence) -> str:
    """Why a critic is steep under a penalty although its weight is not too small."""
    if evidence.facts["constraint"] in PROMISE_ONE:
        return "its weight is not small, and none of it is sent back" if takes_no_part(evidence) else ""
    weight, usual = evidence.facts.get("constraint_strength"), penalty(evidence).get("constraint_strength")
    if weight is not None and usual is not None and float(weight) > _USUAL * float(usual):
        return f"a weight of {float(weight):.3g} is as usual"
    return "what so small a generator makes is told from afar" if generator_is_too_small(evidence) else ""


CAUSE = Cause(
    "penalty-too-small",
    needs=("lipschitz", "constraint"),
    when=penalised,
    judge=_judge,
    remedy="Raise the penalty's weight tenfold, or to what is usual where that is more, and see to it that the penalty "
    "is in the loss that is sent back.",
    change=lambda evidence: weaker(evidence, 10.0),
    explains=(
        "not-lipschitz",
        "exploding-gradient",
        "critic-too-strong",
        "oscillation",
        "divergence",
        "mode-collapse",
        "mode-dropping",
        "late-degradation",
    ),
)
