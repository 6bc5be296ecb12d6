"""The exponential moving average of a generator's weights: what is listened to, measured and shipped."""

import copy

import torch
from torch import Tensor, nn


class Average:
    """A moving average of a network, its decay rising in the first steps so that the start is soon forgotten.

    ``average ← d · average + (1 − d) · weight`` with ``d = min(decay, (1 + t) / (10 + t))`` at update ``t``
    (the warm-up of TensorFlow's ``ExponentialMovingAverage``). Buffers are copied.

    Attributes:
        network: the averaged copy, never trained itself.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.network = copy.deepcopy(network).requires_grad_(False)
        self._average: list[Tensor] = list(self.network.parameters())
        self._weights: list[Tensor] = list(network.parameters())
        self._buffers = list(zip(self.network.buffers(), network.buffers(), strict=True))

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Takes in the weights as they are after generator update ``step`` (counted from 0)."""
        decay = min(self.decay, (1 + step) / (10 + step))
        torch._foreach_lerp_(self._average, self._weights, 1 - decay)
        for mine, theirs in self._buffers:
            mine.copy_(theirs)
