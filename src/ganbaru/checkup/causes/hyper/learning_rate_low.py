"""A learning rate is too low: in the whole training the weights can hardly have moved."""

import math

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.amount import overfitting
from ganbaru.checkup.causes.blocked import dead_units, vanishing_gradient
from ganbaru.checkup.causes.blocked.exploding_gradient import drawn_wide
from ganbaru.checkup.causes.bugs import non_finite
from ganbaru.checkup.causes.hyper import clip_too_large, clip_too_small, learning_rate_high, penalty_too_large
from ganbaru.checkup.causes.hyper.late import LEFT, SAID, began_late, is_slowed, strayed
from ganbaru.checkup.causes.hyper.settings import UNLEARNED, learners, no_learners, path, scaled_learners
from ganbaru.checkup.causes.model.by_heart import critic_is_too_small, generator_is_too_small
from ganbaru.checkup.causes.one_loss import is_plain, still_falls
from ganbaru.checkup.causes.proved import by_itself
from ganbaru.checkup.causes.usual import towards, usual_rate
from ganbaru.checkup.evidence import Evidence

_PATH = 0.25
"""All updates over the norm of the weights; 0.55 and more on the calibration half in games that went well."""
_SHORT, _UNFINISHED = 0.2, 0.5
"""The same of a model that learns alone, and where its loss still falls at the end; 1.6 at least on the calibration
half where learning went well, 0.7 in models elsewhere whose layers are normalised."""
_LITTLE, _ENOUGH = 1.0, 3.0
"""Path of a network below which its rate is raised too, and the one that is aimed at."""
_LEAST, _MOST = 3.0, 100.0
"""Times that a rate is raised."""
_NO_GRADIENT = (dead_units.CAUSE, vanishing_gradient.CAUSE)
"""Causes that leave steps short for want of a gradient."""
_SLOWING = (clip_too_large.CAUSE, clip_too_small.CAUSE, learning_rate_high.CAUSE, penalty_too_large.CAUSE)
"""Causes that slow a game which has short steps besides."""
_NEVER = 0.9
"""Share of a training after which half of the way is no more done late, but not at all."""
_OVER = 0.95
"""Share of the steps that were meant from which a training is over."""
_TOO_SMALL = {"generator": generator_is_too_small, "critic": critic_is_too_small}


def _judge(evidence: Evidence) -> Ruling:
    paths = {name: path(evidence, name) for name in learners(evidence)}
    least = min(paths, key=lambda name: paths[name])
    limit = _limit(evidence)
    numbers = {f"{name}_path": value for name, value in paths.items()} | {f"{least}_path_limit": limit}
    if math.isnan(paths[least]) or paths[least] > limit:
        return _of_late(evidence, numbers)
    if non_finite.CAUSE.examine(evidence):
        return Ruling("suspect", numbers, least, reason="it broke off before it could go far")
    if any(cause.examine(evidence) for cause in _NO_GRADIENT):
        return Ruling("suspect", numbers, least, reason="its steps are short for want of a gradient")
    if drawn_wide(evidence):
        return Ruling("suspect", numbers, least, reason="its steps are short beside weights that were drawn wide")
    if least in _TOO_SMALL and _TOO_SMALL[least](evidence):
        return Ruling("suspect", numbers, least, reason="a network so small leads nowhere, however far it goes")
    if is_plain(evidence) and overfitting.CAUSE.examine(evidence):
        return Ruling("suspect", numbers, least, reason="it moved enough to learn by heart")
    if _is_unfinished(evidence):
        return Ruling("found", numbers, least, reason="it was still learning when it ended")
    ruling = by_itself(evidence, numbers, least)
    return _of_late(evidence, numbers) if ruling.verdict == "fine" else ruling


def _of_late(evidence: Evidence, numbers: dict[str, float]) -> Ruling:
    """The ruling on a game whose networks moved more: found where the way to the data was begun late and goes on."""
    late = {} if is_plain(evidence) else began_late(evidence)
    if not late or late["half_way"] > _NEVER or late.get("way_left", 1.0) < LEFT:
        return Ruling("fine", numbers)  # what never came so far is kept from it by something else
    if strayed(evidence):
        return Ruling(
            "suspect", numbers | late, "generator", reason="it came late, by a way that steps so short do not go"
        )
    if any(cause.examine(evidence) for cause in _NO_GRADIENT):
        return Ruling("fine", numbers)
    if is_slowed(evidence) or any(cause.examine(evidence).verdict in ("found", "suspect") for cause in _SLOWING):
        return Ruling("suspect", numbers | late, "generator", reason="other settings slow it too")
    return Ruling("found", numbers | late, "generator", reason=SAID)


def _is_unfinished(evidence: Evidence) -> bool:
    """Whether a model's training is over and its loss falls still."""
    meant, now = evidence.facts.get("steps"), evidence.facts.get("step")
    return is_plain(evidence) and bool(meant and now and now >= _OVER * meant) and still_falls(evidence)


def _limit(evidence: Evidence) -> float:
    """The path below which it is too short."""
    if not is_plain(evidence):
        return _PATH
    return _UNFINISHED if _is_unfinished(evidence) else _SHORT


def _change(evidence: Evidence) -> Change | None:
    """Of each network that moved little; a critic that is clipped or tiny, whose way says little, goes with it."""
    ways = {name: path(evidence, name) for name in learners(evidence)}
    judged = [name for name in scaled_learners(evidence) if ways[name] < _LITTLE]
    short = {name: ways[name] for name in judged or ways if ways[name] < _LITTLE}
    factors = {name: min(_MOST, max(_LEAST, _ENOUGH / max(way, 1e-9))) for name, way in short.items()}
    for name in set(ways) - set(scaled_learners(evidence)) if judged else ():
        factors[name] = max(factors.values())
    rates = {name: float(evidence.facts.get(f"{name}_learning_rate") or 0.0) for name in factors}
    found = {
        f"{name}.learning_rate": towards(rates[name], usual_rate(evidence, name), factor)
        for name, factor in factors.items()
        if rates[name]
    }
    return found or None


CAUSE = Cause(
    "learning-rate-low",
    needs=(),
    when=no_learners,
    judge=_judge,
    remedy="Raise the learning rate, or train for longer.",
    change=_change,
    explains=(
        "critic-too-weak",
        "critic-too-strong",
        "mode-dropping",
        "mode-collapse",
        "divergence",
        "exploding-gradient",
        "n-critic-low",
        *UNLEARNED,
    ),
)
