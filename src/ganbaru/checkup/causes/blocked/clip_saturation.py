"""Most of the critic's weights stand at the clip's bound, so it is a far simpler function than its size allows.

Gulrajani et al. 2017, section 3 and figure 1: clipping drives weights to the bound.
"""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.clipping import HELD, clipped
from ganbaru.checkup.causes.proved import APART, is_apart
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

_AT_BOUND = 0.4
"""Share of the weights; on the calibration half 0.17 at most in clipped critics that learned well."""


def _judge(evidence: Evidence) -> Ruling:
    share = evidence.series[HELD]
    numbers = {HELD: share.late(), f"{HELD}_limit": _AT_BOUND}
    if share.late() < _AT_BOUND:
        return Ruling("fine", numbers)
    now = standing(evidence)
    since = share.since(lambda values: values >= _AT_BOUND)
    if now is None or not is_apart(now):
        return Ruling("suspect", numbers, "critic", since=since, reason="it learns in spite of it")
    return Ruling("found", {**numbers, "apart": now.apart, "apart_limit": APART}, "critic", since=since)


CAUSE = Cause(
    "clip-saturation",
    needs=(HELD,),
    when=clipped,
    judge=_judge,
    remedy="Take a gradient penalty in place of the clip (objective=wgan-gp).",
    change=lambda evidence: {"objective": "wgan-gp"},
    explains=("critic-too-weak", "vanishing-gradient", "mode-collapse", "mode-dropping", "oscillation"),
)
