"""Generated sounds are copies of training sounds, or all together much nearer to those than other real sounds are.

The second is the test of Meehan, Chaudhuri & Dasgupta 2020 (a generator that has learned what sounds are like comes no
nearer to the ones it was shown than held-out ones do), by the distance of whole batches.
"""

from collections.abc import Mapping
from typing import Any

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

COPIED = 0.05
"""Share of copies that the whole interval must clear; fewer than one in a hundred are expected by chance."""
HINT = 0.02
"""Share that the whole interval must clear for a suspicion."""

NEARER = 0.7
"""Distance of generated to training batches over that of held-out ones: 0.88 and more on the calibration half where
training samples were many, 0.44 to 0.74 where there were 20 to 24 sounds."""


def judge(evidence: Evidence) -> Ruling:
    """By the share of generated sounds that stand nearer to one training sound than held-out ones do, and alone."""
    memory, now = evidence.probes["memory"], standing(evidence)
    counted, low = "copied" in memory, float(memory.get("copied", {}).get("low", 0.0))
    numbers = _counted(memory) if counted else {}
    if low > COPIED:
        return Ruling("found", numbers, where="generator")
    if now is not None and now.apart < NEARER:
        numbers |= {"apart": now.apart, "apart_limit": NEARER}
        reason = "no single copies, but it makes what it was shown rather than what such sounds are like"
        return Ruling("found", numbers, where="generator", reason=reason if counted else "")
    if not counted:
        return Ruling("not-checked", reason="there are too few sounds to count copies")
    if low > HINT:
        return Ruling("suspect", numbers, where="generator", reason="a few generated sounds look like copies")
    return Ruling("fine", numbers, where="generator")


def _counted(memory: Mapping[str, Any]) -> dict[str, float]:
    """The share of copies, and of what is near to any training sound."""
    numbers = {"copied": float(memory["copied"]["value"]), "copied_low": float(memory["copied"]["low"])}
    return numbers | {"copied_low_limit": COPIED, "near_to_training": float(memory["memorised"]["value"])}


CAUSE = Cause(
    slug="source-memorised",
    needs=("memory",),
    judge=judge,
    remedy="Train on more sounds, or make the generator smaller; do not publish what it makes as new.",
)
