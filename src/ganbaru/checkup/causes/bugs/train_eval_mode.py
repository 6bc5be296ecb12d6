"""A network is trained while in evaluation mode, in which its dropout or batch normalisation does something else."""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import FEW, NETWORKS, SPOILS, part, share
from ganbaru.checkup.evidence import Evidence

_ROW = 5
"""Updates in a row, the latest ones; passes in evaluation mode between updates do not count."""
_OFTEN = 0.5
"""Share of the updates from which it is suspected otherwise."""


def _judge(evidence: Evidence) -> Ruling:
    seen = {name: modes for name in NETWORKS if (modes := part(evidence, "modes", name)) and modes["updates"] >= FEW}
    if not seen:
        return Ruling("not-checked", reason="too few updates were looked at")
    worst = max(
        seen, key=lambda name: (seen[name]["parts"] > 0) * share(seen[name]["evaluating"], seen[name]["updates"])
    )
    often = share(seen[worst]["evaluating"], seen[worst]["updates"])
    numbers = {"evaluating": often, "in_a_row": float(seen[worst]["row"]), "in_a_row_limit": float(_ROW)}
    if not seen[worst]["parts"]:
        return Ruling("fine", numbers, reason="nothing in the networks answers otherwise in evaluation mode")
    if seen[worst]["row"] >= _ROW:
        return Ruling("found", numbers, worst)
    if often >= _OFTEN:
        return Ruling("suspect", numbers, worst, reason="it is in evaluation mode at many of its updates")
    return Ruling("fine", numbers)


CAUSE = Cause(
    "train-eval-mode",
    needs=("modes",),
    judge=_judge,
    remedy="Call train() on this network after each evaluation, before its next pass.",
    explains=("overfitting", *SPOILS),
)
