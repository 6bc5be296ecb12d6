"""Whether a critic points where the points have to go."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ganbaru.distances.dual.lipschitz import gradients


def gradient_cosine(critic: nn.Module, points: Tensor, wanted: Tensor | Callable[[Tensor], Tensor]) -> float:
    """The mean cosine of the angle between ∇f and the true direction (Korotin, Kolesov & Burnaev 2022, section 5).

    It is what a generator feels of a critic: 1 where every point is sent the right way, whatever the slope; 0 where
    directions are random. A point where either has no direction counts as 0.

    Args:
        critic: f, ``(n, d)`` to ``(n,)``.
        points: where, ``(n, d)``; of the first distribution.
        wanted: directions there ``(n, d)`` of any length, or a function that gives them.
    """
    true = wanted(points) if callable(wanted) else wanted
    found = torch.cat([gradients(critic, part) for part in points.split(8192)])
    return float(torch.nn.functional.cosine_similarity(found.double(), true.double(), dim=1, eps=1e-15).mean())
