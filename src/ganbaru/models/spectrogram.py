"""Generator and critic of spectrograms: one-dimensional convolutions over frames, frequencies as channels.

A spectrogram of several planes (P, C, L), such as real and imaginary part, has P · C channels.
"""

import math

import torch.nn.functional as F
from torch import Tensor, nn

from ganbaru.models.config import Plan
from ganbaru.models.convolution import Conv1d, UpsampleConv1d, channels_last
from ganbaru.models.layers import Dense, Score, with_label
from ganbaru.models.network import Critic, Generator

FACTOR = 2


class Residual(nn.Module):
    """``leaky(x + convolution(x))``: (B, C, L) -> (B, C, L)."""

    def __init__(self, channels: int, kernel: int, *, slope: float) -> None:
        super().__init__()
        self.slope = slope
        self.convolution = Conv1d(channels, channels, kernel)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, L) -> (B, C, L)."""
        return F.leaky_relu_(x + self.convolution(x), self.slope)


class SpectrogramGenerator(Generator):
    """Latent vector -> spectrogram: linear, stages of (nearest x 2, convolution, residual convolution), convolution.

    The stages start from ``ceil(L / 2**layers)`` frames; what they make beyond L frames is cut off at the end.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        width, layers = plan["channels"], plan["layers"]
        self.start = (width, -(-plan.shape[-1] // FACTOR**layers))
        self.linear = Dense(self.latent + plan.classes, self.start[0] * self.start[1], slope=plan["slope"])
        self.stages = nn.Sequential()
        for _ in range(layers):
            self.stages.append(UpsampleConv1d(width, width, plan["kernel"], scale=FACTOR, slope=plan["slope"]))
            self.stages.append(Residual(width, 3, slope=plan["slope"]))
        self.last = Conv1d(width, math.prod(plan.shape[:-1]), 3)

    def forward(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, latent), (B,) or None -> (B, *shape)."""
        x = self.linear(with_label(z, label, self.classes)).view(-1, *self.start)
        x = self.stages(channels_last(x).squeeze(2))
        return self.last(x)[..., : self.plan.shape[-1]].unflatten(1, self.plan.shape[:-1])


class SpectrogramCritic(Critic):
    """Spectrogram -> score: convolution, stages of (convolution with stride 2), linear with the label by projection.

    A length that is no multiple of the strides is padded with zeros at the end.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        width, layers = plan["channels"], plan["layers"]
        self.stages = nn.Sequential(Conv1d(math.prod(plan.shape[:-1]), width, 3, slope=plan["slope"]))
        for _ in range(layers):
            self.stages.append(Conv1d(width, width, plan["kernel"], stride=FACTOR, slope=plan["slope"]))
        frames = -(-plan.shape[-1] // FACTOR**layers)
        self.score = Score(width * frames, plan.classes, deviation=plan["minibatch_deviation"])

    def forward(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, *shape), (B,) or None -> (B,)."""
        return self.score(self.stages(x.flatten(1, -2)).flatten(1), label)
