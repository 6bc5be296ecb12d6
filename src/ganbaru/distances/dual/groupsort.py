"""Critics that are 1-Lipschitz whatever their weights: orthonormal layers with MaxMin between them.

A layer whose weight has singular values of 1 stretches nothing, MaxMin sorts coordinates in pairs and keeps every
length and gradient; unlike ReLU between such layers they come near every 1-Lipschitz function (Anil, Lucas & Grosse
2019, "Sorting out Lipschitz function approximation", theorem 3).
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import orthogonal


class MaxMin(nn.Module):
    """The greater and the lesser of every pair of coordinates: ``(n, h)`` to ``(n, h)``, h even."""

    def forward(self, x: Tensor) -> Tensor:
        """First all greater ones, then all lesser ones."""
        first, second = x.chunk(2, dim=1)
        return torch.cat([torch.maximum(first, second), torch.minimum(first, second)], dim=1)


def one_lipschitz(size: int, width: int, layers: int) -> nn.Sequential:
    """f with ``|f(x) − f(y)| ≤ ‖x − y‖`` by construction; ``(n, d)`` to ``(n,)``.

    The weights are Cayley transforms of skew matrices, so that their singular values are 1 but for rounding.
    """
    parts: list[nn.Module] = []
    for before, after in pairwise([size, *[width] * layers, 1]):
        parts += [orthogonal(nn.Linear(before, after), orthogonal_map="cayley"), MaxMin()]
    return nn.Sequential(*parts[:-1], nn.Flatten(0))
