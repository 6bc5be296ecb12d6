"""The critic is always sure, so the generator is told nothing that helps."""

import math

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.standing import WASSERSTEIN, by_harm, is_game, separation
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence

_SURE = 3.0
"""Distance of the mean scores in their standard deviations: 93 % of the scores lie on their own side."""


def _when(evidence: Evidence) -> str:
    if evidence.facts.get("objective") in WASSERSTEIN:
        return "a Wasserstein critic cannot be too strong: its estimate is wanted as exact as can be"
    return is_game(evidence)


def _judge(evidence: Evidence) -> Ruling:
    apart = separation(evidence, 0.5)
    numbers = {"separation": apart, "separation_limit": _SURE}
    if math.isnan(apart) or apart < _SURE:
        return Ruling("fine", numbers)
    return by_harm(evidence, numbers, "critic", unseen="no samples were seen", waits=True)


CAUSE = Cause(
    "critic-too-strong",
    needs=("real_score_mean", "fake_score_mean", "real_score_std", "fake_score_std"),
    when=_when,
    judge=_judge,
    remedy="Constrain the critic (constraint=r1), and give it no more updates or speed than the generator.",
    change=lambda evidence: {**penalty(evidence), "n_critic": 1},
    explains=("vanishing-gradient", "mode-collapse", "mode-dropping"),
)
