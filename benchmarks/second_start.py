"""How much quicker a folder of sounds opens the second time, when it is prepared already. Claim: at least 20 times.

    python benchmarks/second_start.py [FOLDER]

Each start is a call of ``sources.open`` in a process of its own, after its imports, as the first thing it does. First
and second starts are interleaved, each pair with an empty cache; the medians are compared. Without FOLDER it makes
500 files of two seconds (44.1 kHz, stereo, FLAC). The ceiling stated beside it is the time that reading and hashing the
prepared bytes takes by itself: no checked start can be quicker.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

PAIRS = 5
START = (
    "import hashlib, pathlib, sys, time; import ganbaru.sources as sources, soundfile, soxr;"
    "began = time.perf_counter();"
    "source = sources.open(sys.argv[1]); print(time.perf_counter() - began);"
    "stored = pathlib.Path(source.train.data.filename); began = time.perf_counter();"
    "hashlib.file_digest(stored.open('rb'), 'sha256'); print(time.perf_counter() - began);"
    "print(source, file=sys.stderr)"
)


def make(folder: Path, files: int = 500) -> Path:
    """So many sounds of two seconds: decaying noise, each another."""
    folder.mkdir()
    for number in range(files):
        rng = np.random.default_rng(number)
        fade = np.exp(-3 * np.linspace(0, 1, 88_200))[:, None]
        soundfile.write(folder / f"{number:04d}.flac", 0.5 * fade * rng.uniform(-1, 1, (88_200, 2)), 44_100)
    return folder


def start(folder: Path, cache: str) -> tuple[float, float]:
    """Open it in a fresh process: seconds to open, and seconds to hash what was prepared."""
    environment = {**os.environ, "GANBARU_CACHE": cache, "GOMP_SPINCOUNT": "0"}
    done = subprocess.run(
        [sys.executable, "-c", START, str(folder)], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    opened, hashed = map(float, done.stdout.split())
    return opened, hashed


def main() -> None:
    """Measure and print; the ratio comes last."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(sys.argv[1]) if len(sys.argv) > 1 else make(Path(place) / "sounds")
        first, second, floor = [], [], []
        for pair in range(PAIRS):
            cache = str(Path(place) / f"cache{pair}")
            first.append(start(folder, cache)[0])
            opened, hashed = start(folder, cache)
            second.append(opened)
            floor.append(hashed)
    print(f"first start   {statistics.median(first):8.3f} s  (decoding, resampling, writing)")
    print(f"second start  {statistics.median(second):8.3f} s")
    print(
        f"hashing alone {statistics.median(floor):8.3f} s  ({statistics.median(floor) / statistics.median(second):.0%})"
    )
    print(f"ratio         {statistics.median(first) / statistics.median(second):8.1f} x")


if __name__ == "__main__":
    main()
