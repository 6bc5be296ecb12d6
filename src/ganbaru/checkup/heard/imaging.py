"""False harmonics of upsampling: mirror images of the spectrum, and tones, at multiples of rate over stride.

Samples spread out by a stride s repeat their spectrum every rate/s, and a weak filter leaves those images. Then what is
at a frequency f moves with what is at f + rate/s, at all times and in all sounds alike, since the grid of upsampling is
the same in all (Odena et al. 2016; Pons et al. 2021). So both are correlated over all frames of all sounds, which is
the spectral coherence at the cyclic frequency rate/s (Gardner 1991). Real sounds have none, however harmonic, and what
a sound has of it by its own structure, it has at neighbouring cyclic frequencies too.
"""

from typing import Any

import numpy as np

from ganbaru.checkup.heard.frames import QUIETEST, Frames

Array = np.ndarray[Any, Any]

STRIDES = (2, 3, 4, 5)
"""Greater ones that are their multiples show here too. Greater ones by themselves would be taken for the frames of a
way back from spectrograms, to whose grid attacks are drawn."""
_TONES = (2, 3, 4, 5, 8, 16)
_BESIDE = (-5, -3, 3, 5)
"""Bins from rate/s at which the coherence is no work of the stride."""
_TOP = 0.8
"""Quantile over the frequencies: an image shows where the sound itself has little."""
_CHANCE = 4.0
"""How many times what chance makes is surely coherent, where that is little."""
_EDGE = 0.03
"""Shares of the rate from the edges of the images, where what any usual filter leaves is hidden by what it is of."""
_NEAR = 0.01
"""Neighbourhood of a tone, in shares of the rate."""
_SKIPPED = 3
_FAINTEST = 1e-9


def measure(made: Frames, real: Frames) -> dict[str, Any]:
    """``images``: by stride what `images` says of both sides; ``tones``: what `tones` says of both."""
    return {"images": _side_by_side(images(made), images(real)), "tones": _side_by_side(tones(made), tones(real))}


def _side_by_side(ours: list[dict[str, float]], theirs: list[dict[str, float]]) -> list[dict[str, float]]:
    return [mine | {f"{name}_real": other[name] for name in other if name not in ("stride", "place")}
            for mine, other in zip(ours, theirs, strict=True)]  # fmt: skip


