"""What the tests of the command line share: a small training, what a command said, a process, a folder of tones."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

SMALL = (
    "steps=6",
    "batch=8",
    "threads=1",
    "record_every=2",
    "measure_every=3",
    "measure_sounds=16",
    "checkpoint_every=2",
    "generator.channels=16",
    "critic.channels=16",
)
TINY = [word for setting in SMALL for word in ("--set", setting)]
RATE = 8000


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line of error, which must be the only one and the last."""
        lines = [line for line in self.err.splitlines() if line.startswith("error: ")]
        assert len(lines) == 1, self.err
        assert self.err.splitlines()[-1] == lines[0]
        assert "Traceback" not in self.err
        return lines[0]


def process(*words: str | Path, cwd: Path, **environment: str) -> "subprocess.Popen[str]":
    """Starts a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "ganbaru.cli", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "GOMP_SPINCOUNT": "0", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def tones(folder: Path, count: int) -> Path:
    """So many sounds of a quarter of a second."""
    folder.mkdir(parents=True)
    time = np.arange(RATE // 4) / RATE
    for index in range(count):
        soundfile.write(folder / f"{index}.wav", 0.5 * np.sin(2 * np.pi * (200 + 40 * index) * time), RATE)
    return folder
