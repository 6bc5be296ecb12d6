"""It was good and got worse later.

Good and worse are told by the share of the way from untrained to real that was left, for the distance of a small batch
never comes near 0; of a model with one loss by its training loss, since held-out data get worse by overfitting too.
"""

from dataclasses import replace

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.one_loss import is_plain
from ganbaru.checkup.causes.standing import MISSED, kinds_lost_since, standing
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_GOOD = 0.5
"""Share of the way that was left at its best time."""
_LOST = 2.0
"""Distance at the end over that of the best time."""
_BACK = 0.15
"""Share of the way that was lost again; less is how a distance near its floor wavers."""
_FAR_BACK, _HALF, _FEWEST = 0.3, 0.5, 2
"""The same that tells by itself, however large the distance of other reals is beside the way: from half of the rise on,
for two parts at least, it stays above a half of that half."""
_YOUNG, _KEPT = 0.15, 0.25
"""Share of a training up to which its best time is a beginning that was not kept up, so that what came then was no late
loss, and share of the rise up to which that time goes on; it went on to 0.35 at least on the calibration half where it
was one."""
_SPELL, _NEAR = 0.25, 0.25
"""Share of a training from which on kinds may be lost that were made in the half of the steps before, and share of the
way that was left then."""
_LOSS_BACK = 0.2
"""The same of a loss. How many times its best it is then says nothing: it may be far from 0 at its best, or below."""
_WAVERS = 5.0
"""Times what the losses of the best time waver by, from their median down to the lowest tenth."""
_WINDOWS = 12
"""Parts of a training, each told by its median, so that a swing to and fro is no rise and fall."""
_OTHERS = ("precision", "coverage", "diversity", "high_quality", "modes")
"""What else is measured with the distance, where it is: what was good is better than the end in one of them too."""
_BATCHES = 3
"""Batches to a part at least, for one may be odd."""


def begins(evidence: Evidence, since: int | None) -> bool:
    """Whether it had been good before a trouble that began at a step, so that this is how it got worse."""
    lost = _lost(evidence)
    return since is not None and lost is not None and since >= lost.evidence["best_step"]


def lost_since(evidence: Evidence) -> int | None:
    """The step from which on what had been good was lost; None where it was not."""
    lost = _lost(evidence)
    return None if lost is None or lost.verdict != "found" else lost.since


def was_at_best_after(evidence: Evidence, since: int | None) -> bool:
    """Whether something that was there since some step did not keep a training from going well before it got worse."""
    lost = _lost(evidence)
    return since is not None and lost is not None and since < lost.evidence["best_step"]


def _lost(evidence: Evidence) -> Ruling | None:
    """The ruling where it was good and got worse, be it by the distance only; None where not, or where nobody knows."""
    ruling = None if _when(evidence) else _judge(evidence)
    return ruling if ruling is not None and ruling.verdict in ("found", "suspect") else None


