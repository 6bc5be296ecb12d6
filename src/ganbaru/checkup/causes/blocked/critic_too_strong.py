"""The critic is always sure, so the generator is told nothing that helps.

A critic that is sure is a fault only while the generator tries: one point is easily told from a distribution, and what
looks right where it is was helped there. So fakes that are alike, or right as far as they go, speak of other causes.
And any critic is sure of what a generator makes that cannot do better for a reason of its own: that the critic is to
blame takes a second sign: that it goes farther in a step than the generator does, or that nothing bounds its slope and
it has several updates to each one of the generator's.
"""

import math
from dataclasses import replace

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.blocked.mode_collapse import ALIKE, NARROW
from ganbaru.checkup.causes.standing import RIGHT, WASSERSTEIN, by_harm, is_game, separation, standing
from ganbaru.checkup.causes.telling import doubt, partings
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence

_SURE = 3.0
"""Distance of the mean scores in their standard deviations: 93 % of the scores lie on their own side."""
_DOUBT = 0.1
"""What is left of its loss over that of a guess, where its scores deviate far beyond where the loss is met."""
_AHEAD, _FREE = 4.0, 2.5
"""Way of its weights in a step over that of the generator's weights, each in norms of them, and where nothing bounds
its slope; 1 to 2 with rates that are alike and one update."""
_OFTEN = 3
"""Updates of it to one of the generator's from which an unbounded critic is ahead."""
_BOUNDED = ("gradient-penalty", "lipschitz-penalty", "spectral-norm", "r1", "r1+r2", "clip")
"""Constraints that bound the critic's slope."""


def _when(evidence: Evidence) -> str:
    if evidence.facts.get("objective") in WASSERSTEIN:
        return "a Wasserstein critic cannot be too strong: its estimate is wanted as exact as can be"
    return is_game(evidence)


def _judge(evidence: Evidence) -> Ruling:
    apart, doubts, now = separation(evidence, 0.5), doubt(evidence, 0.5), standing(evidence)
    numbers = {"separation": apart, "separation_limit": _SURE}
    numbers |= {} if math.isnan(doubts) else {"doubt": doubts, "doubt_limit": _DOUBT}
    if not (apart >= _SURE or doubts < _DOUBT):
        return Ruling("fine", numbers)
    if now is not None and now.looks_right:
        return Ruling("fine", {**numbers, "precise": now.precise, "precise_limit": RIGHT})
    often = evidence.facts.get("constraint") == "none" and evidence.facts.get("n_critic", 1) >= _OFTEN
    spread, alike = _spread(evidence), ALIKE if often else NARROW
    if spread < alike:
        reason = "fakes that are alike are easily told, however strong the critic"
        return Ruling("fine", {**numbers, "spread": spread, "spread_limit": alike}, reason=reason)
    ahead, limit = _ahead(evidence), _AHEAD if evidence.facts.get("constraint") in _BOUNDED else _FREE
    numbers |= {} if math.isnan(ahead) else {"ahead": ahead, "ahead_limit": limit}
    numbers |= {"n_critic": float(evidence.facts["n_critic"]), "n_critic_limit": float(_OFTEN)} if often else {}
    since = partings(evidence).since(lambda values: values >= _SURE)
    if late_degradation.begins(evidence, since) or _came_later(evidence):
        return Ruling("suspect", numbers, "critic", since=since, reason="it was not so sure when all went well")
    ruling = by_harm(evidence, numbers, "critic", since=since, unseen="no samples were seen", waits=True)
    if ruling.verdict == "found" and not (often or ahead > limit):
        return replace(
            ruling, verdict="suspect", reason="it learns no faster than the generator, which may be to blame"
        )
    return ruling


def _came_later(evidence: Evidence) -> bool:
    """Whether the critic was in doubt until what had been good was lost, be it sure now and then only since."""
    lost, sure = late_degradation.lost_since(evidence), partings(evidence)
    if lost is None:
        return False
    before = sure.values[(sure.steps < lost) & (sure.steps >= lost / 2)]
    return len(before) > 0 and bool(np.median(before) < _SURE)


def _ahead(evidence: Evidence) -> float:
    """How many times farther its weights go in a step than the generator's; NaN where unknown."""
    names = ("critic_update_ratio", "generator_update_ratio")
    if any(evidence.lacks(name) for name in names):
        return math.nan
    critic, generator = (evidence.series[name].late(1.0) for name in names)
    return critic / max(generator, 1e-30)


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
