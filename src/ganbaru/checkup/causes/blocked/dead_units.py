"""Many units never answer: no gradient reaches the weights behind them."""

from dataclasses import replace

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.one_loss import by_outcome
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
    since = series.since(lambda values: values > _DEAD)
    if late_degradation.begins(evidence, since):
        return Ruling("suspect", numbers, worst, since=since, reason="they died after it had been good")
    ruling = by_outcome(evidence, numbers, worst, since=since)
    return replace(ruling, verdict="suspect", reason="it learns in spite of it") if ruling.verdict == "fine" else ruling


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
