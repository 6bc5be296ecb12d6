"""What judges of hyperparameters read besides: the networks that learn, and the settings that would change them."""

import math

import numpy as np

from ganbaru.checkup.evidence import Evidence

NETWORKS = ("generator", "critic", "model")


def learners(evidence: Evidence) -> list[str]:
    """The networks of which it is known how far a step moves them."""
    return [name for name in NETWORKS if not evidence.lacks(f"{name}_update_ratio")]


def free_learners(evidence: Evidence) -> list[str]:
    """Those of them whose weights are not clipped: a clipped weight moves far for its size, whatever the rate."""
    clipped = evidence.facts.get("constraint") == "clip"
    return [name for name in learners(evidence) if not (clipped and name == "critic")]


def no_learners(evidence: Evidence) -> str:
    """Why no learning rate can be judged; empty where one can."""
    return "" if free_learners(evidence) else "how far a step moves the weights was not recorded"


def stride(evidence: Evidence, name: str, share: float = 0.1) -> float:
    """Norm of one update over norm of the weights, early, before the learning rate falls."""
    ratio = evidence.series[f"{name}_update_ratio"].early(share)
    return ratio / (evidence.facts.get("n_critic") or 1) if name == "critic" else ratio


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
