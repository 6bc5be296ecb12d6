"""The penalty's weight is too large: the critic obeys it and has nothing left to say.

A penalty that promises a slope of 1 leaves a critic that has that slope and the wrong sign: turned around it would have
the same penalty and a better estimate, and does not turn, for on the way the penalty would rise. One on the gradient
itself (r1) leaves a critic that sees the difference and may not say it: its scores are told apart by their own spread,
and hardly differ in the unit of the loss.
"""

import math

import numpy as np

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.beside import PROMISE_ONE, beside_scores, takes_no_part
from ganbaru.checkup.causes.hyper.settings import path
from ganbaru.checkup.causes.model.by_heart import critic_is_too_small, handful
from ganbaru.checkup.causes.model.receptive_field_short import is_blind
from ganbaru.checkup.causes.proved import is_apart
from ganbaru.checkup.causes.standing import WASSERSTEIN, is_game, standing
from ganbaru.checkup.causes.telling import gaps, parted, unseen
from ganbaru.checkup.causes.usual import towards, usual_strength
from ganbaru.checkup.evidence import Evidence

PENALTIES = (*PROMISE_ONE, "r1", "r1+r2")
_PUBLISHED = 10.0
"""Weight of Gulrajani et al. 2017, algorithm 1."""
_RIGHT, _SURE = 0.5, 0.85
"""Shares of records with real above generated below which its sign is wrong, and above which it is right; 0.9 and more
on the calibration half where learning went well."""
_RIGHT_AWAY = 0.7
"""Share below which its sign is wrong where samples are farther off than untrained ones: it drives them to and fro."""
_MUTED, _MUTED_HEAVY = 0.4, 0.6
"""Slope of a critic that has the right sign and may not say so, where the weight is not known and where it is heavy: at
its optimum it has a slope of 1. On the calibration half, samples of those with less were as good as real."""
_SLOPE = (0.05, 1.5)
"""Between which the slope lies that such a penalty keeps."""
_UNSAID = 0.2
"""Distance of mean scores: a tenth in the chance that one is real, of 1 in hinge and least squares. Where learning is
done it is less too, and then no sample is far."""
_MUTE = 0.03
"""The same where the penalty itself is not known: among critics that see the difference, 0.04 at least on the
calibration half where learning went well or a rate was too low."""
_SEEN = 0.3
"""Distance of mean scores over their own deviation from which the critic sees the difference."""
_DOMINANT = 3.0
"""Weighted penalty over the distance of mean scores: at a critic's optimum 0.5, for there both grow alike."""
_SMOTHERS, _SMOTHERS_PROMISE = 10.0, 100.0
"""The same from which the penalty is nearly all that the critic minimises, whatever its scores say of samples that ran
far away; on the calibration half 3 at most where another fault made it large. Where a slope of 1 is promised there is
some wherever it is not kept exactly, up to 10 there."""
_HEAVY = 50.0
"""Weight over the usual one for such data from which it is the penalty that keeps a critic silent which sees the
difference: at its optimum the penalty takes the same share of what it says whatever the weight. On the calibration half
8 at most where learning went well."""
_NOTHING = 1e-6
"""Rise of the score over the distance of two samples that is none: a penalty makes a slope small, never nothing."""
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
    if takes_no_part(evidence):
        return "the penalty is told with the loss and does not hold the critic"
    if critic_is_too_small(evidence) or handful(evidence, "critic"):
        return "so small a critic says as little without a penalty"
    if is_blind(evidence, "critic") or unseen(evidence):
        return "a critic that sees so little of a sample says as little without a penalty"
    if evidence.series["lipschitz"].late() < _NOTHING:
        return "it gives all samples one score, which no penalty asks for"
    moved = math.inf if evidence.lacks("critic_update_ratio") else path(evidence, "critic")
    return "the critic has hardly moved yet" if moved < _MOVED else ""


