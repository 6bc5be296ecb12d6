"""The critic does not tell generated from real samples that are far apart.

A critic without any slope tells nothing at whatever distance: then no message leaves it, rather than being lost. Nor
does one whose scores of both are alike in the unit of the loss, however little they deviate. One that is given the mean
of a sample, or has no bend, tells by that alone: what else differs it cannot know.
"""

import math

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import late_degradation, oscillation
from ganbaru.checkup.causes.proved import APART
from ganbaru.checkup.causes.standing import by_harm, is_game, standing
from ganbaru.checkup.causes.telling import parted, partings, said, unseen
from ganbaru.checkup.evidence import Evidence

_BLIND = 0.4
"""Distance of the mean scores over their deviation, batch by batch: two of three pairs are still told apart at 0.6."""
_MUTE = 0.02
"""Distance of mean scores in the unit of the loss, a hundredth in the chance that one is real."""
_LASTING = 0.5
"""Share of the training, up to its end, of which it is told: a generator that leaps is ahead of any critic for a while.
"""
_FAR = 2.5
"""Distance of fakes over that of other reals from which a critic must see it."""
_COVERS = 2.0
"""Deviation of the noise that is added to all it sees (instance noise, Sønderby et al. 2017), in that of the data, from
which it sees little else."""
_FLAT = 1e-6
"""Rise of the score over the distance of two samples that no optimizer can follow, be it a message to the generator."""


def _judge(evidence: Evidence) -> Ruling:
    if covered := _is_covered(evidence):
        return by_harm(evidence, covered, "critic", harmless="no harm is seen yet")
    apart, unlike, now = parted(evidence, _LASTING), said(evidence, _LASTING), standing(evidence)
    if now is None:
        return Ruling("not-checked", reason="samples were not seen")
    if now.is_far or now.apart > APART:
        if _is_flat(evidence):
            slope = evidence.series["lipschitz"].late()
            return Ruling("found", {"lipschitz": slope, "lipschitz_limit": _FLAT, **now.evidence}, "critic")
        if little := unseen(evidence):
            reason = "most of a sample makes no difference to it"
            return Ruling("found", {**little, **now.evidence}, "critic", reason=reason)
    if math.isnan(apart):
        return Ruling("not-checked", reason="its scores were not seen")
    numbers = {"parted": apart, "parted_limit": _BLIND, **now.evidence, "apart_limit": _FAR}
    numbers |= {} if math.isnan(unlike) else {"said": unlike, "said_limit": _MUTE}
    if not (apart <= _BLIND or unlike < _MUTE) or now.apart < _FAR or not now.is_far:
        return Ruling("fine", numbers)
    if now.improving and not oscillation.CAUSE.examine(evidence):  # what goes round comes nearer now and then
        return Ruling("suspect", numbers, "critic", reason="what is made still gets better")
    since = partings(evidence).since(lambda values: values <= _BLIND)
    if late_degradation.begins(evidence, since):
        return Ruling("suspect", numbers, "critic", since=since, reason="it told them apart when all went well")
    if late_degradation.was_at_best_after(evidence, since):
        return Ruling("suspect", numbers, "critic", since=since, reason="it was so while all went well")
    return Ruling("found", numbers, "critic", since=since)


def _is_covered(evidence: Evidence) -> dict[str, float]:
    """What tells that noise covers what the critic is to see; nothing where there is little or none."""
    noise = float(evidence.facts.get("noise") or 0.0)
    return {"noise": noise, "noise_limit": _COVERS} if noise > _COVERS else {}


def _is_flat(evidence: Evidence) -> bool:
    """Whether it has one score for all samples late, as it would have by no saturation: that parts real from fake."""
    return not evidence.lacks("lipschitz") and evidence.series["lipschitz"].late() < _FLAT


CAUSE = Cause(
    "critic-too-weak",
    needs=("real_score_mean", "fake_score_mean", "batch_distance"),
    when=is_game,
    judge=_judge,
    remedy="Strengthen the critic: more updates (n_critic), a weaker penalty, or more channels.",
    change=lambda evidence: {"n_critic": 5},
    explains=("mode-dropping", "oscillation", "mode-collapse", "vanishing-gradient"),
)
