"""A learning rate is too high: early on, one update moves the weights by more than their gradient can answer for."""

import math
from collections.abc import Mapping
from dataclasses import replace

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.breaking import broke_at_once
from ganbaru.checkup.causes.hyper.settings import (
    UNLEARNED,
    lasting_stride,
    learners,
    no_scaled_learners,
    scaled_learners,
    stride,
)
from ganbaru.checkup.causes.one_loss import by_outcome, is_plain, least_fall
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.causes.usual import towards, usual_rate
from ganbaru.checkup.evidence import Evidence

_STRIDE = 0.11
"""One update over the weights, early; on the calibration half up to 0.089 in healthy ones, from 0.128 on in others."""
_LEAP = 0.2
"""The same that is too high whatever comes of it where it lasts: a gradient says nothing of a place that far away."""

_SHORT = 0.05
"""Stride of a generator below which a long one is the critic's alone: on the calibration half up to 0.19 in small
critics of pictures that learned well."""
_FAR = 0.4
"""The same up to which a training may go well after it: Adam's at 0.01, of layers of 512 as they are drawn."""
_LOSS_LEFT, _WAY_LEFT = 0.35, 0.1
"""Shares of a loss, and of the way to real samples, that are left at most where a training went well."""


def _judge(evidence: Evidence) -> Ruling:
    strides = {name: stride(evidence, name) for name in scaled_learners(evidence)}
    worst = max(strides, key=lambda name: strides[name])
    numbers = {f"{name}_stride": value for name, value in strides.items()} | {f"{worst}_stride_limit": _STRIDE}
    if not strides[worst] > _STRIDE:
        return Ruling("fine", numbers)
    if broke_at_once(evidence):
        return Ruling("suspect", numbers, worst, reason="it stopped being finite at once: a formula may be at fault")
    if strides[worst] > _LEAP:
        numbers |= {f"{worst}_stride_limit": _LEAP}
        if strides[worst] < _FAR and not lasting_stride(evidence, worst) > _LEAP and _went_well(evidence):
            return Ruling("suspect", numbers, worst, reason="it was so at the first steps only, and it learned")
        return Ruling("found", numbers, worst)
    ruling = by_outcome(evidence, numbers, worst)
    if ruling.verdict == "found" and worst == "critic" and _is_alone(evidence, strides):
        return replace(ruling, verdict="suspect", reason="the critic alone, and others learned with as much")
    return ruling


def _is_alone(evidence: Evidence, strides: Mapping[str, float]) -> bool:
    """Whether the generator's steps are short beside those of a critic which no norm holds."""
    free = evidence.facts.get("constraint") != "spectral-norm"
    return free and strides.get("generator", math.inf) < _SHORT


def _went_well(evidence: Evidence) -> bool:
    """Whether most of every loss that was told is gone, or nearly all of the way to real samples."""
    if is_plain(evidence):
        fall = least_fall(evidence)
        return fall is not None and 1 - fall.fallen < _LOSS_LEFT
    now = standing(evidence)
    return now is not None and not now.suffers and now.left < _WAY_LEFT


def _change(evidence: Evidence) -> Change | None:
    """Each network's that strides far; and as much less for a critic that is clipped, if its rate was as high."""
    found = {}
    for name in scaled_learners(evidence):
        far, rate = stride(evidence, name), evidence.facts.get(f"{name}_learning_rate")
        if rate and far > _STRIDE / 3:
            found[name] = towards(float(rate), usual_rate(evidence, name), min(0.1, _STRIDE / 3 / far))
    greatest = max((float(evidence.facts[f"{name}_learning_rate"]) for name in found), default=math.inf)
    for name in set(learners(evidence)) - set(scaled_learners(evidence)):
        if float(evidence.facts.get(f"{name}_learning_rate") or 0.0) >= greatest:
            found[name] = min(found.values())
    return {f"{name}.learning_rate": rate for name, rate in found.items()} or None


CAUSE = Cause(
    "learning-rate-high",
    needs=(),
    when=no_scaled_learners,
    judge=_judge,
    remedy="Lower the learning rate to a tenth, or to what is usual where that is less.",
    change=_change,
    explains=(
        "non-finite",
        "exploding-gradient",
        "vanishing-gradient",
        "divergence",
        "oscillation",
        "mode-collapse",
        "mode-dropping",
        "dead-units",
        "critic-too-strong",
        "critic-too-weak",
        "clip-saturation",
        "not-lipschitz",
        "late-degradation",
        "momentum-high",
        "batch-too-small",
        "penalty-too-small",
        "penalty-too-large",
        "n-critic-low",
        *UNLEARNED,
    ),
)
