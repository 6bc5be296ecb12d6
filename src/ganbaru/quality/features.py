"""Where sounds are compared: log-mel in decibels, reduced to the directions in which real sounds differ."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru import signal

Array = np.ndarray[Any, Any]

_DECIBELS = 20 / np.log(10)
_COMPONENTS = 64
_FIT_ON = 1500
_CHUNK = 512


class Features:
    """Points ``(N, D)`` whose Euclidean distance is about the root mean square difference of two sounds' log-mel
    spectrograms, in decibels.

    64 mel bands, frames of 32 ms every 16 ms, floor −60 dB, whatever the networks were trained on; then the first 64
    principal components of real training sounds, so that distances mean something for a few dozen sounds too.

    Args:
        real: training sounds ``(N, T)``.
        rate: Hz.
        device: where spectrograms are made.
    """

    def __init__(self, real: Array, *, rate: int, device: torch.device | None = None) -> None:
        self._mel = signal.LogMel(rate=rate)
        self._device = device or torch.device("cpu")
        some = self.spectrograms(real[:: max(1, len(real) // _FIT_ON)]).flatten(1)
        self._mean = some.mean(dim=0)
        self._scale = float(_DECIBELS / np.sqrt(some.shape[1]))
        _, _, directions = torch.linalg.svd(some - self._mean, full_matrices=False)
        self._directions = directions[:_COMPONENTS].T

    def spectrograms(self, sounds: Array) -> Tensor:
        """``(N, T)`` to natural log-mel spectrograms ``(N, 64, L)``."""
        chunks = torch.from_numpy(np.ascontiguousarray(sounds, dtype=np.float32)).split(_CHUNK)
        return torch.cat([self._mel.encode(chunk.to(self._device)) for chunk in chunks])

    def __call__(self, sounds: Array) -> Array:
        """``(N, T)`` to ``(N, D)``."""
        return self.of(self.spectrograms(sounds))

    def of(self, spectrograms: Tensor) -> Array:
        """``(N, 64, L)`` to ``(N, D)``."""
        flat = (spectrograms.flatten(1) - self._mean) @ self._directions
        return np.asarray((flat * self._scale).cpu().numpy())
