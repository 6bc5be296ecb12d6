"""The same objective, constraint and optimizers do not learn the ring of 8, where the answer is known.

What separates settings that work from those that do not is whether the generator comes near the modes, not how many:
without a penalty, published recipes drop modes of the ring as well (Srivastava et al. 2017, table 1).
"""

import math
from collections.abc import Mapping
from typing import Any

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.evidence import Evidence

_NEAR = 0.5
"""Share of points near a mode, at the best check of the second half; a uniform circle has that much."""
_FARTHER = 1.1
"""Distance to the ring over that before the training."""
_CLOSER = 0.8
"""Likewise, from which it is on its way."""
_FEW = 2.0
"""Modes below which, or at which, it collapsed."""


def _judge(evidence: Evidence) -> Ruling:
    ended = [_end(training) for training in evidence.probes["known_domain"]["trainings"]]
    best = max(ended, key=lambda end: (end["near"], -end["farther"]))
    numbers = {**best, "near_limit": _NEAR, "farther_limit": _FARTHER, "kinds_limit": _FEW}
    if best["near"] >= _NEAR and best["kinds"] <= _FEW:
        return Ruling("suspect", numbers, reason=f"it came near only {best['kinds']:.0f} of the ring's 8 modes")
    if best["near"] >= _NEAR or best["farther"] <= _CLOSER:
        return Ruling("fine", numbers)
    if best["farther"] <= _FARTHER:
        return Ruling("suspect", numbers, reason="it hardly moved in the time given")
    return Ruling("found", numbers)


def _end(training: Mapping[str, Any]) -> dict[str, float]:
    """The best check of the second half, of what did not blow up."""
    if not training["finite"] or not training["near"]:
        return {"near": 0.0, "kinds": 0.0, "farther": math.inf}
    half = range(len(training["near"]) // 2, len(training["near"]))
    at = max(half, key=lambda check: (training["near"][check], -training["distance"][check]))
    farther = training["distance"][at] / max(training["start"], 1e-12)
    return {"near": training["near"][at], "kinds": float(training["kinds"][at]), "farther": farther}


CAUSE = Cause(
    "known-domain-failed",
    needs=("known_domain",),
    judge=_judge,
    remedy="Train the ring of 8 by the published settings of this objective, then change one setting at a time.",
)