def _judge(evidence: Evidence) -> Ruling:
    if is_plain(evidence):
        return _of_loss(evidence.series["loss"].finite)
    measured = evidence.series.get("quality.distance")
    if measured is not None and len(measured.finite) >= 4:
        floor = evidence.series.get("quality.distance.floor")
        ruling = _ruling(measured.finite, floor.late() if floor is not None and len(floor) else 0.0, window=1)
        return ruling if ruling.verdict != "found" or _was_good(evidence, ruling) else _passed(ruling)
    batches, floor = evidence.series["batch_distance"].finite.evened, evidence.series.get("batch_distance_real")
    least = floor.late(1.0) if floor is not None else 0.0
    ruling = _ruling(batches, least, window=max(_BATCHES, len(batches) // _WINDOWS))
    return ruling if ruling.verdict == "found" else _of_kinds(evidence, batches, least) or ruling


def _was_good(evidence: Evidence, ruling: Ruling) -> bool:
    """Whether something else that was measured with the distance is surely worse at the end too, if there is any.

    A distance alone may be passed through, as by sounds that grow too loud from too soft and are like none all the way.
    """
    falls = []
    for name in _OTHERS:
        low, high = (evidence.series.get(f"quality.{name}.{end}") for end in ("low", "high"))
        if low is not None and high is not None and len(low.finite) and len(high.finite):
            then = low.finite.values[int(np.argmin(np.abs(low.finite.steps - ruling.evidence["best_step"])))]
            falls.append(bool(high.finite.values[-1] < then))
    return any(falls) or not falls


def _passed(ruling: Ruling) -> Ruling:
    return replace(ruling, verdict="suspect", reason="by the distance only: nothing else that was measured got worse")


def _of_kinds(evidence: Evidence, distance: Series, floor: float) -> Ruling | None:
    """The ruling on kinds that are missing and were not missing for long, when what was made was near the reals."""
    now = standing(evidence)
    if now is None or not now.misses_kinds or not now.lacks_kinds:
        return None
    missed, since = evidence.series["missed"].finite, kinds_lost_since(evidence)
    if since is None or since < _SPELL * missed.steps[-1]:
        return None
    spell = [_between(series, since / 2, since) for series in (missed, distance)]
    if min(map(len, spell)) < _BATCHES or np.median(spell[0]) > MISSED:
        return None
    left = float((np.median(spell[1]) - floor) / max(distance.values[0] - floor, 1e-12))
    numbers = {"way_left_then": left, "way_left_then_limit": _NEAR, "best_step": since / 2, **now.evidence}
    return Ruling("found", numbers, "generator", since=since) if left < _NEAR else None


def _between(series: Series, start: float, end: float) -> np.ndarray:
    """The values from one step until before another."""
    return series.values[(series.steps >= start) & (series.steps < end)]


def _of_loss(loss: Series) -> Ruling:
    """Told where a share of the way is lost, and three of four late losses are beyond what those at best wavered by."""
    parts = np.array_split(loss.values, _WINDOWS) if len(loss) >= 2 * _WINDOWS else []
    if not parts:
        return Ruling("not-checked", reason="too few records to tell early from late")
    middles = np.array([np.median(part) for part in parts])
    best = int(np.argmin(middles))
    way = float(loss.values[0] - middles[best])
    if not way > 0:
        return Ruling("fine", {"best_step": float(loss.steps[0])}, reason="the loss never fell")
    back, steps = (middles - middles[best]) / way, np.array_split(loss.steps, _WINDOWS)
    numbers = {
        "best": float(middles[best]),
        "best_step": float(steps[best][0]),
        "way_lost_again": float(back[-1]),
        "way_lost_again_limit": _LOSS_BACK,
    }
    wavers = middles[best] - np.quantile(parts[best], 0.1)  # downwards, for what is above may be of what came next
    apart = np.quantile(parts[-1], 0.25) > middles[best] + _WAVERS * wavers
    if back[-1] < _LOSS_BACK or not apart or way < _GOOD * _size(loss) or best == _WINDOWS - 1:
        return Ruling("fine", numbers)
    first = best + int(np.argmax(back[best:] > _LOSS_BACK))
    return Ruling("found", numbers, "model", since=int(steps[first][0]))


def _size(loss: Series) -> float:
    """What a loss was at first, as far as it is above the least it ever was."""
    return float(loss.values[0] - loss.values.min())


def _ruling(series: Series, floor: float, *, window: int) -> Ruling:
    """By medians over so many records, so that one bad batch is none."""
    steps, values = _smooth(series, window)
    if len(values) < 4:
        return Ruling("not-checked", reason="too few records to tell early from late")
    way = max(series.values[0] - floor, 1e-12)
    best, end = int(np.argmin(values)), float(np.median(values[-max(1, len(values) // 8) :]))
    least = max(values[best], floor)
    left, back = (least - floor) / way, (end - least) / way
    numbers = {
        "best": values[best],
        "best_step": float(steps[best]),
        "way_left_then": left,
        "way_left_then_limit": _GOOD,
        "way_lost_again": back,
        "way_lost_again_limit": _BACK,
        "lost": end / max(least, 1e-12),
        "lost_limit": _LOST,
    }
    many_times = back >= _BACK and end >= _LOST * least
    good = steps[values <= least + _KEPT * (end - least)]
    if left > _GOOD or best >= 0.9 * len(values) or (len(good) and good[-1] < _YOUNG * series.steps[-1]):
        return Ruling("fine", numbers)
    if not (many_times or _stays_back(values[best:], least, end, way)):
        return Ruling("fine", numbers)
    after = np.flatnonzero(values[best:] > (_LOST * least if many_times else least + _HALF * (end - least)))
    first = int(after[0]) if len(after) else len(values) - 1 - best
    return Ruling("found", numbers, "generator", since=int(steps[best + first]))


def _stays_back(values: np.ndarray, least: float, end: float, way: float) -> bool:
    """Whether much of the way was lost again for good: a swing to and fro comes near to its best again."""
    rise = end - least
    if rise < _FAR_BACK * way:
        return False
    lost = values[int(np.argmax(values > least + _HALF * rise)) :]
    return len(lost) >= _FEWEST and bool(lost.min() > least + _HALF**2 * rise)


def _smooth(series: Series, window: int) -> tuple[np.ndarray, np.ndarray]:
    if window == 1:
        return series.steps, series.values
    count = len(series) // window
    shape = (count, window)
    cut = slice(0, count * window)
    return series.steps[cut].reshape(shape)[:, 0], np.median(series.values[cut].reshape(shape), axis=1)


def _when(evidence: Evidence) -> str:
    return evidence.lacks("loss" if is_plain(evidence) else "batch_distance")


CAUSE = Cause(
    "late-degradation",
    needs=(),
    when=_when,
    judge=_judge,
    remedy="Keep the best checkpoint, let the learning rates fall to zero (decay=linear), and constrain the critic.",
    change=lambda evidence: {"decay": "linear", "decay_start": 0.2},
)
