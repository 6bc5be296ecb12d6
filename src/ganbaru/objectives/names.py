"""The names by which objectives and constraints are asked for, and the published recipes that people know by name."""

from dataclasses import dataclass, field
from typing import Any

from ganbaru.errors import unknown
from ganbaru.objectives.constraints import CONSTRAINTS
from ganbaru.objectives.losses import Hinge, LeastSquares, Minimax, NonSaturating, Relativistic, Wasserstein
from ganbaru.objectives.protocols import Constraint, Objective

OBJECTIVES: dict[str, type[Objective]] = {
    "wasserstein": Wasserstein,
    "minimax": Minimax,
    "nonsaturating": NonSaturating,
    "least-squares": LeastSquares,
    "hinge": Hinge,
    "relativistic": Relativistic,
}


@dataclass(frozen=True)
class Alias:
    """A published recipe: what the paper's name stands for.

    Attributes:
        objective: name of the objective.
        constraint: name of the constraint.
        strength: the constraint's one number (the clip's bound, the penalty's weight); None where it has none.
        n_critic: critic steps to one generator step.
        batch: sounds in a batch.
        optimizer: name of the optimizer of both networks.
        learning_rate: of both networks.
        optimizer_options: further options of the optimizer.
        source: where the numbers stand.
    """

    objective: str
    constraint: str
    strength: float | None
    n_critic: int
    batch: int
    optimizer: str
    learning_rate: float
    source: str
    optimizer_options: dict[str, Any] = field(default_factory=dict)


_WGAN_GP = Alias(
    "wasserstein",
    "gradient-penalty",
    10.0,
    5,
    64,
    "adam",
    1e-4,
    "Gulrajani et al. 2017, algorithm 1",
    {"betas": (0.0, 0.9)},
)

ALIASES: dict[str, Alias] = {
    "wgan": Alias("wasserstein", "clip", 0.01, 5, 64, "rmsprop", 5e-5, "Arjovsky et al. 2017, algorithm 1"),
    "wgan-gp": _WGAN_GP,
    "wasserstein-gp": _WGAN_GP,
    "wgan-lp": Alias(
        "wasserstein",
        "lipschitz-penalty",
        10.0,
        5,
        64,
        "adam",
        1e-4,
        "Petzka et al. 2018, eq. 7; the other numbers as wgan-gp",
        {"betas": (0.0, 0.9)},
    ),
    "ns-gan": Alias(
        "nonsaturating",
        "none",
        None,
        1,
        128,
        "adam",
        2e-4,
        "Goodfellow et al. 2014, section 3; optimizer of Radford et al. 2016, section 4",
        {"betas": (0.5, 0.999)},
    ),
    "ls-gan": Alias(
        "least-squares",
        "none",
        None,
        1,
        64,
        "adam",
        1e-3,
        "Mao et al. 2017, section 4 (scenes)",
        {"betas": (0.5, 0.999)},
    ),
    "r3gan": Alias(
        "relativistic",
        "r1+r2",
        0.05,
        1,
        512,
        "adam",
        2e-4,
        "Huang et al. 2024, hyperparameters for CIFAR-10 (start of their schedules)",
        {"betas": (0.0, 0.9)},
    ),
}


def objective(name: str) -> Objective:
    """The objective of that name.

    Raises:
        UserError: there is none; names the nearest.
    """
    if name not in OBJECTIVES:
        raise unknown("objective", name, [*OBJECTIVES, *ALIASES])
    return OBJECTIVES[name]()


def constraint(name: str, strength: float | None = None) -> Constraint:
    """The constraint of that name.

    Args:
        name: one of ``CONSTRAINTS``.
        strength: its one number: the bound of ``clip`` and ``spectral-norm``, the weight λ or γ of a penalty.
            None takes the published one. ``none`` has no number and takes none.

    Raises:
        UserError: there is no such constraint; names the nearest.
    """
    if name not in CONSTRAINTS:
        raise unknown("constraint", name, CONSTRAINTS)
    return CONSTRAINTS[name]() if strength is None or name == "none" else CONSTRAINTS[name](strength)
