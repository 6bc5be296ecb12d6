"""The value of a critic that is too steep in places: it is paid for where it is, not everywhere.

To divide a critic by its greatest slope throws away as much everywhere as it errs somewhere. Its 1-Lipschitz envelope

    ``f̂(y) = sup_x f(x) − ‖x − y‖ ≥ f(y)``    with equality where no point is too steeply above y

does not: by f(x) ≤ f̂(y) + ‖x − y‖ every plan costs at least ``E f(a) − E f̂(b)``, so that is a lower bound of W1 (the
c-transform of the Kantorovich dual; Villani 2009, "Optimal Transport: Old and New", theorem 5.10). The sup is
searched for: among points of A, and by ascent from y within the box that the samples span.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

_ASCENTS = 20
"""Steps of the ascent; the last are two per cent of the first."""

_BLOCK = 1024

_CANDIDATES = 8192
"""Points of A that the sup is searched among; more would cost as their product with those of B."""


class Values(NamedTuple):
    """The two sides of a bound: ``E over − E under ≤ W1``.

    Attributes:
        over: s·f of points of A, ``(n,)``.
        under: the envelope of s·f at points of B, ``(m,)``.
        scale: s.
    """

    over: Tensor
    under: Tensor
    scale: float

    @property
    def bound(self) -> float:
        """The difference of the means."""
        return float(self.over.mean() - self.under.mean())


def enveloped(critic: nn.Module, a: Tensor, b: Tensor, scale: float = 1.0) -> Values:
    """s·f at ``a`` ``(n, d)`` and its envelope at ``b`` ``(m, d)``."""
    low, high = torch.minimum(a.amin(dim=0), b.amin(dim=0)), torch.maximum(a.amax(dim=0), b.amax(dim=0))
    with torch.no_grad():
        over = scale * critic(a)
    under = [
        torch.maximum(_among(over[:_CANDIDATES], a[:_CANDIDATES], part), _ascended(critic, part, scale, low, high))
        for part in b.split(_BLOCK)
    ]
    return Values(over, torch.cat(under), scale)


def best_scale(critic: nn.Module, a: Tensor, b: Tensor, scales: Sequence[float]) -> float:
    """The s of those given whose bound is best; to be chosen on other points than the bound is then taken from."""
    return max(scales, key=lambda scale: enveloped(critic, a, b, scale).bound)


def _among(over: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """The best of the points of A for each of B."""
    return torch.cat([(over - torch.cdist(part, a)).amax(dim=1) for part in b.split(256)])


def _ascended(critic: nn.Module, b: Tensor, scale: float, low: Tensor, high: Tensor) -> Tensor:
    """The best of ``s·f(x) − ‖x − y‖`` on the way up from each y; along ∇f first, for a cone's tip has no slope."""
    size = 0.02 * float((high - low).norm())
    best, x = torch.full((len(b),), -torch.inf, device=b.device), b
    for step in range(_ASCENTS):
        x = x.detach().requires_grad_()
        scores = scale * critic(x)
        slope = torch.autograd.grad(scores.sum(), x)[0]
        away = (x - b).detach()
        best = torch.maximum(best, (scores - away.norm(dim=1)).detach())
        up = slope if step < 2 else slope - away / away.norm(dim=1, keepdim=True).clamp(min=1e-12)
        length = up.norm(dim=1, keepdim=True)
        x = (x + size * 0.8**step * up / length.clamp(min=1e-12)).clamp(low, high)
    return best
