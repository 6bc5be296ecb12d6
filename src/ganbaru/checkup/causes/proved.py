"""Harm enough for what is proved by itself: a state of a constraint, or a setting, of no training which goes well."""

from collections.abc import Mapping

from ganbaru.checkup.cause import Ruling
from ganbaru.checkup.causes.one_loss import by_outcome
from ganbaru.checkup.causes.standing import Standing, standing
from ganbaru.checkup.evidence import Evidence

APART = 1.45
"""Distance of fakes over that of other reals; 1.4 at most in clipped trainings of `fit` on the calibration half that
went well."""


def is_apart(now: Standing) -> bool:
    """Whether a batch clearly shows that fakes are not as reals are."""
    return now.suffers or now.apart > APART


def by_itself(evidence: Evidence, numbers: Mapping[str, float], where: str) -> Ruling:
    """The ruling on a setting that no training which goes well has: found where samples suffer or are clearly apart.

    How much of the way is left depends on where an untrained generator happened to begin, as that such a setting is
    off does not.
    """
    ruling, now = by_outcome(evidence, numbers, where), standing(evidence)
    if ruling.verdict != "fine" or now is None or not is_apart(now):
        return ruling
    return Ruling("found", {**numbers, "apart": now.apart, "apart_limit": APART}, where)
