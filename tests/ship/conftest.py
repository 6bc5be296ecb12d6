"""Runs that are shipped: short trainings on tones, one with labels."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import ganbaru as gb

RATE = 8000
SMALL: dict[str, Any] = {
    "seed": 3,
    "steps": 4,
    "batch": 8,
    "threads": 1,
    "measure_every": 4,
    "measure_sounds": 16,
    "generator": {"channels": 16},
    "critic": {"channels": 16},
}


def _tones(folder: Path, labels: tuple[str, ...]) -> Path:
    rng = np.random.default_rng(5)
    time = np.arange(RATE // 4) / RATE
    for number, label in enumerate(labels):
        (folder / label).mkdir(parents=True)
        for index in range(12):
            tone = np.sin(2 * np.pi * (200 + 250 * number + 15 * index) * time) * np.exp(-8 * time)
            soundfile.write(folder / label / f"{index}.wav", 0.5 * tone + 0.01 * rng.normal(size=len(time)), RATE)
    return folder


@pytest.fixture(scope="session")
def waveform_run(tmp_path_factory: pytest.TempPathFactory) -> gb.Run:
    """A generator of waveforms with two labels."""
    place = tmp_path_factory.mktemp("shipped-waveform")
    source = gb.sources.folder(_tones(place / "sounds", ("low", "高い")), sample_rate=RATE, seconds=0.25)
    return gb.fit(source, out=place / "run", representation="waveform", **SMALL)


@pytest.fixture(scope="session")
def spectrogram_run(tmp_path_factory: pytest.TempPathFactory) -> gb.Run:
    """A generator of log-mel spectrograms without labels."""
    place = tmp_path_factory.mktemp("shipped-spectrogram")
    source = gb.sources.folder(_tones(place / "sounds", (".",)), sample_rate=RATE, seconds=0.25)
    return gb.fit(source, out=place / "run", representation="log-mel", **SMALL)
