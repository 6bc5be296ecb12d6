"""Loops over every bin of a spectrogram, compiled for one thread of a CPU by numba.

Why not torch: integrating a phase is a walk from bin to bin, each step depending on the one before; and the two passes
between the Fourier transforms of Griffin-Lim, fused, touch memory twice where torch's operations touch it ten times.
Importing this module costs a quarter of a second, so it is imported where it is used.
Shapes: frames before bins, ``(B, L, F)``, contiguous float32; a complex number is a pair in the last axis.
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
        sound[b] = 0
        for frame in range(length):
            start = frame * hop
            for n in range(size):
                sound[b, start + n] += framed[b, frame, n] * window[n]
        for n in range(len(inverse)):
            sound[b, n] *= inverse[n]
        for frame in range(length):
            start = frame * hop
            for n in range(size):
                out[b, frame, n] = sound[b, start + n] * window[n]


@_compiled
def mend(found: Array, before: Array, magnitude: Array, momentum: float, active: Array, spectrum: Array) -> None:
    """The phases of ``found + momentum (found − before)`` with the magnitudes wanted.

    Args:
        found: ``(B, L, 2 F)``: the consistent spectrum of this iteration.
        before: that of the last one.
        magnitude: ``(B, L, F)``.
        momentum: below 1.
        active: ``(B,)``: sounds whose spectrum is to change.
        spectrum: ``(B, L, 2 F)``: where the result goes.
    """
    batch, length, bins = magnitude.shape
    ahead = np.float32(momentum)
    for b in range(batch):
        if not active[b]:
            continue
        for frame in range(length):
            for k in range(bins):
                real, imaginary = found[b, frame, 2 * k], found[b, frame, 2 * k + 1]
                real += ahead * (real - before[b, frame, 2 * k])
                imaginary += ahead * (imaginary - before[b, frame, 2 * k + 1])
                scale = magnitude[b, frame, k] / np.sqrt(real * real + imaginary * imaginary + np.float32(1e-30))
                spectrum[b, frame, 2 * k] = real * scale
                spectrum[b, frame, 2 * k + 1] = imaginary * scale


@_compiled
def misfit(found: Array, magnitude: Array) -> Array:
    """``Σ (|found| − magnitude)²`` of each sound: ``(B, L, 2 F), (B, L, F) → (B,)``."""
    batch, length, bins = magnitude.shape
    total = np.zeros(batch)
    for b in range(batch):
        for frame in range(length):
            row = np.float32(0)
            for k in range(bins):
                real, imaginary = found[b, frame, 2 * k], found[b, frame, 2 * k + 1]
                gap = np.sqrt(real * real + imaginary * imaginary) - magnitude[b, frame, k]
                row += gap * gap
            total[b] += row
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
        found: ``(B, L, 2 F)``.
        before: that of the last iteration.
        bands: ``(B, L, C)``: the bands wanted, of ``magnitude**power``.
        which: ``(F, P)``: the bands that a bin belongs to.
        weight: ``(F, P)``: how much; 0 where there are fewer than P.
        power: 1 or 2.
        momentum: below 1.
        active: ``(B,)``.
        spectrum: ``(B, L, 2 F)``.
    """
    batch, length, _ = found.shape
    bins, parts = which.shape
    ahead = np.float32(momentum)
    have = np.empty(bands.shape[2], np.float32)
    for b in range(batch):
        if not active[b]:
            continue
        for frame in range(length):
            _bands_of(found[b, frame], which, weight, power, have)
            for c in range(len(have)):
                have[c] = bands[b, frame, c] / max(have[c], _TINY * _TINY)
            for k in range(bins):
                gain, total = np.float32(0), _TINY
                for part in range(parts):
                    gain += weight[k, part] * have[which[k, part]]
                    total += weight[k, part]
                gain /= total
                if power == 2:
                    gain = np.sqrt(gain)
                real, imaginary = found[b, frame, 2 * k], found[b, frame, 2 * k + 1]
                magnitude = gain * max(np.sqrt(real * real + imaginary * imaginary), _TINY)
                real += ahead * (real - before[b, frame, 2 * k])
                imaginary += ahead * (imaginary - before[b, frame, 2 * k + 1])
                scale = magnitude / np.sqrt(real * real + imaginary * imaginary + np.float32(1e-30))
                spectrum[b, frame, 2 * k] = real * scale
                spectrum[b, frame, 2 * k + 1] = imaginary * scale


@_compiled
def misfit_bands(found: Array, bands: Array, which: Array, weight: Array, power: int) -> Array:
    """``Σ (bands of |found|**power − bands)²`` of each sound, ``(B,)``; arguments as for `mend_bands`."""
    batch, length, _ = found.shape
    total = np.zeros(batch)
    have = np.empty(bands.shape[2], np.float32)
    for b in range(batch):
        for frame in range(length):
            _bands_of(found[b, frame], which, weight, power, have)
            for c in range(len(have)):
                total[b] += (have[c] - bands[b, frame, c]) ** 2
    return total


@_compiled
def _bands_of(found: Array, which: Array, weight: Array, power: int, into: Array) -> None:
    """One frame's bands: ``(2 F,)`` to ``(C,)``, in place."""
    into[:] = 0
    for k in range(which.shape[0]):
        real, imaginary = found[2 * k], found[2 * k + 1]
        loud = real * real + imaginary * imaginary
        if power == 1:
            loud = np.sqrt(loud)
        for part in range(which.shape[1]):
            into[which[k, part]] += weight[k, part] * loud


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
    batch, length, bins = out.shape
    parts = which.shape[1]
    have = np.empty(bands.shape[2], np.float32)
    column = np.empty(bins, np.float32)
    for k in range(bins):
        column[k] = np.float32(1) / max(weight[k].sum(), _TINY)
    for b in range(batch):
        for frame in range(length):
            row = out[b, frame]
            for _ in range(iterations):
                have[:] = 0
                for k in range(bins):
                    for part in range(parts):
                        have[which[k, part]] += weight[k, part] * row[k]
                for c in range(len(have)):
                    have[c] = bands[b, frame, c] / max(have[c], _TINY * _TINY)
                for k in range(bins):
                    gain = np.float32(0)
                    for part in range(parts):
                        gain += weight[k, part] * have[which[k, part]]
                    row[k] *= gain * column[k]


@_compiled
def integrate(level: Array, over_time: Array, over_frequency: Array, levels: int, phase: Array) -> None:
    """Integrates the slopes of a phase, from the loudest bin outwards (Průša et al. 2017, algorithm 1).

    The paper's heap gives the loudest bin of the border; here a list for each level of loudness does, in constant
    time. A bin takes the phase of the neighbour that reached it first plus the mean of the two slopes between.

    Args:
        level: ``(L, F)`` int32: loudness from 0 to ``levels − 1``; −1 for a bin that is too quiet to walk through.
        over_time: ``(L, F)``: radians from a frame to the next.
        over_frequency: ``(L, F)``: radians from a bin to the next.
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
                    there, step, inside = here - bins, -0.5, here >= bins
                elif side == 1:
                    there, step, inside = here + bins, 0.5, here + bins < count
                elif side == 2:
                    there, step, inside = here - 1, -0.5, k > 0
                else:
                    there, step, inside = here + 1, 0.5, k + 1 < bins
                if not inside or done[there]:
                    continue
                slope = over_time if side < 2 else over_frequency
                phase[there] = phase[here] + np.float32(step) * (slope[here] + slope[there])
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
