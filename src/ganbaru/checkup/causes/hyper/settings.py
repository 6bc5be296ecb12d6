"""What judges of hyperparameters read besides: the networks that learn, and the settings that would change them."""

import math

import numpy as np

from ganbaru.checkup.evidence import Evidence

NETWORKS = ("generator", "critic", "model")
UNLEARNED = ("silent-output", "clicks", "imaging", "hiss", "phase-smear")
"""What is heard of a generator that has not learned, whatever kept it from it."""
USUAL_MOMENTUM = 0.9
"""Of plain gradient descent, by which a step is ten times what its rate says."""
_FEW_WEIGHTS = 100
"""Weights below which their norm is no scale: that of a handful may pass through zero on the best of ways."""


def learners(evidence: Evidence) -> list[str]:
    """The networks of which it is known how far a step moves them."""
    return [name for name in NETWORKS if not evidence.lacks(f"{name}_update_ratio")]


def scaled_learners(evidence: Evidence) -> list[str]:
    """Those of them whose weights have a scale of their own: neither clipped, so small as their bound, nor few."""
    clipped = evidence.facts.get("constraint") == "clip"
    return [name for name in learners(evidence) if not (clipped and name == "critic") and not _few(evidence, name)]


def _few(evidence: Evidence, name: str) -> bool:
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
    """Norm of one update over norm of the weights at the larger steps of the first tenth, by the rate alone.

    That early no other fault has had the time to make steps large. What more momentum than is usual adds is taken off:
    without an average (Adam's) a step is 1 / (1 - momentum) times what its rate says.
    """
    ratios = evidence.series[f"{name}_update_ratio"].part(0.0, 0.1)
    updates = (evidence.facts.get("n_critic") or 1) if name == "critic" else 1
    return float(np.quantile(ratios, 0.9)) / updates / _gain(evidence, name) if len(ratios) else math.nan


def _gain(evidence: Evidence, name: str) -> float:
    """How many times longer momentum makes a step than momentum as it is usual does."""
    momentum = evidence.facts.get(f"{name}_momentum") or 0.0
    averaged = "adam" in str(evidence.facts.get(f"{name}_optimizer", ""))
    return 1.0 if averaged else max(1.0, (1 - USUAL_MOMENTUM) / max(1 - momentum, 1e-6))


def path(evidence: Evidence, name: str) -> float:
    """Updates of the whole training over the norm of the weights, were they all of one direction; NaN where unknown."""
    ratios = evidence.series[f"{name}_update_ratio"].finite
    steps = evidence.facts.get("step") or (int(ratios.steps[-1]) if len(ratios) else 0)
    return float(np.mean(ratios.values)) * steps if len(ratios) and steps else math.nan


def scaled(evidence: Evidence, names: list[str], factor: float) -> dict[str, float] | None:
    """The settings with the learning rates of these networks times a factor; None where they are not known."""
    rates = {f"{name}.learning_rate": evidence.facts.get(f"{name}_learning_rate") for name in names}
    known = {key: factor * float(rate) for key, rate in rates.items() if rate}
    return known or None
