"""How much a statistic of two samples varies, and what it says where nothing differs: both told by parts of them."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from scipy import stats

from ganbaru.distances.samples import pair
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]

_OWN = 1.1
"""What an estimate's own random draws add to its spread; without it, intervals of 95 % held the truth in 91 to 94 %."""


def spread(value: float, halves: Array, confidence: float, *, least: float = -np.inf) -> tuple[float, float]:
    """The interval around a value, by `margin`.

    Args:
        value: the statistic of the whole samples.
        halves: of random halves of them, ``(resamples,)``.
        confidence: how often the interval holds the truth.
        least: what the statistic cannot be below.
    """
    reach = margin(halves, confidence)
    return max(least, value - reach), value + reach


def margin(halves: Array, confidence: float) -> float:
    """Half the width of the interval of a delete-half jackknife (Shao & Wu 1989), with Student's quantile.

    Halves are drawn without replacement: a bootstrap's repeats would bias a distance of samples upwards. A half differs
    from the whole as much as the whole from the truth, σ²/(n/2) − σ²/n = σ²/n, so their spread is taken as it is.
    """
    check_draws(len(halves), confidence)
    quantile = float(stats.t.ppf(0.5 + confidence / 2, len(halves) - 1))
    return _OWN * quantile * float(np.std(halves, ddof=1))


def check_draws(resamples: int, confidence: float) -> None:
    """Raises:
    UserError: no interval comes of them.
    """
    if resamples < 2 or not 0 < confidence < 1:
        raise UserError(
            f"{resamples} resamples at a confidence of {confidence} make no interval",
            hint="take 2 or more, and a confidence between 0 and 1",
        )


def split(x: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two random halves of a sample."""
    order, middle = rng.permutation(len(x)), len(x) // 2
    return x[order[:middle]], x[order[middle:]]


def half(size: int, rng: np.random.Generator) -> Array:
    """Indices of a random half, at least one."""
    return rng.permutation(size)[: max(1, size // 2)]


def drawn(pool: int, n: int, m: int, times: int, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
    """Indices into a pool of two samples of n and m points: all different where there are enough, else all drawn anew.

    (To deal every point once and only then again would make the two complete each other, and their distance too small.)
    """
    for _ in range(times):
        order = rng.choice(pool, size=n + m, replace=pool < n + m)
        yield order[:n], order[n:]


def pool_of(a: Array, b: Array, floor_from: tuple[Array, Array] | None) -> Array:
    """The points that a floor is drawn from: two samples of one distribution, or both samples where none are given.

    Raises:
        UserError: they do not fit the samples.
    """
    return np.concatenate((a, b) if floor_from is None else [pair(a, part)[1] for part in floor_from])


def floor(found: Iterable[float]) -> float:
    """The 95 % quantile of what an estimator says of samples of one distribution."""
    return float(np.quantile(list(found), 0.95))