def _obeys(evidence: Evidence) -> tuple[dict[str, float], bool]:
    """Of a penalty that promises a slope of 1: it has the wrong sign, or far less, or is all that is minimised."""
    steep, weight = evidence.series["lipschitz"].late(0.75), evidence.facts.get("constraint_strength")
    told = gaps(evidence, 0.75)
    right = float((told > 0).mean()) if len(told) else math.nan
    now = standing(evidence)
    least = _RIGHT_AWAY if now is not None and now.left > 1 else _RIGHT
    numbers = {"lipschitz": steep, "lipschitz_limit": _SLOPE[1], "right": right, "right_limit": least}
    if weight is not None:
        numbers |= {"weight": float(weight), "weight_limit": _PUBLISHED}
    heavy, turned = weight is None or float(weight) > _PUBLISHED, right < least and _SLOPE[0] < steep < _SLOPE[1]
    if turned and weight is None:
        numbers |= {"right_at_last": float((gaps(evidence) > 0).mean()), "right_at_last_limit": least}
        turned = numbers["right_at_last"] < least  # what turned is not held back, and only was late
    limit = _MUTED if weight is None else _MUTED_HEAVY
    ratio = _over_said(evidence, abs(float(np.median(told)))) if len(told) else math.nan
    numbers |= {} if math.isnan(ratio) else {"penalty_over_said": ratio, "penalty_over_said_limit": _SMOTHERS_PROMISE}
    if heavy and ratio > _SMOTHERS_PROMISE:
        return numbers, True
    if weight is None and int(evidence.facts.get("n_critic") or 1) == 1:
        return numbers, False  # a critic that lags has the wrong sign too, and is as flat
    if heavy and right > _SURE and steep < limit:
        return numbers | {"lipschitz_limit": limit, "right_limit": _SURE}, True
    return numbers, heavy and turned


def _keeps_silent(evidence: Evidence) -> tuple[dict[str, float], bool]:
    """Of a penalty on the gradient itself: the scores hardly differ, and it is the penalty that keeps them."""
    told = gaps(evidence)
    said = abs(float(np.median(told))) if len(told) else math.nan
    numbers = {"said": said, "said_limit": _UNSAID}
    ratio, limit = _over_said(evidence, said), _DOMINANT if said < _UNSAID else _SMOTHERS
    if not math.isnan(ratio):
        numbers |= {"penalty_over_said": ratio, "penalty_over_said_limit": limit}
        if ratio > limit or not _is_heavy(evidence):
            return numbers, ratio > limit
        seen = parted(evidence)
        return numbers | {"seen": seen, "seen_limit": _SEEN}, said < _UNSAID and seen > _SEEN
    seen = parted(evidence)
    numbers |= {"said_limit": _MUTE, "seen": seen, "seen_limit": _SEEN}
    return numbers, said < _MUTE and seen > _SEEN


def _is_heavy(evidence: Evidence) -> bool:
    """Whether the weight is far beyond the usual one for such data."""
    weight, usual = evidence.facts.get("constraint_strength"), usual_strength(evidence)
    return weight is not None and usual is not None and float(weight) > _HEAVY * usual


def _over_said(evidence: Evidence, said: float) -> float:
    """Weighted penalty over the distance of mean scores; NaN where nothing tells the penalty."""
    taken = evidence.series["penalty"] if not evidence.lacks("penalty") else beside_scores(evidence)
    return taken.late() / max(said, 1e-12) if taken is not None and len(taken.finite) else math.nan


def weaker(evidence: Evidence, factor: float) -> Change | None:
    """The settings with the penalty's usual weight, or its own times a factor where the usual one is nearer than that.

    None where it is not known.
    """
    weight = evidence.facts.get("constraint_strength")
    if weight is None:
        return None
    return {"constraint_strength": towards(float(weight), usual_strength(evidence), factor)}


CAUSE = Cause(
    "penalty-too-large",
    needs=("lipschitz", "real_score_mean", "fake_score_mean", "constraint"),
    when=penalised,
    judge=_judge,
    remedy="Lower the penalty's weight to a tenth, or to what is usual where that is less.",
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