def images(side: Frames) -> list[dict[str, float]]:
    """By stride: ``coherence`` (squared, 80 % quantile over the frequencies), ``beside``: the greatest at neighbouring
    cyclic frequencies; ``level``: the power of what is surely coherent, in the weaker of two bins
    each, dB of all."""
    size, hop = side.size, side.hop
    loud = np.where(side.loud, 1 / np.sqrt(side.total * size + QUIETEST), 0).astype(np.float32)
    spectrum = side.spectrum * loud[:, :, None]
    energy = (np.square(spectrum.real) + np.square(spectrum.imag)).sum(axis=(0, 1), dtype=np.float64)
    frames = np.arange(spectrum.shape[1]) * hop
    found = []
    for stride in STRIDES:
        if size % stride:
            continue
        coherence, weaker, place = _coherence(spectrum, energy, size // stride, frames, size)
        beside = [_coherence(spectrum, energy, size // stride + by, frames, size)[0] for by in _BESIDE]
        chance = max(np.quantile(each, _TOP) for each in beside)
        clear = np.maximum(coherence - surely(chance), 0)
        clear *= ~_at_edges(place / size, stride)
        level = (clear * weaker).sum() / max(energy.sum(), QUIETEST)
        found.append(
            {
                "stride": stride,
                "coherence": _short(np.quantile(coherence, _TOP)),
                "beside": _short(chance),
                "level": _short(10 * np.log10(level + _FAINTEST)),
            }
        )
    return found


def surely(chance: float) -> float:
    """The squared coherence from which it is no chance: four times that, or less where chance makes much."""
    return min(_CHANCE * chance, chance + 0.3 * (1 - chance))


def _at_edges(place: Array, stride: int) -> Array:
    """Which frequencies (in shares of the rate) lie at an edge of an image, of a stride or of a ratio with it above."""
    half = place * 2 * stride
    nearest = np.round(half) if stride % 2 else 2 * np.floor(half / 2) + 1
    return np.asarray(np.abs(half - nearest) < 2 * stride * _EDGE)


def _coherence(spectrum: Array, energy: Array, apart: int, frames: Array, size: int) -> tuple[Array, Array, Array]:
    """Squared coherence of all pairs of bins so far apart, ``(pairs,)``; of each the weaker, and its energy."""
    bins, conjugate = np.arange(spectrum.shape[2]), spectrum.conj()
    upper = bins + apart
    inside = upper < len(bins)
    # a bin beyond half the rate is the conjugate of its mirror image; each pair is taken once
    folded = ~inside & (size - upper < bins) & (upper <= size)
    pairs = [(bins[inside], upper[inside]), (bins[folded], size - upper[folded])]
    sides = [(spectrum, pairs[0]), (conjugate, pairs[1])]
    turn = np.exp(-2j * np.pi * ((apart * frames) % size) / size)
    products = [np.einsum("nlf,nlf->lf", other[:, :, b], conjugate[:, :, a]) for other, (a, b) in sides]
    cross = np.concatenate([(product * turn[:, None]).sum(axis=0) for product in products])
    first, second = (np.concatenate(each) for each in zip(*pairs, strict=True))
    both = energy[first] * energy[second]
    squared = (np.square(cross.real) + np.square(cross.imag)) / np.maximum(both, QUIETEST)
    return squared, np.minimum(energy[first], energy[second]), np.where(energy[first] < energy[second], first, second)


def tones(side: Frames) -> list[dict[str, float]]:
    """At each multiple of rate over stride: ``place`` (in shares of the rate), ``height``: median over the sounds of
    how far it stands out of its neighbourhood, dB; ``level``: median of its power, dB of the whole sound;
    ``usual``: 95 % quantile of such heights at places that are no multiples."""
    from scipy import fft

    length = side.sounds.shape[1] // 240 * 240
    power = np.abs(fft.rfft(side.sounds[:, :length] * np.hanning(length).astype(np.float32), axis=1)) ** 2
    whole = power.sum(axis=1) + _FAINTEST
    heights = _heights(power, length)
    places = sorted({k * length // stride for stride in _TONES for k in range(1, (stride + 1) // 2 + 1)})
    places = [place for place in places if place < power.shape[1] - _SKIPPED]
    elsewhere = _elsewhere(places, length, power.shape[1])
    usual = np.quantile(np.median(heights(elsewhere), axis=0), 0.95)
    return [
        {
            "place": _short(place / length),
            "height": _short(np.median(heights([place]))),
            "level": _short(np.median(10 * np.log10(power[:, place - 1 : place + 2].max(axis=1) / whole + _FAINTEST))),
            "usual": _short(usual),
        }
        for place in places
    ]


def _heights(power: Array, length: int) -> Any:
    """Of the power ``(N, F)``: a function of places to heights ``(N, places)``, dB."""
    reach = max(2 * _SKIPPED, round(_NEAR * length))
    faint = _FAINTEST * power.max(axis=1) + 1e-20

    def heights(places: Any) -> Array:
        found = []
        for place in places:
            below = power[:, max(1, place - reach) : place - _SKIPPED]
            around = np.median(np.concatenate([below, power[:, place + _SKIPPED + 1 : place + reach + 1]], 1), axis=1)
            peak = power[:, place - 1 : place + 2].max(axis=1)
            found.append(10 * np.log10((peak + faint) / (around / np.log(2) + faint)))
        return np.stack(found, axis=1)

    return heights


def _elsewhere(places: list[int], length: int, bins: int) -> list[int]:
    """Places between those, away from each."""
    grid = np.linspace(0.02 * length, bins - 2 * _SKIPPED - 1, 41).astype(int)
    near = max(4, length // 500)
    return [int(each) for each in grid if all(abs(each - place) > near for place in places)]


def _short(value: Any) -> float:
    return float(f"{float(value):.5g}")
