"""A small world of labelled sounds, and what is learned of it once for all tests here."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ganbaru.quality import Reference

Array = np.ndarray[Any, Any]
Words = Callable[[int, int], tuple[Array, Array]]

RATE, SAMPLES, LABELS = 8_000, 2_048, 3


def _word(label: int, rng: np.random.Generator) -> Array:
    """A rising sweep, a high tone and then a low one, or a tone and then a hiss; each of its own pitch and length."""
    time = np.arange(SAMPLES) / RATE
    part = time / rng.uniform(0.16, 0.24)
    hz = [400 + 900 * part, np.where(part < 0.5, 1_400.0, 500.0), np.full(SAMPLES, 300.0)][label]
    phase = 2 * np.pi * (np.cumsum(hz * 2 ** rng.uniform(-0.3, 0.3)) / RATE + rng.uniform())
    tone = np.sin(phase) + np.sin(2 * phase) / 2
    if label == 2:
        tone = np.where(part < 0.6, tone, 0.7 * rng.standard_normal(SAMPLES))
    envelope = np.exp(-rng.uniform(1.5, 2.5) * part) * np.minimum(1, time / 0.005) * (part < 1)
    return np.asarray(rng.uniform(0.3, 0.5) * tone * envelope)


@pytest.fixture(scope="session")
def words() -> Words:
    """So many labelled sounds ``(N, T)`` of that seed, of the three labels in turn."""

    def make(count: int, seed: int) -> tuple[Array, Array]:
        rng = np.random.default_rng(seed)
        labels = np.arange(count) % LABELS
        return np.stack([_word(label, rng) for label in labels]).astype(np.float32), labels

    return make


@pytest.fixture(scope="session")
def reference(words: Words) -> Reference:
    """Of 600 training and 300 held-out sounds, with a judge."""
    train, train_labels = words(600, 1)
    held_out, held_out_labels = words(300, 2)
    return Reference(
        train,
        held_out,
        rate=RATE,
        train_labels=train_labels,
        held_out_labels=held_out_labels,
        label_names=("sweep", "fall", "hiss"),
    )


@pytest.fixture(scope="session")
def noise() -> Array:
    """120 sounds of white noise."""
    return 0.1 * np.random.default_rng(9).standard_normal((120, SAMPLES)).astype(np.float32)
