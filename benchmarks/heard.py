"""Are the artefacts that ears notice found in generated sounds, and only there?

    python benchmarks/heard.py [--sets N] [--only SET]

Claim: in sets of real sounds in which silence, clicks, images, hiss or smeared phases were planted, the checkup finds
them; in real sounds as they are, or changed in ways that are no fault, it finds nothing.

Each set is in two parts that share no file and no voice: one is the real sounds, the other, changed, stands for the
generated ones. Sets are in two halves by the hash of their name, fixed before any bound was chosen: bounds were chosen
on "tuned", and "held out" is what counts. What a person would notice, by the sizes of the literature on masking and on
codecs and by looking at spectrograms, not by a listening test, stands beside each fault: a set whose own sounds mask
it (a hiss in a sea) counts as missed all the same.

Printed: of each fault how often its own cause was found (and suspected), of each harmless change how often anything
was, with Wilson intervals of 95 %; then the time that listening takes against the length of the sounds.
"""

import argparse
import hashlib
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import machine
import numpy as np
import soundfile
import soxr
import torch
from recordings import KLETTRES, SONIC_PI

from ganbaru import sources
from ganbaru.checkup.causes.heard import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.heard import listen
from ganbaru.distances.estimate import proportion
from ganbaru.errors import UserError

sys.path.append(str(Path(__file__).parents[1] / "tests" / "checkup"))
from heard_artefacts import FAULTS, HEALTHY, Planted

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
    return Set(
        name,
        rate,
        *[np.stack([make(rate, samples, random) for _ in range(60)]) for random in map(np.random.default_rng, (1, 2))],
    )


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
        made[place : place + length] += (
            random.uniform(0.3, 0.9) * np.exp(-np.arange(length) / (length / 8)) * random.choice([-1, 1])
        )
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


def sets() -> dict[str, Callable[[], Set]]:
    """All sets by name, each made when it is asked for."""
    letters = KLETTRES.parents[1]
    files: dict[str, tuple[int, int, Path, str, int]] = {
        "drums": (16_000, 8192, DRUMS, "*", 1),
        "tabla": (16_000, 8192, SONIC_PI, "tabla_*", 1),
        "electronic drums": (22_050, 8192, SONIC_PI, "elec_*", 1),
        "loops": (16_000, 8000, SONIC_PI, "loop_*", 12),
        "ambient": (16_000, 16_000, SONIC_PI, "ambi_*", 12),
        "bass and guitar": (22_050, 11_025, SONIC_PI, "bass_* guit_*", 8),
        "glitches and robots": (44_100, 22_050, SONIC_PI, "glitch_* mehackit_*", 4),
        "vinyl hiss": (16_000, 4000, SONIC_PI, "vinyl_hiss*", 40),
        "cymbals": (32_000, 8000, SONIC_PI, "*cymbal* *splash* *roll* *hi_snare*", 8),
        "bells": (16_000, 8000, SONIC_PI, "perc_bell* elec_bell* elec_chime* elec_triangle* guit_harm*", 8),
        "breakbeat alone": (24_000, 2400, SONIC_PI, "loop_breakbeat*", 40),
        "letters, ml": (16_000, 12_000, letters / "ml", "**/*", 1),
    }
    rates = {"de": 22_050, "it": 16_000, "he": 8000, "fr": 44_100, "ru": 48_000, "en": 16_000, "ar": 11_025}
    files |= {f"letters, {name}": (rate, rate, letters / name, "**/*", 1) for name, rate in rates.items()}
    made: dict[str, Callable[[], Set]] = {name: partial(folder, name, *rest) for name, rest in files.items()}
    made["speech:digits 8000"] = partial(spoken, "speech:digits", 8000, 0.512)
    made["speech:cat,dog 16000"] = partial(spoken, "speech:cat,dog", 16_000, 0.6)
    made["speech in a hall"] = lambda: hall(spoken("speech:one,two,three", 16_000, 0.8))
    for name, rate, samples, make in (
        ("sustained notes", 16_000, 8000, note),
        ("sea", 16_000, 8000, sea),
        ("metronome", 16_000, 8000, ticks),
        ("birds", 24_000, 12_000, birds),
        ("plain short notes", 8000, 2048, note),
    ):
        made[name] = partial(synthetic, name, rate, samples, make)
    return made


