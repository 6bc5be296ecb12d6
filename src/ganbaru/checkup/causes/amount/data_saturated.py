"""More data would not help: the last doubling of the number of samples gained less than the noise."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.amount.curve import curve, studied
from ganbaru.checkup.causes.amount.data_starved import GAIN, is_worth
from ganbaru.checkup.evidence import Evidence

_MISFIT = 4.0
"""Standard deviations by which a score may lie off the curve that says so; 3.5 at most on the calibration half."""


def judge(evidence: Evidence) -> Ruling:
    """By what a study answered, or what the fitted curve says that the last doubling gained and the next would gain."""
    answered = studied(evidence, {"still rising": "fine", "saturated": "found"})
    if answered is not None:
        return answered
    found = curve(evidence)
    if isinstance(found, str):
        return Ruling("not-checked", reason=found)
    limit = max(GAIN * found.last, found.noise)
    numbers = {**found.evidence, "gain_high_limit": limit, "gain_of_last_doubling_limit": limit}
    if found.gain_high < limit and found.fell < limit:
        if found.misfit > _MISFIT:
            numbers |= {"misfit": found.misfit, "misfit_limit": _MISFIT}
            return Ruling("suspect", numbers, reason="the scores lie on no such curve: more seeds would tell")
        if is_worth(found):
            return Ruling("suspect", numbers, reason="what is gained is less than the noise, and yet it is gained")
        return Ruling("found", numbers)
    if found.gain < limit and found.fell < limit:
        return Ruling("suspect", numbers, reason="the curve seems to be level; its error bars are too wide to be sure")
    return Ruling("fine", numbers)


CAUSE = Cause(
    slug="data-saturated",
    needs=(),
    judge=judge,
    remedy="Leave the number of sounds as it is, and spend the effort on the model or on cleaner sounds.",
)
