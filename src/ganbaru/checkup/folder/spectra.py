"""How a sound's energy lies over time and frequency, in few enough numbers to keep for a whole file."""

from typing import Any

import numpy as np

from ganbaru.checkup.folder.texture import texture

Array = np.ndarray[Any, Any]

FRAME = 0.046
"""Length (s) of what is transformed at once, to the nearest power of two."""
LINEAR = 128
"""Bands of equal width up to half the rate."""
MEL, COMMON = 24, 18
"""Mel bands, and how many of them every rate from 8 kHz has."""
LOWEST, HIGHEST = 60.0, 7600.0
"""Edges (Hz) of the mel bands; those beyond half the rate hold nothing."""
FLOOR = 1e-14
"""Power that counts as none (-140 dB of full scale)."""
_MOST = 60_000
"""Frames that are kept; of longer sounds every n-th is looked at."""


class Spectra:
    """Follows a mono sound, block by block.

    Args:
        rate: Hz; frames: samples that will come.
    """

    def __init__(self, rate: int, frames: int) -> None:
        self.rate = rate
        self.size = max(2 * LINEAR, 1 << round(np.log2(FRAME * rate)))
        self._hop = self.size // 2 * max(1, -(-2 * frames // (self.size * _MOST)))
        self._window = np.hanning(self.size + 1)[:-1].astype(np.float32)
        self._scale = 2.0 / (self.size * np.square(self._window, dtype=np.float64).sum())
        self._mel = _mel_bank(rate, self.size)
        self._rest = np.zeros(0, np.float32)
        self._linear: list[Array] = []
        self._mels: list[Array] = []
        self._textures: list[Array] = []

    def add(self, block: Array) -> None:
        """Take in the next samples ``(n,)`` float32."""
        joined = np.concatenate([self._rest, block])
        count = (len(joined) - self.size) // self._hop + 1
        if count > 0:
            views = np.lib.stride_tricks.sliding_window_view(joined, self.size)[:: self._hop]
            for start in range(0, count, 256):
                self._transform(views[start : start + 256])
            joined = joined[count * self._hop :]
        self._rest = joined.copy()

    def _transform(self, frames: Array) -> None:
        import scipy.fft

        spectrum = scipy.fft.rfft(frames * self._window, axis=1)
        power = (np.square(spectrum.real) + np.square(spectrum.imag)) * np.float32(self._scale)
        power[:, :2] = 0  # an offset is no sound
        self._linear.append(power[:, :-1].reshape(len(power), LINEAR, -1).sum(axis=2))
        self._mels.append(power @ self._mel)
        self._textures.append(texture(power, self.rate))

    def finish(self) -> tuple[Array, Array, Array]:
        """Power in bands of equal width ``(N, 128)`` and in mel bands ``(N, 24)``, and `texture.texture` ``(N, 4)``.

        A full-scale sine has a power of 0.5.
        """
        if len(self._rest) > self.size // 4 or not self._linear:
            self._transform(np.pad(self._rest, (0, max(0, self.size - len(self._rest))))[None, : self.size])
        return np.concatenate(self._linear), np.concatenate(self._mels), np.concatenate(self._textures)


def _mel_bank(rate: int, size: int) -> Array:
    """Triangles on the mel scale, ``(size / 2 + 1, 24)``."""
    points = 700 * (10 ** (np.linspace(_mel(LOWEST), _mel(HIGHEST), MEL + 2) / 2595) - 1)
    hertz = np.arange(size // 2 + 1) * rate / size
    rising = (hertz[:, None] - points[:-2]) / (points[1:-1] - points[:-2])
    falling = (points[2:] - hertz[:, None]) / (points[2:] - points[1:-1])
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def _mel(hertz: float) -> float:
    return 2595 * float(np.log10(1 + hertz / 700))
