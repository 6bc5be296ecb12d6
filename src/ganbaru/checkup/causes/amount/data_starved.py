"""More data would still help: the curve of quality over the number of samples still falls at its end."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.amount.critic_memorises import APART
from ganbaru.checkup.causes.amount.curve import COMMAND, Curve, curve, studied
from ganbaru.checkup.causes.amount.known import told_apart
from ganbaru.checkup.evidence import Evidence

GAIN = 0.05
"""Share of the score that twice the data must gain to be worth having; the whole interval of the gain must clear it,
and the gain itself the noise of a score."""
FEW = 500
"""Samples below which a critic that knows them by heart makes one suspect that there are too few."""


def judge(evidence: Evidence) -> Ruling:
    """By what a study answered, or what the fitted curve says that twice the data would gain."""
    answered = studied(evidence, {"still rising": "found", "saturated": "fine"})
    if answered is not None:
        return answered
    found = curve(evidence)
    if isinstance(found, str):
        return _hint(evidence, found)
    limit = max(GAIN * found.last, found.noise)
    numbers = {**found.evidence, "gain_low_limit": GAIN * found.last, "gain_of_twice_the_data_limit": limit}
    if is_worth(found) and found.gain > limit:
        return Ruling("found", numbers)
    if found.gain > limit:
        reason = "the curve seems to fall still; its error bars are too wide to be sure"
        return Ruling("suspect", numbers, reason=reason)
    if is_worth(found):
        return Ruling("suspect", numbers, reason="the curve falls still, by less than the noise of a score")
    return Ruling("fine", numbers)


def is_worth(found: Curve) -> bool:
    """Whether twice the data would surely gain what counts."""
    return found.gain_low > GAIN * found.last


def _hint(evidence: Evidence, reason: str) -> Ruling:
    """Without a curve: few samples, and a critic that knows them by heart."""
    count = evidence.facts.get("train_count")
    if "memory" not in evidence.probes or count is None or count >= FEW:
        return Ruling("not-checked", reason=reason)
    value, low, _ = told_apart(evidence)
    if low <= APART:
        return Ruling("not-checked", reason=reason)
    numbers = {
        "train_count": float(count),
        "train_count_limit": FEW,
        "told_apart": value,
        "told_apart_low_limit": APART,
    }
    return Ruling("suspect", numbers, reason=f"few sounds, and the critic knows them by heart; {COMMAND} would tell")


CAUSE = Cause(
    slug="data-starved",
    needs=(),
    judge=judge,
    remedy="Gather more sounds: quality still rises with their number.",
    explains=("critic-memorises", "source-memorised", "overfitting"),
)
