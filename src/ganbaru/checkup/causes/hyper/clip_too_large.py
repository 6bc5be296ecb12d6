"""The clip's bound is too large: the critic may be as steep as it likes, and its gradients explode.

Gulrajani et al. 2017, figure 1b: with bounds of 0.1 and 1 gradients grow by the layer.
"""

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.standing import by_harm, is_game
from ganbaru.checkup.evidence import Evidence

_STEEP = 5.0
"""Rise of the score over the distance of two samples; 0.001 to 1 under the published bound of 0.01."""
NO_HARM = "no harm is seen yet"


def clipped(evidence: Evidence) -> str:
    """Why a clip is not judged; empty where weights are clipped."""
    return is_game(evidence) or ("" if evidence.facts.get("constraint") == "clip" else "no weights are clipped")


def _judge(evidence: Evidence) -> Ruling:
    steep = evidence.series["lipschitz"].late()
    numbers = {"lipschitz": steep, "lipschitz_limit": _STEEP}
    if steep < _STEEP:
        return Ruling("fine", numbers)
    return by_harm(evidence, numbers, "critic", unseen=NO_HARM, harmless=NO_HARM)


def published(evidence: Evidence) -> Change:
    """The bound of Arjovsky et al. 2017."""
    return {"constraint": "clip", "constraint_strength": 0.01}


CAUSE = Cause(
    "clip-too-large",
    needs=("lipschitz",),
    when=clipped,
    judge=_judge,
    remedy="Lower the clip's bound to 0.01.",
    change=published,
    explains=("exploding-gradient", "not-lipschitz", "oscillation", "divergence", "mode-collapse", "mode-dropping"),
)
