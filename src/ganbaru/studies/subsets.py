"""Which part of the data a trial sees: nested draws by seed that split no group and keep the shares of labels."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
_ORDER, _HELD_OUT = 0x5B5E7, 0x4E1D
"""Keep the two streams of random numbers that start from one seed apart."""


def nested(labels: Array, seed: int) -> Array:
    """An order of all units, ``(N,)``: the first n of it are the draw of size n, so a larger draw holds a smaller one.

    Within each label the order is random; the labels are laid between each other so that every draw has about their
    shares in the whole: the k-th unit of a label with m units stands at ``(k + ½) / m``.

    Args:
        labels: ``(N,)``; all alike where there are none.
        seed: another seed is another order.
    """
    return _laid(labels, np.random.default_rng([seed, _ORDER]))


def held_out(labels: Array, share: float, seed: int) -> Array:
    """Which units are held out, ``(N,)`` bool: a random ``share`` of them, of each label alike.

    Args:
        labels: ``(N,)``.
        share: over 0, under 1.
        seed: another seed is another choice.
    """
    chosen = np.zeros(len(labels), dtype=bool)
    chosen[_laid(labels, np.random.default_rng([seed, _HELD_OUT]))[: held_out_count(len(labels), share)]] = True
    return chosen


def held_out_count(count: int, share: float) -> int:
    """How many of ``count`` units a ``share`` is."""
    return max(1, round(count * share))


def _laid(labels: Array, rng: np.random.Generator) -> Array:
    place = rng.permutation(len(labels))
    tie = rng.random(len(labels))
    position = np.empty(len(labels))
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        position[mine] = (np.argsort(np.argsort(place[mine])) + 0.5) / len(mine)
    return np.lexsort((tie, position))


def units(groups: Array | None, count: int) -> list[Array]:
    """The rows of each unit that is drawn whole: of each group in the order of first appearance, or each row alone.

    Args:
        groups: ``(count,)`` what each row belongs to; None where every row stands alone.
        count: how many rows there are.
    """
    if groups is None:
        return list(np.arange(count)[:, None])
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    by_group = np.split(np.argsort(inverse, kind="stable"), np.cumsum(np.bincount(inverse))[:-1])
    return [by_group[index] for index in np.argsort(first)]


def strata(labels: Array | None, of: list[Array]) -> Array:
    """The label of each unit, that of its first row, as numbers ``(U,)``; all 0 where there are none, or too many.

    Args:
        labels: ``(N,)`` or None. Numbers with fractions, and labels of which most have few rows, are no classes.
        of: the rows of each unit.
    """
    if labels is None or labels.ndim != 1 or (labels.dtype.kind == "f" and (labels != np.round(labels)).any()):
        return np.zeros(len(of), dtype=int)
    names, numbers = np.unique(labels, return_inverse=True)
    if len(names) * _LEAST > len(labels):
        return np.zeros(len(of), dtype=int)
    return np.array([numbers[rows[0]] for rows in of])


_LEAST = 5
"""Rows that a label must have on average to be a class and not a number to be foretold."""
