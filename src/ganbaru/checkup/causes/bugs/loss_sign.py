"""A loss has the wrong sign, told by the gradients at the critic's scores, whatever the convention of the signs is.

A critic's loss pushes real and generated scores apart; a generator's loss pushes generated scores to where the critic
pushes real ones. Of losses that pull scores towards targets (least squares, cross-entropy) the targets are compared,
for scores beyond a target are pulled back rightly.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs import known_domain_failed
from ganbaru.checkup.causes.bugs.seen import FEW, SPOILS, share
from ganbaru.checkup.causes.one_loss import is_plain
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence

_RIGHT = 0.1
"""Share of looks with the right direction up to which it is wrong; 0.95 and more where labels are right."""
_DOUBTFUL = 0.5
"""Share below which it is suspected."""
_MOSTLY = 0.8
"""Share of looks from which a direction needs no second measure."""
_NET, _HEARD = 0.5, 0.5
"""Share of all gradients of a side that must remain when they are added over the looks, and of those of the other side
that they must be, for its direction to be told: 1 where every sample is pushed one way at every look, and where both
sides are pushed the same way; less where scores of one side were at their target from the first look on."""
_APART = 0.1
"""Distance of two targets that are apart; 1 for labels of 0 and 1, smoothed or not at least 0.7."""

_BOUNDLESS = 100.0
"""Fall of a loss over its first size: a loss that is positive, as most are, falls by 1 at the most, and a logarithm of
a density by some tens."""
_NOT, _RISEN = 0.05, 0.5
"""Fall of the held-out loss that is none, and its rise over its first size."""
_ENDLESS = 1000.0
"""Fall over the largest of the first losses that no loss with a least value makes, and no density that is learned: its
logarithm grows by a few for each number."""
_GREW, _ON = 3.0, -0.5
"""Times its first size that a loss which was told grew to, and the cosine of the answers and the gradient at them below
which answers that are far off are pushed farther off: -1 where an error is raised, 1 where steps go past the least."""
_BEGINNING = 0.02
"""Share of the records whose median is what a loss was untrained."""
_MIRROR = 0.2
"""What a loss below 0 and a held-out one above it add up to, over the larger one, where one is the other's opposite."""
_FIRST = 3
"""Losses of which one at least is of its usual size."""


def _judge(evidence: Evidence) -> Ruling:
    return _of_one_loss(evidence) if is_plain(evidence) else _of_game(evidence)


def _of_one_loss(evidence: Evidence) -> Ruling:
    """Told by a loss that falls past all bounds while the held-out one, of another sign, does nothing but rise.

    Where the held-out one has the same sign, it falls as far; where there is none, the fall alone must tell.
    """
    loss = evidence.series["loss"].finite.values
    held_out = None if evidence.lacks("held_out_loss") else evidence.series["held_out_loss"].finite.values
    if min(len(loss), 2 if held_out is None else len(held_out)) < 2:
        return Ruling("not-checked", reason="too few finite losses were told")
    if climbed := _climbed(evidence):
        return Ruling("found", climbed, "model", reason="it climbs: what is far off is pushed farther off")
    numbers = {"loss_fallen": _fall(loss, loss.min()), "loss_fallen_limit": _BOUNDLESS}
    if _is_endless(loss) and (held_out is None or _is_endless(held_out)):
        return Ruling("found", numbers | {"loss_fallen_limit": _ENDLESS}, "model", reason="it falls without end")
    if held_out is None:
        return Ruling("fine", numbers)
    if mirrored := _mirrored(evidence):
        return Ruling("found", mirrored, "model", reason="the held-out loss is what it raises, with the other sign")
    numbers |= {"held_out_fallen": _fall(held_out, held_out.min()), "held_out_fallen_limit": _NOT}
    numbers |= {"held_out_risen": -_fall(held_out, held_out.max()), "held_out_risen_limit": _RISEN}
    wrong = numbers["loss_fallen"] > _BOUNDLESS and numbers["held_out_fallen"] < _NOT
    return Ruling("found" if wrong and numbers["held_out_risen"] > _RISEN else "fine", numbers, "model")


