"""The clip's bound is too small: the critic is so flat that its message vanishes on the way back.

Gulrajani et al. 2017, figure 1b: with a bound of 0.001 gradients vanish by the layer.
"""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.hyper.clip_too_large import clipped
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

_FAINT = 1e-6
"""Message to a sample; 1e-4 and more under the published bound in four layers."""


def _judge(evidence: Evidence) -> Ruling:
    message, now = evidence.series["fake_gradient"].late(), standing(evidence)
    numbers = {"fake_gradient": message, "fake_gradient_limit": _FAINT}
    if message > _FAINT:
        return Ruling("fine", numbers)
    if now is None or not now.suffers:
        return Ruling("suspect", numbers, "critic", reason="no harm is seen yet")
    return Ruling("found", numbers | now.evidence, "critic")


def _change(evidence: Evidence) -> Change | None:
    return {"constraint": "clip", "constraint_strength": 0.01}


CAUSE = Cause(
    "clip-too-small",
    needs=("fake_gradient",),
    when=clipped,
    judge=_judge,
    remedy="Raise the clip's bound to 0.01, or take a gradient penalty (objective=wgan-gp).",
    change=_change,
    explains=(
        "vanishing-gradient",
        "clip-saturation",
        "critic-too-weak",
        "mode-dropping",
        "mode-collapse",
        "learning-rate-low",
        "no-update",
        "generator-detached",
    ),
)
