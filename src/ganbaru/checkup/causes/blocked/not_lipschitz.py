"""The critic is steeper than its constraint promises, so its estimate is no distance.

A finite difference between two samples is a lower bound of the Lipschitz constant: what is above 1 there is proved.
"""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.beside import PROMISE_ONE, STEEP, takes_no_part
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

_PROMISE = (*PROMISE_ONE, "spectral-norm")


def _when(evidence: Evidence) -> str:
    constraint = evidence.facts.get("constraint")
    if evidence.facts.get("objective") != "wasserstein":
        return "its objective asks for no Lipschitz constant"
    return "" if constraint in _PROMISE or constraint == "none" else f"{constraint} does not promise a constant of 1"


def _judge(evidence: Evidence) -> Ruling:
    steep = evidence.series["lipschitz"]
    numbers = {"lipschitz": steep.late(), "lipschitz_limit": STEEP}
    if not steep.late() > STEEP:
        return Ruling("fine", numbers)
    idle = takes_no_part(evidence)
    numbers |= idle
    now = standing(evidence)
    if now is not None and not now.suffers:
        return Ruling("suspect", numbers, "critic", reason="it learns in spite of it")
    reason = "the penalty is told with the loss, and none of it is sent back to the critic" if idle else ""
    return Ruling("found", numbers, "critic", since=steep.since(lambda values: values > STEEP), reason=reason)


CAUSE = Cause(
    "not-lipschitz",
    needs=("lipschitz",),
    when=_when,
    judge=_judge,
    remedy="Enforce the constraint: a gradient penalty of weight 10, at every update.",
    change=lambda evidence: {"constraint": "gradient-penalty", "constraint_strength": 10.0, "constraint_every": 1},
    explains=(
        "exploding-gradient",
        "oscillation",
        "divergence",
        "mode-collapse",
        "mode-dropping",
        "late-degradation",
    ),
)
