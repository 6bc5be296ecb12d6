"""Too much momentum: each of two players runs on past where the other has gone, or a model past where its loss was low.

Arjovsky et al. 2017, section 3: training becomes unstable with a momentum based optimizer (β₁ > 0) on the critic.
"""

from dataclasses import replace

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.hyper.settings import NETWORKS, UNLEARNED
from ganbaru.checkup.causes.one_loss import by_outcome, is_plain
from ganbaru.checkup.evidence import Evidence

_GAME, _DOUBTFUL = 0.95, 0.85
"""β₁ or momentum of a player; 0 to 0.5 in published recipes of games, and 0.9 where nobody chose it."""
_ALONE = 0.985
"""Of a model with one loss; 0.9, seldom 0.99 with long schedules, in published recipes."""


def _momenta(evidence: Evidence) -> dict[str, float]:
    known = {name: evidence.facts.get(f"{name}_momentum") for name in NETWORKS}
    return {name: float(momentum) for name, momentum in known.items() if momentum is not None}


def _when(evidence: Evidence) -> str:
    return "" if _momenta(evidence) else "no momentum of an optimizer is known"


def _judge(evidence: Evidence) -> Ruling:
    momenta, limit = _momenta(evidence), _ALONE if is_plain(evidence) else _DOUBTFUL
    worst = max(momenta, key=lambda name: momenta[name])
    numbers = {f"{name}_momentum": value for name, value in momenta.items()} | {f"{worst}_momentum_limit": limit}
    if momenta[worst] < limit:
        return Ruling("fine", numbers)
    ruling = by_outcome(evidence, numbers, worst)
    if ruling.verdict == "found" and not is_plain(evidence) and momenta[worst] < _GAME:
        return replace(ruling, verdict="suspect", reason="games were seen to go well with as much")
    return ruling


def _change(evidence: Evidence) -> Change | None:
    found = {}
    for name in _momenta(evidence):
        adam = "adam" in str(evidence.facts.get(f"{name}_optimizer", ""))
        found[f"{name}.optimizer_options"] = {"betas": [0.0, 0.99]} if adam else {"momentum": 0.0}
    return found


CAUSE = Cause(
    "momentum-high",
    needs=(),
    when=_when,
    judge=_judge,
    remedy="Take β₁ = 0 (momentum 0) in both optimizers of a game, 0.9 for a model that learns alone.",
    change=_change,
    explains=(
        "non-finite",
        "oscillation",
        "divergence",
        "critic-too-strong",
        "critic-too-weak",
        "clip-saturation",
        "n-critic-low",
        "not-lipschitz",
        "penalty-too-small",
        "vanishing-gradient",
        "exploding-gradient",
        "dead-units",
        "mode-collapse",
        "mode-dropping",
        "late-degradation",
        *UNLEARNED,
    ),
)
