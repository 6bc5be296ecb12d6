"""Two samples that can be compared."""

from typing import Any

import numpy as np

from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def pair(a: Any, b: Any, *, least: int = 1) -> tuple[Array, Array]:
    """Both as float64.

    Args:
        a: ``(n, d)``, or ``(n,)`` on the line.
        b: ``(m, d)``, or ``(m,)``.
        least: the fewest points that either may have.

    Raises:
        UserError: the shapes do not fit, a sample is too small, or a number is not finite.
    """
    a, b = (numbers(x) for x in (a, b))
    if a.ndim == b.ndim == 1:
        a, b = a[:, None], b[:, None]
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or not a.shape[1]:
        raise UserError(f"samples of shapes {a.shape} and {b.shape} cannot be compared", hint="give (n, d) and (m, d)")
    if min(len(a), len(b)) < least:
        raise UserError(f"samples of shapes {a.shape} and {b.shape} are too small", hint=f"give {least} points or more")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise UserError("a sample holds a number that is not finite")
    return a, b


def numbers(value: Any) -> Array:
    """As float64.

    Raises:
        UserError: they are none.
    """
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise UserError(f"{type(value).__name__} is no sample", hint="give numbers, (n,) or (n, d)") from None


def check_power(p: float) -> None:
    """Raises:
    UserError: p is neither 1 nor 2.
    """
    if p not in (1, 2):
        raise UserError(f"p = {p} is not known here", hint="take 1 or 2")


def dimensions(count: int) -> str:
    """``1 dimension`` or ``85 dimensions``."""
    return f"{count:,} dimension{'' if count == 1 else 's'}"


def rescaled(a: Array, b: Array) -> tuple[Array, Array, float]:
    """Both moved to their common middle and measured in a power of two near the root mean square of their coordinates,
    and that unit.

    So that squares of coordinates of 1e±150 neither overflow nor vanish; a power of two costs no digit.
    """
    first = _power_of_two(max(float(np.abs(a).max()), float(np.abs(b).max())))
    a, b = a / first, b / first
    middle = (a.mean(axis=0) + b.mean(axis=0)) / 2
    a, b = a - middle, b - middle
    second = _power_of_two(float(np.sqrt((np.square(a).mean() + np.square(b).mean()) / 2)))
    return a / second, b / second, first * second


def in_unit(pair_of: tuple[Array, Array] | None, unit: float) -> tuple[Array, Array] | None:
    """Two other samples measured in that unit, where there are any."""
    return None if pair_of is None else (numbers(pair_of[0]) / unit, numbers(pair_of[1]) / unit)


def _power_of_two(size: float) -> float:
    """The greatest that is not above it; 1 for 0."""
    return float(2.0 ** np.floor(np.log2(size))) if size > 0 else 1.0
