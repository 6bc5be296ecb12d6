"""A network takes a step along the gradient of the other one's loss.

What the other's backward pass leaves in a network's gradients and is cleared before the network's own step does no
harm: every loop that does not freeze the critic in the generator's turn does so.
"""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import FEW, SPOILS, part, share
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence

_LEAKED = 0.5
"""Share of own steps that come after the other's turn; exactly 0 in loops without a leak, 1 with one."""


def _judge(evidence: Evidence) -> Ruling:
    counts = {name: part(evidence, "clearing", name) for name in ("generator", "critic")}
    enough = {name: each for name, each in counts.items() if each.get("after_other", 0) >= FEW}
    if not enough:
        return Ruling("not-checked", reason="too few own steps were looked at")
    shares = {name: share(each["leaked"], each["after_other"]) for name, each in enough.items()}
    worst = max(shares, key=lambda name: shares[name])
    numbers = {f"{name}_leaked": each for name, each in shares.items()} | {f"{worst}_leaked_limit": _LEAKED}
    if shares[worst] >= _LEAKED:
        return Ruling("found", numbers, worst)
    if enough[worst]["leaked"] >= FEW:
        return Ruling("suspect", numbers, worst, reason="it is so at some steps only")
    return Ruling("fine", numbers)


CAUSE = Cause(
    "grad-leak",
    needs=("clearing",),
    when=is_game,
    judge=_judge,
    remedy="Detach the fakes in the critic's turn, and clear a network's gradients right before its own backward pass.",
    explains=("loss-sign", *SPOILS),
)
