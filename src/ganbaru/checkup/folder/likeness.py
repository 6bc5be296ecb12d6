"""How alike two sounds are as recordings: the same waveform in every band, whatever its rate, gain or format."""

from typing import Any

import numpy as np

from ganbaru.checkup.folder.prints import RATE

Array = np.ndarray[Any, Any]

LONGEST = 3.0
"""Seconds that are compared at once."""
_EDGES_HZ = np.array([60, 200, 400, 700, 1100, 1600, 2200, 3000, 3500])
_DEEP_DB = 30.0
"""Bands this far below the strongest say nothing: a codec leaves them out."""
_PARTS = np.linspace(-0.5, 0.5, 9)
_PROMISING = 0.3
"""Correlation of the differences of two sounds below which they are no copies: it is looked no further."""
_LEAST = round(0.02 * RATE)


def likeness(first: Array, second: Array, shift: int, reach: int) -> tuple[float, float]:
    """How alike, from 0 to 1, and the share of the shorter sound that lies within the other one.

    Both are laid over each other where they fit best near ``shift``. In each band the correlation of the two waveforms
    is taken, 2 g Re Σ X Y* / (Σ|X|² + g² Σ|Y|²) at the gain g that fits most bands, and the likeness is its mean over
    the bands, of either sign: a band counts as much as another one, so that two drums which share their lowest tone
    alone are not alike.

    Args:
        first: ``(N,)`` at 8 kHz; second: ``(M,)``.
        shift: where the second begins in the first, in samples, about; reach: how far off that may be.
    """
    shift, agreement = _best_shift(first, second, shift, reach)
    begin, end = max(0, shift), min(len(first), len(second) + shift)
    if end - begin < _LEAST or agreement < _PROMISING:
        return 0.0, 0.0
    a, b = first[begin:end], second[begin - shift : end - shift]
    return _banded(a, b), _covered(first, second, a, b)


def _best_shift(first: Array, second: Array, shift: int, reach: int) -> tuple[int, float]:
    """The shift within reach with the greatest correlation of either sign, and that correlation."""
    import scipy.fft

    a, b = _sharpened(first), _sharpened(second)
    size = scipy.fft.next_fast_len(len(a) + len(b), real=True)
    correlation = np.abs(scipy.fft.irfft(scipy.fft.rfft(a, size) * np.conj(scipy.fft.rfft(b, size)), size))
    shifts = np.arange(max(shift - reach, 1 - len(b)), min(shift + reach, len(a) - 1) + 1)
    if not len(shifts):
        return shift, 0.0
    best = int(shifts[np.argmax(correlation[shifts % size])])
    over_a, over_b = a[max(0, best) : len(b) + best], b[max(0, -best) : len(a) - best]
    whole = float(np.sqrt(np.dot(over_a, over_a) * np.dot(over_b, over_b)))
    return best, float(correlation[best % size]) / max(whole, 1e-12)


def _sharpened(sound: Array) -> Array:
    """Its differences, so that low tones do not hide where the rest lies."""
    return np.diff(sound, prepend=0)


def _banded(a: Array, b: Array) -> float:
    """The mean over the strong bands of the correlation, at the best fraction of a sample."""
    import scipy.fft

    size = scipy.fft.next_fast_len(len(a) + _LEAST, real=True)
    edges = np.unique(np.round(_EDGES_HZ * size / RATE).astype(int))
    inside = slice(edges[0], edges[-1] + 1)
    x, y = scipy.fft.rfft(a, size)[inside], scipy.fft.rfft(b, size)[inside]
    starts = edges[:-1] - edges[0]
    powers = [np.add.reduceat(np.square(z.real) + np.square(z.imag), starts) for z in (x, y)]
    deep = 10 ** (-_DEEP_DB / 10)
    strong = np.logical_or(*(power > deep * power.max() for power in powers))
    if not strong.any():
        return 0.0
    turns = np.exp(2j * np.pi * np.outer(_PARTS, np.arange(edges[0], edges[-1] + 1) / size)).astype(np.complex64)
    cross = np.add.reduceat((turns * (x * np.conj(y))).real, starts, axis=1)
    shares = 2 * cross[:, strong] / (powers[0] + powers[1] * _gain(powers, strong))[strong]
    return float(np.abs((shares * np.sqrt(_gain(powers, strong))).mean(axis=1)).max())


def _gain(powers: list[Array], strong: Array) -> float:
    """What the second sound's power is to be multiplied by, so that most bands have the power of the first."""
    return float(np.median(powers[0][strong] / (powers[1][strong] + 1e-30)))


def _covered(first: Array, second: Array, a: Array, b: Array) -> float:
    """The share of the energy of the sound of which more lies in the overlap."""
    shares = [np.dot(part, part) / max(float(np.dot(whole, whole)), 1e-12) for part, whole in ((a, first), (b, second))]
    return float(max(shares))
