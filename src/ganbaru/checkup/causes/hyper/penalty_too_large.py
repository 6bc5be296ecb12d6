"""The penalty's weight is too large: the critic obeys it and has nothing left to say.

A penalty that promises a slope of 1 leaves a critic that has that slope and the wrong sign: turned around it would have
the same penalty and a better estimate, and does not turn, for on the way the penalty would rise. One on the gradient
itself (r1) leaves a critic that sees the difference and may not say it: its scores are told apart by their own spread,
and hardly differ in the unit of the loss.
"""

import math

import numpy as np

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.hyper.settings import path
from ganbaru.checkup.causes.model.by_heart import critic_is_too_small
from ganbaru.checkup.causes.proved import is_apart
from ganbaru.checkup.causes.standing import WASSERSTEIN, is_game, standing
from ganbaru.checkup.causes.telling import gaps, parted
from ganbaru.checkup.evidence import Evidence

PROMISE_ONE = ("gradient-penalty", "lipschitz-penalty")
PENALTIES = (*PROMISE_ONE, "r1", "r1+r2")
_PUBLISHED = 10.0
"""Weight of Gulrajani et al. 2017, algorithm 1."""
_RIGHT = 0.4
"""Share of records with real above generated; 0.95 and more on the calibration half where learning went well."""
_SLOPE = (0.05, 1.5)
"""Between which the slope lies that such a penalty keeps."""
_UNSAID = 0.2
"""Distance of mean scores: a tenth in the chance that one is real, of 1 in hinge and least squares. Where learning is
done it is less too, and then no sample is far."""
_SEEN = 0.3
"""Distance of mean scores over their own deviation from which the critic sees the difference."""
_DOMINANT = 3.0
"""Weighted penalty over the distance of mean scores: at a critic's optimum 0.5, for there both grow alike."""

_MOVED = 0.1
"""All updates of the critic over the norm of its weights below which it has not begun to say anything."""


def penalised(evidence: Evidence) -> str:
    """Why a penalty is not judged; empty where there is one."""
    return is_game(evidence) or ("" if evidence.facts.get("constraint") in PENALTIES else "there is no penalty")


def _judge(evidence: Evidence) -> Ruling:
    if evidence.facts["constraint"] in PROMISE_ONE:
        numbers, bad = _obeys(evidence)
    elif evidence.facts.get("objective") in WASSERSTEIN:
        return Ruling("not-checked", reason="the scores of a Wasserstein critic have no unit to hold a penalty against")
    else:
        numbers, bad = _keeps_silent(evidence)
    if not bad:
        return Ruling("fine", numbers)
    if reason := _otherwise(evidence):
        return Ruling("fine", numbers, reason=reason)
    now = standing(evidence)
    measured = not evidence.lacks("penalty")  # without it the state is told by less, and takes more harm to prove
    if now is None or not (now.suffers or (measured and is_apart(now))):
        return Ruling("suspect", numbers, "critic", reason="no harm is seen")
    return Ruling("found", numbers | now.evidence, "critic")


def _otherwise(evidence: Evidence) -> str:
    """Why a critic says little, though no penalty keeps it from saying more; empty where nothing is known."""
    if critic_is_too_small(evidence):
        return "so small a critic says as little without a penalty"
    moved = math.inf if evidence.lacks("critic_update_ratio") else path(evidence, "critic")
    return "the critic has hardly moved yet" if moved < _MOVED else ""


def _obeys(evidence: Evidence) -> tuple[dict[str, float], bool]:
    """Of a penalty that promises a slope of 1: the slope is kept, and the estimate has the wrong sign."""
    steep, weight = evidence.series["lipschitz"].late(0.75), evidence.facts.get("constraint_strength")
    told = gaps(evidence, 0.75)
    right = float((told > 0).mean()) if len(told) else math.nan
    numbers = {"lipschitz": steep, "lipschitz_limit": _SLOPE[1], "right": right, "right_limit": _RIGHT}
    if weight is not None:
        numbers |= {"weight": float(weight), "weight_limit": _PUBLISHED}
    heavy = weight is None or float(weight) > _PUBLISHED
    return numbers, heavy and right < _RIGHT and _SLOPE[0] < steep < _SLOPE[1]


def _keeps_silent(evidence: Evidence) -> tuple[dict[str, float], bool]:
    """Of a penalty on the gradient itself: the scores hardly differ, and it is the penalty that keeps them."""
    told = gaps(evidence)
    said = abs(float(np.median(told))) if len(told) else math.nan
    numbers = {"said": said, "said_limit": _UNSAID}
    if not evidence.lacks("penalty"):
        numbers |= {"penalty_over_said": evidence.series["penalty"].late() / max(said, 1e-12)}
        numbers |= {"penalty_over_said_limit": _DOMINANT}
        return numbers, said < _UNSAID and numbers["penalty_over_said"] > _DOMINANT
    seen = parted(evidence)
    numbers |= {"seen": seen, "seen_limit": _SEEN}
    return numbers, said < _UNSAID and seen > _SEEN


def weaker(evidence: Evidence, factor: float) -> Change | None:
    """The settings with the penalty's weight times a factor; None where it is not known."""
    weight = evidence.facts.get("constraint_strength")
    return None if weight is None else {"constraint_strength": factor * float(weight)}


CAUSE = Cause(
    "penalty-too-large",
    needs=("lipschitz", "real_score_mean", "fake_score_mean", "constraint"),
    when=penalised,
    judge=_judge,
    remedy="Lower the penalty's weight to a tenth.",
    change=lambda evidence: weaker(evidence, 0.1),
    explains=(
        "critic-too-weak",
        "vanishing-gradient",
        "divergence",
        "mode-dropping",
        "mode-collapse",
        "oscillation",
        "exploding-gradient",
        "late-degradation",
        "n-critic-low",
    ),
)
