"""Does the checkup find what is wrong with recordings, and leave clean ones alone? Claim: 95 % found, 1 % false.

    python benchmarks/data_quality.py [--sounds N] [--spoilt N] [--seed N] [--only CAUSE]

Real sounds are spoilt at known places, each cause at the severities that `SPOILERS` names, those a person hears or that
hurt training: a folder of clean sounds in which some are replaced. Recall: of the spoilt files, the share that the
cause's finding names; with Wilson intervals. For near-duplicates the copies are added; for split leaks those pairs
count that fall on both sides of the split; upsampled are sounds that have treble to miss.

Outliers are sounds of other worlds, hums, whistles and noises, one at a time among the clean sounds of a world. Which
of them are foreign there is not for the checkup to say: a sound is foreign to all if its nearest sound in the folder,
in `ganbaru.signal.embedding`, which the checkup does not use, lies farther away than 99 in 100 of the folder's own
sounds have theirs. The rest lie within the variety of the folder; how many of them are named is told beside.

False alarms: of the clean files of the same worlds, the share that a "found" names, cause by cause; and sets that look
odd and are sound: quiet, padded with silence, 8 bits, square waves, takes of a metronome, old recordings. What is truly
wrong in these public sets was looked at file by file and is listed in `KNOWN`: it counts as neither.

Bounds were set on Sonic Pi and the letters read in `sound_worlds.CHOSEN_ON`; the worlds marked * had no part in that.
Two were set anew: that of outliers on letters of ten languages that are in no world here, other words and other hums,
whistles and noises; that of upsampling on other words, and on false alarms among all letters and words, these too.

Speed: seconds of sound heard in a second of the clock by two workers, files of 44.1 kHz as WAV, FLAC and OGG, starting
the workers and comparing all sounds included; last, as a ratio to the 100 that are promised.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import machine
import numpy as np
import soundfile
import soxr
import torch
from odd_folders import ODD, RATE
from sound_worlds import World, worlds

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "checkup"))

from folder_spoilers import SPOILERS, at_rate, nearly, scaled, write

from ganbaru.checkup.causes.data import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding
from ganbaru.checkup.folder import columns, gather, heard
from ganbaru.distances.estimate import proportion
from ganbaru.signal.embedding import embedding
from ganbaru.sources.scan import Listing, scan

Array = np.ndarray[Any, Any]
SOURCE_RATE = 16_000

KNOWN: dict[str, tuple[str, ...]] = {
    "clipped": ("drum_heavy_kick", "loop_amen_full"),  # hundreds of samples at exactly full scale, four in a row
    "upsampled": ("misc_crow",),  # nothing at all above 5.0 kHz
}
"""What is wrong with the public recordings themselves, by cause: parts of names."""

STRANGERS = 20
"""Foreign sounds of each kind."""


class Heard:
    """All files of a folder, heard once; any choice of them is judged as a folder of its own.

    Attributes:
        listing: what was found there.
    """

    def __init__(self, folder: Path, spools: Path) -> None:
        self.listing = scan(folder)
        spools.mkdir()
        answers = heard(self.listing, SOURCE_RATE, spools)
        self._files = {found.path: (found, answer) for found, answer in zip(self.listing.files, answers, strict=True)}

    def evidence(self, paths: Iterable[str], *, paired: bool = True) -> Evidence:
        """The evidence of these files alone; not paired: without comparing each with the others."""
        chosen = [self._files[path] for path in sorted(paths, key=os.fsencode)]
        if not paired:
            chosen = [(found, _unpaired(answer)) for found, answer in chosen]
        listing = Listing(self.listing.folder, tuple(found for found, _ in chosen), ())
        probe = columns(listing, [answer for _, answer in chosen], rate=SOURCE_RATE, seconds=None, seed=0)
        return Evidence("", {"kind": "folder"}, probes={"files": probe})


def _unpaired(answer: dict[str, Any]) -> dict[str, Any]:
    return {**answer, "done": {**answer["done"], "prints": 0}} if "done" in answer else answer


def examined(evidence: Evidence) -> dict[str, Finding]:
    """The findings by cause."""
    return {cause.slug: cause.examine(evidence) for cause in CAUSES}


def named(finding: Finding) -> set[str]:
    """The files that a "found" names."""
    return set(finding.files) if finding.verdict == "found" else set()


def shown(hits: int, trials: int) -> str:
    """``97.5 % [91.4, 99.3] (78/80)``."""
    share = proportion(hits, max(1, trials))
    return f"{100 * share.value:5.1f} % [{100 * share.low:.1f}, {100 * share.high:.1f}] ({hits}/{trials})"


def prepared(world: World, others: Sequence[World], place: Path, spoilt: int, seed: int, wanted: Sequence[str]) -> None:
    """A world's clean sounds in ``clean/``, and every way to spoil some of them in folders of their own."""
    rng = np.random.default_rng(seed)
    (place / "clean").mkdir(parents=True)
    for number, file in enumerate(world.files):
        shutil.copy(file, place / "clean" / f"{number:03d}-{file.parent.name}-{file.name}")
    for cause in wanted:
        for way, spoil in SPOILERS.get(cause, {}).items():
            for number in _chosen(world, spoilt, cause, seed):
                sound, rate = world.read(number)
                if way == f"{rate / 1000:g} kHz":
                    continue  # it is of that rate already
                if cause == "level-spread":
                    sound = scaled(sound, world.peak())
                spoil(place / cause / way.replace("/", "") / f"{number:03d}", sound, rate, rng)
    if "outliers" in wanted:
        _strangers(others, place, rng, seed)


