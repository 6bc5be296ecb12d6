"""What the critic's input goes through, real and generated alike, so that a small set of sounds lasts longer.

Differentiable, as the generator learns through it (Zhao et al. 2020, "Differentiable Augmentation").
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.training.config import Config


class Augment:
    """Noise that falls to nothing, and shifts in time.

    Args:
        config: ``noise``, ``shift`` and ``decay_start`` are read.

    Attributes:
        progress: share of the training that is done; the loop sets it before each step.
    """

    def __init__(self, config: Config) -> None:
        self._noise = config.noise
        self._until = config.decay_start or 1.0
        self._shift = config.shift
        self.progress = 0.0

    def __call__(self, samples: Tensor) -> Tensor:
        """Samples ``(B, *shape)``, changed anew at each call."""
        if self._shift:
            samples = shifted(samples, self._shift)
        level = self._noise * max(0.0, 1.0 - self.progress / self._until)
        return samples + level * torch.randn_like(samples) if level else samples


def shifted(samples: Tensor, most: int) -> Tensor:
    """Each sample ``(B, …, L)`` moved along its last axis by its own number of steps, ``−most … most``.

    What moves out is lost; what moves in repeats the edge.
    """
    length = samples.shape[-1]
    moves = torch.randint(0, 2 * most + 1, (len(samples),), device=samples.device)
    flat = samples.reshape(len(samples), -1, length)
    padded = F.pad(flat, (most, most), mode="replicate")
    take = moves[:, None, None] + torch.arange(length, device=samples.device)
    return padded.gather(2, take.expand(-1, flat.shape[1], -1)).reshape(samples.shape)
