"""The critic is always sure, so the generator is told nothing that helps.

A critic that is sure is a fault only while the generator tries: one point is easily told from a distribution, and what
looks right where it is was helped there. So fakes that are alike, or right as far as they go, speak of other causes.
"""

import math

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked.mode_collapse import NARROW
from ganbaru.checkup.causes.standing import WASSERSTEIN, by_harm, is_game, separation, standing
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence

_SURE = 3.0
"""Distance of the mean scores in their standard deviations: 93 % of the scores lie on their own side."""
_RIGHT = 0.6
"""Share of fakes near reals, over that of other reals, from which the critic has taught the generator something."""


def _when(evidence: Evidence) -> str:
    if evidence.facts.get("objective") in WASSERSTEIN:
        return "a Wasserstein critic cannot be too strong: its estimate is wanted as exact as can be"
    return is_game(evidence)


def _judge(evidence: Evidence) -> Ruling:
    apart, now = separation(evidence, 0.5), standing(evidence)
    numbers = {"separation": apart, "separation_limit": _SURE}
    if math.isnan(apart) or apart < _SURE:
        return Ruling("fine", numbers)
    if now is not None and now.precise >= _RIGHT:
        return Ruling("fine", {**numbers, "precise": now.precise, "precise_limit": _RIGHT})
    spread = _spread(evidence)
    if spread < NARROW:
        reason = "fakes that are alike are easily told, however strong the critic"
        return Ruling("fine", {**numbers, "spread": spread, "spread_limit": NARROW}, reason=reason)
    return by_harm(evidence, numbers, "critic", unseen="no samples were seen", waits=True)


def _spread(evidence: Evidence) -> float:
    """How much the fakes varied in the half in which the critic was sure; infinite where nobody looked."""
    if evidence.lacks("spread"):
        return math.inf
    return float(np.median(evidence.series["spread"].part(0.5)))


CAUSE = Cause(
    "critic-too-strong",
    needs=("real_score_mean", "fake_score_mean", "real_score_std", "fake_score_std"),
    when=_when,
    judge=_judge,
    remedy="Constrain the critic (constraint=r1), and give it no more updates or speed than the generator.",
    change=lambda evidence: {**penalty(evidence), "n_critic": 1},
    explains=("mode-dropping",),
)
