"""Gradients of earlier own steps are still there at a network's next step: told exactly, not by how it trains.

Accumulation over several backward passes before one step, cleared after it, is no fault; nor is what lies there between
but is cleared before the network's own backward pass.
"""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import FEW, NETWORKS, SPOILS, part, share
from ganbaru.checkup.evidence import Evidence

_CARRIED = 0.5
"""Share of own steps with gradients of an earlier one; exactly 0 in loops that clear them."""


def _judge(evidence: Evidence) -> Ruling:
    shares = {name: _share(evidence, name) for name in NETWORKS if part(evidence, "clearing", name)}
    enough = {name: each for name, each in shares.items() if _followed(evidence, name) >= FEW}
    if not enough:
        return Ruling("not-checked", reason="too few own steps were looked at")
    worst = max(enough, key=lambda name: enough[name])
    numbers = {f"{name}_carried": each for name, each in enough.items()} | {f"{worst}_carried_limit": _CARRIED}
    if enough[worst] >= _CARRIED:
        return Ruling("found", numbers, worst)
    counts = part(evidence, "clearing", worst)
    if counts["carried"] - counts["both"] >= FEW:
        return Ruling("suspect", numbers, worst, reason="gradients are left standing at some steps only")
    return Ruling("fine", numbers)


def _share(evidence: Evidence, name: str) -> float:
    counts = part(evidence, "clearing", name)
    return share(counts.get("carried", 0), _followed(evidence, name))


def _followed(evidence: Evidence, name: str) -> int:
    return int(part(evidence, "clearing", name).get("followed", 0))


CAUSE = Cause(
    "no-zero-grad",
    needs=("clearing",),
    judge=_judge,
    remedy="Call zero_grad() of this network's optimizer before each of its backward passes.",
    explains=("grad-leak", "non-finite", *SPOILS),
)
