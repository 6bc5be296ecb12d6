"""Sets of real sounds; see below."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

from ganbaru import sources
from recordings import KLETTRES, SONIC_PI

Array = np.ndarray[Any, Any]
DRUMS = Path(__file__).parents[1] / "../shared/sounds/drums"


@dataclass(frozen=True)
class Set:
    """Sounds of one kind, in two parts that share no file and no voice.

    Attributes:
        name: of the set.
        rate: Hz.
        real: ``(M, T)``; other: ``(K, T)``.
    """

    name: str
    rate: int
    real: Array
    other: Array

    @property
    def tuned(self) -> bool:
        """Whether bounds were chosen on it; by the name's hash, before any was chosen."""
        return hashlib.sha256(self.name.encode()).digest()[0] % 2 == 0


def pieces(files: list[Path], rate: int, samples: int, most: int = 1) -> list[Array]:
    """Of each file, one after another, up to so many pieces of so many samples; the last is padded with zeros."""
    found = []
    for file in files:
        sound, own = soundfile.read(file, always_2d=True)
        sound = np.asarray(soxr.resample(sound.mean(axis=1), own, rate))
        loud = np.flatnonzero(np.abs(sound) > 1e-3 * np.abs(sound).max())
        sound = sound[max(0, loud[0] - 8) :]
        for start in range(0, max(1, min(len(sound), samples * most) - samples // 2), samples):
            piece = sound[start : start + samples]
            found.append(np.pad(piece, (0, samples - len(piece))))
    return found


def folder(name: str, rate: int, samples: int, folder: Path, pattern: str = "*", most: int = 1) -> Set:
    """Files of a folder whose names match, every second one on either side; one file alone is halved."""
    files = sorted(file for part in pattern.split() for file in folder.glob(part) if file.suffix in (".flac", ".ogg"))
    if len(files) < 2:
        cut = pieces(files, rate, samples, most)
        return Set(name, rate, np.array(cut[: len(cut) // 2]), np.array(cut[len(cut) // 2 :]))
    sides = [np.array(pieces(files[side::2], rate, samples, most)) for side in (0, 1)]
    return Set(name, rate, *[side[:60] for side in sides])


def spoken(words: str, rate: int, seconds: float, count: int = 60) -> Set:
    """The speech world: training sounds against held-out voices."""
    source = sources.open(words, rate=rate, seconds=seconds)
    voice = source.train.attributes["voice"]
    some = np.random.default_rng(0).permutation(len(voice))
    half = set(sorted(set(voice))[::2])
    left = [index for index in some if voice[index] in half][:count]
    right = [index for index in some if voice[index] not in half][:count]
    return Set(f"{words} {rate}", rate, *[np.asarray(source.train.take(side), np.float64) for side in (left, right)])


def synthetic(name: str, rate: int, samples: int, make: Callable[[int, int, np.random.Generator], Array]) -> Set:
    """Made up: 60 on either side."""
    return Set(name, rate, *[
        np.stack([make(rate, samples, random) for _ in range(60)]) for random in map(np.random.default_rng, (1, 2))
    ])


def note(rate: int, samples: int, random: np.random.Generator) -> Array:
    """A sustained note of 8 overtones with vibrato."""
    time = np.arange(samples) / rate
    pitch = 220 * 2 ** (random.integers(0, 13) / 12)
    phase = pitch * time + 0.3 * np.sin(2 * np.pi * (5 * time + random.random())) * random.random()
    sizes = np.exp(-0.4 * np.arange(8)) * random.random(8)
    wave = sum(size * np.sin(2 * np.pi * ((k + 1) * phase + random.random())) for k, size in enumerate(sizes))
    return 0.2 * wave * np.minimum(1, time / 0.05)


def sea(rate: int, samples: int, random: np.random.Generator) -> Array:
    """Waves: pink noise that swells."""
    spectrum = np.fft.rfft(random.normal(size=samples)) / np.sqrt(1 + np.arange(samples // 2 + 1))
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * (np.arange(samples) / rate * random.uniform(0.2, 1) + random.random()))
    return 2 * np.fft.irfft(spectrum, samples) * swell


def ticks(rate: int, samples: int, random: np.random.Generator) -> Array:
    """A metronome: dry clicks, one every 120 to 250 ms."""
    made = np.zeros(samples + rate)
    for place in np.arange(random.integers(rate // 50), samples, random.integers(round(0.12 * rate), rate // 4)):
        length = rate // 200
        made[place : place + length] += random.uniform(0.3, 0.9) * np.exp(-np.arange(length) / (length / 8)) * random.choice([-1, 1])
    return made[:samples]


def birds(rate: int, samples: int, random: np.random.Generator) -> Array:
    """Chirps from 2 to 7 kHz over a little wind."""
    made = 1e-3 * np.cumsum(random.normal(size=samples)) * 0.02
    for _ in range(random.integers(1, 4)):
        length = random.integers(rate // 20, rate // 6)
        start = random.integers(0, samples - length)
        frequency = np.linspace(*random.uniform(0.12, 0.42, 2), length)
        made[start : start + length] += 0.4 * np.hanning(length) * np.sin(2 * np.pi * np.cumsum(frequency))
    return made


def hall(source: Set) -> Set:
    """A set in a large room: each sound with a tail of noise of 0.4 s that falls by 60 dB."""
    random = np.random.default_rng(3)
    length = round(0.4 * source.rate)
    room = random.normal(size=length) * 10 ** (-3 * np.arange(length) / length) * 0.2
    room[0] = 1

    def placed(sounds: Array) -> Array:
        size = 2 * sounds.shape[1]
        return 0.1 * np.fft.irfft(np.fft.rfft(sounds, size) * np.fft.rfft(room, size), size)[:, : sounds.shape[1]]

    return Set("speech in a hall", source.rate, placed(source.real), placed(source.other))


def sets() -> Iterator[Set]:
    """All that is installed."""
    letters = KLETTRES.parents[1]
    yield folder("drums", 16_000, 8192, DRUMS)
    yield folder("tabla", 16_000, 8192, SONIC_PI, "tabla_*")
    yield folder("electronic drums", 22_050, 8192, SONIC_PI, "elec_*")
    yield folder("loops", 16_000, 8000, SONIC_PI, "loop_*", most=12)
    yield folder("ambient", 16_000, 16_000, SONIC_PI, "ambi_*", most=12)
    yield folder("bass and guitar", 22_050, 11_025, SONIC_PI, "bass_* guit_*", most=8)
    yield folder("glitches and robots", 44_100, 22_050, SONIC_PI, "glitch_* mehackit_*", most=4)
    yield folder("vinyl hiss", 16_000, 4000, SONIC_PI, "vinyl_hiss*", most=40)
    yield folder("cymbals", 32_000, 8000, SONIC_PI, "*cymbal* *splash* *roll* *hi_snare*", most=8)
    yield folder("bells", 16_000, 8000, SONIC_PI, "perc_bell* elec_bell* elec_chime* elec_triangle* guit_harm*", most=8)
    yield folder("breakbeat alone", 24_000, 2400, SONIC_PI, "loop_breakbeat*", most=40)
    for language, rate in zip("de it he fr ru en ar".split(), (22_050, 16_000, 8000, 44_100, 48_000, 16_000, 11_025), strict=True):
        yield folder(f"letters, {language}", rate, rate, letters / language, "**/*")
    yield folder("letters, ml", 16_000, 12_000, letters / "ml", "**/*")
    yield spoken("speech:digits", 8000, 0.512)
    yield spoken("speech:cat,dog", 16_000, 0.6)
    yield hall(spoken("speech:one,two,three", 16_000, 0.8))
    yield synthetic("sustained notes", 16_000, 8000, note)
    yield synthetic("sea", 16_000, 8000, sea)
    yield synthetic("metronome", 16_000, 8000, ticks)
    yield synthetic("birds", 24_000, 12_000, birds)
    yield synthetic("plain short notes", 8000, 2048, note)


if __name__ == "__main__":
    for each in sets():
        print(each.name, each.tuned, each.rate, each.real.shape, each.other.shape, float(np.abs(each.real).max()))
