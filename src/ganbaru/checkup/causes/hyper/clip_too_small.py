"""The clip's bound is too small: the critic is so flat that its message vanishes on the way back.

Gulrajani et al. 2017, figure 1b: with a bound of 0.001 gradients vanish by the layer.
"""

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.bugs import loss_sign
from ganbaru.checkup.causes.clipping import NO_HARM, clipped, published
from ganbaru.checkup.causes.standing import by_harm
from ganbaru.checkup.evidence import Evidence

_FAINT = 1e-6
"""Message to a sample; 1e-4 and more under the published bound in four layers."""


def _judge(evidence: Evidence) -> Ruling:
    message = evidence.series["fake_gradient"].late()
    numbers = {"fake_gradient": message, "fake_gradient_limit": _FAINT}
    if message > _FAINT:
        return Ruling("fine", numbers)
    if loss_sign.CAUSE.examine(evidence):
        return Ruling("suspect", numbers, "critic", reason="a critic of a wrong sign is as flat")
    return by_harm(evidence, numbers, "critic", unseen=NO_HARM, harmless=NO_HARM)


CAUSE = Cause(
    "clip-too-small",
    needs=("fake_gradient",),
    when=clipped,
    judge=_judge,
    remedy="Raise the clip's bound to 0.01, or take a gradient penalty (objective=wgan-gp).",
    change=published,
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
