"""Too much momentum: each of two players runs on past where the other has gone, or a model past where its loss was low.

Arjovsky et al. 2017, section 3: training becomes unstable with a momentum based optimizer (β₁ > 0) on the critic.
"""

from dataclasses import replace

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.blocked import not_lipschitz, oscillation
from ganbaru.checkup.causes.hyper import n_critic_low, penalty_too_small
from ganbaru.checkup.causes.hyper.late import LEFT, SAID, began_late
from ganbaru.checkup.causes.hyper.settings import DOUBTFUL_MOMENTUM, NETWORKS, UNLEARNED
from ganbaru.checkup.causes.one_loss import is_plain, still_falls
from ganbaru.checkup.causes.proved import by_itself
from ganbaru.checkup.causes.standing import WASSERSTEIN, by_harm
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_GAME = 0.95
"""β₁ or momentum of a player that is too much in any game."""
_WANDERS, _CHANCE, _RECORDS = 0.2, 2.0, 5
"""Deviation over the steps of the mean of what is generated, in deviations of the data, from which a Wasserstein game
whose critic has so doubtful a momentum runs past its goal; how many times what chance moves the mean of a batch by that
must be; and the records after the first tenth of the steps that tell it."""
_PLAINER = (n_critic_low.CAUSE, penalty_too_small.CAUSE, not_lipschitz.CAUSE)
"""Causes that say more of such a game than a momentum that went well in others."""
_ALONE = 0.985
"""Of a model with one loss; 0.9, seldom 0.99 with long schedules, in published recipes."""
_MEMORY = 0.2
"""Updates that momentum averages over, 1 / (1 - β₁), as a share of all from which it has no time to settle."""


def _momenta(evidence: Evidence) -> dict[str, float]:
    known = {name: evidence.facts.get(f"{name}_momentum") for name in NETWORKS}
    return {name: float(momentum) for name, momentum in known.items() if momentum is not None}


def _when(evidence: Evidence) -> str:
    return "" if _momenta(evidence) else "no momentum of an optimizer is known"


def _judge(evidence: Evidence) -> Ruling:
    momenta, limit = _momenta(evidence), _ALONE if is_plain(evidence) else DOUBTFUL_MOMENTUM
    worst = max(momenta, key=lambda name: momenta[name])
    numbers = {f"{name}_momentum": value for name, value in momenta.items()} | {f"{worst}_momentum_limit": limit}
    if momenta[worst] < limit:
        return Ruling("fine", numbers)
    memory = _memory(evidence, momenta[worst])
    if is_plain(evidence) and memory > _MEMORY and still_falls(evidence):
        numbers |= {"memory_share": memory, "memory_share_limit": _MEMORY}
        return Ruling("found", numbers, worst, reason="it still speeds up when it ends")
    if is_plain(evidence) or momenta[worst] >= _GAME:
        return by_itself(evidence, numbers, worst)
    if (late := began_late(evidence)) and late.get("way_left", 1.0) > LEFT:
        reason = f"its steps contradict each other, and {SAID}"
        return Ruling("found", numbers | late, worst, reason=reason)
    ruling = by_harm(evidence, numbers, worst)
    if ruling.verdict == "found":
        if _runs_past(evidence) and not any(cause.examine(evidence) for cause in _PLAINER):
            return replace(ruling, reason="momentum unsettles a Wasserstein critic, and what is generated wanders")
        return replace(ruling, verdict="suspect", reason="games were seen to go well with as much")
    return ruling


def _runs_past(evidence: Evidence) -> bool:
    """Whether a Wasserstein critic has momentum and the mean of what is generated wanders."""
    if evidence.facts.get("objective") not in WASSERSTEIN or _momenta(evidence).get("critic", 0.0) < DOUBTFUL_MOMENTUM:
        return False
    names = [name for name in ("drift_0", "drift_1") if not evidence.lacks(name)]
    return any(_wanders(evidence, evidence.series[name].finite) for name in names)


def _wanders(evidence: Evidence, drift: Series) -> bool:
    late = drift.values[drift.steps > 0.1 * drift.steps[-1]] if len(drift) else drift.values
    return len(late) >= _RECORDS and float(late.std()) > max(_WANDERS, _CHANCE * oscillation.chance_of_mean(evidence))


def _memory(evidence: Evidence, momentum: float) -> float:
    """Updates that momentum averages over, as a share of the training."""
    steps = max(float(evidence.facts.get("steps") or 0), float(evidence.facts.get("step") or 0))
    return 1 / max(1 - momentum, 1e-9) / steps if steps else 0.0


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
        "learning-rate-low",
        *UNLEARNED,
    ),
)
