"""The critic's message does not reach the generator: its fakes are scored without their history.

A generator that has another loss besides moves all the same. Fakes that are scored as they are, in a turn of the
generator's and for a loss, are scored for it; a loop that hands the critic's gradient on by itself takes it at them.
"""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import FEW, SPOILS, part, share
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence

_EMPTY = 0.9
"""Share of the generator's own steps without any gradient."""


def _judge(evidence: Evidence) -> Ruling:
    seen, counts = evidence.probes["pushes"], part(evidence, "clearing", "generator")
    turns = seen["generator_turns"]
    numbers = {"turns": float(turns), "with_history": share(seen["generator_fresh"], turns)}
    own = part(evidence, "updates", "generator")
    if seen["generator_fresh"]:
        return _of_others(evidence, numbers) if _is_passed_by(evidence) else Ruling("fine", numbers)
    if not turns and own.get("calls", 0) >= FEW and own["looked"] >= FEW and own["trainable"] and _unreached(evidence):
        numbers |= {"optimizer_steps": float(own["calls"]), "optimizer_steps_limit": float(FEW)}
        return Ruling("found", numbers, "generator", reason="no gradient came to it when its optimizer stepped")
    if turns < FEW:
        return Ruling("not-checked", numbers, reason="no turn of the generator with a pass of the critic was seen")
    if not part(evidence, "updates", "generator").get("trainable"):
        return Ruling("not-checked", numbers, reason="the generator is frozen")
    empty = share(counts.get("empty", 0), counts.get("steps", 0))
    numbers |= {"without_gradient": empty, "without_gradient_limit": _EMPTY}
    reason = "it learns, but not by the scores of its samples" if empty < _EMPTY else ""
    return Ruling("found", numbers, "generator", reason=reason)


def _of_others(evidence: Evidence, numbers: dict[str, float]) -> Ruling:
    """The ruling on scored samples that have a history in which this generator is not."""
    told = float(evidence.probes["pushes"]["generator_told"])
    reason = "the samples that its loss is of were made by another network, such as its average"
    return Ruling("found", numbers | {"told": told, "told_limit": float(FEW)}, "generator", reason=reason)


def _is_passed_by(evidence: Evidence) -> bool:
    """Whether its loss was sent back through the critic time and again, and no gradient ever came to its weights."""
    own, counts = part(evidence, "updates", "generator"), part(evidence, "clearing", "generator")
    if not own.get("trainable") or own["arrivals"] or own["calls"] < FEW or own["looked"] < FEW:
        return False
    empty = counts.get("steps", 0) >= FEW and counts.get("empty") == counts["steps"]
    return bool(empty and evidence.probes["pushes"]["generator_told"] >= FEW)


def _unreached(evidence: Evidence) -> bool:
    """Whether nothing came to the generator, and it was not for want of a backward pass: no fake of it was scored."""
    own, counts = part(evidence, "updates", "generator"), part(evidence, "clearing", "generator")
    if share(counts.get("empty", 0), counts.get("steps", 0)) < _EMPTY and own["arrivals"] == 0 and own["steps"]:
        return False  # gradients lie there that no hook saw coming, such as those of `torch.func.grad`
    shown = (evidence.probes.get("fakes") or {}).get("shown", 1)
    return not own["steps"] or (own["arrivals"] == 0 and shown == 0)


CAUSE = Cause(
    "generator-detached",
    needs=("pushes",),
    when=is_game,
    judge=_judge,
    remedy="Score the generator's own samples, not detached and not made under no_grad, for the generator's loss.",
    explains=("no-update", "no-zero-grad", "latent-ignored", "critic-on-stale-fake", "learning-rate-low", *SPOILS),
)
