"""The Wasserstein distance, earth mover's distance for p = 1: of samples as they are, or of what they come from."""

import math
from typing import Any, Literal

import numpy as np

from ganbaru.distances import closed_forms, histograms
from ganbaru.distances.densities import Known
from ganbaru.distances.estimate import Estimate
from ganbaru.distances.histograms import Cells
from ganbaru.distances.kinds import read
from ganbaru.distances.population import population_wasserstein
from ganbaru.distances.samples import dimensions, pair, rescaled
from ganbaru.distances.sliced import line_costs
from ganbaru.distances.transport import transport
from ganbaru.errors import UserError, unknown

Array = np.ndarray[Any, Any]


def wasserstein(
    a: Any,
    b: Any,
    p: float = 1,
    a_weights: Array | None = None,
    b_weights: Array | None = None,
    tolerance: float = 0.0,
    *,
    of: Literal["samples", "distributions"] = "samples",
    threads: int = 1,
    resamples: int = 40,
    floor_from: tuple[Array, Array] | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """``W_p = (inf over plans of E‖x − y‖^p)^(1/p)``; two questions, told apart by ``of``.

    ``of="samples"``: how far these very points are from those. Exact, by the fastest way for the sizes at hand (see
    `transport`); the interval is what the solver proved, of no width unless ``tolerance`` lets it stop early. Two
    samples of one distribution are never at 0: in 64 dimensions, 500 and 500 points of a unit Gaussian are 9 apart.

    ``of="distributions"``: how far what these points are drawn from is from what those are. That bias is taken off,
    the interval holds the truth as often as it says, and the floor is what samples of one distribution show. See
    `population` for how, and for what it does not see: in more than three dimensions, differences that are neither of
    mean nor of covariance nor in the plane where the samples differ most.

    Args:
        a: samples ``(n, d)`` or ``(n,)``, n ≥ 16 for distributions; or a known distribution, `Histogram` or `Grid`.
        b: likewise, ``(m, d)`` or ``(m,)``.
        p: 1 or more; 1 or 2 for distributions.
        a_weights: masses of the points, ``(n,)``, of any sum; None for equal ones. For samples only.
        b_weights: likewise, ``(m,)``.
        tolerance: how far apart the solver's two bounds may be, as a share of ``W_p^p``. For samples only.
        of: which question.
        threads: for samples.
        resamples: how many halves for the interval, for distributions.
        floor_from: two samples of one distribution, whose distance at these sizes is the floor; None splits ``a`` and
            ``b`` pooled at random, which is right where they are the same and too high where not. For distributions.
        confidence: how often the interval holds the truth, for distributions.
        seed: of the splits, for distributions.

    Raises:
        UserError: shapes or weights do not fit, a sample is too small, a number is not finite, p is below 1, or an
            argument is given that the question has no use for.
    """
    if of not in ("samples", "distributions"):
        raise unknown("question", of, ("samples", "distributions"))
    weighted = a_weights is not None or b_weights is not None
    if isinstance(a, Known | Cells) or isinstance(b, Known | Cells):
        return _known(a, b, p, weighted)
    if of == "distributions":
        if weighted or tolerance:
            raise UserError(
                "weights and tolerance are for the distance of samples", hint='leave them out, or of="samples"'
            )
        return population_wasserstein(
            a, b, p, resamples=resamples, floor_from=floor_from, confidence=confidence, seed=seed
        )
    a, b = pair(a, b, least=1)
    if a.shape[1] == 1 and not weighted and 1 <= p < math.inf:
        return _on_the_line(a, b, p)
    found = transport(a, b, p=p, a_weights=a_weights, b_weights=b_weights, tolerance=tolerance, threads=threads)
    method = f"W{p:g} of these samples, {dimensions(a.shape[1])}, {found.method}"
    value = found.distance
    low = value * min(1.0, found.bound / found.cost) ** (1 / p) if found.cost > 0 else value
    return Estimate(value, low, value, 1.0, samples=(len(a), len(b)), method=method)


def _on_the_line(a: Array, b: Array, p: float) -> Estimate:
    """By sorting, without the plan and its proof that `transport` has beside."""
    x, y, unit = (a, b, 1.0) if p == 1 else rescaled(a, b)
    value = unit * float(line_costs(x.T, y.T, p)[0]) ** (1 / p)
    return Estimate(value, value, value, 1.0, samples=(len(a), len(b)), method=f"W{p:g} of these samples, by sorting")


def _known(a: Any, b: Any, p: float, weighted: bool) -> Estimate:
    if weighted:
        raise UserError("weights are for samples", hint="a Histogram has its own")
    kind, ours, theirs = read(a, b)
    return closed_forms.wasserstein(ours, theirs, p) if kind == "known" else histograms.wasserstein(ours, theirs, p)
