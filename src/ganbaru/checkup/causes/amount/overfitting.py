"""Held-out data get worse while training data get better."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

GAP = 0.5
"""Gap of train and held-out W1, in standard deviations of the scores, that its whole interval must clear late."""
WORSE = 1.15
"""Quality's distance at the end over that at its best; intervals that overlap count as no difference."""
RISE = 0.2
"""Rise of the held-out loss from its least, as a share of that, for a model with one loss."""
LOST = 0.05
"""The same rise as a share of all that the held-out loss had fallen."""
HELD, HEART = 0.5, 0.1
"""Shares that are left of the held-out loss and of the training loss where a model learned by heart; both fell together
on the calibration half where learning went well."""
_PART, _TIMES = 0.25, 30.0
"""The first of them where it is so many times the second: what is learned of the training data is far past what holds
for others, which does not fall any more meanwhile."""
_FIRST = 5
"""Training losses, up to the first held-out one, that tell what it was by then."""
_PARTS = 8
"""Stretches of a training, of two held-out losses each at least."""
_Z = 1.959964
_NORMAL = 0.6745
"""Median of the modulus of a normal number over its deviation."""
_FEWEST = 8
_CHECKS = 4
"""Held-out losses, such as one after each epoch, from which their course can be told, each by itself where they are too
few for stretches."""
_SCORES = ("w1", "w1_held_out", "real_score_std", "fake_score_std")
_DISTANCE = "quality.distance"

Array = np.ndarray[Any, Any]


def judge(evidence: Evidence) -> Ruling:
    """Of a game, by the critic's gap and the generator's quality; of one network, by its two losses."""
    return _one_loss(evidence) if evidence.facts.get("kind") == "plain" else _game(evidence)


@dataclass(frozen=True)
class _Mean:
    """A mean with its 95 % interval."""

    value: float
    half: float

    @classmethod
    def of(cls, values: Array) -> "_Mean":
        deviation = float(values.std(ddof=1)) if len(values) > 1 else 0.0
        return cls(float(values.mean()), _Z * deviation / math.sqrt(len(values)))

    @property
    def low(self) -> float:
        return self.value - self.half

    @property
    def high(self) -> float:
        return self.value + self.half


def _game(evidence: Evidence) -> Ruling:
    """The gap must have opened, and the generator must suffer: every critic has some gap."""
    lacking = "; ".join(filter(None, map(evidence.lacks, (*_SCORES, _DISTANCE))))
    gap = Series.of([], []) if lacking else _gap(evidence)
    if lacking or len(gap) < 4 * _FEWEST:
        return Ruling("not-checked", reason=lacking or f"fewer than {4 * _FEWEST} steps were recorded")
    early, late = _Mean.of(gap.part(0.0, 0.25)), _Mean.of(gap.part(0.75))
    ratio, sure = _worse(evidence)
    numbers = {
        "gap": late.value,
        "gap_low": late.low,
        "gap_low_limit": GAP,
        "gap_at_first": early.value,
        "distance_over_best": ratio,
        "distance_over_best_limit": WORSE,
    }
    opened = late.low > GAP and late.low > early.high
    since = gap.since(lambda values: values > GAP) if opened else None
    if opened and ratio > WORSE and sure:
        return Ruling("found", numbers, where="critic", since=since)
    if opened and ratio > WORSE:
        return Ruling("suspect", numbers, where="critic", since=since, reason="quality seems to fall, within its noise")
    return Ruling("fine", numbers, where="critic")


def _gap(evidence: Evidence) -> Series:
    """Train minus held-out W1 over the deviation of the scores, so that no scale of the scores matters."""
    named = {
        name: dict(zip(s.steps.tolist(), s.values.tolist(), strict=True))
        for name in _SCORES
        for s in [evidence.series[name]]
    }
    steps = sorted(set.intersection(*(set(each) for each in named.values())))
    columns = [np.array([named[name][step] for step in steps]) for name in _SCORES]
    deviation = np.sqrt((columns[2] ** 2 + columns[3] ** 2) / 2)
    return Series.of(steps, (columns[0] - columns[1]) / np.maximum(deviation, 1e-12)).finite


