"""Gradients grow without bound, over the steps or, before any step, through the layers."""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.breaking import broke_at_once
from ganbaru.checkup.causes.one_loss import by_outcome
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_GROWN = 30.0
"""Late over early gradient; 1 to 10 in unbounded critics that learn well."""
_LARGE, _HUGE = 20.0, 1e6
"""Norm that goes with it, and one that is too large whatever it grew from; up to 10 where learning went well."""
_WIDE, _STEEP = 30.0, 100.0
"""Deviation of untrained fakes over that of the data, and the first gradient: 1 and 10 of weights drawn as is usual."""
_STAYS = 0.5
"""Share of the later records in which it is so: what exploded wavers."""


def _when(evidence: Evidence) -> str:
    return "" if _networks(evidence) else "no gradients were recorded"


def _judge(evidence: Evidence) -> Ruling:
    drawn = _drawn_wide(evidence)
    if drawn is not None:
        return drawn
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
    return by_outcome(evidence, numbers, name, since=since)


def _drawn_wide(evidence: Evidence) -> Ruling | None:
    """Of a generator whose weights were drawn so wide that its layers blow up what they are given, untrained."""
    lacking = [name for name in ("fake_std", "real_std", "generator_gradient") if evidence.lacks(name)]
    if lacking:
        return None
    fake, gradient = (evidence.series[name].finite.values for name in ("fake_std", "generator_gradient"))
    wide = fake[0] / max(evidence.series["real_std"].late(1.0), 1e-12) if len(fake) else 0.0
    if not len(gradient) or wide < _WIDE or gradient[0] < _STEEP:
        return None
    numbers = {"untrained_over_data": wide, "untrained_over_data_limit": _WIDE}
    numbers |= {"first_gradient": float(gradient[0]), "first_gradient_limit": _STEEP}
    return by_outcome(evidence, numbers, "generator", since=1)


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