def _strangers(others: Sequence[World], place: Path, rng: np.random.Generator, seed: int) -> None:
    for kind, make in STRANGE.items():
        for number in range(STRANGERS):
            write(place / f"outliers-{kind}-{number}", make(rng), RATE)
    for other in others:
        for number in range(STRANGERS):
            source = other.files[(7 * number + seed) % len(other.files)]
            shutil.copy(source, place / f"outliers-{other.name.strip('*')}-{number}{source.suffix}")


def _noise(rng: np.random.Generator) -> Array:
    return 0.2 * rng.standard_normal((round(RATE * rng.uniform(0.5, 2)), 1))


def _whistle(rng: np.random.Generator) -> Array:
    clock = np.arange(round(RATE * rng.uniform(2, 4))) / RATE
    return 0.5 * np.sin(2 * np.pi * rng.uniform(1500, 3500) * clock)[:, None]


def _hum(rng: np.random.Generator) -> Array:
    clock = np.arange(round(RATE * rng.uniform(2, 4))) / RATE
    return 0.5 * np.sin(2 * np.pi * 50 * clock)[:, None] + 0.001 * rng.standard_normal((len(clock), 1))


STRANGE = {"noise": _noise, "whistle": _whistle, "hum": _hum}
"""What belongs in no set of sounds."""