def _worse(evidence: Evidence) -> tuple[float, bool]:
    """The last distance over the least one, and whether their intervals are apart."""
    distance = evidence.series[_DISTANCE].finite
    if len(distance) < 3:
        return 1.0, False
    best = int(distance.values.argmin())
    at = distance.steps[best], distance.steps[-1]
    ends = [evidence.series.get(f"{_DISTANCE}.{end}") for end in ("high", "low")]
    if any(end is None for end in ends):
        return float(distance.values[-1] / max(distance.values[best], 1e-12)), False
    high, low = (float(end.values[end.steps == step][0]) for end, step in zip(ends, at, strict=True) if end is not None)
    return float(distance.values[-1] / max(distance.values[best], 1e-12)), low > high


def _one_loss(evidence: Evidence) -> Ruling:
    """The held-out loss rises from its least while the training loss goes on falling."""
    lacking = "; ".join(filter(None, map(evidence.lacks, ("loss", "held_out_loss"))))
    if lacking:
        return Ruling("not-checked", reason=lacking)
    train, held_out = evidence.series["loss"].finite, evidence.series["held_out_loss"].finite
    if len(train) < _FEWEST or len(held_out) < _CHECKS:
        return Ruling("not-checked", reason=f"fewer than {_FEWEST} losses, or {_CHECKS} held-out ones, were recorded")
    times, checks = _stretches(held_out)
    learned = [_Mean.of(part) for part in _alongside(train, times)]
    least = min(range(len(checks)), key=lambda index: checks[index].value)
    best, last = checks[least], checks[-1]
    first = min(_by_then(train, int(held_out.steps[0])), learned[0].value)
    rise, untrained = last.value - best.value, max(checks[0].value, float(held_out.values[0]))
    share, lost = rise / max(abs(best.value), 1e-12), rise / max(untrained - best.value, 1e-12)
    numbers = {
        "held_out_loss": last.value,
        "least_held_out_loss": best.value,
        "rise": share,
        "rise_limit": RISE,
        "lost": lost,
        "lost_limit": LOST,
        "held_out_left": last.value / max(abs(float(held_out.values[0])), 1e-12),
        "held_out_left_limit": HELD,
        "loss_left": learned[-1].value / max(abs(first), 1e-12),
        "loss_left_limit": HEART,
        "loss": learned[-1].value,
        "loss_then": learned[least].value,
    }
    rises = last.low > best.high and share > RISE and lost > LOST
    if rises and learned[-1].high < learned[least].low:
        return Ruling("found", numbers, where="model", since=int(times[least][-1]))
    if learned[0].value > 0 and _is_by_heart(numbers["held_out_left"], abs(numbers["loss_left"])):
        return Ruling("found", numbers, where="model", reason="it learned what it was shown by heart, and little else")
    if rises:
        return Ruling("suspect", numbers, where="model", reason="the training loss does not fall meanwhile")
    return Ruling("fine", numbers, where="model")


def _is_by_heart(held_out: float, own: float) -> bool:
    """Whether next to nothing is left of the training loss and much of the held-out one."""
    return (held_out > HELD and own < HEART) or held_out > max(_PART, _TIMES * own)


def _stretches(held_out: Series) -> tuple[list[Array], list[_Mean]]:
    """The steps and the means of stretches of held-out losses; of few losses each by itself, the last by the last two.

    Of a single one the noise is told by how far losses lie from the line through their neighbours, in the median, since
    the course itself is bent but in a few places.
    """
    if len(held_out) >= 2 * _PARTS:
        parts = np.array_split(held_out.values, _PARTS)
        return np.array_split(held_out.steps, _PARTS), [_Mean.of(part) for part in parts]
    bends = np.abs(np.diff(held_out.values, 2))
    half = _Z * float(np.median(bends)) / (_NORMAL * math.sqrt(6))
    values = [*held_out.values[:-1], held_out.values[-2:].min()]
    return np.array_split(held_out.steps, len(held_out)), [_Mean(float(value), half) for value in values]


def _by_then(train: Series, step: int) -> float:
    """The training loss up to a step, by the median of the last few; the first one where none was told by then."""
    before = train.values[train.steps <= step]
    return float(np.median(before[-_FIRST:] if len(before) else train.values[:1]))


def _alongside(train: Series, times: list[Array]) -> list[Array]:
    """The training losses up to the end of each stretch of time, and after that of the one before."""
    ends = np.searchsorted(train.steps, [stretch[-1] for stretch in times[:-1]], side="right")
    parts = np.split(train.values, np.clip(ends, 1, len(train) - 1))
    return [part if len(part) else train.values[-1:] for part in parts]


CAUSE = Cause(
    slug="overfitting",
    needs=(),
    judge=judge,
    remedy="Stop where held-out quality was best, and train on more sounds or with a smaller critic.",
    explains=("late-degradation",),
)
