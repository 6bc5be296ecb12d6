"""Trainees with a planted optimum for the tests of searches."""

import math
import time
from pathlib import Path
from typing import Any

import numpy as np


def bowl(
    data: Any, *, rate: float = 1e-4, width: int = 16, kind: str = "relu", idle: float = 0.5, seed: int = 0
) -> float:
    """Best at rate 1e-3; width does little, kind "tanh" costs 0.5, idle does nothing; noise of 0.05."""
    noise = np.random.default_rng([seed, int(1e9 * rate), width, len(kind), int(1e6 * idle)]).normal(0, 0.05)
    shared = np.random.default_rng(seed).normal(0, 0.2)
    return float(-abs(math.log10(rate / 1e-3)) - 0.5 * (kind == "tanh") + noise + shared)


def curve(
    data: Any,
    *,
    steps: int = 270,
    rate: float = 1e-4,
    idle: float = 0.5,
    seed: int = 0,
    before: Any = None,
    folder: Any = None,
) -> float:
    """A learning curve that is counted: its trainings write how many steps they did."""
    began = int((Path(before) / "steps").read_text()) if before is not None else 0
    Path(folder, "steps").write_text(str(steps))
    with Path(folder, "done").open("a") as file:
        file.write(f"{steps - began}\n")
    best = 1 - 0.4 * abs(math.log10(rate / 1e-3))
    noise = np.random.default_rng([seed, int(1e9 * rate), int(1e6 * idle), steps]).normal(0, 0.01)
    return float(best * (1 - (1 + steps) ** -0.5) + noise)


def slow(data: Any, *, rate: float = 1e-4, idle: float = 0.5, seed: int = 0) -> float:
    time.sleep(0.05)
    return bowl(data, rate=rate, idle=idle, seed=seed)
