"""Small parts that several networks share."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Dense(nn.Linear):
    """Linear, then leaky ReLU if a slope is given: (B, inputs) -> (B, outputs)."""

    def __init__(self, inputs: int, outputs: int, *, slope: float | None = None) -> None:
        super().__init__(inputs, outputs)
        self.slope = slope

    def forward(self, input: Tensor) -> Tensor:
        """(B, inputs) -> (B, outputs)."""
        y = super().forward(input)
        return y if self.slope is None else F.leaky_relu_(y, self.slope)


class Fourier(nn.Module):
    """Joins coordinates by sines and cosines of 1, 2, 4 ... times themselves: (B, D) -> (B, D (1 + 2 octaves)).

    A small network sees fine detail late or never, unless it is shown (Tancik et al. 2020, "Fourier features").
    """

    octaves: Tensor

    def __init__(self, octaves: int) -> None:
        super().__init__()
        self.register_buffer("octaves", 2.0 ** torch.arange(octaves), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(B, D) -> (B, D (1 + 2 octaves))."""
        angles = (x.unsqueeze(2) * self.octaves).flatten(1)
        return torch.cat([x, angles.sin(), angles.cos()], 1)


def with_label(z: Tensor, label: Tensor | None, classes: int) -> Tensor:
    """(B, latent) and (B,) -> (B, latent + classes): the label joins the latent vector as a one-hot vector.

    Raises:
        ValueError: there are classes but no label was given, or the other way round.
    """
    check_label(label, classes)
    if label is None:
        return z
    return torch.cat([z, F.one_hot(label, classes).to(z.dtype)], 1)


def check_label(label: Tensor | None, classes: int) -> None:
    """Refuses a missing label where the network has classes, and a label where it has none.

    Raises:
        ValueError: as said.
    """
    if (label is None) != (classes == 0):
        raise ValueError(f"the network has {classes} classes, so a label is {'needed' if classes else 'not taken'}")


class Score(nn.Module):
    """The critic's last layer, with the label by projection: features (B, F), label (B,) -> (B,).

    With ``deviation`` the features h are joined by :func:`minibatch_deviation` of them.
    ``score = w . h + b + e[label] . h`` (Miyato & Koyama 2018, "cGANs with projection discriminator", equation 3).
    """

    def __init__(self, features: int, classes: int = 0, *, deviation: bool = False) -> None:
        super().__init__()
        features += deviation
        self.classes, self.deviation = classes, deviation
        self.linear = nn.Linear(features, 1)
        self.label = nn.Embedding(classes, features) if classes else None
        if self.label is not None:
            nn.init.normal_(self.label.weight, std=features**-0.5)

    def forward(self, features: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, F) -> (B,)."""
        check_label(label, self.classes)
        if self.deviation:
            features = torch.cat([features, minibatch_deviation(features)], 1)
        score = self.linear(features).squeeze(1)
        if self.label is None or label is None:
            return score
        return score + (self.label(label) * features).sum(1)


def minibatch_deviation(features: Tensor, group: int = 4) -> Tensor:
    """One number for each sound, how much its group of sounds differ: (B, F) -> (B, 1).

    The standard deviation of each feature over the group, averaged over the features (Karras et al. 2018, "Progressive
    growing of GANs", section 3). A group is ``group`` sounds that stand next to each other, fewer in the last one;
    so real and generated sounds may share a batch as long as each half is a multiple of ``group``.
    """
    parts = [_deviation(part) for part in features.split(group)]
    return torch.cat(parts)


def _deviation(part: Tensor) -> Tensor:
    variance = (part - part.mean(0)).square().mean(0)
    return (variance + 1e-8).sqrt().mean().expand(len(part), 1)
