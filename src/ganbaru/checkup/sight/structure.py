"""How long what there is to see in sounds is: the period where they have one, else the width of the correlation."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

Array = np.ndarray[Any, Any]
_STRONG = 0.4
"""Height of a peak of the autocorrelation, of 1 at lag 0, that makes a period."""
_NEARLY = 0.85
"""Share of the highest peak that a first one must reach: multiples of a period are about as high."""
_QUANTILE = 0.75


def typical(sounds: Tensor) -> dict[str, float]:
    """What is long enough for three of four of some encoded sounds ``(B, …, T)``.

    Returns:
        ``structure`` in steps of the last axis, and ``periodic``, the share of the sounds that have a period.
    """
    lengths, periodic = zip(*(structure(sound) for sound in sounds), strict=True)
    return {"structure": float(np.quantile(lengths, _QUANTILE)), "periodic": float(np.mean(periodic))}


def structure(sound: Tensor) -> tuple[int, bool]:
    """How many steps the structure of one encoded sound ``(…, T)`` is long, and whether that is a period."""
    correlation = autocorrelation(sound)
    below = np.flatnonzero(correlation < 1 / np.e)
    first = int(below[0]) if len(below) else len(correlation)
    width = max(2 * first - 1, 0)
    dips = np.flatnonzero(correlation < 0)
    peak = _first_peak(correlation, int(dips[0])) if len(dips) else None
    return (width, False) if peak is None else (peak, True)


def _first_peak(correlation: Array, begin: int) -> int | None:
    """The first peak that is strong and nearly as high as the highest after ``begin``; None where none is strong."""
    inner = correlation[begin:]
    highest = float(inner.max())
    if highest < _STRONG:
        return None
    at = int((inner >= _NEARLY * highest).argmax())
    while at + 1 < len(inner) and inner[at + 1] > inner[at]:
        at += 1
    return begin + at


def autocorrelation(sound: Tensor) -> Array:
    """Of the rows of one encoded sound ``(…, T)`` together, for lags 0 to ``T // 2``, 1 at lag 0; unbiased by lag."""
    rows = sound.reshape(-1, sound.shape[-1]).double()
    rows = rows - rows.mean(dim=1, keepdim=True)
    length = rows.shape[1]
    spectrum = torch.fft.rfft(rows, n=2 * length).abs().square().sum(dim=0)
    sums = torch.fft.irfft(spectrum)[: length // 2 + 1]
    if not float(sums[0]) > 0:
        return np.zeros(1)
    terms = torch.arange(length, length - len(sums), -1, dtype=torch.float64, device=sums.device) / length
    return (sums / sums[0] / terms).cpu().numpy()
