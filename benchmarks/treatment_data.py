"""Trainings on folders of the zoo that are spoiled, for ``treatment.py --kind data``: what is trained and held out.

The zoo only examines its folders; here a small generator learns from them. Its folders of sixty sounds leave too few
to hold anything against, so that a folder here has more sounds of the same kinds, spoiled in the same share and amount:
240 spoken words or 64 drums as spectrograms of a quarter of a second at 8 kHz. Which way a run is better is asked of
clean sounds beside the folder, which no training sees: 160 words, or 26 drums. The zoo's third set, of synthetic drums,
has too few for both. What leaving out files can mend are faults of at most half of them, and of these are all taken;
sets that are wholly noisy, wholly too soft or the like have no list that would mend them.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from zoo.makers import spoiling
from zoo.specimen import Specimen

from ganbaru import sources
from ganbaru.checkup.treating.comparing import loaded
from ganbaru.checkup.treating.planning import config_of
from ganbaru.distances import Estimate
from ganbaru.runs import Run
from ganbaru.sources import Source, Split
from ganbaru.training.measure import Measurer
from ganbaru.training.session import Parts
from zoo import bases, configurations, folders

RATE, SECONDS = 8_000, 0.256
MOST = 0.5
"""Share of the files up to which leaving them out mends a set."""
_SETS = {"cat-dog": ("cat,dog", 240, 160), "vowels": ("a,o", 240, 160), "drums": ("", 64, 26)}
"""Words ("" for real drums), sounds in the folder, and sounds beside it, by the name of the zoo's set."""
_BASE = bases.BASES["mel"]


def faults() -> Iterator[Specimen]:
    """The zoo's faults of data of which a list is a remedy."""
    for each in folders.faults():
        if each.program == "folder" and each.recipe["base"] in _SETS and each.recipe["share"] <= MOST:
            yield each


def config(seed: int = 1) -> dict[str, Any]:
    """The settings: those of the zoo's training on log-mel spectrograms of spoken words."""
    return configurations.settings(_BASE, {}, seed)


def source(specimen: Specimen, place: Path, *, clean: bool = False) -> Source:
    """The folder, spoiled as the specimen says or as it was, as something to learn from.

    Args:
        specimen: of data.
        place: where the folder lies or will lie.
        clean: without the fault.
    """
    made = place / "done"
    if not made.exists():
        shutil.rmtree(place, ignore_errors=True)
        (place / "sounds").mkdir(parents=True)
        _write(specimen, place / "sounds", clean=clean)
        made.touch()
    return sources.open(place / "sounds", rate=RATE, seconds=SECONDS, labels="none")


def judged_by(specimen: Specimen, place: Path, twin: Source) -> Source:
    """The clean folder with clean sounds beside it for what is held out.

    Args:
        specimen: of data.
        place: where those lie or will lie.
        twin: the clean folder.
    """
    if not (place / "done").exists():
        shutil.rmtree(place, ignore_errors=True)
        (place / "sounds").mkdir(parents=True)
        for name, (sound, rate) in _sounds(specimen.recipe["base"])[1].items():
            spoiling._write(place / "sounds" / f"{name}.wav", sound, rate, "PCM_16")
        (place / "done").touch()
    beside = sources.open(place / "sounds", rate=RATE, seconds=SECONDS, labels="none")
    parts = [part.data for part in (beside.train, beside.held_out)]
    names = tuple(beside.train.names) + tuple(beside.held_out.names)
    return replace(twin, held_out=Split(np.concatenate(parts), None, names))


def distance(run: Run, held_against: Source) -> Estimate:
    """A run's distance from sounds that it was not trained with, as ``quality.json`` has it."""
    return Measurer(held_against, loaded(run, Parts()), config_of(run)).figures(final=True)["distance"]


@lru_cache(maxsize=1)
def _sounds(base: str) -> tuple[spoiling.Sounds, spoiling.Sounds]:
    """Those of a set's folder, and others."""
    words, count, beside = _SETS[base]
    every = spoiling.speech(words, count + beside) if words else spoiling.drums(most=count + beside)
    names = np.random.default_rng(23).permutation(sorted(every))
    parts = [{str(name): every[str(name)] for name in part} for part in (names[:count], names[count:])]
    return parts[0], parts[1]


def _write(specimen: Specimen, path: Path, *, clean: bool) -> None:
    """The folder's files, spoiled as `spoiling.folder` does."""
    rng, recipe = np.random.default_rng(11), specimen.recipe
    sounds, spoiled = _sounds(recipe["base"])[0], None if clean else recipe["spoiled"]
    chosen = set(rng.permutation(sorted(sounds))[: max(1, round(recipe["share"] * len(sounds)))]) if spoiled else set()
    for name in sorted(sounds):
        sound, rate = sounds[name]
        if name in chosen and spoiled in spoiling.CHANGES:
            sound, rate = spoiling.CHANGES[spoiled](sound, rate, recipe["amount"], rng)
        spoiling._write(path / f"{name}.wav", sound, rate, "PCM_16")
    if spoiled is not None and spoiled not in spoiling.CHANGES:
        spoiling._spoil_files(path, spoiled, sorted(chosen), recipe["amount"], sounds)
