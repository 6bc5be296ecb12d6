"""The critic tells training sounds from held-out ones, so that what it teaches is not what all such sounds share."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.amount.known import told_apart
from ganbaru.checkup.evidence import Evidence

APART = 0.65
"""Area under the ROC curve that the whole interval must clear."""
HINT = 0.58
"""Area that the whole interval must clear for a suspicion."""


def judge(evidence: Evidence) -> Ruling:
    """By the area of training scores over held-out ones, which no offset and no scale of the scores touches."""
    value, low, high = told_apart(evidence)
    numbers = {"told_apart": value, "told_apart_low": low, "told_apart_high": high, "told_apart_low_limit": APART}
    if low > APART:
        return Ruling("found", numbers, where="critic")
    if low > HINT:
        return Ruling("suspect", numbers, where="critic", reason="it tells them apart a little")
    return Ruling("fine", numbers, where="critic")


CAUSE = Cause(
    slug="critic-memorises",
    needs=("memory",),
    judge=judge,
    remedy="Train on more sounds; where there are none, shift them in time and stop earlier.",
    explains=("overfitting", "late-degradation", "source-memorised", "critic-too-strong", "mode-dropping"),
)
