"""The critic is trained on old generated samples. A buffer that mixes old ones with new ones is no fault.

A sample is known again by its first and its last numbers. Of data that often are the same it cannot be, and nothing is
sure where the game goes well.
"""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import DIFFER, SPOILS, differ
from ganbaru.checkup.causes.standing import is_game, standing
from ganbaru.checkup.evidence import Evidence

_OLD = 5.0
"""Updates of the generator since the youngest tenth of a batch was made; 0 or 1 in loops that are right."""
_OLDER = 3.0
"""From here on it is suspected."""
_FEWEST = 6
"""Passes of the critic."""


def _judge(evidence: Evidence) -> Ruling:
    seen = evidence.probes["fakes"]
    age = seen.get("age")
    if age is None or seen["passes"] < _FEWEST:
        return Ruling("not-checked", reason="too few passes of the critic over generated samples were seen")
    numbers, alone, now = {"age": float(age), "age_limit": _OLD}, seen.get("real_alone"), standing(evidence)
    if age < _OLDER:
        return Ruling("fine", numbers)
    if alone is not None and not differ(alone):
        numbers |= {"real_alone": float(alone), "real_alone_limit": DIFFER}
        return Ruling("not-checked", numbers, reason="samples are often the same by chance and not known again")
    if age < _OLD:
        return Ruling("suspect", numbers, "critic", reason="they are a few updates old")
    if now is not None and not now.suffers:
        return Ruling("suspect", numbers | now.evidence, "critic", reason="they seem old, and yet it goes well")
    return Ruling("found", numbers, "critic")


CAUSE = Cause(
    "critic-on-stale-fake",
    needs=("fakes",),
    when=is_game,
    judge=_judge,
    remedy="Make new samples with the present generator for each of the critic's updates, or mix them into the old.",
    explains=("overfitting", "critic-memorises", *SPOILS),
)
