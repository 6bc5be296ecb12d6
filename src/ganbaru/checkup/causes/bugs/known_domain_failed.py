"""The same objective, constraint and optimizers do not learn the ring of 8, where the answer is known.

What separates settings that work from those that do not is whether the generator comes near the modes, not how many:
without a penalty, published recipes drop modes of the ring as well (Srivastava et al. 2017, table 1).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.evidence import Evidence

_NEAR = 0.5
"""Share of points near a mode; a uniform circle has that much."""
_FARTHER = 1.1
"""Distance to the ring over that before the training."""
_CLOSER, _NEARER = 0.8, 1.5
"""Distance and share of points near a mode, over those before, from which it is on its way."""
_SWINGS = 0.1
"""What the distance goes to and fro between two checks, over that before the training."""
_UNSURE, _LOST = (("least-squares", "none"),), 30.0
"""Objective and constraint that published settings lose one time in three; and the distance at which all is lost."""
_FEW = 2.0
"""Modes below which, or at which, it collapsed."""


def _judge(evidence: Evidence) -> Ruling:
    ended = [_end(training) for training in evidence.probes["known_domain"]["trainings"]]
    best = max(ended, key=lambda end: (end["near"], -end["farther"]))
    limits = {"near_limit": _NEAR, "farther_limit": _FARTHER, "kinds_limit": _FEW, "swings_limit": _SWINGS}
    numbers, steady = {**best, **limits}, best["swings"] < _SWINGS
    coming = steady and best["farther"] <= _CLOSER and best["near"] >= _NEARER * best["start_near"]
    if best["near"] >= _NEAR and best["kinds"] <= _FEW:
        return Ruling("suspect", numbers, reason=f"it came near only {best['kinds']:.0f} of the ring's 8 modes")
    if best["near"] >= _NEAR and not steady:
        return Ruling("suspect", numbers, reason="it comes near the ring and leaves it again")
    if best["near"] >= _NEAR or coming:
        return Ruling("fine", numbers)
    if steady and best["farther"] <= _FARTHER and best["near"] >= best["start_near"] / 2:
        return Ruling("suspect", numbers, reason="it hardly moved in the time given")
    if _is_unsure(evidence) and best["farther"] < _LOST:
        return Ruling("suspect", numbers, reason="the published settings of this objective do not always learn it")
    return Ruling("found", numbers)


def _is_unsure(evidence: Evidence) -> bool:
    carried = evidence.probes["known_domain"].get("carried", {})
    return (carried.get("objective"), carried.get("constraint")) in _UNSURE


def _end(training: Mapping[str, Any]) -> dict[str, float]:
    """How a training ended, by the medians of the last third of its checks; what wanders meets a mode now and then."""
    if not training["finite"] or not training["near"]:
        return {"near": 0.0, "kinds": 0.0, "farther": math.inf, "swings": math.inf, "start_near": 1.0}
    last = slice(-max(1, len(training["near"]) // 3), None)
    near, kinds, distance = (float(np.median(training[name][last])) for name in ("near", "kinds", "distance"))
    start = max(training["start"], 1e-12)
    swings = _swings(training["distance"]) / start
    return {
        "near": near,
        "kinds": kinds,
        "farther": distance / start,
        "swings": swings,
        "start_near": training["start_near"],
    }


def _swings(distance: Sequence[float]) -> float:
    """Mean way to and fro between two checks of the second half, beyond what the way as a whole asks for."""
    half = np.asarray(distance[len(distance) // 2 :])
    steps = np.diff(half)
    return float((np.abs(steps).sum() - abs(half[-1] - half[0])) / len(steps)) if len(steps) else 0.0


CAUSE = Cause(
    "known-domain-failed",
    needs=("known_domain",),
    judge=_judge,
    remedy="Train the ring of 8 by the published settings of this objective, then change one setting at a time.",
)
