"""A learning rate is too high: one update moves the weights by more than a game can follow."""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.hyper.settings import free_learners, no_learners, scaled, stride
from ganbaru.checkup.causes.standing import by_harm
from ganbaru.checkup.evidence import Evidence

_STRIDE = 0.015
"""Norm of one update over norm of the weights, early; 0.001 to 0.007 in trainings that went well."""


def _judge(evidence: Evidence) -> Ruling:
    strides = {name: stride(evidence, name) for name in free_learners(evidence)}
    worst = max(strides, key=lambda name: strides[name])
    numbers = {f"{name}_stride": value for name, value in strides.items()} | {f"{worst}_stride_limit": _STRIDE}
    if not strides[worst] > _STRIDE:
        return Ruling("fine", numbers)
    return by_harm(evidence, numbers, worst)


def _change(evidence: Evidence) -> Change | None:
    return scaled(evidence, [name for name in free_learners(evidence) if stride(evidence, name) > _STRIDE / 3], 0.1)


CAUSE = Cause(
    "learning-rate-high",
    needs=(),
    when=no_learners,
    judge=_judge,
    remedy="Lower the learning rate to a tenth.",
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
        "output-range",
        "momentum-high",
        "silent-output",
    ),
)
