"""The batch is too small for the noise of the gradient.

McCandlish et al. 2018, section 2.2: below the gradient's noise scale a step is mostly noise.
"""

import math

import numpy as np

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.amount import overfitting
from ganbaru.checkup.causes.hyper.settings import UNLEARNED
from ganbaru.checkup.causes.one_loss import by_loss, is_plain, least_fall
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_FEW = 8
"""Samples below which a batch shows neither variety nor a gradient."""
_NOISE = 30.0
"""Noise scale over the batch."""
_ALONE = 2
"""Samples of which a noisy loss is laid to the batch where little was learned."""
_ROUGH, _FAR = 0.25, 0.1
"""Noise of the loss over its size, and the share of it that is left; on the calibration half the noise was 0.3 and more
with one sample to a batch, 0.25 at most with 16 and more as long as so much was left."""
_HANDFUL, _NOTHING_LEFT = 3, 0.05
"""Points of which a batch tells nothing by itself, neither to the critic nor of how near they come; and the share of
the way, as below, that proves the contrary."""
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
        return _of_model(evidence, numbers)
    now = standing(evidence)
    if batch <= _HANDFUL and evidence.facts.get("data") == "points" and not _quality_is_good(evidence, _NOTHING_LEFT):
        return Ruling("found", numbers, reason="so few samples show nothing of what points are like together")
    if now is not None and not now.suffers:
        return Ruling("fine", numbers | now.evidence)
    if batch >= _FEW or _quality_is_good(evidence) or (now is None and evidence.lacks("quality.distance")):
        return Ruling("suspect", numbers, reason="the gradient is noisy; whether that does harm is not proved")
    return Ruling("found", numbers if now is None else numbers | now.evidence)


def _of_model(evidence: Evidence, numbers: dict[str, float]) -> Ruling:
    """Found where the loss hardly fell, or is noisy and far from 0 after fewer samples than there are weights."""
    ruling, batch = by_loss(evidence, numbers, "model"), int(evidence.facts["batch"])
    fall, noise = least_fall(evidence), math.nan if evidence.lacks("loss") else _noise(evidence.series["loss"].finite)
    seen = batch * float(evidence.facts.get("step") or math.inf) / float(evidence.facts.get("model_parameters") or 1)
    if ruling.verdict == "fine" and (fall is None or not noise > _ROUGH or 1 - fall.fallen < _FAR or batch >= _FEW):
        return ruling
    if fall is None:
        return ruling
    numbers = {**numbers, "loss_noise": noise, "loss_noise_limit": _ROUGH, "loss_left": 1 - fall.fallen}
    numbers |= {"loss_left_limit": _FAR, "samples_to_a_weight": seen, "samples_to_a_weight_limit": 1.0}
    if overfitting.CAUSE.examine(evidence):
        return Ruling("suspect", numbers, "model", reason="it learns by heart, which no noise keeps it from")
    if seen < 1 and (batch <= _ALONE or ruling.verdict == "found"):
        return Ruling("found", numbers, "model")
    return Ruling("suspect", numbers, "model", reason="the loss is noisy; whether that does harm is not proved")


def _noise(loss: Series) -> float:
    """Deviation of the late losses from one to the next over their size: what one batch differs from another by."""
    late = loss.part(0.5)
    return float(np.std(np.diff(late)) / math.sqrt(2) / max(abs(float(np.mean(late))), 1e-12)) if len(late) > 2 else 0.0


def _quality_is_good(evidence: Evidence, most: float = _LEFT) -> bool:
    """Whether a full measurement, which no small batch allows, says that little of the way to the data is left."""
    distance, floor = evidence.series.get("quality.distance"), evidence.series.get("quality.distance.floor")
    if distance is None or floor is None or not len(distance.finite):
        return False
    first, last, least = float(distance.finite.values[0]), float(distance.finite.values[-1]), floor.late()
    return last - least < most * (first - least)


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
        "n-critic-low",
        *UNLEARNED,
    ),
)
