"""Many units never answer: no gradient reaches the weights behind them."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

_DEAD = 0.6
"""Share of a network's units; up to 0.2 in generators of ReLUs that learned well."""


def _judge(evidence: Evidence) -> Ruling:
    names = [name for name in ("generator", "critic", "model") if not evidence.lacks(f"dead_units_{name}")]
    worst = max(names, key=lambda name: evidence.series[f"dead_units_{name}"].late())
    series = evidence.series[f"dead_units_{worst}"]
    numbers = {"dead_units": series.late(), "dead_units_limit": _DEAD}
    if not series.late() > _DEAD:
        return Ruling("fine", numbers)
    now = standing(evidence)
    since = series.since(lambda values: values > _DEAD)
    if now is not None and not now.suffers:
        return Ruling("suspect", numbers, worst, since=since, reason="it learns in spite of it")
    return Ruling("found", numbers, worst, since=since)


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
    explains=("vanishing-gradient", "mode-collapse", "mode-dropping"),
)
