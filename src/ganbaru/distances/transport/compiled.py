"""How the loops of this package are compiled: for one thread, letting go of Python's lock, kept on disk."""

from collections.abc import Callable
from typing import Any

from numba import njit

MATHS = {"reassoc", "contract", "nsz", "arcp", "nnan"}


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled at its first call; numbers are added in the order written."""
    return _compiled(function, False)


def compiled_freely(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled at its first call; sums may be reordered, so that eight are taken at once."""
    return _compiled(function, MATHS)


def _compiled(function: Callable[..., Any], maths: Any) -> Callable[..., Any]:
    how: dict[str, Any] = {"nogil": True, "fastmath": maths, "error_model": "numpy"}
    try:
        made: Callable[..., Any] = njit(cache=True, **how)(function)
    except RuntimeError:  # numba finds no place to keep it
        made = njit(**how)(function)
    return made
