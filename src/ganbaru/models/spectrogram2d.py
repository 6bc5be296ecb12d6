"""Generator and critic of spectrograms as pictures: two-dimensional convolutions, frequencies as rows.

An option for comparison: on a CPU they cost many times the one-dimensional ones at equal quality.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbaru.models.config import Plan
from ganbaru.models.layers import Dense, Score, with_label
from ganbaru.models.network import Critic, Generator

FACTOR = 2
WIDEST = 8


def _widths(channels: int, layers: int) -> list[int]:
    return [channels * min(2**i, WIDEST) for i in range(layers)]


def _shrunk(shape: tuple[int, ...], layers: int) -> tuple[int, int]:
    return -(-shape[-2] // FACTOR**layers), -(-shape[-1] // FACTOR**layers)


def _planes(shape: tuple[int, ...]) -> int:
    """1 for (C, L), P for (P, C, L)."""
    return shape[0] if len(shape) == 3 else 1


class PictureGenerator(Generator):
    """Latent vector -> spectrogram: linear, stages of (nearest x 2, convolution, leaky ReLU), convolution.

    What the stages make beyond (C, L) is cut off at the top and the end.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        inner = _widths(plan["channels"], plan["layers"])[::-1]
        self.start = (inner[0], *_shrunk(plan.shape, plan["layers"]))
        size = self.start[0] * self.start[1] * self.start[2]
        self.linear = Dense(self.latent + plan.classes, size, slope=plan["slope"])
        half = plan["kernel"] // 2
        self.stages = nn.ModuleList(
            nn.Conv2d(a, b, plan["kernel"], padding=half) for a, b in zip(inner, [*inner[1:], inner[-1]], strict=True)
        )
        self.last = nn.Conv2d(inner[-1], _planes(plan.shape), plan["kernel"], padding=half)

    def forward(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, latent), (B,) or None -> (B, *shape)."""
        x = self.linear(with_label(z, label, self.classes)).view(-1, *self.start)
        x = x.contiguous(memory_format=torch.channels_last)
        for stage in self.stages:
            x = F.leaky_relu_(stage(F.interpolate(x, scale_factor=FACTOR, mode="nearest")), self.plan["slope"])
        return self.last(x)[..., : self.plan.shape[-2], : self.plan.shape[-1]].reshape(-1, *self.plan.shape)


class PictureCritic(Critic):
    """Spectrogram -> score: stages of (convolution with stride 2, leaky ReLU), linear with the label by projection."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        ends = _widths(plan["channels"], plan["layers"])
        half = plan["kernel"] // 2
        self.stages = nn.ModuleList(
            nn.Conv2d(a, b, plan["kernel"], stride=FACTOR, padding=half)
            for a, b in zip([_planes(plan.shape), *ends[:-1]], ends, strict=True)
        )
        rows, frames = _shrunk(plan.shape, plan["layers"])
        self.score = Score(ends[-1] * rows * frames, plan.classes, deviation=plan["minibatch_deviation"])

    def forward(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, *shape), (B,) or None -> (B,)."""
        x = x.view(-1, _planes(self.plan.shape), *self.plan.shape[-2:])
        for stage in self.stages:
            x = F.leaky_relu_(stage(x), self.plan["slope"])
        return self.score(x.flatten(1), label)
