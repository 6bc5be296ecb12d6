"""How a model with one loss stands: there are no samples to look at, and the loss itself is a fair measure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ganbaru.checkup.cause import Ruling
from ganbaru.checkup.causes.standing import by_harm
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

LOSSES = ("loss", "held_out_loss")
_FALL = 0.25
"""Share of its size that a loss must have fallen by; 0.97 and more where learning went well, 0.16 where it failed."""
_EARLY = 0.05
"""Share of the steps by which a loss must have been told first, to know what it was untrained."""
_FIRST = 0.02
"""Share of the records whose median is what a loss was untrained: a single one may be of a single sample."""
_MORE, _SURE = 0.02, 2.0
"""Share of all that a loss fell by which it falls in the last quarter where it is not done, and how many standard
errors that is at least."""
_QUARTER = 5
"""Records in a quarter from which that can be told."""


@dataclass(frozen=True)
class Fall:
    """How far a loss fell.

    Attributes:
        name: of the loss.
        start: untrained.
        late: the median of the last quarter; infinite where it ended in what is not finite.
    """

    name: str
    start: float
    late: float

    @property
    def fallen(self) -> float:
        """Share of its size; minus infinity where it ended in what is not finite."""
        return (self.start - self.late) / max(abs(self.start), 1e-12)


def is_plain(evidence: Evidence) -> bool:
    """Whether there is one model with one loss."""
    return evidence.facts.get("kind") == "plain"


def falls(evidence: Evidence) -> list[Fall]:
    """Of the training loss and of the held-out one, as far as they were told from the start."""
    found = []
    for name in LOSSES:
        series = evidence.series.get(name)
        if series is not None and len(series.finite) and _from_the_start(series):
            late = series.late() if np.isfinite(series.values[-max(1, len(series) // 10) :]).any() else math.inf
            found.append(Fall(name, series.early(_FIRST), late))
    return found


def _from_the_start(series: Series) -> bool:
    return bool(series.finite.steps[0] <= max(1.0, _EARLY * float(series.steps[-1])))


def least_fall(evidence: Evidence) -> Fall | None:
    """Of that loss that fell least; None where none was told from the start."""
    return min(falls(evidence), key=lambda each: each.fallen, default=None)


def still_falls(evidence: Evidence) -> bool:
    """Whether a loss goes on falling at the end, by the medians of its last two quarters."""
    return any(_falls_on(evidence.series[name].finite) for name in LOSSES if name in evidence.series)


def _falls_on(loss: Series) -> bool:
    before, last = loss.part(0.5, 0.75), loss.part(0.75)
    if min(len(before), len(last)) < _QUARTER:
        return False
    fall = float(np.median(before) - np.median(last))
    way = float(loss.values[0] - np.median(last))
    return fall > _MORE * abs(way) and fall > _SURE * math.hypot(_error(before), _error(last))


def _error(values: np.ndarray) -> float:
    """Standard error of a median, by the distance of the quartiles (McGill, Tukey & Larsen 1978)."""
    low, high = np.quantile(values, (0.25, 0.75))
    return float(1.25 * (high - low) / 1.35 / math.sqrt(len(values)))


def by_loss(evidence: Evidence, numbers: Mapping[str, float], where: str, *, since: int | None = None) -> Ruling:
    """The ruling on a symptom that is there: found where a loss did not fall, fine where they did.

    Args:
        evidence: what was gathered.
        numbers: what the symptom was told by.
        where: the part concerned.
        since: the step at which it began.
    """
    fall = least_fall(evidence)
    if fall is None:
        return Ruling("suspect", numbers, where, since=since, reason="no loss was told from the start")
    numbers = {**numbers, f"{fall.name}_fallen": fall.fallen, f"{fall.name}_fallen_limit": _FALL}
    return Ruling("found", numbers, where, since=since) if fall.fallen < _FALL else Ruling("fine", numbers)


def by_outcome(evidence: Evidence, numbers: Mapping[str, float], where: str, *, since: int | None = None) -> Ruling:
    """Of a game by the samples (`standing.by_harm`), of a model with one loss by that."""
    judge = by_loss if is_plain(evidence) else by_harm
    return judge(evidence, numbers, where, since=since)
