"""What two arguments are, told by their types: distributions that are known, distributions over cells, or samples."""

from typing import Any, Literal, NamedTuple

import numpy as np

from ganbaru.distances.densities import Known
from ganbaru.distances.histograms import Cells, Histogram
from ganbaru.distances.samples import numbers, pair
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Kind = Literal["known", "cells", "samples"]


class Pair(NamedTuple):
    """Two of a kind: both `densities.Known`, both `histograms.Cells`, or both arrays ``(n, d)`` and ``(m, d)``."""

    kind: Kind
    a: Any
    b: Any


def read(a: Any, b: Any) -> Pair:
    """What they are.

    Two sequences of one length, two or more, nowhere below 0 and each of sum 1 (within 1e-9) are probabilities of the
    same cells. Every other sequence of numbers is a sample on the line; what has two axes is a sample always.

    Raises:
        UserError: they are not of one kind, or of none.
    """
    for kind, types in (("known", Known), ("cells", Cells)):
        if isinstance(a, types) and isinstance(b, types):
            return Pair(kind, a, b)  # type: ignore[arg-type]
    if isinstance(a, Known | Cells) or isinstance(b, Known | Cells):
        raise UserError(
            f"{_called(a)} and {_called(b)} cannot be compared",
            hint="give two known distributions, two histograms, two grids or two samples; .sample(1000) draws one",
        )
    ours, theirs = numbers(a), numbers(b)
    if ours.ndim == theirs.ndim == 1:
        if _are_probabilities(ours, theirs):
            return Pair("cells", Histogram(ours), Histogram(theirs))
        ours, theirs = ours[:, None], theirs[:, None]
    return Pair("samples", *pair(ours, theirs))


def _are_probabilities(a: Array, b: Array) -> bool:
    return len(a) == len(b) >= 2 and all((x >= 0).all() and abs(x.sum() - 1) <= 1e-9 for x in (a, b))


def _called(value: Any) -> str:
    return type(value).__name__
