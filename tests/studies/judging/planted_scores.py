"""Scores of planted means for the tests of the judging."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SIZES = 50.0 * 2.0 ** np.arange(6)
"""Six amounts of data, or widths."""


def scores(truth: Array, sigma: float, seeds: int, seed: int = 0, shared: float = 1.0) -> Array:
    """Means ``(C,)`` with noise, and with an effect of each seed that all cells share, ``(C, seeds)``."""
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((len(truth), seeds)) + shared * rng.standard_normal(seeds)
    return np.asarray(truth)[:, None] + sigma * noise


def power(exponent: float) -> Array:
    """A power law over `SIZES` that starts at 0 and tends to 1."""
    return 1 - (SIZES / SIZES[0]) ** -exponent
