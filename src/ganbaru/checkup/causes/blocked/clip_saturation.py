"""Most of the critic's weights stand at the clip's bound, so it is a far simpler function than its size allows.

Gulrajani et al. 2017, section 3 and figure 1: clipping drives weights to the bound.
"""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.standing import by_harm
from ganbaru.checkup.evidence import Evidence

_AT_BOUND = 0.85
"""Share of the weights; 0.3 to 0.8 in clipped critics that learned well."""


def _when(evidence: Evidence) -> str:
    return "" if evidence.facts.get("constraint") == "clip" else "no weights are clipped"


def _judge(evidence: Evidence) -> Ruling:
    share = evidence.series["clipped_share"]
    numbers = {"clipped_share": share.late(), "clipped_share_limit": _AT_BOUND}
    if share.late() < _AT_BOUND:
        return Ruling("fine", numbers)
    since = share.since(lambda values: values >= _AT_BOUND)
    learns = "it learns in spite of it"
    return by_harm(evidence, numbers, "critic", since=since, unseen=learns, harmless=learns, waits=True)


CAUSE = Cause(
    "clip-saturation",
    needs=("clipped_share",),
    when=_when,
    judge=_judge,
    remedy="Take a gradient penalty in place of the clip (objective=wgan-gp).",
    change=lambda evidence: {"objective": "wgan-gp"},
    explains=("critic-too-weak", "vanishing-gradient", "mode-dropping", "oscillation"),
)
