"""The clip's bound is too large: it holds no weight, so the critic is as steep as it likes and no distance.

Arjovsky et al. 2017, section 3: only weights in a compact space make the critic's estimate a distance, up to a factor.
Gulrajani et al. 2017, figure 1b: with bounds of 0.1 and 1 gradients grow by the layer.
"""

import math

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.clipping import HELD, NO_HARM, clipped, published
from ganbaru.checkup.causes.hyper.settings import is_handful
from ganbaru.checkup.causes.proved import APART, is_apart
from ganbaru.checkup.causes.standing import standing
from ganbaru.checkup.evidence import Evidence

_HOLDS = 0.006
"""Share of the weights at the bound below which it holds none; on the calibration half 0.003 at most with bounds of 1
and more, 0.013 at least in what went well."""
_WIDE, _STEEP = 0.1, 10.0
"""Bound, ten times the published one, and rise of the score over the distance of two samples, from which a bound that
holds some weights is too large too; 0.2 at most in clipped critics of three and four layers that learned well."""


def _judge(evidence: Evidence) -> Ruling:
    held, bound = evidence.series[HELD].late(0.5), float(evidence.facts.get("constraint_strength") or math.nan)
    steep = math.nan if evidence.lacks("lipschitz") else evidence.series["lipschitz"].late()
    numbers = {HELD: held, f"{HELD}_limit": _HOLDS}
    if held > _HOLDS:
        numbers |= {"bound": bound, "bound_limit": _WIDE, "lipschitz": steep, "lipschitz_limit": _STEEP}
        if not (bound >= _WIDE and steep > _STEEP):
            return Ruling("fine", numbers)
    if is_handful(evidence, "critic"):
        return Ruling("suspect", numbers, "critic", reason="of so few weights hardly one need be at the bound")
    now = standing(evidence)
    if now is None:
        return Ruling("suspect", numbers, "critic", reason=NO_HARM)
    numbers |= {"apart": now.apart, "apart_limit": APART}
    if not is_apart(now):
        return Ruling("suspect", numbers, "critic", reason=NO_HARM)
    return Ruling("found", numbers, "critic")


CAUSE = Cause(
    "clip-too-large",
    needs=(HELD,),
    when=clipped,
    judge=_judge,
    remedy="Lower the clip's bound to 0.01.",
    change=published,
    explains=(
        "exploding-gradient",
        "not-lipschitz",
        "critic-too-weak",
        "oscillation",
        "divergence",
        "mode-collapse",
        "mode-dropping",
        "late-degradation",
        "n-critic-low",
    ),
)
