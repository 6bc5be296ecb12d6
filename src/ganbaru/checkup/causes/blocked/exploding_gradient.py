"""Gradients grow without bound, over the steps or, before any step, through the layers."""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.breaking import broke_at_once
from ganbaru.checkup.causes.one_loss import by_outcome, falls, is_plain
from ganbaru.checkup.causes.proved import APART, is_apart
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.causes.travelled import travelled
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_GROWN = 30.0
"""Late over early gradient; 1 to 10 in unbounded critics that learn well."""
_LARGE, _HUGE = 20.0, 1e6
"""Norm that goes with it, and one that is too large whatever it grew from; up to 10 where learning went well."""
_WIDE, _AMPLIFIED = 30.0, 120.0
"""Deviation of untrained fakes over that of the data, and the gradient of the generator's weights over the message that
it was given, early; on the calibration half 2 and 30 at most of weights drawn as is usual, 340 and 500 of wide ones."""
_EARLY = 0.1
"""Share of the records in which weights are still much as they were drawn."""
_STAYS = 0.5
"""Share of the later records in which it is so: what exploded wavers."""
_FELL, _WAY, _MOVED = 30.0, 0.2, 1.0
"""Times that a model's first loss was what was left after so short a way of its weights, in norms of them, and the
whole way that goes with it: a loss follows weights so closely where each layer blows up what it is given. On the
calibration half 0.03 of wide weights, and 0.3 at least of others, which went 1.6 and more where learning went well."""
_RUNNING, _MOST = 5, 0.95
"""Losses to a running median; and the quantile of the late ones that the first one is above, though samples differ."""


def _when(evidence: Evidence) -> str:
    return "" if _networks(evidence) else "no gradients were recorded"


def _judge(evidence: Evidence) -> Ruling:
    drawn = drawn_wide(evidence)
    if drawn:
        return Ruling("found", drawn, "model", since=1) if is_plain(evidence) else _by_distance(evidence, drawn)
    name = max(_networks(evidence), key=lambda each: _growth(evidence.series[f"{each}_gradient"]))
    series = evidence.series[f"{name}_gradient"]
    late, growth = _late(series), _growth(series)
    numbers = {f"{name}_gradient": late, "grown": growth, "grown_limit": _GROWN}
    if not late > _HUGE and (growth < _GROWN or late < _LARGE or broke_at_once(evidence)):
        return Ruling("fine", numbers)
    limit = min(_GROWN * series.early(0.1), _HUGE)
    since = series.since(lambda values: ~(values < limit), stays=_STAYS)
    if late_degradation.begins(evidence, since):
        return Ruling("suspect", numbers, name, since=since, reason="they grew after it had been good")
    if is_plain(evidence) and _loss_growth(evidence) > growth:
        return Ruling("suspect", numbers, name, since=since, reason="the loss grew more than they did")
    return by_outcome(evidence, numbers, name, since=since)


def _by_distance(evidence: Evidence, numbers: dict[str, float]) -> Ruling:
    """The ruling on wide weights: little may be left of the way from where such a generator began, and all be far."""
    now = standing(evidence)
    if now is None:
        return Ruling("suspect", numbers, "generator", since=1, reason="no samples were seen: it may do no harm")
    numbers = {**numbers, "apart": now.apart, "apart_limit": APART}
    return Ruling("found", numbers, "generator", since=1) if is_apart(now) else Ruling("fine", numbers)


def drawn_wide(evidence: Evidence) -> dict[str, float]:
    """What tells that the layers of a generator or model blow up what they are given, untrained; or nothing.

    Of a generator, on the way there samples are far wider than the data, and on the way back gradients than the
    message: neither an odd scale of the data nor a steep critic makes both.
    """
    if is_plain(evidence):
        return _falls_at_once(evidence)
    lacking = [name for name in ("fake_std", "real_std", "generator_gradient", "fake_gradient") if evidence.lacks(name)]
    fake = np.zeros(0) if lacking else evidence.series["fake_std"].finite.values
    if not len(fake):
        return {}
    wide, amplified = float(fake[0] / max(evidence.series["real_std"].late(1.0), 1e-12)), _amplified(evidence)
    numbers = {"untrained_over_data": wide, "untrained_over_data_limit": _WIDE}
    numbers |= {"gradient_over_message": amplified, "gradient_over_message_limit": _AMPLIFIED}
    return numbers if wide > _WIDE and amplified > _AMPLIFIED else {}


def _falls_at_once(evidence: Evidence) -> dict[str, float]:
    """Of a model: its first loss falls to a fraction before its weights have moved by much, and they never do."""
    if evidence.lacks("loss") or evidence.lacks("model_update_ratio"):
        return {}
    loss, whole = evidence.series["loss"].finite, travelled(evidence, "model")
    if len(loss) < 2 * _RUNNING or not loss.values[0] > 0:
        return {}
    running = np.median(np.lib.stride_tricks.sliding_window_view(loss.values, _RUNNING), axis=1)
    low = np.flatnonzero(running < loss.values[0] / _FELL)
    low = low if loss.values[0] > _FELL * np.quantile(loss.part(0.5), _MOST) else low[:0]
    way = travelled(evidence, "model", to=int(loss.steps[low[0] + _RUNNING // 2])) if len(low) else np.inf
    numbers = {"model_moved": whole, "model_moved_limit": _MOVED, "model_moved_first": way}
    numbers |= {"model_moved_first_limit": _WAY}
    return numbers if way < _WAY and whole < _MOVED else {}


def _loss_growth(evidence: Evidence) -> float:
    """Times that a model's loss ended at what it was first, by the one that rose most; 0 where it broke."""
    grown = [each.late / max(abs(each.start), 1e-12) for each in falls(evidence)]
    return max((each for each in grown if np.isfinite(each)), default=0.0)


def _amplified(evidence: Evidence) -> float:
    """Gradient of the generator's weights over the message to its samples, early, where there was one."""
    gradient, message = (evidence.series[name].finite for name in ("generator_gradient", "fake_gradient"))
    steps, mine, its = np.intersect1d(gradient.steps, message.steps, return_indices=True)
    told = message.values[its] > 0
    return Series.of(steps[told], gradient.values[mine][told] / message.values[its][told]).early(_EARLY)


def _networks(evidence: Evidence) -> list[str]:
    names = ("generator", "critic", "model")
    return [name for name in names if f"{name}_gradient" in evidence.series and _seen(evidence, name)]


def _seen(evidence: Evidence, name: str) -> bool:
    return bool(len(evidence.series[f"{name}_gradient"].finite))


def _late(series: Series) -> float:
    """The late norm; the last one before it stopped being finite where it did."""
    return series.late() if np.isfinite(series.values[-1]) else float(series.finite.values[-1])


def _growth(series: Series) -> float:
    return _late(series) / max(series.early(0.1), 1e-12)


CAUSE = Cause(
    "exploding-gradient",
    needs=(),
    when=_when,
    judge=_judge,
    remedy="Bound the gradient's norm (gradient_clip=1), constrain the critic by a penalty, and draw weights as usual.",
    change=lambda evidence: {"gradient_clip": 1.0, **penalty(evidence)},
    explains=(
        "divergence",
        "oscillation",
        "non-finite",
        "vanishing-gradient",
        "mode-collapse",
        "mode-dropping",
        "late-degradation",
    ),
)
