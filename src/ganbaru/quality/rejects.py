"""Sounds that are nothing anybody asked for, so that a judge learns to refuse."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_SEGMENTS = 8


def rejects(sounds: Array, labels: Array, *, seed: int) -> Array:
    """One reject for each sound: noise, noise of its spectrum, it shuffled, backwards or blended, or near silence.

    Args:
        sounds: real sounds ``(N, T)``.
        labels: their labels ``(N,)``.
        seed: of what becomes of which.

    Returns:
        ``(N, T)`` float32.
    """
    rng = np.random.default_rng([seed, 0x4E0])
    kinds = rng.integers(6, size=len(sounds))
    others = rng.permutation(len(sounds))
    made = [_one(sounds[i], kinds[i], _stranger(i, others, labels), sounds, rng) for i in range(len(sounds))]
    return np.asarray(np.stack(made), dtype=np.float32)


def _one(sound: Array, kind: int, other: int, sounds: Array, rng: np.random.Generator) -> Array:
    level = float(np.sqrt((sound**2).mean())) + 1e-4
    if kind == 0:
        return rng.standard_normal(len(sound)) * level * rng.uniform(0.5, 2)
    if kind == 1:
        return _spectral_noise(sound, rng)
    if kind == 2:
        return _shuffled(sound, rng)
    if kind == 3:
        return _sounding(sound, lambda part: part[::-1])
    if kind == 4:
        return 0.6 * (sound + sounds[other])
    return rng.standard_normal(len(sound)) * 1e-3 * rng.uniform()


def _spectral_noise(sound: Array, rng: np.random.Generator) -> Array:
    """Noise with the sound's own long-term spectrum."""
    spectrum = np.abs(np.fft.rfft(sound))
    return np.fft.irfft(spectrum * np.exp(2j * np.pi * rng.uniform(size=len(spectrum))), n=len(sound))


def _shuffled(sound: Array, rng: np.random.Generator) -> Array:
    order = rng.permutation(_SEGMENTS)
    while np.abs(order - np.arange(_SEGMENTS)).sum() < _SEGMENTS:
        order = rng.permutation(_SEGMENTS)

    def shuffle(part: Array) -> Array:
        whole = len(part) // _SEGMENTS * _SEGMENTS
        pieces = part[:whole].reshape(_SEGMENTS, -1)[order].reshape(-1)
        return np.concatenate([pieces, part[whole:]])

    return _sounding(sound, shuffle)


def _sounding(sound: Array, change: Any) -> Array:
    """The sound with its sounding part changed, the silence after it left where it is."""
    loud = np.flatnonzero(np.abs(sound) > 1e-4)
    end = int(loud[-1]) + 1 if len(loud) else len(sound)
    return np.concatenate([change(sound[:end]), sound[end:]])


def _stranger(i: int, others: Array, labels: Array) -> int:
    """Some sound of another label."""
    for step in range(len(others)):
        other = int(others[(i + step) % len(others)])
        if labels[other] != labels[i]:
            return other
    return int(others[i])
