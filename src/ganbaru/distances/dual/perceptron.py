"""The plain critic: linear layers with an activation between."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm


def perceptron(size: int, width: int, layers: int, activation: Callable[[], nn.Module]) -> nn.Sequential:
    """f, ``(n, d)`` to ``(n,)``."""
    parts: list[nn.Module] = []
    for before, after in zip([size, *[width] * (layers - 1)], [width] * layers, strict=True):
        parts += [nn.Linear(before, after), activation()]
    return nn.Sequential(*parts, nn.Linear(width, 1), nn.Flatten(0))


class Sine(nn.Module):
    """The sine, coordinate by coordinate."""

    def forward(self, x: Tensor) -> Tensor:
        """``(n, h)`` to ``(n, h)``."""
        return x.sin()


def waves(
    size: int, width: int, layers: int, points: Tensor, fineness: float, random: torch.Generator
) -> nn.Sequential:
    """A perceptron whose first layer are waves, ``sin(w·(x − p))``, smooth after that.

    Linear pieces learn what is coarse long before what is fine; waves as short as what there is to see learn both alike
    (Rahimi & Recht 2007; Tancik et al. 2020). Here w is normal with standard deviation ``fineness`` along each axis,
    and p is a point of the sample, where the wave rises.

    Args:
        size: d.
        width: of the hidden layers.
        layers: how many of them.
        points: ``(n, d)`` with n at least the width.
        fineness: one over a length.
        random: of the waves.
    """
    critic = perceptron(size, width, layers, nn.SiLU)
    first = critic[0]
    assert isinstance(first, nn.Linear)
    with torch.no_grad():
        first.weight.copy_(fineness * torch.randn(first.weight.shape, generator=random))
        first.bias.copy_(-(first.weight * points[:width].to(first.weight)).sum(dim=1))
    critic[1] = Sine()
    return critic


def resolution(*samples: Tensor) -> float:
    """The median distance of a point from its nearest neighbour, of that sample ``(n, d)`` where it is largest."""
    return max(float(_nearest(points).median()) for points in samples)


def _nearest(points: Tensor) -> Tensor:
    apart = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist").fill_diagonal_(torch.inf)
    return apart.amin(dim=1)


def normalised(critic: nn.Sequential) -> nn.Sequential:
    """The critic with every weight divided by its largest singular value (Miyato et al. 2018, eq. 8)."""
    for layer in critic:
        if isinstance(layer, nn.Linear):
            spectral_norm(layer, n_power_iterations=5)
    return critic
