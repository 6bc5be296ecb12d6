"""One network's optimizer holds the other's parameters too."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import SPOILS
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence


def _judge(evidence: Evidence) -> Ruling:
    held = [each["held"] for each in evidence.probes["owners"]["optimizers"] if each["held"]]
    mixed = [each for each in held if {"generator", "critic"} <= set(each)]
    alone = {name for each in held if len(each) == 1 for name in each}
    numbers = {"optimizers": float(len(held)), "mixed": float(len(mixed))}
    if not held:
        return Ruling("not-checked", numbers, reason="no optimizer of a watched network was seen")
    if not mixed and len(alone) == 1 and len(held) > 1:
        (network,) = alone
        return Ruling("found", numbers, network, reason=f"{len(held)} optimizers hold the {network}, none the other")
    if not mixed or len(alone) == 2:
        return Ruling("fine", numbers)  # a third one beside two pure ones is meant, as in InfoGAN
    if not alone and len(mixed) > 1:
        return Ruling("found", numbers, "both", reason="several optimizers hold both networks")
    if not alone:
        return Ruling("fine", numbers, reason="one optimizer serves both networks in turn")
    owner = "critic" if "generator" in alone else "generator"
    other = "generator" if owner == "critic" else "critic"
    return Ruling(
        "found", numbers, owner, reason=f"the {owner}'s optimizer also holds {mixed[0][other]} of the other's"
    )


CAUSE = Cause(
    "shared-optimizer",
    needs=("owners",),
    when=is_game,
    judge=_judge,
    remedy="Give each network's optimizer the parameters of that network alone.",
    explains=("no-update", "grad-leak", "loss-sign", "no-zero-grad", *SPOILS),
)
