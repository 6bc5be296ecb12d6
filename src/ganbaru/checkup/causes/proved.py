"""Harm enough for what is proved by itself: a state of a constraint that no training which goes well is in."""

from ganbaru.checkup.causes.standing import Standing

APART = 1.45
"""Distance of fakes over that of other reals; 1.4 at most in clipped trainings of `fit` on the calibration half that
went well."""


def is_apart(now: Standing) -> bool:
    """Whether a batch clearly shows that fakes are not as reals are."""
    return now.suffers or now.apart > APART
