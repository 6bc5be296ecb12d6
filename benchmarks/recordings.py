"""Real sounds that several benchmarks listen to: Debian's packages of samples, and the speech world."""

from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from ganbaru import sources
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
SONIC_PI, KLETTRES = Path("/usr/share/sonic-pi/samples"), Path("/usr/share/klettres/en/alpha")


def load(name: str, *, rate: int, seconds: float) -> Array:
    """A sound ``(T,)`` with a peak of 0.9.

    Args:
        name: "speech:" and some words, "klettres" for letters read aloud, or a sample of Sonic Pi.
        rate: Hz.
        seconds: of it, at most.

    Raises:
        UserError: its package is not installed.
    """
    if name.startswith("speech:"):
        sound = np.concatenate(list(sources.open(f"{name}?count=24", rate=rate, seconds=0.6).train.take(range(6))))
    elif name == "klettres":
        files = _installed(KLETTRES, "*.ogg", "klettres-data")
        sound = np.concatenate([_read(file, rate) for file in files[: round(seconds) + 1]])
    else:
        sound = _read(_installed(SONIC_PI, f"{name}.flac", "sonic-pi-samples")[0], rate)
    sound = sound[: round(seconds * rate)]
    return 0.9 * sound / np.abs(sound).max()


def _installed(folder: Path, pattern: str, package: str) -> list[Path]:
    files = sorted(folder.glob(pattern))
    if not files:
        raise UserError(f"{package} is not installed", hint=f"on Debian: apt-get install {package}")
    return files


def _read(file: Path, rate: int) -> Array:
    sound, own = soundfile.read(file, always_2d=True)
    return np.asarray(soxr.resample(sound.mean(axis=1), own, rate))
