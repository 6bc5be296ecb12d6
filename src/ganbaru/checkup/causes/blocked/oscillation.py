"""Generator and critic go round in circles: the fakes' mean swings to and fro and comes to no rest.

Mescheder, Geiger & Nowozin 2018: without a penalty on real samples, the gradient's field turns around the equilibrium.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.standing import is_game, standing
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_SWING = 0.2
"""Standard deviation of the fakes' mean along a direction, in standard deviations of the reals, in the late half."""
_CROSSINGS = 4
"""How often it must cross its own middle by a whole swing: two full turns."""
_REST = 0.125
"""Share of the records for which it stays near its middle where it rests: half of the slowest turn that counts."""
_ITS_PART = 0.77
"""Swing over the distance of fakes to reals that it must make up: for one point that circles it is 0.8 and more."""


def _judge(evidence: Evidence) -> Ruling:
    swings = {name: _swing(evidence.series[name]) for name in ("drift_0", "drift_1")}
    name = max(swings, key=lambda each: swings[each][0])
    size, crossings = swings[name]
    noise = chance_of_mean(evidence)
    limit = max(_SWING, 2 * noise)
    numbers = {"swing": size, "swing_limit": limit, "turns": crossings / 2, "turns_limit": _CROSSINGS / 2}
    if size < limit or crossings < _CROSSINGS:
        return Ruling("fine", numbers)
    now = standing(evidence)
    if now is None:
        return Ruling("suspect", numbers, "generator", reason="no samples were seen: it may do no harm")
    part = _part(evidence, [size for size, _ in swings.values()])
    numbers |= {"part_of_distance": part, "part_of_distance_limit": _ITS_PART, **now.evidence}
    if part < _ITS_PART or not now.is_far:
        return Ruling("fine", numbers)
    since = _began(evidence.series[name], limit)
    if late_degradation.begins(evidence, since):
        return Ruling("suspect", numbers, "generator", since=since, reason="it swings since it had been good")
    return Ruling("found", numbers, "generator", since=since)


def _part(evidence: Evidence, sizes: list[float]) -> float:
    """How much of the distance is that the mean is elsewhere just now: both are means over directions, in one unit."""
    distance = evidence.series["batch_distance"].late(0.5)
    return float(np.sqrt(np.mean(np.square(sizes)))) / max(distance, 1e-12)


def _swing(series: Series) -> tuple[float, int]:
    """Standard deviation over the late half, and how often it goes from one side to the other by that much."""
    late = series.part(0.5)
    if len(late) < 8:
        return 0.0, 0
    centred = late - np.median(late)
    size = float(centred.std())
    sides = np.sign(centred[np.abs(centred) > 0.5 * size])
    return size, int((sides[1:] != sides[:-1]).sum())


def chance_of_mean(evidence: Evidence) -> float:
    """How much the mean of a batch of fakes moves by chance beside that of reals, in standard deviations of the reals.

    By the size of a batch where its values vary each by itself; where they vary together, as those of a spectrogram do,
    the mean moves more: by up to what the distance of two batches of reals, at least that of their means, says (the
    mean of |x| is √(2/π) of a normal deviation).
    """
    size = np.sqrt(max(evidence.facts.get("batch") or 16, 1))
    alone = 1.0
    if not evidence.lacks("fake_std") and not evidence.lacks("real_std"):
        alone = evidence.series["fake_std"].late(0.5) / (evidence.series["real_std"].late(0.5) or 1.0)
    if evidence.lacks("batch_distance_real"):
        return float(alone / size)
    return max(float(alone / size), float(np.sqrt(np.pi / 2)) * evidence.series["batch_distance_real"].late(1.0))


def _began(series: Series, limit: float) -> int | None:
    """The step from which on it never stayed near its middle for long; None where it never was away."""
    middle = float(np.median(series.part(0.5)))
    away = np.flatnonzero(np.abs(series.values - middle) > limit)
    if not len(away):
        return None
    waits = np.flatnonzero(np.diff(away) > len(series) * _REST)
    return int(series.steps[away[waits[-1] + 1] if len(waits) else away[0]])


CAUSE = Cause(
    "oscillation",
    needs=("drift_0", "drift_1"),
    when=is_game,
    judge=_judge,
    remedy="Penalise the critic's gradient at real samples (constraint=r1), and lower momentum and learning rates.",
    change=penalty,
    explains=("mode-dropping", "late-degradation"),
)
