"""The penalty's weight is too large: the critic is flat, and hardly looks at the samples."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.standing import is_game, separation, standing
from ganbaru.checkup.evidence import Evidence

PENALTIES = ("gradient-penalty", "lipschitz-penalty", "r1", "r1+r2")
_FLAT = 0.2
"""Rise of the score over the distance of two samples; 0.4 and more where learning went well."""
_DOMINANT = 3.0
"""Weighted penalty over the size of the critic's estimate."""


def penalised(evidence: Evidence) -> str:
    """Why a penalty is not judged; empty where there is one."""
    return is_game(evidence) or ("" if evidence.facts.get("constraint") in PENALTIES else "there is no penalty")


def _judge(evidence: Evidence) -> Ruling:
    steep, apart, now = evidence.series["lipschitz"].late(), separation(evidence), standing(evidence)
    numbers = {"lipschitz": steep, "lipschitz_limit": _FLAT, "separation": apart}
    flat = steep < _FLAT
    if not evidence.lacks("penalty") and evidence.facts.get("objective") == "wasserstein":
        dominant = evidence.series["penalty"].late() / max(abs(evidence.series["w1"].late()), 1e-9)
        numbers |= {"penalty_over_w1": dominant, "penalty_over_w1_limit": _DOMINANT}
        flat = flat or dominant > _DOMINANT
    if not flat:
        return Ruling("fine", numbers)
    if now is None or not now.suffers:
        return Ruling("suspect" if now is None else "fine", numbers, "critic", reason="no harm is seen")
    return Ruling("found", numbers | now.evidence, "critic")


def weaker(evidence: Evidence, factor: float) -> Change | None:
    """The settings with the penalty's weight times a factor; None where it is not known."""
    weight = evidence.facts.get("constraint_strength")
    return None if weight is None else {"constraint_strength": factor * float(weight)}


CAUSE = Cause(
    "penalty-too-large",
    needs=("lipschitz", "real_score_mean", "fake_score_mean"),
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
    ),
)
