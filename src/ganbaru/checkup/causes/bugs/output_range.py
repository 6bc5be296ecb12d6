"""The generator cannot reach the range of the data: its last activation ends where the data go on."""

import math
from typing import Any

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs.seen import FEW, SPOILS
from ganbaru.checkup.causes.one_loss import falls, is_plain
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.causes.travelled import travelled
from ganbaru.checkup.evidence import Evidence

Array = np.ndarray[Any, Any]

REACH = {
    "tanh": (-1.0, 1.0),
    "sigmoid": (0.0, 1.0),
    "hardtanh": (-1.0, 1.0),
    "relu": (0.0, math.inf),
    "softplus": (0.0, math.inf),
}
"""What an activation can give, lowest and highest."""
_BEYOND = 0.1
"""How far data may lie beyond that, in units of their own range: rounding and single peaks."""
_SAME = 1e-6
"""Share of the data's range by which ends are one value; the extremes of two batches differ by far more."""
_SCALES = 10.0
"""How many times wider or narrower samples are than data, at every look, from which their scales do not fit."""
_CLOSE, _WIDE, _WENT = 0.05, (0.3, 2.0), 0.25
"""Shares of the data's range within which such samples must have come to 0 and between which they must have spread, and
norms of its weights that the generator must have gone: untrained, its samples may all lie on one side of 0, and where
it diverges they go off to one side."""
_BOTH, _LOOKS = 0.2, 8
"""Share of the data's range that must lie on either side of 0, and records of which none has samples of both signs."""
_PUSHED, _LEFT = 0.2, 0.25
"""Share of a model's answers that are to go beyond an end, and of its loss that is left then."""
_AT_ONCE, _LEFT_AT_ONCE = 0.05, 0.15
"""The same early on, where answers get to their end at once, as those of a ReLU do, and stand there to go beyond it
only where the data go on: then less of the loss must be left."""
_ONE_SIDED = 0.4
"""Cosine, of either sign, of the answers and the gradient at them from which errors do not balance out: 0.6 and more
where the data go on beyond an end, 0.2 where answers near it are right and only come nearer, as under cross-entropy."""

_HARDER = 2.0
"""Times as hard as others that answers at an end are pushed beyond it where the data go on there: 1 at the most where
they are right and only come nearer, whatever the loss."""


def _judge(evidence: Evidence) -> Ruling:
    return _of_model(evidence) if is_plain(evidence) else _of_generator(evidence)


def _of_model(evidence: Evidence) -> Ruling:
    """Told by what its loss asks of the answers that stand at an end, and by how much of the loss is left."""
    beyond, losses = evidence.series["pushed_beyond"].late(), falls(evidence)
    numbers = {"pushed_beyond": beyond, "pushed_beyond_limit": _PUSHED}
    if not losses:
        return Ruling("not-checked", numbers, reason="no loss was told from the start")
    at_once = evidence.series["pushed_beyond"].early() > _AT_ONCE
    left, limit = 1 - max(each.fallen for each in losses), _LEFT_AT_ONCE if at_once else _LEFT
    numbers |= {"loss_left": left, "loss_left_limit": limit}
    if not (beyond > _PUSHED and left > limit):
        return Ruling("fine", numbers, "model")
    if at_once or evidence.lacks("pulled_in"):
        return Ruling("found", numbers, "model")
    if not evidence.lacks("pushed_harder"):
        numbers |= {"pushed_harder": evidence.series["pushed_harder"].late(0.5), "pushed_harder_limit": _HARDER}
        if numbers["pushed_harder"] > _HARDER:
            return Ruling("found", numbers, "model")
    numbers |= {"one_sided": abs(evidence.series["pulled_in"].late(0.5)), "one_sided_limit": _ONE_SIDED}
    if numbers["one_sided"] > _ONE_SIDED:
        return Ruling("found", numbers, "model")
    return Ruling("suspect", numbers, "model", reason="answers near an end may be right, and only come nearer to it")


def _one_sided(evidence: Evidence, low: float, high: float) -> dict[str, float]:
    """What tells that no sample crossed 0, on both sides of which the data lie; nothing where some did."""
    made = _made(evidence)
    if made is None or min(-low, high) < _BOTH * (high - low):
        return {}
    lows, highs = made
    if not (lows.min() >= 0 or highs.max() <= 0):
        return {}
    near, wide = min(abs(lows.min()), abs(highs.max())), highs.max() - lows.min()
    if near > _CLOSE * (high - low) or not _WIDE[0] * (high - low) < wide < _WIDE[1] * (high - low):
        return {}
    return {"fake_low": float(lows.min()), "fake_high": float(highs.max()), "real_low": low, "real_high": high}


