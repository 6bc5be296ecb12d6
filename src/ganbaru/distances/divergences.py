"""Divergences: how much two distributions differ in where their mass is, whatever the way between.

What a question means is told by its arguments:

- two distributions that are known (`Gaussian`, `Laplace`, `Uniform`, `Density`): their divergence, to about 1e-12;
- two `Histogram` or `Grid`, or two sequences of probabilities (of one length, two or more, nowhere below 0, each of sum
  1 within 1e-9): their divergence over the same cells, exactly;
- samples ``(n,)`` or ``(n, d)``, everything else that is numeric: an estimate over bins that both share.

The divergence over bins is that of the binned distributions, which is at most their own: what differs within a bin is
not seen. Chance adds to it; that is taken off by extrapolation, and the floor says what is left where nothing differs.
"""

from typing import Any, Literal, TypedDict, Unpack

import numpy as np

from ganbaru.distances.binning import Binning, binned
from ganbaru.distances.estimate import Estimate
from ganbaru.distances.exact import exact
from ganbaru.distances.formulas import (
    CHI_SQUARED,
    HELLINGER,
    JENSEN_SHANNON,
    KULLBACK_LEIBLER,
    TOTAL_VARIATION,
    Base,
    Formula,
    check_base,
)
from ganbaru.distances.histograms import aligned
from ganbaru.distances.kinds import read
from ganbaru.distances.known_divergences import known_divergence
from ganbaru.distances.neighbours import neighbours
from ganbaru.errors import UserError, unknown

Array = np.ndarray[Any, Any]
Estimator = Literal["bins", "neighbours"]


class Binned(TypedDict, total=False):
    """Options for samples; others do without them.

    Attributes:
        bins: how many along each axis, each with as many points of both samples together; by default about the
            (d + 2)th root of the smaller sample's size, and twice that on the line.
        edges: where they end instead: ``(k + 1,)`` in one dimension, else one such an axis. What lies beyond is
            counted in cells of its own.
        extrapolate: False leaves in what chance adds: the divergence of these two histograms.
        resamples: how many halves for the interval.
        floor_from: two samples of one distribution, whose divergence at these sizes is the floor; None splits both
            samples pooled at random, which is right where they are the same.
        confidence: how often the interval holds the truth.
        seed: of the draws.
    """

    bins: int | None
    edges: Any
    extrapolate: bool
    resamples: int
    floor_from: tuple[Array, Array] | None
    confidence: float
    seed: int


def total_variation(a: Any, b: Any, **options: Unpack[Binned]) -> Estimate:
    """``½ ∫ |p − q|``, from 0 to 1: the largest difference that the two make of the chance of anything.

    Args:
        a: known, over cells, or a sample; see the module.
        b: likewise.
        options: see `Binned`.

    Raises:
        UserError: they are not of one kind, their dimensions differ, there are more than three dimensions to bin, or
            a number is not finite.
    """
    return _divergence(TOTAL_VARIATION, a, b, "nats", options)


def kullback_leibler(
    a: Any, b: Any, *, base: Base = "nats", estimator: Estimator = "bins", **options: Unpack[Binned]
) -> Estimate:
    """``∫ p ln(p/q)``: what it costs to take b for a; infinite where a has mass and b has none.

    Of samples it is infinite too where a bin with points of a has none of b. The interval then reaches from the least
    that is plausible, with the share that b may have in such bins and never showed, to infinity. ``"neighbours"`` is
    finite always, and for more dimensions (see `neighbours`).

    Args:
        a: known, over cells, or a sample; see the module.
        b: likewise.
        base: ``"nats"`` or ``"bits"``.
        estimator: of samples.
        options: see `Binned`.

    Raises:
        UserError: as for `total_variation`; or base or estimator are unknown.
    """
    if estimator not in ("bins", "neighbours"):
        raise unknown("estimator", estimator, ("bins", "neighbours"))
    check_base(base)
    kind, ours, theirs = read(a, b)
    if kind == "samples" and estimator == "neighbours":
        return neighbours(ours, theirs, base, Binning(**options))
    return _divergence(KULLBACK_LEIBLER, a, b, base, options)


def jensen_shannon(a: Any, b: Any, *, base: Base = "nats", **options: Unpack[Binned]) -> Estimate:
    """``½ KL(p, m) + ½ KL(q, m)``, m half of each (Lin 1991): from 0 to ln 2, or one bit. Its root is a metric.

    Args:
        a: known, over cells, or a sample; see the module.
        b: likewise.
        base: ``"nats"`` or ``"bits"``.
        options: see `Binned`.

    Raises:
        UserError: as for `total_variation`; or the base is unknown.
    """
    return _divergence(JENSEN_SHANNON, a, b, base, options)


def hellinger(a: Any, b: Any, **options: Unpack[Binned]) -> Estimate:
    """``(½ ∫ (√p − √q)²)^½``, from 0 to 1.

    Args:
        a: known, over cells, or a sample; see the module.
        b: likewise.
        options: see `Binned`.

    Raises:
        UserError: as for `total_variation`.
    """
    return _divergence(HELLINGER, a, b, "nats", options)


def chi_squared(a: Any, b: Any, **options: Unpack[Binned]) -> Estimate:
    """``∫ (p − q)² / q`` (Pearson); infinite where a has mass and b has none, and for samples as `kullback_leibler` is.

    Args:
        a: known, over cells, or a sample; see the module.
        b: likewise.
        options: see `Binned`.

    Raises:
        UserError: as for `total_variation`.
    """
    return _divergence(CHI_SQUARED, a, b, "nats", options)


def _divergence(formula: Formula, a: Any, b: Any, base: Base, options: Binned) -> Estimate:
    check_base(base)
    how = Binning(**options)
    kind, ours, theirs = read(a, b)
    if kind == "samples":
        return binned(formula, ours, theirs, base, how)
    if how.bins is not None or how.edges is not None or how.floor_from is not None:
        raise UserError("bins, edges and floor_from are for samples", hint="leave them out, or draw samples")
    if kind == "known":
        return known_divergence(formula, ours, theirs, base)
    value = formula.finished(formula.of_cells(*aligned(ours, theirs)), base)
    return exact(value, formula.said(base, "closed form"))
