"""It gets worse and worse: the fakes move away from the reals, or the loss of a model from where it began."""

import numpy as np

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.breaking import broke_at_once
from ganbaru.checkup.causes.one_loss import is_plain, least_fall
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence

_WORSE = 1.5
"""Distance late over what it was untrained; of a model the same of its loss."""
_FAR = 4.0
"""Distance of fakes over that of other reals that goes with it."""


def _judge(evidence: Evidence) -> Ruling:
    return _of_loss(evidence) if is_plain(evidence) else _of_samples(evidence)


def _of_samples(evidence: Evidence) -> Ruling:
    now = standing(evidence)
    if now is None:
        return Ruling("not-checked", reason="samples were not seen")
    series = evidence.series["batch_distance"].finite
    start = series.early(0.05)
    worse = now.apart / max(now.start, 1e-9)
    numbers = {"times_untrained": worse, "times_untrained_limit": _WORSE, "apart": now.apart, "apart_limit": _FAR}
    if worse < _WORSE or now.apart < _FAR or now.improving:
        return Ruling("fine", numbers)
    since = series.since(lambda values: ~(values < _WORSE * np.float64(start)))
    return _ruling(evidence, numbers, "generator", since)


def _of_loss(evidence: Evidence) -> Ruling:
    """The loss ends clearly above what it was untrained, or grew until it was no number."""
    fall = least_fall(evidence)
    if fall is None:
        return Ruling("not-checked", reason="no loss was told from the start")
    risen = -fall.fallen
    numbers = {f"{fall.name}_risen": risen, f"{fall.name}_risen_limit": _WORSE - 1}
    if risen < _WORSE - 1 or broke_at_once(evidence):
        return Ruling("fine", numbers)
    limit = fall.start + (_WORSE - 1) * abs(fall.start)
    since = evidence.series[fall.name].since(lambda values: ~(values < limit))
    return _ruling(evidence, numbers, "model", since)


def _ruling(evidence: Evidence, numbers: dict[str, float], where: str, since: int | None) -> Ruling:
    if late_degradation.begins(evidence, since):
        return Ruling("suspect", numbers, where, since=since, reason="it was good before")
    return Ruling("found", numbers, where, since=since)


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
    explains=("non-finite", "mode-collapse", "mode-dropping", "critic-too-strong", "late-degradation"),
)
