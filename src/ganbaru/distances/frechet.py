"""The Fréchet distance of two Gaussians fitted to two samples."""

from typing import Any

import numpy as np

from ganbaru.distances.samples import pair

Array = np.ndarray[Any, Any]


def frechet(a: Array, b: Array) -> float:
    """``‖μ_a − μ_b‖² + tr(Σ_a + Σ_b − 2 (Σ_a^½ Σ_b Σ_a^½)^½)`` (Dowson & Landau 1982), the squared W2 of the Gaussians.

    It is biased upwards for small samples; compare only values of equal sizes.

    Args:
        a: ``(n, d)`` with n ≥ 2.
        b: ``(m, d)`` with m ≥ 2.

    Raises:
        UserError: the shapes do not fit, or a number is not finite.
    """
    a, b = pair(a, b, least=2)
    root = _square_root(np.atleast_2d(np.cov(a, rowvar=False)))
    covariance = np.atleast_2d(np.cov(b, rowvar=False))
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ covariance @ root), 0, None)).sum()
    shift = float(((a.mean(axis=0) - b.mean(axis=0)) ** 2).sum())
    return shift + float((root * root).sum() + np.trace(covariance) - 2 * cross)


def _square_root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T)
