"""The batch is too small for the noise of the gradient.

McCandlish et al. 2018, section 2.2: below the gradient's noise scale a step is mostly noise.
"""

import math

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.hyper.settings import UNLEARNED
from ganbaru.checkup.causes.one_loss import by_loss, is_plain
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

_FEW = 8
"""Samples below which a batch shows neither variety nor a gradient."""
_NOISE = 30.0
"""Noise scale over the batch."""
_LEFT = 0.2
"""Share of the way from untrained to the data that is left; the distance is that of a full measurement."""


def _judge(evidence: Evidence) -> Ruling:
    batch = int(evidence.facts["batch"])
    scale = float((evidence.probes.get("noise_scale") or {}).get("critic", math.nan))
    numbers = {"batch": float(batch), "batch_limit": float(_FEW)}
    if not math.isnan(scale):
        numbers |= {"noise_scale": scale, "noise_scale_limit": _NOISE * batch}
    if batch >= _FEW and not scale > _NOISE * batch:
        return Ruling("fine", numbers)
    if is_plain(evidence):
        return by_loss(evidence, numbers, "model")
    now = standing(evidence)
    if now is not None and not now.suffers:
        return Ruling("fine", numbers | now.evidence)
    if batch >= _FEW or _quality_is_good(evidence):
        return Ruling("suspect", numbers, reason="the gradient is noisy; whether that does harm is not proved")
    return Ruling("found", numbers)


def _quality_is_good(evidence: Evidence) -> bool:
    """Whether a full measurement, which no small batch allows, says that little of the way to the data is left."""
    distance, floor = evidence.series.get("quality.distance"), evidence.series.get("quality.distance.floor")
    if distance is None or floor is None or not len(distance.finite):
        return False
    first, last, least = float(distance.finite.values[0]), float(distance.finite.values[-1]), floor.late()
    return last - least < _LEFT * (first - least)


def _change(evidence: Evidence) -> Change | None:
    usual = 256 if evidence.facts.get("data") == "points" else 32
    return {"batch": max(usual, 4 * int(evidence.facts.get("batch") or 8))}


CAUSE = Cause(
    "batch-too-small",
    needs=("batch",),
    judge=_judge,
    remedy="Enlarge the batch to 32 or more.",
    change=_change,
    explains=(
        "dead-units",
        "divergence",
        "oscillation",
        "mode-dropping",
        "mode-collapse",
        "critic-too-strong",
        "late-degradation",
        *UNLEARNED,
    ),
)
