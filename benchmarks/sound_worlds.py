"""Worlds of clean sounds that the checkup of folders is measured on: samples, letters read aloud, spoken words."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import recordings
import soundfile

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "checkup"))

from folder_spoilers import write

from ganbaru import sources

Array = np.ndarray[Any, Any]
LETTERS = recordings.KLETTRES.parents[1]
CHOSEN_ON = ("de", "en", "fr")
UNSEEN = ("cs", "it", "nl", "ru", "uk", "lt")
WORDS = "speech:zero,one,two,three,four,five,six,seven,eight,nine"


@dataclass(frozen=True)
class World:
    """Clean sounds of one kind: files, and what they hold."""

    name: str
    files: list[Path]

    def read(self, number: int) -> tuple[Array, int]:
        """Sound ``(T, C)`` and rate (Hz)."""
        return soundfile.read(self.files[number % len(self.files)], always_2d=True)

    def peak(self) -> float:
        """The median of their peaks."""
        return float(np.median([np.abs(self.read(number)[0]).max() for number in range(len(self.files))]))


def worlds(place: Path, most: int) -> list[World]:
    """Drums and other samples, letters read aloud, words spoken by a machine."""
    samples = sorted(recordings.SONIC_PI.glob("*.flac"))
    chosen = [file for language in CHOSEN_ON for file in sorted((LETTERS / language).rglob("*.ogg"))]
    unseen = [file for language in UNSEEN for file in sorted((LETTERS / language).rglob("*.ogg"))[: most // 4]]
    return [
        World("samples", samples[:most]),
        World("letters", chosen[:most]),
        World("letters*", unseen[:most]),
        World("words*", _spoken(place / "words", most)),
    ]


def _spoken(place: Path, count: int) -> list[Path]:
    split = sources.open(f"{WORDS}?count={max(200, count)}", rate=22_050, seconds=1.0).train
    chosen = np.linspace(0, len(split) - 1, count).astype(int).tolist()
    rows = zip(chosen, split.take(chosen), strict=True)
    return [write(place / f"{row:05d}", _trimmed(sound)[:, None], 22_050) for row, sound in rows]


def _trimmed(sound: Array) -> Array:
    return np.asarray(sound[: np.flatnonzero(sound)[-1] + 1])
