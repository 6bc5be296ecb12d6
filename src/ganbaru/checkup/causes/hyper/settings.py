"""What judges of hyperparameters read besides: the networks that learn, and the settings that would change them."""

import math

import numpy as np

from ganbaru.checkup.evidence import Evidence

NETWORKS = ("generator", "critic", "model")
UNLEARNED = ("silent-output", "clicks", "imaging", "hiss", "phase-smear")
"""What is heard of a generator that has not learned, whatever kept it from it."""
USUAL_MOMENTUM = 0.9
"""Of plain gradient descent, by which a step is ten times what its rate says."""
DOUBTFUL_MOMENTUM = 0.85
"""β₁ or momentum of a player of a game from which it is doubted: 0 to 0.5 in published recipes, and 0.9 where nobody
chose it."""
_RMSPROP = 0.99
"""Of the average of squares that RMSprop keeps, where nobody chose another."""
_EARLY = 0.1
"""Share of a training's steps; records may stand closer at its beginning."""
_FEW_WEIGHTS = 100
"""Weights below which their norm is no scale: that of a handful may pass through zero on the best of ways."""


def learners(evidence: Evidence) -> list[str]:
    """The networks of which it is known how far a step moves them."""
    return [name for name in NETWORKS if not evidence.lacks(f"{name}_update_ratio")]


def scaled_learners(evidence: Evidence) -> list[str]:
    """Those of them whose weights have a scale of their own: neither clipped, so small as their bound, nor few."""
    small = {"critic"} if evidence.facts.get("constraint") == "clip" else set()
    return [name for name in learners(evidence) if name not in small and not is_handful(evidence, name)]


def is_handful(evidence: Evidence, name: str) -> bool:
    """Whether a network has so few weights that no share of them, nor their norm, says much."""
    return bool((evidence.facts.get(f"{name}_parameters") or math.inf) < _FEW_WEIGHTS)


def no_learners(evidence: Evidence) -> str:
    """Why no learning rate can be judged; empty where one can."""
    return "" if learners(evidence) else "how far a step moves the weights was not recorded"


def no_scaled_learners(evidence: Evidence) -> str:
    """Why no step can be held against the weights that it moves; empty where one can."""
    return no_learners(evidence) or (
        "" if scaled_learners(evidence) else "weights that are clipped or few have no scale"
    )


def stride(evidence: Evidence, name: str) -> float:
    """Norm of one update over norm of the weights, by the rate alone: the first, or the larger ones of the first tenth.

    That early no other fault has had the time to make steps large; and the weights of which a rate is far too high soon
    grow, so that only the first step is held against what they were drawn as. What the optimizer adds is taken off:
    more momentum than is usual, for without an average (Adam's) a step is 1 / (1 - momentum) times what its rate says;
    and the start of RMSprop, whose t-th step is 1 / sqrt(1 - α^t) times that, for its average begins at 0
    (Kingma & Ba 2015, section 3).
    """
    early = _early_strides(evidence, name)
    if not len(early):
        return math.nan
    usual = float(np.quantile(early, 0.9))
    return usual if _projected(evidence, name) else max(float(early[0]), usual)


def lasting_stride(evidence: Evidence, name: str) -> float:
    """The same by the middle one of the first tenth: weights that were drawn small soon have their own scale."""
    early = _early_strides(evidence, name)
    return float(np.median(early)) if len(early) else math.nan


def _early_strides(evidence: Evidence, name: str) -> np.ndarray:
    """Updates over weights, by the rate alone, of the first tenth of the steps; empty where none was recorded.

    Without a first one that a constraint made: among ten records it would be one of the larger ones.
    """
    series, updates = evidence.series[f"{name}_update_ratio"].finite, 1
    if name == "critic":
        updates = evidence.facts.get("n_critic") or 1
    ratios = series.values / updates / _gain(evidence, name)
    if "rmsprop" in str(evidence.facts.get(f"{name}_optimizer", "")):
        ratios = ratios * np.sqrt(1 - _RMSPROP ** (series.steps * updates))
    steps, ratios = (series.steps[1:], ratios[1:]) if _projected(evidence, name) else (series.steps, ratios)
    if not len(ratios):
        return np.asarray(ratios)
    end = max(float(series.steps[-1]), float(evidence.facts.get("steps") or 0))
    return np.asarray(ratios[steps <= max(_EARLY * end, float(steps[0]))])


def _projected(evidence: Evidence, name: str) -> bool:
    """Whether its first step brings weights to where a constraint wants them, which no rate can make longer."""
    return name == "critic" and evidence.facts.get("constraint") == "spectral-norm"


def _gain(evidence: Evidence, name: str) -> float:
    """How many times longer momentum makes a step than momentum as it is usual does."""
    momentum = evidence.facts.get(f"{name}_momentum") or 0.0
    averaged = "adam" in str(evidence.facts.get(f"{name}_optimizer", ""))
    return 1.0 if averaged else max(1.0, (1 - USUAL_MOMENTUM) / max(1 - momentum, 1e-6))


def path(evidence: Evidence, name: str) -> float:
    """Updates of the whole training over the norm of the weights, were they all of one direction; NaN where unknown."""
    ratios = evidence.series[f"{name}_update_ratio"].finite
    steps = evidence.facts.get("step") or (int(ratios.steps[-1]) if len(ratios) else 0)
    taken = ratios.values[1:] if _projected(evidence, name) else ratios.values
    steps = steps * float(evidence.facts.get("updates_per_step") or 1)
    return float(np.mean(taken)) * steps if len(taken) and steps else math.nan
