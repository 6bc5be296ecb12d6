"""Scores of the cells of a study over its seeds, and how uncertain the cells' means are."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
DRAWS = 4000
"""How many errors of the means are drawn: the quantile of 2.5 % then rests on a hundred of them."""
LEAST_SEEDS = 3
"""Fewest scores of a cell: below, the noise between seeds is not known well enough for any verdict."""


@dataclass(frozen=True)
class Table:
    """Means of cells, adjusted for seeds that some cells lack, and the noise in them.

    Attributes:
        x: ``(C,)`` what the cells differ in, ascending.
        means: ``(C,)`` mean scores, turned so that higher is better.
        counts: ``(C,)`` scores of each cell.
        covariance: ``(C, C)`` of one seed's deviations from the means, the part that all cells of a seed share left
            out: it cancels in every difference of cells.
        freedom: degrees of freedom of that covariance.
        spread: standard deviation between runs that differ in nothing but the seed, the shared part included.
    """

    x: Array
    means: Array
    counts: Array
    covariance: Array
    freedom: float
    spread: float

    @property
    def enough(self) -> bool:
        """Whether every cell has scores enough for its noise to be known."""
        return len(self.means) > 0 and bool(self.counts.min() >= LEAST_SEEDS)

    @property
    def worthwhile(self) -> float:
        """The change that counts unless another is named: what one seed differs from another, or 1 % of the range."""
        return max(self.spread, 0.01 * float(np.ptp(self.means)))

    @property
    def uncertainty(self) -> Array:
        """Covariance of the means, ``(C, C)``."""
        return np.asarray(self.covariance / np.sqrt(np.outer(self.counts, self.counts)))

    def errors(self, seed: int = 0) -> Array:
        """Draws of the errors of the means, ``(DRAWS, C)``: multivariate t; only differences of cells mean anything."""
        rng = np.random.default_rng([seed, 0x57D1])
        values, vectors = np.linalg.eigh(self.uncertainty)
        root = vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
        normal = rng.standard_normal((DRAWS, len(self.means))) @ root
        return np.asarray(normal * np.sqrt(self.freedom / rng.chisquare(self.freedom, (DRAWS, 1))))


def tabulate(x: Array, scores: Array, collapsed: Array | None, *, higher_is_better: bool) -> Table:
    """Scores as a table; cells are put in the order of ``x``.

    A run that collapsed is an outcome: it counts as the worst score of all, or as its own where that is worse.

    Args:
        x: ``(C,)`` finite and different numbers.
        scores: ``(C, S)``; NaN is a run that is missing.
        collapsed: ``(C, S)`` which runs collapsed, if any did.
        higher_is_better: direction of the scores.

    Raises:
        UserError: the shapes do not fit, a score is infinite, or two cells have one value.
    """
    x, values, fell = _checked(x, scores, collapsed)
    order = np.argsort(x)
    x, values, fell = x[order], values[order] if higher_is_better else -values[order], fell[order]
    values = as_outcomes(values, fell)
    means, residuals = _additive(values)
    covariance, freedom = _noise(residuals)
    return Table(
        x=x,
        means=means,
        counts=np.isfinite(values).sum(axis=1),
        covariance=covariance,
        freedom=freedom,
        spread=_spread(values),
    )


def as_outcomes(values: Array, collapsed: Array) -> Array:
    """Scores of which higher are better, with the worst of all in the place of a run that collapsed."""
    known = values[np.isfinite(values)]
    worst = known.min() if len(known) else 0.0
    return np.where(collapsed, np.fmin(values, worst), values)


def _checked(x: Array, scores: Array, collapsed: Array | None) -> tuple[Array, Array, Array]:
    x, values = np.asarray(x, dtype=float), np.asarray(scores, dtype=float)
    fell = np.zeros(values.shape, dtype=bool) if collapsed is None else np.asarray(collapsed, dtype=bool)
    if values.ndim != 2 or x.shape != values.shape[:1] or fell.shape != values.shape:
        raise UserError(
            f"scores {values.shape}, collapsed {fell.shape} and {x.shape} cells do not fit",
            hint="scores are (cells, seeds), with one number for each cell",
        )
    if np.isinf(values).any():
        raise UserError("a score is infinite", hint="mark that run as collapsed and its score as NaN")
    if not np.isfinite(x).all() or len(np.unique(x)) < len(x):
        raise UserError("the cells' values must be finite and all different")
    return x, values, fell


def _additive(values: Array) -> tuple[Array, Array]:
    """Least-squares means of cells beside effects of seeds, and what is left of each score; NaN where it is missing."""
    cells, seeds = values.shape
    here = np.isfinite(values)
    row, column = np.nonzero(here)
    design = np.zeros((len(row), cells + seeds))
    design[np.arange(len(row)), row] = 1.0
    design[np.arange(len(row)), cells + column] = 1.0
    shift = float(values[here].mean()) if here.any() else 0.0
    solved = np.linalg.lstsq(design, values[here] - shift, rcond=None)[0]
    effects = solved[cells:]
    centre = float(effects.mean()) if seeds else 0.0
    means, effects = solved[:cells] + centre + shift, effects - centre
    return means, np.asarray(values - means[:, None] - effects)


def _noise(residuals: Array) -> tuple[Array, float]:
    """Covariance of a seed's deviations over the cells, and its degrees of freedom.

    The sample covariance of few seeds is drawn towards equal and independent noise by the oracle approximating
    shrinkage (Chen, Wiesel, Eldar & Hero 2010, eq. 23): where cells are alike and independent all residuals are pooled,
    where they are not each pair keeps its own. The freedom goes the same way, from ``S − 1`` to ``(C − 1)(S − 1)``.
    """
    cells, seeds = residuals.shape
    here = np.isfinite(residuals)
    free, size = seeds - 1, cells - 1
    if free < 1 or size < 1:
        return np.zeros((cells, cells)), 1.0
    filled = np.where(here, residuals, 0.0)
    sample = filled @ filled.T / free * (here.size / max(1, here.sum()))
    trace, square = float(np.trace(sample)), float((sample**2).sum())
    above, below = (1 - 2 / size) * square + trace**2, (free + 1 - 2 / size) * (square - trace**2 / size)
    weight = 1.0 if below <= above else above / below
    pooled = trace / size * np.eye(cells)
    return (1 - weight) * sample + weight * pooled, free * (1 + weight * (size - 1))


def _spread(values: Array) -> float:
    """Root of the mean variance within cells; 0 where no cell has two scores."""
    here = np.isfinite(values)
    counts = here.sum(axis=1)
    if not (counts > 1).any():
        return 0.0
    kept = values[counts > 1]
    return float(np.sqrt(np.nansum((kept - np.nanmean(kept, axis=1, keepdims=True)) ** 2) / (counts - 1).clip(0).sum()))
