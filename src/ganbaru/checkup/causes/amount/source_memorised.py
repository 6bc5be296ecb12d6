"""Generated sounds are copies of training sounds."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.evidence import Evidence

COPIED = 0.05
"""Share of copies that the whole interval must clear; fewer than one in a hundred are expected by chance."""
HINT = 0.02
"""Share that the whole interval must clear for a suspicion."""


def judge(evidence: Evidence) -> Ruling:
    """By the share of generated sounds that stand nearer to one training sound than held-out ones do, and alone."""
    copied, near = evidence.probes["memory"]["copied"], evidence.probes["memory"]["memorised"]
    low = float(copied["low"])
    numbers = {
        "copied": float(copied["value"]),
        "copied_low": low,
        "copied_low_limit": COPIED,
        "near_to_training": float(near["value"]),
    }
    if low > COPIED:
        return Ruling("found", numbers, where="generator")
    if low > HINT:
        return Ruling("suspect", numbers, where="generator", reason="a few generated sounds look like copies")
    return Ruling("fine", numbers, where="generator")


CAUSE = Cause(
    slug="source-memorised",
    needs=("memory",),
    judge=judge,
    remedy="Train on more sounds, or make the generator smaller; do not publish what it makes as new.",
)
