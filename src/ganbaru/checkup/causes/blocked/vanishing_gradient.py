"""Next to no gradient reaches the generator: the critic's message to a sample fades to nothing."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.standing import WASSERSTEIN, by_harm, is_game
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence

_FAINT = 1e-6
"""Message to a sample below which an optimizer's own epsilon (1e-8, over the weights) outweighs it."""
_FADED = 0.02
"""Late message over the strongest one below which it has faded; 0.2 and more where learning went well."""


def _judge(evidence: Evidence) -> Ruling:
    message = evidence.series["fake_gradient"]
    late, strongest = message.late(), max(message.finite.values, default=0.0)
    numbers = {
        "fake_gradient": late,
        "fake_gradient_limit": _FAINT,
        "faded_to": late / max(strongest, 1e-300),
        "faded_to_limit": _FADED,
    }
    faint = late < _FAINT
    faded = late < _FADED * strongest and evidence.facts.get("objective") not in WASSERSTEIN  # its scale is no message
    if not (faint or faded):
        return Ruling("fine", numbers)
    since = message.since(lambda values: values < max(_FAINT, _FADED * strongest))
    unseen = "no samples were seen: it may be done learning"
    return by_harm(evidence, numbers, "generator", since=since, unseen=unseen, waits=True)


def _change(evidence: Evidence) -> Change | None:
    if evidence.facts.get("objective") == "minimax":
        return {"objective": "nonsaturating"}
    if evidence.facts.get("constraint") in (None, "none"):
        return penalty(evidence)
    return None


CAUSE = Cause(
    "vanishing-gradient",
    needs=("fake_gradient",),
    when=is_game,
    judge=_judge,
    remedy="Bound the critic by a gradient penalty (constraint=r1), or take an objective that does not saturate.",
    change=_change,
    explains=("mode-dropping", "critic-too-strong"),
)