def _stopped(evidence: Evidence, low: float, high: float) -> dict[str, float]:
    """What tells that samples stop at one value, time and again, beyond which the data go on; nothing where none does.

    Whatever cuts them off there: of what a compiler made, the last activation is not known.
    """
    made, size = _made(evidence), max(high - low, 1e-12)
    if made is None or not np.median(made[1] - made[0]) > _CLOSE * size:
        return {}
    lows, highs = made
    bottom, top = float(lows.min()), float(highs.max())
    for name, values, end, beyond in (
        ("reach_low", lows, bottom, bottom - low),
        ("reach_high", highs, top, high - top),
    ):
        if (np.abs(values - end) <= _SAME * size).sum() >= _LOOKS and beyond > _BEYOND * size:
            numbers = {"real_low": low, "real_high": high, name: end}
            return numbers | {"beyond": float(beyond / size), "beyond_limit": _BEYOND}
    return {}


def _made(evidence: Evidence) -> tuple[Array, Array] | None:
    """The lowest and the highest that each batch had; None where too few were seen, or what made them does not learn.

    Such a generator makes the same again.
    """
    if any(evidence.lacks(name) for name in ("fake_low", "fake_high")):
        return None
    if not evidence.lacks("generator_update_ratio") and travelled(evidence, "generator") < _WENT:
        return None
    lows, highs = (evidence.series[name].finite.values for name in ("fake_low", "fake_high"))
    return (lows, highs) if min(len(lows), len(highs)) >= _LOOKS else None


def _of_generator(evidence: Evidence) -> Ruling:
    low, high = (evidence.series[name].late(1.0) for name in ("real_low", "real_high"))
    ends = (evidence.probes.get("fakes") or {}).get("ends", ())
    if one_sided := _one_sided(evidence, low, high):
        return Ruling("found", one_sided, "generator", reason="all it ever made is of one sign, and data are of both")
    if len(ends) == 1 and ends[0][0] in REACH:
        end, factor = ends[0]
        return _reach(str(end), float(factor), low, high)
    hidden = not all(end[0] for end in ends) or not ends
    if hidden and (stopped := _stopped(evidence, low, high)):
        return Ruling("found", stopped, "generator", reason="its samples stop at the same value in every batch")
    return _scales(evidence)


def _when(evidence: Evidence) -> str:
    if is_plain(evidence):
        return evidence.lacks("pushed_beyond") and "no activation with an end was seen to be its last one"
    return is_game(evidence) or "; ".join(filter(None, map(evidence.lacks, ("real_low", "real_high"))))


def _reach(end: str, factor: float, low: float, high: float) -> Ruling:
    bottom, top = sorted(factor * each for each in REACH[end])
    beyond = max(bottom - low, high - top, 0.0) / max(high - low, 1e-12)
    numbers = {"real_low": low, "real_high": high, "beyond": beyond, "beyond_limit": _BEYOND}
    numbers |= {name: each for name, each in (("reach_low", bottom), ("reach_high", top)) if math.isfinite(each)}
    if beyond <= _BEYOND:
        return Ruling("fine", numbers)
    times = "" if factor == 1.0 else f", times {factor:.4g}"
    return Ruling("found", numbers, "generator", reason=f"its last activation is a {end}{times}")


def _scales(evidence: Evidence) -> Ruling:
    if evidence.lacks("real_std") or evidence.lacks("fake_std"):
        return Ruling("not-checked", reason="no generated samples were seen beside real ones")
    real, fake = evidence.series["real_std"].late(1.0), evidence.series["fake_std"].finite.values
    if len(fake) < FEW:
        return Ruling("not-checked", reason="too few samples were seen")
    ratios = np.maximum(fake, 1e-12) / max(real, 1e-12)
    nearest = float(np.exp(np.abs(np.log(ratios)).min()))
    numbers = {"scales_apart": nearest, "scales_apart_limit": _SCALES}
    if nearest < _SCALES:
        return Ruling("fine", numbers)
    return Ruling("suspect", numbers, "generator", reason="samples never came near the scale of the data")


CAUSE = Cause(
    "output-range",
    needs=(),
    when=_when,
    judge=_judge,
    remedy="Scale the data to what the generator's last activation can give, or take that activation off.",
    explains=("generator-too-small", *SPOILS),
)
