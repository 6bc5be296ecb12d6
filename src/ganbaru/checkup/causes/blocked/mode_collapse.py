"""All generated samples are nearly alike."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.causes.usual import paired
from ganbaru.checkup.evidence import Evidence

_ALIKE = 0.2
"""Mean distance of two fakes over that of two reals; two modes of eight on a ring make 0.5 at the least in the mean."""
_NARROW = 0.35
"""Below this it is suspected."""


def _judge(evidence: Evidence) -> Ruling:
    spread = evidence.series["spread"]
    late = spread.late()
    numbers = {"spread": late, "spread_limit": _ALIKE}
    if not late < _NARROW:
        return Ruling("fine", numbers)
    if late >= _ALIKE:
        return Ruling("suspect", numbers, "generator", reason="they vary much less than real samples, but not like one")
    return Ruling("found", numbers, "generator", since=spread.since(lambda values: values < _ALIKE))


CAUSE = Cause(
    "mode-collapse",
    needs=("spread",),
    when=is_game,
    judge=_judge,
    remedy="Compare pairs and constrain the critic on both sides (objective=relativistic, constraint=r1+r2).",
    change=paired,
    explains=("mode-dropping", "oscillation", "vanishing-gradient"),
)
