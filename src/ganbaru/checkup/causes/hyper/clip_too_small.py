"""The clip's bound is too small: the critic is so flat that its message vanishes on the way back.

Gulrajani et al. 2017, figure 1b: with a bound of 0.001 gradients vanish by the layer.
"""

import math

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import dead_units
from ganbaru.checkup.causes.bugs import loss_sign
from ganbaru.checkup.causes.clipping import AT_BOUND, HELD, NO_HARM, clipped, published
from ganbaru.checkup.causes.hyper.late import SAID, began_late
from ganbaru.checkup.causes.standing import by_harm, standing
from ganbaru.checkup.evidence import Evidence

_FAINT = 1e-6
"""Message to a sample; 1e-4 and more under the published bound in four layers."""
_DROWNED = 3e-8
"""Gradient of one weight of the generator, three times what optimizers that divide by its size add to that (1e-8)."""
_SCALED = ("adam", "rmsprop", "nadam", "radam", "adagrad", "adadelta")
"""The classes of those."""
_PUBLISHED = 0.01
"""Bound of Arjovsky et al. 2017, algorithm 1."""
_RAN = 1.5
"""Share of the way that is left from which samples went off; under a bound too small they stay where they began."""
_NARROW = 0.003
"""Bound, a third of the published one, below which it is the bound that is at fault where it holds most weights."""


def _judge(evidence: Evidence) -> Ruling:
    message, each = evidence.series["fake_gradient"].late(), _of_one_weight(evidence)
    numbers = {"fake_gradient": message, "fake_gradient_limit": _FAINT}
    numbers |= {} if math.isnan(each) else {"gradient_of_a_weight": each, "gradient_of_a_weight_limit": _DROWNED}
    if message > _FAINT and not each < _DROWNED:
        return _of_held(evidence, numbers)
    if _is_dead(evidence, message):
        return Ruling("suspect", numbers, "critic", reason="so wide a bound makes no message 0: its units are dead")
    now = standing(evidence)
    if now is not None and now.left > _RAN:
        return Ruling("suspect", numbers, "critic", reason="samples ran to where its units no longer answer")
    if loss_sign.CAUSE.examine(evidence):
        return Ruling("suspect", numbers, "critic", reason="a critic of a wrong sign is as flat")
    ruling = by_harm(evidence, numbers, "critic", unseen=NO_HARM, harmless=NO_HARM)
    late = began_late(evidence)
    return Ruling("found", numbers | late, "critic", reason=SAID) if ruling.verdict == "suspect" and late else ruling


def _is_dead(evidence: Evidence, message: float) -> bool:
    """Whether nothing at all comes back, through units that are dead, under a bound that is no narrower than usual."""
    bound, found = float(evidence.facts.get("constraint_strength") or 0.0), dead_units.CAUSE.examine(evidence)
    return message == 0 and bound >= _PUBLISHED and found.verdict == "found" and found.where == "critic"


def _of_held(evidence: Evidence, numbers: dict[str, float]) -> Ruling:
    """The ruling where the message is clear: most weights stand at a bound that is narrower than the published one."""
    bound = float(evidence.facts.get("constraint_strength") or math.inf)
    numbers |= {"bound": bound, "bound_limit": _NARROW}
    if bound >= _NARROW or evidence.lacks(HELD) or evidence.series[HELD].late() < AT_BOUND:
        return Ruling("fine", numbers)
    numbers |= {HELD: evidence.series[HELD].late(), f"{HELD}_limit": AT_BOUND}
    return by_harm(evidence, numbers, "critic", unseen=NO_HARM, harmless=NO_HARM)


def _of_one_weight(evidence: Evidence) -> float:
    """Root mean square of the gradient over the generator's weights, late; NaN where its size does not matter."""
    count, kind = evidence.facts.get("generator_parameters"), str(evidence.facts.get("generator_optimizer", ""))
    if not count or not kind.startswith(_SCALED) or evidence.lacks("generator_gradient"):
        return math.nan
    return evidence.series["generator_gradient"].late() / math.sqrt(count)


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
        "dead-units",
        "learning-rate-low",
        "no-update",
        "generator-detached",
    ),
)
