"""What critic and generator minimise, and what keeps the critic in bounds."""

from ganbaru.objectives.constraints import (
    CONSTRAINTS,
    R1,
    R1R2,
    Clip,
    Free,
    GradientPenalty,
    LipschitzPenalty,
    SpectralNorm,
    gradient_norms,
)
from ganbaru.objectives.losses import Hinge, LeastSquares, Minimax, NonSaturating, Relativistic, Wasserstein, w1
from ganbaru.objectives.names import ALIASES, OBJECTIVES, Alias, constraint, objective
from ganbaru.objectives.protocols import Constraint, Objective, Score

__all__ = [
    "ALIASES",
    "CONSTRAINTS",
    "OBJECTIVES",
    "R1",
    "R1R2",
    "Alias",
    "Clip",
    "Constraint",
    "Free",
    "GradientPenalty",
    "Hinge",
    "LeastSquares",
    "LipschitzPenalty",
    "Minimax",
    "NonSaturating",
    "Objective",
    "Relativistic",
    "Score",
    "SpectralNorm",
    "Wasserstein",
    "constraint",
    "gradient_norms",
    "objective",
    "w1",
]