def _mirrored(evidence: Evidence) -> dict[str, float]:
    """What tells that the held-out loss rose as far above 0 as the other one fell below it; nothing where not."""
    loss, held_out = (evidence.series[name].finite for name in ("loss", "held_out_loss"))
    ends = loss.late(), held_out.late()
    numbers = {"loss": ends[0], "held_out_loss": ends[1], "summed": abs(sum(ends)) / max(*map(abs, ends), 1e-12)}
    rose = held_out.values[-1] > held_out.values[0] and loss.values[-1] < loss.values[0]
    wrong = rose and ends[0] < 0 < ends[1] and numbers["summed"] < _MIRROR
    return numbers | {"summed_limit": _MIRROR} if wrong else {}


def _climbed(evidence: Evidence) -> dict[str, float]:
    """By what a loss that is told as it is and taken the other way shows; nothing where it does not.

    It grows, as it does where steps are too long; but steps that are too long go past the least loss, and are pushed
    back to it.
    """
    if evidence.lacks("pulled_in"):
        return {}
    loss, pulled = evidence.series["loss"], evidence.series["pulled_in"].finite.late()
    grown = loss.finite.late() / max(loss.early(_BEGINNING), 1e-12)
    numbers = {"loss_grown": grown, "loss_grown_limit": _GREW, "pulled_in": pulled, "pulled_in_limit": _ON}
    return numbers if loss.early(_BEGINNING) > 0 and grown > _GREW and pulled < _ON else {}


def _is_endless(losses: np.ndarray) -> bool:
    """Whether losses end far below 0, lower than ever, by the size of the first ones."""
    return bool(np.median(losses[-_FIRST:]) < -_ENDLESS * np.abs(losses[:_FIRST]).max())


def _fall(values: np.ndarray, to: float) -> float:
    """From the first of them, as a share of its size."""
    return float((values[0] - to) / max(abs(values[0]), 1e-12))


def _of_game(evidence: Evidence) -> Ruling:
    seen, family = evidence.probes["pushes"], evidence.probes.get("family") or {}
    critic, generator = _critic(seen, family), _generator(seen, family)
    if turned := [side for side in ("real", "fake", "generator") if _is_hill(family, side)]:
        squares = {"squares_turned": float(len(turned)), "squares_turned_limit": 0.0}
        where = "generator" if turned == ["generator"] else "critic"
        return Ruling("found", squares, where, reason="it raises a squared distance instead of lowering it")
    if critic is None and generator is None:
        return Ruling("not-checked", reason="it could not be told which of the critic's scores are of real samples")
    numbers: dict[str, float] = {}
    if critic is not None:
        numbers |= {"pushed_apart": critic, "pushed_apart_limit": _RIGHT}
    if generator is not None:
        numbers |= {"generator_follows": generator, "generator_follows_limit": _RIGHT}
    nets = {"pushed_apart": _net_critic(seen), "generator_follows": _net_generator(seen)}
    for name, net in nets.items():
        if net is not None and _RIGHT < numbers.get(name, 1.0) < _MOSTLY:
            numbers |= {f"{name}_summed": net, f"{name}_summed_limit": 0.0}
    critic, generator = (_weighed(numbers, name) for name in nets)
    if critic is not None and critic <= _RIGHT:
        if _is_of_one_target(family) and known_domain_failed.CAUSE.examine(evidence):
            reason = "both are drawn to one target, which no sign mends: the formula is at fault"
            return Ruling("suspect", numbers, "critic", reason=reason)
        return Ruling("found", numbers, "critic", reason="real and generated scores are pushed the same way")
    if generator is not None and generator <= _RIGHT:
        return Ruling("found", numbers, _whose(seen), reason="the generator's loss pushes where the critic's does")
    if min(value for value in (critic, generator, 1.0) if value is not None) < _DOUBTFUL:
        return Ruling("suspect", numbers, reason="the losses push the scores now this way, now that")
    return Ruling("fine", numbers)


