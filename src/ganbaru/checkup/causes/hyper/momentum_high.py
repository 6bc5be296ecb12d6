"""Too much momentum for a game of two players: each runs on past where the other has gone.

Arjovsky et al. 2017, section 3: training becomes unstable with a momentum based optimizer (β₁ > 0) on the critic.
"""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.standing import by_harm, is_game
from ganbaru.checkup.evidence import Evidence

_MOMENTUM = 0.85
"""β₁ or momentum; 0 to 0.5 in published recipes."""


def _judge(evidence: Evidence) -> Ruling:
    momenta = {name: evidence.facts.get(f"{name}_momentum") or 0.0 for name in ("generator", "critic")}
    worst = max(momenta, key=lambda name: momenta[name])
    numbers = {f"{name}_momentum": value for name, value in momenta.items()} | {f"{worst}_momentum_limit": _MOMENTUM}
    if momenta[worst] < _MOMENTUM:
        return Ruling("fine", numbers)
    return by_harm(evidence, numbers, worst)


def _change(evidence: Evidence) -> Change | None:
    found = {}
    for name in ("generator", "critic"):
        adam = "adam" in str(evidence.facts.get(f"{name}_optimizer", ""))
        found[f"{name}.optimizer_options"] = {"betas": [0.0, 0.99]} if adam else {"momentum": 0.0}
    return found


CAUSE = Cause(
    "momentum-high",
    needs=("generator_momentum",),
    when=is_game,
    judge=_judge,
    remedy="Take β₁ = 0 (momentum 0) in both optimizers.",
    change=_change,
    explains=("oscillation", "divergence", "exploding-gradient", "mode-collapse", "mode-dropping", "late-degradation"),
)
