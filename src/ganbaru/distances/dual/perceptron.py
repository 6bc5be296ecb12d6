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
    size: int, width: int, layers: int, points: Tensor, lengths: tuple[float, float], random: torch.Generator
) -> nn.Sequential:
    """A perceptron whose first layer are waves, ``sin(w·(x − p))``, smooth after that.

    Linear pieces learn what is coarse long before what is fine; waves of all lengths that there is something to see at
    learn both alike (Rahimi & Recht 2007; Tancik et al. 2020). Here w is normal with one over a length for its standard
    deviation along each axis, and p is a point of the sample, where the wave rises.

    Args:
        size: d.
        width: of the hidden layers.
        layers: how many of them.
        points: ``(n, d)`` with n at least the width.
        lengths: the shortest and the longest; one over the waves' lengths lies evenly between.
        random: of the waves.
    """
    critic = perceptron(size, width, layers, nn.SiLU)
    first = critic[0]
    assert isinstance(first, nn.Linear)
    short, long = lengths
    fineness = torch.linspace(1 / short, 1 / max(short, long), width)
    with torch.no_grad():
        first.weight.copy_(fineness[:, None] * torch.randn(first.weight.shape, generator=random))
        first.bias.copy_(-(first.weight * points[:width].to(first.weight)).sum(dim=1))
    critic[1] = Sine()
    return critic


def extent(*samples: Tensor) -> float:
    """The root mean square distance of a point from the middle, of the sample ``(n, d)`` where it is largest."""
    return max(float(points.var(dim=0, correction=0).sum().sqrt()) for points in samples)


def resolution(a: Tensor, b: Tensor) -> float:
    """How far a point of one sample ``(n, d)`` is from the nearest of the other ``(m, d)``: the median, from the side
    where it is less. What differs between them on shorter lengths is not to be learnt from so many points."""
    apart = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist")
    return min(float(apart.amin(dim=side).median()) for side in (0, 1))


def normalised(critic: nn.Sequential) -> nn.Sequential:
    """The critic with every weight divided by its largest singular value (Miyato et al. 2018, eq. 8)."""
    for layer in critic:
        if isinstance(layer, nn.Linear):
            spectral_norm(layer, n_power_iterations=5)
    return critic
