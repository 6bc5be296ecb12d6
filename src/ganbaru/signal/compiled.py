"""Loops over every bin of a spectrogram, compiled for one thread of a CPU by numba.

Why not torch: integrating a phase is a walk from bin to bin, each step depending on the one before; and the two passes
between the Fourier transforms of Griffin-Lim, fused, touch memory twice where torch's operations touch it ten times.
Importing this module costs a quarter of a second, so it is imported where it is used.

Inner loops run over rows cut out beforehand: an index that is a sum might be negative, for all the compiler knows, and
a loop that asks is three to six times slower. Shapes: frames before bins, ``(B, L, F)``, contiguous, single precision.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, Any]

_TINY = np.float32(1e-12)
"""Magnitude, or share, that stands for none."""

_MATHS = {"reassoc", "contract", "nsz", "arcp"}


def _compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compiled at its first call and kept on disk, where numba finds a place to write."""
    how: dict[str, Any] = {"nogil": True, "fastmath": _MATHS, "error_model": "numpy"}
    try:
        compiled: Callable[..., Any] = njit(cache=True, **how)(function)
    except RuntimeError:
        compiled = njit(**how)(function)
    return compiled


@_compiled
def windowed(sounds: Array, window: Array, hop: int, first: int, out: Array) -> None:
    """Windowed frames of sounds, counted through all of them.

    Args:
        sounds: ``(B, T')``, with the zeros around them.
        window: ``(N,)``.
        hop: samples.
        first: number of the first frame.
        out: ``(l, N)``: that frame and those after it.
    """
    size = len(window)
    length = (sounds.shape[1] - size) // hop + 1
    for row in range(len(out)):
        sound, start = sounds[(first + row) // length], (first + row) % length * hop
        _shaped(sound[start : start + size], window, out[row])


@_compiled
def _shaped(piece: Array, window: Array, into: Array) -> None:
    for n in range(len(window)):
        into[n] = piece[n] * window[n]


@_compiled
def band_sums(found: Array, bank: Array, ends: Array, power: int, out: Array) -> None:
    """Bands of ``|found|**power``, four frames at a time, so that a weight once read serves four.

    Args:
        found: complex ``(l, F)``.
        bank: ``(C, F)``.
        ends: ``(C, 2)``: the bins from which and up to which a band weighs more than nothing.
        power: 1 or 2.
        out: ``(l, C)``.
    """
    loud, sums = np.zeros((4, found.shape[1]), np.float32), np.empty((4, len(bank)), np.float32)
    for first in range(0, len(found), 4):
        count = min(4, len(found) - first)
        for row in range(count):
            _loudness(found[first + row], power, loud[row])
        for band in range(len(bank)):
            start, end = ends[band, 0], ends[band, 1]
            weight = bank[band, start:end]
            one, two, three, four = loud[0, start:end], loud[1, start:end], loud[2, start:end], loud[3, start:end]
            a, b, c, d = np.float32(0), np.float32(0), np.float32(0), np.float32(0)
            for k in range(len(weight)):
                a += weight[k] * one[k]
                b += weight[k] * two[k]
                c += weight[k] * three[k]
                d += weight[k] * four[k]
            sums[0, band], sums[1, band], sums[2, band], sums[3, band] = a, b, c, d
        out[first : first + count] = sums[:count]


@_compiled
def _loudness(row: Array, power: int, into: Array) -> None:
    """``|row|**power``: complex ``(F,)`` to ``(F,)``, in place."""
    for k in range(len(row)):
        into[k] = row[k].real * row[k].real + row[k].imag * row[k].imag
    if power == 1:
        for k in range(len(row)):
            into[k] = np.sqrt(into[k])


@_compiled
def reframe(framed: Array, window: Array, inverse: Array, hop: int, out: Array, sound: Array) -> None:
    """Frames to the sound that they make together (least squares), and that sound's frames.

    Args:
        framed: ``(B, L, N)``.
        window: ``(N,)``.
        inverse: ``((L - 1) hop + N,)``: one over the windows' overlap; 0 outside the sound.
        hop: samples.
        out: ``(B, L, N)``: the windowed frames of the sound.
        sound: ``(B, (L - 1) hop + N)``: the sound, zeros around it.
    """
    batch, length, size = framed.shape
    for b in range(batch):
        whole = sound[b]
        whole[:] = 0
        for frame in range(length):
            piece, row = whole[frame * hop : frame * hop + size], framed[b, frame]
            for n in range(size):
                piece[n] += row[n] * window[n]
        for n in range(len(whole)):
            whole[n] *= inverse[n]
        for frame in range(length):
            _shaped(whole[frame * hop : frame * hop + size], window, out[b, frame])


@_compiled
def mend(found: Array, before: Array, magnitude: Array, momentum: float, active: Array, spectrum: Array) -> None:
    """The phases of ``found + momentum (found − before)`` with the magnitudes wanted.

    Args:
        found: complex ``(B, L, F)``: the consistent spectrum of this iteration.
        before: that of the last one.
        magnitude: ``(B, L, F)``.
        momentum: below 1.
        active: ``(B,)``: sounds whose spectrum is to change.
        spectrum: complex ``(B, L, F)``: where the result goes.
    """
    for b in range(len(found)):
        if active[b]:
            for frame in range(found.shape[1]):
                _turned(found[b, frame], before[b, frame], magnitude[b, frame], momentum, spectrum[b, frame])


@_compiled
def _turned(found: Array, before: Array, magnitude: Array, momentum: float, into: Array) -> None:
    """One frame of `mend`."""
    ahead = np.float32(momentum)
    for k in range(len(found)):
        real = found[k].real + ahead * (found[k].real - before[k].real)
        imaginary = found[k].imag + ahead * (found[k].imag - before[k].imag)
        scale = magnitude[k] / np.sqrt(real * real + imaginary * imaginary + np.float32(1e-30))
        into[k] = complex(real * scale, imaginary * scale)


@_compiled
def misfit(found: Array, magnitude: Array) -> Array:
    """``Σ (|found| − magnitude)²`` of each sound: complex ``(B, L, F)`` and ``(B, L, F)`` to ``(B,)``."""
    total = np.zeros(len(found))
    loud = np.empty(found.shape[2], np.float32)
    for b in range(len(found)):
        for frame in range(found.shape[1]):
            _loudness(found[b, frame], 1, loud)
            total[b] += _squared_gap(loud, magnitude[b, frame])
    return total


@_compiled
def _squared_gap(a: Array, b: Array) -> Any:
    """``Σ (a − b)²``."""
    total = np.float32(0)
    for k in range(len(a)):
        total += (a[k] - b[k]) * (a[k] - b[k])
    return total


@_compiled
def mend_bands(
    found: Array,
    before: Array,
    bands: Array,
    which: Array,
    weight: Array,
    power: int,
    momentum: float,
    active: Array,
    spectrum: Array,
) -> None:
    """As `mend`, with magnitudes that follow the sound: those found, times what their bands lack.

    Args:
        found: complex ``(B, L, F)``.
        before: that of the last iteration.
        bands: ``(B, L, C)``: the bands wanted, of ``magnitude**power``.
        which: ``(F, P)``: the bands that a bin belongs to.
        weight: ``(F, P)``: how much; 0 where there are fewer than P.
        power: 1 or 2.
        momentum: below 1.
        active: ``(B,)``.
        spectrum: complex ``(B, L, F)``.
    """
    loud, gain = np.empty(found.shape[2], np.float32), np.empty(found.shape[2], np.float32)
    have, total = np.empty(bands.shape[2], np.float32), _totals(weight)
    for b in range(len(found)):
        if not active[b]:
            continue
        for frame in range(found.shape[1]):
            _loudness(found[b, frame], power, loud)
            _lacking(loud, bands[b, frame], which, weight, total, have, gain)
            for k in range(len(gain)):
                gain[k] = gain[k] * max(loud[k], _TINY)
                if power == 2:
                    gain[k] = np.sqrt(gain[k])
            _turned(found[b, frame], before[b, frame], gain, momentum, spectrum[b, frame])


@_compiled
def misfit_bands(found: Array, bands: Array, which: Array, weight: Array, power: int) -> Array:
    """``Σ (bands of |found|**power − bands)²`` of each sound, ``(B,)``; arguments as for `mend_bands`."""
    total = np.zeros(len(found))
    loud, have = np.empty(found.shape[2], np.float32), np.empty(bands.shape[2], np.float32)
    for b in range(len(found)):
        for frame in range(found.shape[1]):
            _loudness(found[b, frame], power, loud)
            _bands_of(loud, which, weight, have)
            total[b] += _squared_gap(have, bands[b, frame])
    return total


@_compiled
def multiply_up(bands: Array, which: Array, weight: Array, iterations: int, out: Array) -> None:
    """Spectra that have these bands, by multiplicative updates (Lee & Seung 2001, theorem 2), frame by frame.

    Args:
        bands: ``(B, L, C)``, not negative.
        which: ``(F, P)``: the bands that a bin belongs to.
        weight: ``(F, P)``: how much.
        iterations: how many updates.
        out: ``(B, L, F)``: where to start from, and the result.
    """
    gain, have, total = np.empty(out.shape[2], np.float32), np.empty(bands.shape[2], np.float32), _totals(weight)
    for b in range(len(out)):
        for frame in range(out.shape[1]):
            row = out[b, frame]
            for _ in range(iterations):
                _lacking(row, bands[b, frame], which, weight, total, have, gain)
                for k in range(len(row)):
                    row[k] *= gain[k]


@_compiled
def _lacking(loud: Array, bands: Array, which: Array, weight: Array, total: Array, have: Array, gain: Array) -> None:
    """What each bin lacks: the mean of what its bands lack, ``(F,)``, into ``gain``; ``have (C,)`` is overwritten."""
    _bands_of(loud, which, weight, have)
    for c in range(len(have)):
        have[c] = bands[c] / max(have[c], _TINY * _TINY)
    for k in range(len(gain)):
        mean = np.float32(0)
        for part in range(which.shape[1]):
            mean += weight[k, part] * have[which[k, part]]
        gain[k] = mean * total[k]


@_compiled
def _bands_of(loud: Array, which: Array, weight: Array, into: Array) -> None:
    """One frame's bands: ``(F,)`` to ``(C,)``, in place."""
    into[:] = 0
    for k in range(len(loud)):
        for part in range(which.shape[1]):
            into[which[k, part]] += weight[k, part] * loud[k]


@_compiled
def _totals(weight: Array) -> Array:
    """One over what each bin weighs in all its bands: ``(F, P)`` to ``(F,)``."""
    return 1 / np.maximum(weight.sum(axis=1), _TINY)


@_compiled
def integrate(level: Array, over_time: Array, over_frequency: Array, levels: int, phase: Array) -> None:
    """Integrates the slopes of a phase, from the loudest bin outwards (Průša et al. 2017, algorithm 1).

    The paper's heap gives the loudest bin of the border; here a list for each level of loudness does, in constant
    time. A bin takes the phase of the neighbour that reached it first, and the step between them.

    Args:
        level: ``(L, F)`` int32: loudness from 0 to ``levels − 1``; −1 for a bin that is too quiet to walk through.
        over_time: ``(L, F)``: radians from a frame to the next; the last frame's are not read.
        over_frequency: ``(L, F)``: radians from a bin to the next; the last bin's are not read.
        levels: how many levels.
        phase: ``(L, F)``: radians; the bins of level −1 keep what they have.
    """
    bins, count = level.shape[1], level.size
    level, phase = level.reshape(-1), phase.reshape(-1)
    over_time, over_frequency = over_time.reshape(-1), over_frequency.reshape(-1)
    order = _loudest_first(level, levels)
    done = level < 0
    first = np.full(levels, -1, np.int32)
    following = np.empty(count, np.int32)
    for seed in order:
        if done[seed]:
            continue
        done[seed] = True
        phase[seed] = 0.0
        top = level[seed]
        first[top], following[seed] = seed, -1
        while top >= 0:
            here = first[top]
            if here < 0:
                top -= 1
                continue
            first[top] = following[here]
            k = here % bins
            for side in range(4):
                if side == 0:
                    there, inside = here - bins, here >= bins
                elif side == 1:
                    there, inside = here + bins, here + bins < count
                elif side == 2:
                    there, inside = here - 1, k > 0
                else:
                    there, inside = here + 1, k + 1 < bins
                if not inside or done[there]:
                    continue
                step = over_time if side < 2 else over_frequency
                phase[there] = phase[here] + (step[here] if there > here else -step[there])
                done[there] = True
                rank = level[there]
                following[there] = first[rank]
                first[rank] = there
                top = max(top, rank)


@_compiled
def _loudest_first(level: Array, levels: int) -> Array:
    """Indices of all bins of level 0 and above, the loudest level first (a counting sort)."""
    start = np.zeros(levels + 1, np.int64)
    for value in level:
        if value >= 0:
            start[levels - value] += 1
    for rank in range(levels):
        start[rank + 1] += start[rank]
    order = np.empty(start[levels], np.int32)
    for index in range(level.size):
        if level[index] >= 0:
            rank = levels - 1 - level[index]
            order[start[rank]] = index
            start[rank] += 1
    return order