def _chosen(world: World, spoilt: int, cause: str, seed: int) -> list[int]:
    """Which sounds are spoilt: those in which the fault can be heard at all."""
    numbers = []
    step = max(1, len(world.files) // (3 * spoilt))
    for number in range((1 + seed) % step, len(world.files), step):
        sound, rate = world.read(number)
        if cause == "upsampled" and not _bright(sound, rate):
            continue
        if cause == "noisy" and not _pausing(sound):
            continue
        numbers.append(number)
    return numbers[:spoilt]


def _bright(sound: Array, rate: int) -> bool:
    """Whether the band at 10 kHz lies within 45 dB of the strongest: else there is little treble to miss.

    Over windows: the ends of a sound that is cut out of a longer one would look like treble.
    """
    padded = np.pad(sound.mean(axis=1), (0, max(0, 2048 - len(sound))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2048)[::1024] * np.hanning(2048)
    bands = np.square(np.abs(np.fft.rfft(frames, axis=1)[:, :-1])).mean(axis=0).reshape(128, -1).sum(axis=1)
    treble = bands[round(128 * 9500 / (rate / 2)) : round(128 * 10_800 / (rate / 2))]
    return bool(treble.mean() > 10**-4.5 * bands.max())


def _pausing(sound: Array) -> bool:
    """Whether it is a sound and not itself a noise."""
    return len(sound) > 4000


class Table:
    """What is printed, world by world, and its sums by cause.

    Attributes:
        recall: of each cause, hits and trials; false: of each cause, files named falsely and clean files.
    """

    def __init__(self, wanted: Sequence[str]) -> None:
        self.wanted = wanted
        self.recall: dict[str, list[int]] = {}
        self.false: dict[str, list[int]] = {}

    def add(self, cause: str, way: str, hits: int, trials: int) -> None:
        """A line of recall."""
        if trials:
            print(f"  {cause:16s} {way:30s} {shown(hits, trials)}", flush=True)
            _count(self.recall, cause, hits, trials)

    def world(self, world: World, place: Path, spools: Path) -> None:
        """Recall and false alarms in one world."""
        ears = Heard(place, spools)
        every = [found.path for found in ears.listing.files]
        clean = [path for path in every if path.startswith("clean/")]
        print(f"\n{world.name}: {len(clean)} clean sounds", flush=True)
        for cause in self.wanted:
            for way in SPOILERS.get(cause, {}):
                spoilt = [path for path in every if path.startswith(f"{cause}/{way.replace('/', '')}/")]
                if spoilt:
                    self._spoilt(ears, cause, way, clean, spoilt)
        if "outliers" in self.wanted:
            self._foreign(ears, place, clean, [path for path in every if path.startswith("outliers-")])
        self._false(ears, clean)

    def _spoilt(self, ears: Heard, cause: str, way: str, clean: list[str], spoilt: list[str]) -> None:
        numbers = {Path(path).stem[:3] for path in spoilt}
        added = cause in ("duplicates", "near-duplicates")
        kept = clean if added else [path for path in clean if path.split("/")[1][:3] not in numbers]
        evidence = ears.evidence([*kept, *spoilt], paired=added)
        findings = examined(evidence)
        self.add(cause, way, len(named(findings[cause]) & set(spoilt)), len(spoilt))
        if cause == "near-duplicates":
            leaking = _leaks(evidence, [*kept, *spoilt], spoilt)
            hits = sum(set(pair) <= named(findings["split-leak"]) for pair in leaking)
            self.add("split-leak", way, hits, len(leaking))

    def _foreign(self, ears: Heard, place: Path, clean: list[str], strange: list[str]) -> None:
        """Each strange sound alone among the clean ones: recall of those foreign to all, and of the rest."""
        points = np.stack([_point(place / path) for path in clean])
        between = np.linalg.norm(points[:, None] - points, axis=2)
        np.fill_diagonal(between, np.inf)
        usual = float(np.quantile(between.min(axis=1), 0.99))
        for kind in sorted({path.split("-")[1] for path in strange}):
            hits: dict[bool, list[bool]] = {True: [], False: []}
            for path in (path for path in strange if path.startswith(f"outliers-{kind}-")):
                foreign = bool(np.linalg.norm(points - _point(place / path), axis=1).min() > usual)
                finding = examined(ears.evidence([*clean, path], paired=False))["outliers"]
                hits[foreign].append(path in named(finding))
            self.add("outliers", f"one of {kind}, foreign to all", sum(hits[True]), len(hits[True]))
            self.add("(outliers)", f"one of {kind}, within variety", sum(hits[False]), len(hits[False]))

    def _false(self, ears: Heard, clean: list[str]) -> None:
        for cause, finding in examined(ears.evidence(clean)).items():
            known = {path for path in clean if any(part in path for part in KNOWN.get(cause, ()))}
            wrong = sorted(named(finding) - known)
            _count(self.false, cause, len(wrong), len(clean) - len(known))
            if wrong:
                print(f"  false: {cause}: {', '.join(wrong[:6])}", flush=True)


def _count(sums: dict[str, list[int]], cause: str, hits: int, trials: int) -> None:
    before = sums.get(cause, [0, 0])
    sums[cause] = [before[0] + hits, before[1] + trials]


def _point(file: Path) -> Array:
    """Where a sound lies by a measure that has no part in the checkup, ``(85,)`` dB."""
    sound, rate = soundfile.read(file, always_2d=True)
    low = soxr.resample(scaled(sound.mean(axis=1)), rate, SOURCE_RATE).astype(np.float32)
    low = np.pad(low, (0, max(0, 1024 - len(low))))
    return np.asarray(embedding(torch.from_numpy(low)[None], rate=SOURCE_RATE)[0])


def _leaks(evidence: Evidence, files: list[str], spoilt: list[str]) -> list[tuple[str, str]]:
    """The pairs of a spoilt sound and its original that lie on both sides of the split."""
    probe = evidence.probes["files"]
    side = dict(zip(probe["name"], probe["side"], strict=True))
    original = {path.split("/")[1][:3]: path for path in files if path.startswith("clean/")}
    pairs = [(path, original[Path(path).stem[:3]]) for path in spoilt]
    return [pair for pair in pairs if {side[pair[0]], side[pair[1]]} == {"train", "held-out"}]


def main(sounds: int = 160, spoilt: int = 20, seed: int = 0, only: str = "") -> None:
    """Prints recall, false alarms, odd but healthy sets, and the speed last; with ``only``, recall of one cause."""
    print(machine.about())
    table = Table([only] if only else [*SPOILERS, "outliers"])
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        every = worlds(place / "made", sounds)
        for number, world in enumerate(every):
            kinds = {other.name.strip("*"): other for other in reversed(every)}
            others = [other for kind, other in sorted(kinds.items()) if kind != world.name.strip("*")]
            prepared(world, others, place / str(number), spoilt, seed, table.wanted)
            table.world(world, place / str(number), place / f"spools-{number}")
        for name, sums in (("recall", table.recall), ("false alarms", table.false)):
            print(f"\n{name}, all worlds")
            for cause, (hits, of) in sums.items():
                print(f"  {cause:16s} {shown(hits, of)}")
        odd_sets(every, place / "odd")
        if not only:
            speed(every, place / "speed")


def odd_sets(every: Sequence[World], place: Path) -> None:
    """Sets that look odd and are healthy: what is "found" in them, which should be nothing."""
    rng = np.random.default_rng(1)
    for name, fill in ODD.items():
        folder = place / name.replace(" ", "-")
        fill(every, folder, rng)
        evidence = gather(folder)
        findings = examined(evidence)
        wrong = {cause: len(named(finding)) for cause, finding in findings.items() if finding.verdict == "found"}
        doubted = [cause for cause, finding in findings.items() if finding.verdict == "suspect"]
        said = f"found {wrong or 'nothing'}; suspected {', '.join(doubted) or 'nothing'}"
        print(f"healthy but odd: {name}, {len(evidence.probes['files']['name'])} files: {said}", flush=True)


def speed(every: Sequence[World], place: Path) -> None:
    """Prints how many seconds of sound are heard in one of the clock, by format, and the worst over 100."""
    rng = np.random.default_rng(2)
    ratios = []
    for ending in ("wav", "flac", "ogg"):
        folder = place / ending
        for number in range(120):
            parts = [every[number % 2].read(number + offset) for offset in range(6)]
            sound = np.concatenate([at_rate(part[:, :1], rate, RATE) for part, rate in parts])
            nearly(ending=ending)(folder / f"{number}", 0.9 * sound[: 12 * RATE], RATE, rng)
        start, clock = os.times(), time.perf_counter()
        files = gather(folder).probes["files"]
        took = time.perf_counter() - clock
        now = os.times()
        cpu = sum(now[:4]) - sum(start[:4])
        seconds = sum(files["seconds"])
        print(
            f"{ending}: {seconds:.0f} s of sound, {seconds / took:.0f} times real time on the clock, "
            f"{seconds / cpu:.0f} times by the processor time of one core",
            flush=True,
        )
        ratios.append(seconds / took)
    print(f"{min(ratios):.0f} times real time / 100 = {min(ratios) / 100:.2f}x")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--sounds", type=int, default=160)
    parser.add_argument("--spoilt", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", choices=[*SPOILERS, "outliers"], default="")
    main(**vars(parser.parse_args()))
