"""Games that came to half of the way to the data late, by networks that went a short way: something slows them."""

from typing import Any

import numpy as np

from ganbaru.checkup.causes.clipping import AT_BOUND, HELD
from ganbaru.checkup.causes.hyper.settings import DOUBTFUL_MOMENTUM, path
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

Array = np.ndarray[Any, Any]
_PATH, _HALF = 0.9, 0.32
"""Way of the generator's weights over their norm, and share of the training after which half of the way to the data was
done for good; on the calibration half at most 0.26 in games that learned by so short a way."""
SAID = "half of the way to the data was still to go late"
"""What is said of them."""
LEFT = 0.1
"""Share of the way that is left from which it was too late for what was left of the training."""
_FARTHER = 1.25
"""Share of the way that was left at some time from which it had strayed; on the calibration half 1.03 at most where a
rate or a clip was too small, 1.55 at least where a momentum carried it away."""
_WINDOWS, _FEWEST = 12, 16
"""Records, in parts of the training, whose median tells where it stood; and how many there must be."""


def began_late(evidence: Evidence) -> dict[str, float]:
    """What tells that a game began late, with its bounds; nothing where it did not, or where nobody can know."""
    names = ("batch_distance", "batch_distance_real", "generator_update_ratio")
    if any(evidence.lacks(name) for name in names):
        return {}
    way, half, now = path(evidence, "generator"), _half_way(evidence), standing(evidence)
    if not (way < _PATH and half > _HALF):
        return {}
    numbers = {"generator_path": way, "generator_path_limit": _PATH, "half_way": half, "half_way_limit": _HALF}
    return numbers if now is None else numbers | {"way_left": now.left}


def is_slowed(evidence: Evidence) -> bool:
    """Whether a setting other than a rate is known to keep steps short: a momentum, or a bound that holds weights."""
    momentum = max(float(evidence.facts.get(f"{name}_momentum") or 0.0) for name in ("generator", "critic"))
    held = evidence.facts.get("constraint") == "clip" and not evidence.lacks(HELD)
    return momentum >= DOUBTFUL_MOMENTUM or (held and evidence.series[HELD].early() > AT_BOUND)


def strayed(evidence: Evidence) -> bool:
    """Whether a game was clearly farther from the data than untrained for a while: short steps do not lead so far."""
    return bool((_left(evidence)[1] > _FARTHER).any())


def _half_way(evidence: Evidence) -> float:
    """Share of the steps after which less than half of the way from untrained to real was left for good."""
    steps, left = _left(evidence)
    if len(steps) < _FEWEST:
        return float("nan")
    far = np.flatnonzero(left > 0.5)
    return float(steps[far[-1]] / steps[-1]) if len(far) else 0.0


def _left(evidence: Evidence) -> tuple[Array, Array]:
    """Steps, and the share of the way from untrained to real that was left by each, told by a part of the training."""
    distance, floor = evidence.series["batch_distance"].finite.evened, evidence.series["batch_distance_real"].late(1.0)
    width = max(3, len(distance) // _WINDOWS)
    middles = [float(np.median(distance.values[max(0, end - width) : end])) for end in range(1, len(distance) + 1)]
    way = max(float(distance.values[0]) - floor, 1e-9) if len(distance) else 1.0
    return distance.steps, (np.array(middles) - floor) / way
