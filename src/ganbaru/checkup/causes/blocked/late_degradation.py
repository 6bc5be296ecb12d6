"""It was good and got worse later."""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_GOOD = 0.5
"""Share of the untrained distance that it had come down to."""
_LOST = 2.0
"""Distance at the end over that of the best time."""
_BACK = 0.15
"""Share of the way from untrained to its best that was lost again; less is how a distance near its floor wavers."""
_WINDOWS = 12
"""Parts of a training, each told by its median, so that a swing to and fro is no rise and fall."""


def _judge(evidence: Evidence) -> Ruling:
    measured = evidence.series.get("quality.distance")
    if measured is not None and len(measured.finite) >= 4:
        floor = evidence.series.get("quality.distance.floor")
        return _ruling(measured.finite, floor.late() if floor is not None and len(floor) else 0.0, window=1)
    batches, floor = evidence.series["batch_distance"].finite, evidence.series.get("batch_distance_real")
    least = floor.late(1.0) if floor is not None else 0.0
    return _ruling(batches, least, window=max(1, len(batches) // _WINDOWS))


def _ruling(series: Series, floor: float, *, window: int) -> Ruling:
    """By medians over so many records, so that one bad batch is none."""
    steps, values = _smooth(series, window)
    if len(values) < 4:
        return Ruling("not-checked", reason="too few records to tell early from late")
    best = int(np.argmin(values))
    start, least, end = (
        series.values[0],
        max(values[best], floor),
        float(np.median(values[-max(1, len(values) // 8) :])),
    )
    numbers = {"best": values[best], "best_step": float(steps[best]), "end": end, "lost": end / max(least, 1e-12)}
    numbers |= {"lost_limit": _LOST}
    lost = end > _LOST * least and end - least >= _BACK * (start - least)
    if least > _GOOD * start or not lost or best >= 0.9 * len(values):
        return Ruling("fine", numbers)
    after = np.flatnonzero(values[best:] > _LOST * least)
    return Ruling("found", numbers, "generator", since=int(steps[best + after[0]]))


def _smooth(series: Series, window: int) -> tuple[np.ndarray, np.ndarray]:
    if window == 1:
        return series.steps, series.values
    count = len(series) // window
    shape = (count, window)
    cut = slice(0, count * window)
    return series.steps[cut].reshape(shape)[:, 0], np.median(series.values[cut].reshape(shape), axis=1)


CAUSE = Cause(
    "late-degradation",
    needs=("batch_distance",),
    when=is_game,
    judge=_judge,
    remedy="Keep the best checkpoint, let the learning rates fall to zero (decay=linear), and constrain the critic.",
    change=lambda evidence: {"decay": "linear", "decay_start": 0.2},
)
