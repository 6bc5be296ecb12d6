"""Folders that look odd and are healthy: the checkup should find nothing in them."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "checkup"))

from folder_spoilers import at_rate, quieter, scaled, write
from sound_worlds import World

Array = np.ndarray[Any, Any]
RATE = 44_100


def _quiet(every: Sequence[World], folder: Path, rng: np.random.Generator) -> None:
    for number in range(40):
        sound, rate = every[1].read(number)
        quieter(30)(folder / f"{number}", scaled(sound, 1.0), rate, rng)


def _padded(every: Sequence[World], folder: Path, rng: np.random.Generator) -> None:
    for number in range(40):
        sound, rate = every[0].read(number)
        write(folder / f"{number}", np.concatenate([sound[:rate], np.zeros((rate, sound.shape[1]))]), rate)


def _eight_bits(every: Sequence[World], folder: Path, rng: np.random.Generator) -> None:
    for number in range(40):
        sound, rate = every[1].read(number)
        write(folder / f"{number}", scaled(sound), rate, subtype="PCM_U8")


def _squares(every: Sequence[World], folder: Path, rng: np.random.Generator) -> None:
    for number in range(40):
        clock = np.arange(RATE // 2) / RATE * rng.uniform(60, 900)
        wave = np.where(clock % 1 < rng.uniform(0.2, 0.8), 1.0, -1.0)[:, None]
        write(folder / f"{number}", scaled(wave - wave.mean(), 1.0), RATE)


def _takes(every: Sequence[World], folder: Path, rng: np.random.Generator) -> None:
    """Strokes on one wood block: the same modes, struck a little differently each time."""
    clock = np.arange(round(0.4 * RATE)) / RATE
    modes = rng.uniform(300, 6000, 12)
    for number in range(60):
        tone = sum(
            rng.uniform(0.3, 1)
            * np.sin(2 * np.pi * hertz * clock + rng.uniform(0, 2 * np.pi))
            * np.exp(-clock * hertz / 60)
            for hertz in modes
        )
        write(folder / f"{number}", scaled(tone[:, None] * rng.uniform(0.8, 1), rng.uniform(0.5, 0.9)), RATE)


def _old(every: Sequence[World], folder: Path, rng: np.random.Generator) -> None:
    for number in range(40):
        sound, rate = every[1].read(number)
        write(folder / f"{number}", at_rate(at_rate(scaled(sound), rate, 11_025), 11_025, RATE), RATE)


ODD = {
    "quiet at -30 dB": _quiet,
    "padded with a second of silence": _padded,
    "8 bits": _eight_bits,
    "square waves": _squares,
    "takes of one wood block": _takes,
    "old recordings all alike": _old,
}
