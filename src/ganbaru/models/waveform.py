"""Generator and critic of waveforms, after WaveGAN (Donahue et al. 2019), with nearest upsampling.

Nearest upsampling and a convolution replace WaveGAN's transposed convolutions, whose uneven overlap draws a false tone
(Odena et al. 2016, "Deconvolution and checkerboard artifacts").
"""

import torch
from torch import Tensor, nn

from ganbaru.models.config import Plan
from ganbaru.models.convolution import Conv1d, UpsampleConv1d, channels_last
from ganbaru.models.layers import Dense, Score, with_label
from ganbaru.models.network import Critic, Generator

FACTOR = 4
WIDEST = 8
"""The widest layer has this many times the channels next to the sound."""


def widths(channels: int, layers: int) -> list[int]:
    """Channels from the sound inwards, doubling up to the widest: 32, 64, 128, 256, 256 ..."""
    return [channels * min(2**i, WIDEST) for i in range(layers)]


class WaveformGenerator(Generator):
    """Latent vector -> waveform: linear, then stages of (nearest x 4, convolution, leaky ReLU), tanh at the end.

    The stages start from ``ceil(T / 4**layers)`` frames; what they make beyond T samples is cut off at the end.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        inner = widths(plan["channels"], plan["layers"])[::-1]
        self.start = (inner[0], -(-plan.shape[-1] // FACTOR ** plan["layers"]))
        self.linear = Dense(self.latent + plan.classes, self.start[0] * self.start[1], slope=plan["slope"])
        ends = [*inner[1:], plan.shape[0]]
        slopes = [plan["slope"]] * (len(inner) - 1) + [None]
        self.stages = nn.Sequential(
            *(
                UpsampleConv1d(a, b, plan["kernel"], scale=FACTOR, slope=s)
                for a, b, s in zip(inner, ends, slopes, strict=True)
            )
        )

    def forward(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, latent), (B,) or None -> (B, 1, T) in [-1, 1]."""
        x = self.linear(with_label(z, label, self.classes)).view(-1, *self.start)
        x = self.stages(channels_last(x).squeeze(2))
        return torch.tanh(x[..., : self.plan.shape[-1]])


class WaveformCritic(Critic):
    """Waveform -> score: stages of (convolution with stride 4, leaky ReLU), then linear with the label by projection.

    A length that is no multiple of the strides is padded with zeros at the end.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        ends = widths(plan["channels"], plan["layers"])
        starts = [plan.shape[0], *ends[:-1]]
        self.stages = nn.Sequential(
            *(
                Conv1d(a, b, plan["kernel"], stride=FACTOR, slope=plan["slope"])
                for a, b in zip(starts, ends, strict=True)
            )
        )
        frames = -(-plan.shape[-1] // FACTOR ** plan["layers"])
        self.score = Score(ends[-1] * frames, plan.classes, deviation=plan["minibatch_deviation"])

    def forward(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, 1, T), (B,) or None -> (B,)."""
        return self.score(self.stages(x).flatten(1), label)
