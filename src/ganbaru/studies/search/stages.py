"""How a point of a search is tried: in stages, after each of which it may be given up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ganbaru.errors import UserError, unknown

Pruning = Literal["none", "halving", "hyperband", "wilcoxon"]
PRUNINGS: tuple[Pruning, ...] = ("none", "halving", "hyperband", "wilcoxon")
BY_RUNGS: tuple[Pruning, ...] = ("halving", "hyperband")
REDUCTION = 3
"""A rung is so many times as long as the one before, and about one point in so many goes on to it."""


@dataclass(frozen=True)
class Stage:
    """What is run of a point before it is decided whether more is.

    Attributes:
        seeds: each is a trial.
        steps: how far they train, in steps since the beginning; None where the training knows itself.
        trained: of these, how far they have come by the stage before, from whose folder they go on.
        resource: how far that is as Optuna's pruner counts it.
    """

    seeds: tuple[int, ...]
    steps: int | None = None
    trained: int = 0
    resource: int = 1

    @property
    def cost(self) -> int:
        """Training steps that it takes; 0 where they are not known."""
        return 0 if self.steps is None else (self.steps - self.trained) * len(self.seeds)


def stages(pruning: Pruning, seeds: Sequence[int], steps: int | None, rungs: int = 4) -> list[Stage]:
    """The stages of every point.

    Args:
        pruning: "none" tries each point whole; "halving" and "hyperband" train it to rungs of a third, a ninth … of
            the steps; "wilcoxon" gives it one seed after another.
        seeds: of every point.
        steps: of a whole training; None where the training knows itself.
        rungs: of which the last is the whole training.

    Raises:
        UserError: pruning by rungs needs to know the steps, or has too few for so many rungs.
    """
    if pruning not in PRUNINGS:
        raise unknown("way of pruning", pruning, PRUNINGS)
    if pruning == "wilcoxon":
        return [Stage((seed,), steps, 0, index + 1) for index, seed in enumerate(seeds)]
    if pruning == "none":
        return [Stage(tuple(seeds), steps)]
    if steps is None:
        raise UserError(
            f"pruning by {pruning} needs to know the steps of a training", hint="name them, or prune by wilcoxon"
        )
    if rungs < 2 or steps < REDUCTION ** (rungs - 1):
        raise UserError(f"{steps} steps cannot be cut into {rungs} rungs", hint="take fewer rungs, at least 2")
    ends = [math.ceil(steps / REDUCTION ** (rungs - 1 - rung)) for rung in range(rungs)]
    return [
        Stage(tuple(seeds), end, before, REDUCTION**rung)
        for rung, (before, end) in enumerate(zip([0, *ends], ends, strict=False))
    ]
