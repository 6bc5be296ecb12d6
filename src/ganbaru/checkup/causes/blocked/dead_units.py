"""Many units never answer: no gradient reaches the weights behind them, while the network as a whole gets some.

Where a loss is flat for a whole batch (a hinge that is met by every sample), no weight gets any, and no unit is dead.
"""

from dataclasses import replace

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.one_loss import by_outcome, is_plain
from ganbaru.checkup.causes.travelled import travelled
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_DEAD, _CUT_OFF = 0.6, 0.3
"""Share of a network's units, and of one whose first layer gets no gradient at all: a faint one comes through layers
that are only narrow. Up to 0.4 in networks of ReLUs that learned well."""
_BORN, _STILL = 0.3, 0.3
"""Share of units that were dead at the first records and the share that are still, from which they were built so that
they never answer; on the calibration half, of networks that learned, at most 0.26 were at first and 0.35 in the end."""
_MOVED = 1.0
"""All updates of a model over the norm of its weights below which most of them stood still; 1.6 and more on the
calibration half where learning went well."""
_FIRST = 0.05
"""Share of the records that are the first ones."""
_COMES_IN = {"generator": "fake_gradient", "critic": "critic_gradient", "model": "model_gradient"}
"""What tells whether anything came to a network that its units could have answered."""


def _judge(evidence: Evidence) -> Ruling:
    names = [name for name in ("generator", "critic", "model") if not evidence.lacks(f"dead_units_{name}")]
    shares = {name: _while_it_learns(evidence, name) for name in names}
    known = [name for name in names if len(shares[name])]
    if not known:
        return Ruling("not-checked", reason="no network ever got a gradient: of its units nothing is known")
    worst = max(known, key=lambda name: shares[name].late())
    series = shares[worst]
    limit = _CUT_OFF if is_plain(evidence) and _is_cut_off(evidence) else _DEAD
    numbers = {"dead_units": series.late(), "dead_units_limit": limit}
    if not series.late() > limit:
        return Ruling("fine", numbers) if is_plain(evidence) else _of_born(series, numbers, worst)
    since = series.since(lambda values: values > limit)
    if late_degradation.begins(evidence, since):
        return Ruling("suspect", numbers, worst, since=since, reason="they died after it had been good")
    if is_plain(evidence) and (moved := travelled(evidence, worst)) < _MOVED:
        return Ruling("found", numbers | {"model_moved": moved, "model_moved_limit": _MOVED}, worst, since=since)
    ruling = by_outcome(evidence, numbers, worst, since=since)
    return replace(ruling, verdict="suspect", reason="it learns in spite of it") if ruling.verdict == "fine" else ruling


def _of_born(series: Series, numbers: dict[str, float], name: str) -> Ruling:
    """The ruling where fewer units are dead: found where they were so before anything was learned."""
    first, late = min(series.early(_FIRST), float(series.values[0])), numbers["dead_units"]
    numbers = numbers | {"dead_units_limit": _STILL, "dead_at_first": first, "dead_at_first_limit": _BORN}
    if not (first > _BORN and late > _STILL):
        return Ruling("fine", numbers)
    reason = "they were so before anything was learned: a bias or a scale keeps them below nought"
    return Ruling("found", numbers, name, since=int(series.steps[0]), reason=reason)


def _is_cut_off(evidence: Evidence) -> bool:
    """Whether the first layer gets no gradient where the last one does."""
    return not evidence.lacks("gradient_reach") and evidence.series["gradient_reach"].late() == 0


def _while_it_learns(evidence: Evidence, name: str) -> Series:
    """The share of a network's dead units, at the records at which some gradient came to it."""
    dead = evidence.series[f"dead_units_{name}"].finite
    if evidence.lacks(_COMES_IN[name]) or (name == "critic" and _is_constant(evidence)):
        return dead
    came = evidence.series[_COMES_IN[name]]
    there = ~np.isin(dead.steps, came.steps[came.values == 0])
    return Series.of(dead.steps[there], dead.values[there])


def _is_constant(evidence: Evidence) -> bool:
    """Whether the critic gives all samples one score from first to last: not its loss is flat, but it itself."""
    slopes = np.zeros(0) if evidence.lacks("lipschitz") else evidence.series["lipschitz"].finite.values
    return len(slopes) > 0 and not slopes.any()


def _when(evidence: Evidence) -> str:
    names = ("dead_units_generator", "dead_units_critic", "dead_units_model")
    return "" if any(not evidence.lacks(name) for name in names) else "gradients by unit were not recorded"


CAUSE = Cause(
    "dead-units",
    needs=(),
    when=_when,
    judge=_judge,
    remedy="Take a leaky activation, and lower the learning rate.",
    change=lambda evidence: {"generator.slope": 0.2, "critic.slope": 0.2},
    explains=("vanishing-gradient", "critic-too-weak", "mode-collapse", "mode-dropping"),
    explains_later=("divergence", "exploding-gradient"),
)
