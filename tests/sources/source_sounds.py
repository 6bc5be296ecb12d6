"""Sounds made for tests, and recordings where there are any."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = (ROOT.parent / "shared" / "sounds" / "drums", Path("/usr/share/sonic-pi/samples"))


def tone(
    number: int = 0, *, seconds: float = 0.3, rate: int = 16_000, channels: int = 1, level: float = 0.5
) -> np.ndarray:
    """A decaying tone, another one for each number: ``(n, channels)``."""
    time = np.arange(round(seconds * rate)) / rate
    wave = np.sin(2 * np.pi * (200 + 37 * (number % 50)) * time + number) * np.exp(-2 * time / seconds)
    return level * np.repeat(wave[:, None], channels, axis=1)


def write(path: Path, sound: np.ndarray, rate: int = 16_000, **options: str) -> Path:
    """Write a sound, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, rate, **options)
    return path


def fill(folder: Path, count: int = 10, *, first: int = 0, **options: object) -> Path:
    """So many different sounds in a folder."""
    for number in range(first, first + count):
        write(folder / f"{number:03d}.wav", tone(number, **options), int(options.get("rate", 16_000)))
    return folder


def recordings() -> Path:
    """A folder of real recordings; skips the test where there is none."""
    for folder in RECORDINGS:
        if folder.is_dir():
            return folder
    pytest.skip(f"no recordings here: neither {' nor '.join(map(str, RECORDINGS))}")


def snapshot(folder: Path) -> list[tuple[str, int, int, int]]:
    """Everything in a folder, to see whether it was touched."""
    paths = sorted(Path(base) / name for base, folders, files in os.walk(folder) for name in folders + files)
    return [(str(path), (s := path.lstat()).st_size, s.st_mtime_ns, s.st_mode) for path in paths]
