"""Batches for the step: real samples in the networks' own form, labels and latents, all functions of (seed, update)."""

import logging
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru import sources
from ganbaru.signal import Representation
from ganbaru.training.randomness import mix
from ganbaru.training.step import Batch

_log = logging.getLogger("ganbaru.training")
_ENCODED_BYTES = 2 * 1024**3
_CHUNK = 256


class Points:
    """The representation of a world that has none: points stay points, scaled to unit variance around their mean."""

    name = "points"
    rate = 0

    def __init__(self, mean: list[float] | None = None, scale: float = 1.0) -> None:
        self.mean = mean or [0.0]
        self.scale = scale

    def shape(self, samples: int) -> tuple[int, ...]:
        """A point's shape: ``(dimensions,)``."""
        return (samples,)

    def encode(self, points: Tensor) -> Tensor:
        """``(B, D) → (B, D)``."""
        return (points - torch.tensor(self.mean, device=points.device)) / self.scale

    def decode(self, encoded: Tensor, samples: int) -> Tensor:
        """``(B, D) → (B, D)``."""
        return encoded * self.scale + torch.tensor(self.mean, device=encoded.device)

    def fitted(self, points: Tensor) -> "Points":
        """The scaling that these points ``(N, D)`` ask for: one factor for all axes, so that no shape is bent."""
        mean = points.mean(dim=0)
        return Points([float(value) for value in mean], float((points - mean).square().mean().sqrt()))

    def recipe(self) -> dict[str, Any]:
        """All that it takes to make it again."""
        return {"name": self.name, "mean": self.mean, "scale": self.scale}


class Feed:
    """Real batches of one side of a source, encoded once and kept where they fit.

    Args:
        split: the sounds or points.
        representation: how the networks see them.
        labelled: give the labels too.
        device: where the batches are wanted.
    """

    def __init__(
        self, split: sources.Split, representation: Representation | Points, *, labelled: bool, device: torch.device
    ) -> None:
        self._split = split
        self._representation = representation
        self._device = device
        self._labels = torch.from_numpy(split.labels) if labelled and split.labels is not None else None
        self._encoded = self._encode_all()

    def __len__(self) -> int:
        return len(self._split.data)

    def take(self, indices: np.ndarray) -> tuple[Tensor, Tensor | None]:
        """Encoded samples ``(B, *shape)`` and labels ``(B,)`` or None, on the device."""
        labels = None if self._labels is None else self._labels[indices].to(self._device)
        if self._encoded is not None:
            return self._encoded[torch.from_numpy(indices)].to(self._device), labels
        return self._encode(indices), labels

    def _encode(self, indices: np.ndarray) -> Tensor:
        return self._representation.encode(torch.from_numpy(self._split.take(indices)).to(self._device))

    @torch.no_grad()
    def _encode_all(self) -> Tensor | None:
        """Every sample in the networks' form, if all of them fit in 2 GiB; else None, and batches are encoded anew."""
        count = len(self._split.data)
        first = self._encode(np.arange(1))
        if first.numel() * 4 * count > _ENCODED_BYTES:
            _log.info("%d samples are too many to keep encoded: each batch is encoded when it is drawn", count)
            return None
        chunks = [np.arange(start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]
        return torch.cat([self._encode(chunk).cpu() for chunk in chunks])


class Deck:
    """Deals the batches of a step to this process.

    Args:
        feed: the training side.
        seed: the run's seed.
        batch: samples for this process in one batch.
        latent: size of a latent.
        rank: this process's number; the batches of all processes together are one batch of ``world`` times as many.
        world: how many processes there are.
    """

    def __init__(self, feed: Feed, *, seed: int, batch: int, latent: int, rank: int = 0, world: int = 1) -> None:
        self.feed = feed
        self.seed = seed
        self.batch = batch
        self.latent = latent
        self._mine = slice(rank * batch, (rank + 1) * batch)
        self._all = batch * world

    def deal(self, update: int, device: torch.device) -> Batch:
        """The batch of critic update ``update``, a function of (seed, update) alone."""
        indices = sources.indices(self.seed, update, len(self.feed), self._all)[self._mine]
        real, labels = self.feed.take(indices)
        generator = torch.Generator().manual_seed(mix(self.seed, "latents", update))
        latents = torch.randn(self._all, self.latent, generator=generator)[self._mine]
        return Batch(real, labels, latents.to(device))
