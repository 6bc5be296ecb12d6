"""The games that studies set against each other, and how strong their critics are made."""

from typing import Any

Settings = dict[str, Any]

OBJECTIVES: dict[str, Settings] = {
    "minimax": {"objective": "minimax", "constraint": "none"},
    "non-saturating": {"objective": "nonsaturating", "constraint": "none"},
    "non-saturating, R1": {"objective": "nonsaturating", "constraint": "r1"},
    "least squares": {"objective": "least-squares", "constraint": "none"},
    "hinge": {"objective": "hinge", "constraint": "none"},
    "Wasserstein, clip": {"objective": "wasserstein", "constraint": "clip"},
    "Wasserstein, GP": {"objective": "wasserstein", "constraint": "gradient-penalty"},
    "Wasserstein, LP": {"objective": "wasserstein", "constraint": "lipschitz-penalty"},
    "relativistic, R1+R2": {"objective": "relativistic", "constraint": "r1+r2"},
}
"""Objectives with the constraint that they are known with; hinge without spectral norm, to see it alone."""

STRENGTHS: dict[str, float] = {
    "r1": 0.02,
    "r1+r2": 0.02,
    "clip": 0.1,
    "gradient-penalty": 0.1,
    "lipschitz-penalty": 0.1,
}
"""Strength of a constraint on toy worlds: R1 and R1+R2 as the defaults of points, the penalties as in the toy
experiments of Gulrajani et al. 2017 (λ = 0.1); clipping at 0.1, as 0.01 leaves networks this narrow no slope at all."""


def game(name: str, *, sound: bool = False) -> Settings:
    """The settings of an objective of `OBJECTIVES`: on sounds with its constraint's published strength."""
    chosen = dict(OBJECTIVES[name])
    if not sound and chosen["constraint"] in STRENGTHS:
        chosen["constraint_strength"] = STRENGTHS[chosen["constraint"]]
    return chosen
