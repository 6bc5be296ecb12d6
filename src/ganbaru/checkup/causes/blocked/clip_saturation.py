"""Most of the critic's weights stand at the clip's bound, so it is a far simpler function than its size allows.

Gulrajani et al. 2017, section 3 and figure 1: clipping drives weights to the bound.
"""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.clipping import AT_BOUND, HELD, clipped
from ganbaru.checkup.causes.proved import APART, is_apart
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.causes.usual import usual_rates
from ganbaru.checkup.evidence import Evidence

_MOST = 0.55
"""Share of the weights from which it is proved; in clipped critics elsewhere that learned up to 0.46 stood there, and
0.64 and more where it was the matter."""


def _judge(evidence: Evidence) -> Ruling:
    share = evidence.series[HELD]
    numbers = {HELD: share.late(), f"{HELD}_limit": AT_BOUND}
    if share.late() < AT_BOUND:
        return Ruling("fine", numbers)
    now = standing(evidence)
    since = share.since(lambda values: values >= AT_BOUND)
    if now is None or not is_apart(now):
        return Ruling("suspect", numbers, "critic", since=since, reason="it learns in spite of it")
    if share.late() < _MOST:
        return Ruling(
            "suspect", numbers, "critic", since=since, reason="clipped critics were seen to learn with as much"
        )
    numbers |= {f"{HELD}_limit": _MOST}
    return Ruling("found", {**numbers, "apart": now.apart, "apart_limit": APART}, "critic", since=since)


def _change(evidence: Evidence) -> Change | None:
    """The recipe, with the rates that are usual on such data: the published ones are for far longer trainings."""
    return {"objective": "wgan-gp", **usual_rates(evidence)}


CAUSE = Cause(
    "clip-saturation",
    needs=(HELD,),
    when=clipped,
    judge=_judge,
    remedy="Take a gradient penalty in place of the clip (objective=wgan-gp).",
    change=_change,
    explains=("critic-too-weak", "vanishing-gradient", "mode-collapse", "mode-dropping", "oscillation"),
)