def _when(evidence: Evidence) -> str:
    if is_plain(evidence):
        return evidence.lacks("loss")
    return is_game(evidence) or evidence.lacks("pushes")


def _critic(seen: Mapping[str, Any], family: Mapping[str, Any]) -> float | None:
    """Share of looks in which the critic's loss pushes the scores apart; None where that cannot be told."""
    if "real_target" in family and "fake_target" in family and _alike(family, "real", "fake"):
        return float(not _is_of_one_target(family))
    return share(seen["critic_apart"], seen["critic_told"]) if seen["critic_told"] >= FEW else None


def _is_of_one_target(family: Mapping[str, Any]) -> bool:
    """Whether the critic's loss draws real and generated scores to one and the same target."""
    known = "real_target" in family and "fake_target" in family and _alike(family, "real", "fake")
    return known and abs(family["real_target"] - family["fake_target"]) <= _APART


def _generator(seen: Mapping[str, Any], family: Mapping[str, Any]) -> float | None:
    """Share of looks in which the generator's loss pushes fakes to where reals are pushed; None likewise."""
    targets = [family.get(f"{side}_target") for side in ("real", "fake", "generator")]
    if None not in targets and _alike(family, "real", "fake", "generator"):
        real, fake, made = (float(target) for target in targets if target is not None)
        if abs(real - fake) > _APART:
            return float((made - fake) / (real - fake) > _APART)
    return share(seen["generator_with"], seen["generator_told"]) if seen["generator_told"] >= FEW else None


def _weighed(numbers: Mapping[str, float], name: str) -> float | None:
    """How often a direction was right, or, where that is no clear answer, whether the sum of all pushes is.

    A critic that has reached its targets is pushed this way and that by what is left, however often one looks; before,
    it was pushed hard, and which way that was tells.
    """
    summed = numbers.get(f"{name}_summed")
    return numbers.get(name) if summed is None else float(summed > 0)


def _net_critic(seen: Mapping[str, Any]) -> float | None:
    """1 where all of the critic's pushes, added up, part real from generated scores, -1 where they do not."""
    real, fake = _net(seen, "real"), _net(seen, "fake")
    return None if real is None or fake is None else -real * fake


def _net_generator(seen: Mapping[str, Any]) -> float | None:
    """1 where the generator's pushes, added up, take fakes to where the critic's take reals, -1 where they do not."""
    real, fake, made = (_net(seen, side) for side in ("real", "fake", "generator"))
    towards = real if real is not None else None if fake is None else -fake
    return None if towards is None or made is None else towards * made


def _net(seen: Mapping[str, Any], side: str) -> float | None:
    """The sign of all pushes of one side, added up; None where they cancel or are faint beside the critic's others."""
    sums = seen.get("sums") or dict.fromkeys(("real", "fake", "generator"), (0.0, 0.0))
    total, size = sums[side]
    beside = 0.0 if side == "generator" else max(sums["real"][1], sums["fake"][1])
    return float(np.sign(total)) if abs(total) > _NET * size and size >= _HEARD * beside else None


def _is_hill(family: Mapping[str, Any], side: str) -> bool:
    """Whether a side's loss is a square with a maximum: its gradient is a straight line that falls."""
    return family.get(f"{side}_family") == "linear" and not family.get(f"{side}_rising", True)


def _alike(family: Mapping[str, Any], *sides: str) -> bool:
    """Whether sides follow one formula that pulls towards a target."""
    return len({family[f"{side}_family"] for side in sides}) == 1 and all(family[f"{side}_rising"] for side in sides)


def _whose(seen: Mapping[str, Any]) -> str:
    """The one to blame: the critic where it pushes real scores down and the generator's loss is as usual."""
    return "critic" if seen["real_down"] > seen["real_up"] and seen["generator_up"] > 0 else "generator"


CAUSE = Cause(
    "loss-sign",
    needs=(),
    when=_when,
    judge=_judge,
    remedy="Turn the sign, or exchange the labels, of this network's loss.",
    explains=("output-range", "non-finite", "clip-saturation", *SPOILS),
)
