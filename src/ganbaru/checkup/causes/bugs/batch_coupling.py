"""Samples of a batch influence each other's score under a penalty that takes them one by one.

Gulrajani et al. 2017, section 4: batch normalisation makes the critic's problem one of whole batches, for which a
penalty on the gradient at single samples is not valid. Without such a penalty it is healthy.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import SPOILS
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence

_PENALTIES = ("gradient-penalty", "lipschitz-penalty", "r1", "r1+r2")
_CHANGE = 0.01
"""Change of one score when the other samples do, in standard deviations of the scores; 1e-5 by rounding alone."""
_BY_OTHERS = 0.5
"""The same from which scores are as much of the others as of the sample, by whatever layer; 1.1 and more on the
calibration half by batch normalisation, 0.1 by a layer that only adds the batch's deviation to what is known of each
sample (Karras et al. 2018, section 3), with which games under a penalty went well."""
_OWN = 0.1
"""The same of what is left without the mean change of all: 0.0 by such a layer, which moves all scores alike and leaves
their slopes what they were, 0.4 and more by normalisation by hand, or by a layer that takes the batch for time."""


def _judge(evidence: Evidence) -> Ruling:
    if evidence.facts["constraint"] not in _PENALTIES:
        return Ruling("fine", reason="no penalty takes the samples one by one")
    if reason := evidence.lacks("coupling"):
        return Ruling("not-checked", reason=reason)
    seen = evidence.probes["coupling"]
    change = float(np.median([each["change"] for each in seen]))
    numbers = {"change": change, "change_limit": _CHANGE}
    if not change > _CHANGE:
        return Ruling("fine", numbers)
    owns = [each["own"] for each in seen if "own" in each]
    if owns:
        numbers |= {"own_change": float(np.median(owns)), "own_change_limit": _OWN}
    by_others = change >= _BY_OTHERS or numbers.get("own_change", 0.0) >= _OWN
    if not by_others and not any(each["batch_norm"] for each in seen):
        return Ruling("suspect", numbers, "critic", reason="scores depend on the batch, not by batch normalisation")
    return Ruling("found", numbers, "critic")


CAUSE = Cause(
    "batch-coupling",
    needs=("constraint",),
    when=is_game,
    judge=_judge,
    remedy="Take layer or instance normalisation, or none, instead of batch normalisation in the critic.",
    explains=SPOILS,
)
