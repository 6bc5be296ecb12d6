"""What a critic's loss holds besides its scores: a penalty, as it was told, and whether it does anything."""

import numpy as np

from ganbaru.checkup.causes.standing import WASSERSTEIN
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

PROMISE_ONE = ("gradient-penalty", "lipschitz-penalty")
_REST = 0.05
"""What such a loss holds besides, over its scores' difference, below which no penalty was told with it."""
STEEP = 4.0
"""Rise over run, where 1 is promised. A penalty of weight λ lets a critic that tells samples a distance w apart be as
steep as 1 + w / 2λ: on the calibration half 1.5 where learning went well, 2.4 where another fault keeps them apart, and
18 and more where nothing holds the critic."""
_OVER_OPTIMUM, _STEADY = 10.0, 3.0
"""Penalty beside the scores, as told, over what it is where the critic has the slope that minimises both, from which
it is no part of what is minimised; and the ratio of nine tenths and one tenth of late slopes up to which they stand:
those of a critic that too high a rate throws about do not."""


def takes_no_part(evidence: Evidence) -> dict[str, float]:
    """What tells that a penalty is told with the loss, and none of it sent back; nothing where it is, or unknown.

    Of a weight λ, a slope s and scores that rise by w where samples are a distance apart, λ(s − 1)² − sw is least where
    the penalty is (s − 1)w / 2.
    """
    if evidence.facts.get("constraint") not in PROMISE_ONE or evidence.lacks("lipschitz"):
        return {}
    slopes, told = evidence.series["lipschitz"].finite.part(0.75), beside_scores(evidence)
    steep = float(np.median(slopes)) if len(slopes) else 0.0
    if told is None or not steep > STEEP or np.quantile(slopes, 0.9) > _STEADY * np.quantile(slopes, 0.1):
        return {}
    optimum = (steep - 1) * max(abs(evidence.series["w1"].late()), 1e-12) / 2
    numbers = {"lipschitz": steep, "lipschitz_limit": STEEP}
    numbers |= {"penalty_over_optimum": told.late() / optimum, "penalty_over_optimum_limit": _OVER_OPTIMUM}
    return numbers if numbers["penalty_over_optimum"] > _OVER_OPTIMUM else {}


def beside_scores(evidence: Evidence) -> Series | None:
    """What a Wasserstein critic's loss holds besides the difference of its scores; None where nothing, or unknown."""
    if evidence.facts.get("objective") not in WASSERSTEIN or evidence.lacks("critic_loss") or evidence.lacks("w1"):
        return None
    loss, w1 = evidence.series["critic_loss"].finite, evidence.series["w1"].finite
    steps, mine, its = np.intersect1d(loss.steps, w1.steps, return_indices=True)
    rest = loss.values[mine] + w1.values[its]
    told = float(np.median(rest)) > _REST * float(np.median(np.abs(w1.values[its]))) if len(steps) else False
    return Series.of(steps, rest) if told else None