def verdicts(pair: Set, planted: Planted) -> dict[str, str]:
    """By cause, what is said of the changed sounds."""
    changed = planted.change(pair.other.astype(np.float64), pair.rate, np.random.default_rng(5))
    heard = listen(changed, pair.real, rate=pair.rate)
    evidence = Evidence(facts={"data": "sound"}, probes={"heard": heard})
    return {cause.slug: cause.examine(evidence).verdict for cause in CAUSES}


def share(count: int, of: int) -> str:
    """``5/7 [0.36, 0.92]``."""
    if not of:
        return "–"
    estimate = proportion(count, of)
    return f"{count}/{of} [{estimate.low:.2f}, {estimate.high:.2f}]"


def table(said: dict[tuple[str, str], dict[str, str]], tuned: dict[str, bool]) -> None:
    """Every fault and harmless change, a line each."""
    print("| cause | planted | noticed | found, tuned | suspected | found, held out | suspected |")
    print("|" + " --- |" * 7)
    for planted in (*FAULTS, *HEALTHY):
        cells = []
        for side in (True, False):
            rows = [said[name, planted.name] for name in tuned if tuned[name] is side]
            found, suspected = (
                sum(_says(row, planted.cause, verdict) for row in rows) for verdict in ("found", "suspect")
            )
            cells += [share(found, len(rows)), str(suspected)]
        print(f"| {planted.cause or 'none'} | {planted.name} | {planted.heard} | {' | '.join(cells)} |")


def _says(row: dict[str, str], cause: str, verdict: str) -> bool:
    return row[cause] == verdict if cause else verdict in row.values()


def alarms(said: dict[tuple[str, str], dict[str, str]], tuned: dict[str, bool]) -> None:
    """Of the harmless changes: which causes were found, in which sets."""
    for planted in HEALTHY:
        found = [f"{cause} in {name}" for name in tuned for cause, verdict in said[name, planted.name].items()
                 if verdict == "found"]  # fmt: skip
        if found:
            print(f"found falsely, {planted.name}: {'; '.join(found)}")
    print()
    for side, word in ((True, "tuned"), (False, "held out")):
        names = [name for name in tuned if tuned[name] is side]
        for cause in [each.slug for each in CAUSES]:
            plain = [
                said[name, p.name][cause] for name in names for p in FAULTS if p.cause == cause and p.heard == "plainly"
            ]
            healthy = [said[name, p.name][cause] for name in names for p in HEALTHY]
            recall, false = (share(Counter(each)["found"], len(each)) for each in (plain, healthy))
            print(f"{word}, {cause}: found where plainly noticed {recall}, in what is healthy {false}")


def main() -> None:
    """Measure and print; the ratio comes last."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--sets", type=int, help="so many sets; none: all")
    parser.add_argument("--only", help="this set alone")
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{machine.about()}\n")
    said, tuned, spent, length = {}, {}, 0.0, 0.0
    chosen = {name: make for name, make in sets().items() if options.only in (None, name)}
    for name, make in list(chosen.items())[: options.sets]:
        try:
            pair = make()
        except (IndexError, ValueError, UserError) as error:
            print(f"{name}: left out ({error})")
            continue
        tuned[name] = pair.tuned
        for planted in (*FAULTS, *HEALTHY):
            said[name, planted.name] = verdicts(pair, planted)
        started = time.process_time()
        listen(pair.other, pair.real, rate=pair.rate)
        spent += time.process_time() - started
        length += (pair.other.size + pair.real.size) / pair.rate
    table(said, tuned)
    print()
    alarms(said, tuned)
    print(f"\nlistening: {length / spent:.0f}x as fast as the sounds last, on one core (CPU time)")


if __name__ == "__main__":
    main()
