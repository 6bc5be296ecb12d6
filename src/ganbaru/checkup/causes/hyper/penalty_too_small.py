"""The penalty's weight is too small: the critic is far steeper than it should be."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.hyper.penalty_too_large import penalised, weaker
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

_STEEP = {"gradient-penalty": 2.0, "lipschitz-penalty": 2.0, "r1": 8.0, "r1+r2": 8.0}
"""Rise of the score over the distance of two samples, late: 1 is promised by the first two; the others reach 3."""


def _judge(evidence: Evidence) -> Ruling:
    steep, limit = evidence.series["lipschitz"].late(), _STEEP[evidence.facts["constraint"]]
    numbers = {"lipschitz": steep, "lipschitz_limit": limit}
    if steep <= limit:
        return Ruling("fine", numbers)
    now = standing(evidence)
    if now is None or not now.suffers:
        return Ruling("suspect", numbers, "critic", reason="no harm is seen yet")
    since = evidence.series["lipschitz"].since(lambda values: values > limit)
    return Ruling("found", numbers | now.evidence, "critic", since=since)


CAUSE = Cause(
    "penalty-too-small",
    needs=("lipschitz", "constraint"),
    when=penalised,
    judge=_judge,
    remedy="Raise the penalty's weight tenfold.",
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
