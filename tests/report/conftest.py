"""Runs whose reports are looked at."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import ganbaru as gb

RATE = 8000
HOSTILE = ("<script>alert(1)<", 'a"onload="alert(2)')
"""Names of sub-folders, so of labels, that a careless page would run."""
SMALL: dict[str, Any] = {
    "seed": 3,
    "steps": 4,
    "batch": 8,
    "threads": 1,
    "record_every": 1,
    "measure_every": 2,
    "measure_sounds": 16,
    "listening": 4,
    "generator": {"channels": 16},
    "critic": {"channels": 16},
}


def _sounds(folder: Path, labels: tuple[str, ...], each: int = 12) -> Path:
    rng = np.random.default_rng(5)
    time = np.arange(RATE // 4) / RATE
    for number, label in enumerate(labels):
        (folder / label).mkdir(parents=True)
        for index in range(each):
            tone = np.sin(2 * np.pi * (200 + 250 * number + 15 * index) * time) * np.exp(-8 * time)
            soundfile.write(folder / label / f"{index}.wav", 0.5 * tone + 0.01 * rng.normal(size=len(time)), RATE)
    return folder


@pytest.fixture(scope="session")
def sound_run(tmp_path_factory: pytest.TempPathFactory) -> gb.Run:
    """A short training on sounds whose labels are hostile names."""
    place = tmp_path_factory.mktemp("sound-report")
    source = gb.sources.folder(_sounds(place / "sounds", HOSTILE), sample_rate=RATE, seconds=0.25)
    return gb.fit(source, out=place / "run", **SMALL)


@pytest.fixture(scope="session")
def point_run(tmp_path_factory: pytest.TempPathFactory) -> gb.Run:
    """A short training on the ring."""
    return gb.fit("toy:ring", out=tmp_path_factory.mktemp("point-report") / "run", **SMALL)
