"""It gets worse and worse: the fakes move away from the reals, or the loss of a model from where it began."""

import numpy as np

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.breaking import broke_at_once
from ganbaru.checkup.causes.one_loss import Fall, falls, is_plain
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_WORSE = 1.5
"""Distance late over what it was untrained; of a model the same of its loss."""
_FAR = 4.0
"""Distance of fakes over that of other reals that goes with it."""
_ON, _BEYOND = 1.5, 10.0
"""Last eighth over the one before from which it still gets worse, and over what it was untrained: what was good before
and got worse once is neither."""
_FIRST, _MORE = 5, 10
"""Losses that tell what it was untrained, and as many as are not all small by chance."""
_CLEARLY = 2.0
"""Times that late losses are above the largest of the first five that they are clearly above it."""
_LEARNED = 0.25
"""Share by which the training loss fell where a held-out one that rises is no divergence: it learns by heart."""


def _judge(evidence: Evidence) -> Ruling:
    return _of_loss(evidence) if is_plain(evidence) else _of_samples(evidence)


def _of_samples(evidence: Evidence) -> Ruling:
    now = standing(evidence)
    if now is None:
        return Ruling("not-checked", reason="samples were not seen")
    series = evidence.series["batch_distance"].finite
    if not len(series):
        return Ruling("not-checked", reason="no distance of the samples is a number")
    start = series.early(0.05)
    worse = now.apart / max(now.start, 1e-9)
    numbers = {"times_untrained": worse, "times_untrained_limit": _WORSE, "apart": now.apart, "apart_limit": _FAR}
    if worse < _WORSE or now.apart < _FAR or now.improving:
        return Ruling("fine", numbers)
    since = series.since(lambda values: ~(values < _WORSE * np.float64(start)))
    return _ruling(evidence, series, numbers, "generator", since)


def _of_loss(evidence: Evidence) -> Ruling:
    """The loss ends clearly above what it was untrained, or grew until it was no number."""
    fall = _risen(evidence)
    if fall is None:
        return Ruling("not-checked", reason="no loss was told from the start")
    risen = -fall.fallen
    numbers = {f"{fall.name}_risen": risen, f"{fall.name}_risen_limit": _WORSE - 1}
    if risen < _WORSE - 1 or broke_at_once(evidence) or not _is_clear(evidence.series[fall.name]):
        return Ruling("fine", numbers)
    limit = fall.start + (_WORSE - 1) * abs(fall.start)
    series = evidence.series[fall.name]
    return _ruling(evidence, series.finite, numbers, "model", series.since(lambda values: ~(values < limit)))


def _is_clear(series: Series) -> bool:
    """Whether three of four late losses are above all of the first ones, which may be of single samples; or broke.

    The first five may all be small by chance, unless the late ones are far above them: ten hardly are.
    """
    values, late = series.finite.values, series.values[-max(1, len(series) // 4) :]
    if not np.isfinite(late).all():
        return True
    first, more = (values[: max(count, len(series) // 50)].max() for count in (_FIRST, _MORE))
    low = np.quantile(late, 0.25)
    return bool(low > more or low > _CLEARLY * first > 0)


def _risen(evidence: Evidence) -> Fall | None:
    """The loss to judge by: the one that rose most, but the training loss where that clearly fell."""
    told = falls(evidence)
    own = next((each for each in told if each.name == "loss" and each.fallen > _LEARNED), None)
    return own or min(told, key=lambda each: each.fallen, default=None)


def _ruling(evidence: Evidence, series: Series, numbers: dict[str, float], where: str, since: int | None) -> Ruling:
    good = late_degradation.begins(evidence, series.steps[-1] if since is None else since)
    if good and not _goes_on(series):
        return Ruling("suspect", numbers, where, since=since, reason="it was good before")
    return Ruling("found", numbers, where, since=since)


def _goes_on(series: Series) -> bool:
    """Whether it still gets worse at the end, and is far beyond what it was untrained."""
    first, before, last = (
        float(np.median(part)) for part in (series.values[:1], series.part(0.75, 0.875), series.part(0.875))
    )
    return last > _ON * max(before, 0.0) and last > _BEYOND * abs(first)


def _when(evidence: Evidence) -> str:
    return "" if is_plain(evidence) else evidence.lacks("batch_distance")


def _change(evidence: Evidence) -> Change | None:
    return {"gradient_clip": 1.0} if is_plain(evidence) else {**penalty(evidence), "gradient_clip": 1.0}


CAUSE = Cause(
    "divergence",
    needs=(),
    when=_when,
    judge=_judge,
    remedy="Lower both learning rates, constrain the critic (constraint=r1), and bound the gradient (gradient_clip=1).",
    change=_change,
    explains=(
        "non-finite",
        "overfitting",
        "vanishing-gradient",
        "dead-units",
        "mode-collapse",
        "mode-dropping",
        "critic-too-strong",
        "late-degradation",
    ),
)
