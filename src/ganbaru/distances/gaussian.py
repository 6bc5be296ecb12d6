"""Two samples seen as Gaussians: their moments, the distance between those, and the map from one to the other."""

from typing import NamedTuple

import torch
from torch import Tensor


class Moments(NamedTuple):
    """Mean ``(d,)`` and covariance ``(d, d)``, without bias."""

    mean: Tensor
    covariance: Tensor


def moments(x: Tensor) -> Moments:
    """Of a sample ``(n, d)``."""
    mean = x.mean(dim=0)
    away = x - mean
    return Moments(mean, away.T @ away / (len(x) - 1))


def squared_distance(a: Moments, b: Moments) -> float:
    """``‖μ_a − μ_b‖² + tr(Σ_a + Σ_b − 2 (Σ_a^½ Σ_b Σ_a^½)^½)``: W2² of two Gaussians (Dowson & Landau 1982)."""
    root = square_root(a.covariance)
    cross = torch.linalg.eigvalsh(root @ b.covariance @ root).clamp(min=0).sqrt().sum()
    shift = (a.mean - b.mean).square().sum()
    return float(shift + a.covariance.trace() + b.covariance.trace() - 2 * cross)


def displacement(a: Moments, b: Moments) -> Tensor:
    """``T − I`` of the optimal map ``x → μ_b + T (x − μ_a)``, ``(d, d)``: ``T = Σ_a^-½ (Σ_a^½ Σ_b Σ_a^½)^½ Σ_a^-½``."""
    values, vectors = torch.linalg.eigh(a.covariance)
    values = values.clamp(min=1e-9 * float(values.max().clamp(min=1e-300)))
    root, inverse = ((vectors * values**power) @ vectors.T for power in (0.5, -0.5))
    return inverse @ square_root(root @ b.covariance @ root) @ inverse - torch.eye(len(values), dtype=a.mean.dtype)


def square_root(matrix: Tensor) -> Tensor:
    """Of a positive semidefinite matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T
