"""Samples that are clearly not alike, for what is to be learned by heart."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

Array = np.ndarray[Any, Any]
_APART = 0.5
"""Least distance of two samples over the median distance of all."""


def apart(samples: Tensor, most: int) -> Array:
    """Indices of at most so many samples, each as far from those before it as any (Gonzalez 1985), until they get near.

    Two samples a hair's breadth apart would ask for a steep function, not for a large network.

    Args:
        samples: ``(N, *shape)``.
        most: how many at most.

    Returns:
        Ascending indices ``(K,)``, ``1 ≤ K ≤ most``.
    """
    flat = samples.flatten(1).double()
    distance = torch.cdist(flat, flat)
    least = _APART * float(distance[distance > 0].median()) if bool((distance > 0).any()) else 0.0
    chosen = [int(distance.sum(dim=1).argmax())]
    nearest = distance[chosen[0]].clone()
    while len(chosen) < most and float(nearest.max()) > least:
        chosen.append(int(nearest.argmax()))
        nearest = torch.minimum(nearest, distance[chosen[-1]])
    return np.sort(np.array(chosen, dtype=np.int64))
