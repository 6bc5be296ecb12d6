"""What judges of a clip ask: whether weights are clipped, and how many the bound holds."""

from ganbaru.checkup.cause import Change
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence

HELD = "clipped_share"
"""Series of the share of the critic's weights that stand at the bound."""
AT_BOUND = 0.4
"""Share of the weights at the bound that is most; on the calibration half 0.17 at most in clipped critics that learned
well."""
NO_HARM = "no harm is seen yet"


def clipped(evidence: Evidence) -> str:
    """Why a clip is not judged; empty where weights are clipped."""
    return is_game(evidence) or ("" if evidence.facts.get("constraint") == "clip" else "no weights are clipped")


def published(evidence: Evidence) -> Change:
    """The bound of Arjovsky et al. 2017."""
    return {"constraint": "clip", "constraint_strength": 0.01}
