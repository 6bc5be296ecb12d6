"""What `ganbaru distance` compares: an argument as points, whether it is an array, sounds, a run or a world."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ganbaru import sources, training
from ganbaru.cli import speech, tables, way
from ganbaru.distances.samples import dimensions
from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.quality.embedded import Embedding
from ganbaru.runs import Run
from ganbaru.runs.run import DOCUMENT
from ganbaru.sources import Source
from ganbaru.sources.naming import printable
from ganbaru.training.trained import Trained

Array = np.ndarray[Any, Any]
Kind = Literal["array", "sounds", "run", "world"]
_MOST_MADE = 1000
"""Sounds or points that a run or a world is asked for where nobody says how many."""
_BATCH = 256
_TAKEN = (
    f"give a file of numbers ({', '.join((*tables.ARRAYS, *tables.TABLES))}), a folder of sounds, a run's folder, "
    "or a world such as toy:ring or speech:digits"
)


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    Attributes:
        name: what was typed, safe to print.
        kind: what it was found to be.
        points: ``(n, d)`` float64.
        of_sounds: whether a point is a sound's embedding, whose unit is dB.
        run: the run that made the points, where one did.
    """

    name: str
    kind: Kind
    points: Array
    of_sounds: bool = False
    run: Run | None = None

    @property
    def size(self) -> int:
        """How many points there are."""
        return len(self.points)

    @property
    def dimensions(self) -> int:
        """How many numbers a point has."""
        return int(self.points.shape[1])

    def to_json(self) -> dict[str, Any]:
        """What was read."""
        return {"path": self.name, "kind": self.kind, "points": self.size, "dimensions": self.dimensions}

    def __str__(self) -> str:
        what = {"array": "an array", "sounds": "a folder of sounds", "run": "a run", "world": "a world"}[self.kind]
        embedded = ", each a sound's log-mel statistics" if self.of_sounds else ""
        return f"{self.name} is {what}: {self.size:,} points in {dimensions(self.dimensions)}{embedded}"


def read_sides(a: str, b: str, *, count: int | None, seed: int, quiet: bool) -> tuple[Side, Side]:
    """Both arguments as points of one space.

    Sounds of both sides are brought to one rate and length: those of the run where one is a run, else those that
    suit the first. What is generated is as much as the other side has, 1,000 at most; the two sides are drawn
    independently, also where they are one and the same run or world.

    Args:
        a: a file of numbers, a folder of sounds, a run's folder, or a world.
        b: likewise.
        count: how many to take from a run or a world; None: see above.
        seed: of what is drawn.
        quiet: whether to say nothing.

    Raises:
        UserError: one cannot be read, or they cannot be compared.
    """
    if count is not None and not {_kind(a), _kind(b)} & {"run", "world"}:
        raise UserError("--count is for runs and worlds, and neither side is one", hint="leave it out")
    opened = _opened(a, b, quiet)
    fixed = [len(each) for each in opened if isinstance(each, np.ndarray)]
    fixed += [_count(each) for name, each in zip((a, b), opened, strict=True) if _kind(name) == "sounds"]
    wanted = count or min([_MOST_MADE, *fixed])
    with speech.bars(quiet=quiet) as progress:
        ours, theirs = (
            _side(name, each, wanted, 2 * seed + index, progress)
            for index, (name, each) in enumerate(zip((a, b), opened, strict=True))
        )
    for side in (ours, theirs):
        speech.say(str(side), quiet=quiet)
    _check_spaces(ours, theirs)
    return ours, theirs


def _kind(name: str) -> Kind:
    """What an argument is, by its name and what lies there.

    Raises:
        UserError: there is no such thing, or nothing known.
    """
    if name.startswith(("toy:", "speech:")):
        return "world"
    if os.path.isdir(name):
        return "run" if (Path(name) / DOCUMENT).exists() else "sounds"
    path, _ = tables.array_file(name)
    if not path.exists():
        raise UserError(f"there is nothing at {printable(name)}", hint=_TAKEN)
    if path.suffix.lower() not in (*tables.ARRAYS, *tables.TABLES):
        raise UserError(f"{printable(name)} is no file of numbers that is known here", hint=_TAKEN)
    return "array"


def _opened(a: str, b: str, quiet: bool) -> list[Array | Source | Trained]:
    """Arrays as they are; sources and trained generators to take from, all those of sounds alike."""
    kinds = {name: _kind(name) for name in (a, b)}
    runs = {name: training.load(name) for name, kind in kinds.items() if kind == "run"}
    rate, seconds = _form(list(runs.values()))
    found: list[Array | Source | Trained] = []
    for name in (a, b):
        if kinds[name] == "array":
            found.append(_read(name, quiet))
        elif kinds[name] == "run":
            found.append(runs[name])
        else:
            form = (None, None) if name.startswith("toy:") else (rate, seconds)
            source = way.open_source(name, labels="none", rate=form[0], seconds=form[1], settings={}, quiet=quiet)
            if source.rate:
                rate, seconds = source.rate, source.shape[0] / source.rate
            found.append(source)
    return found


def _form(runs: list[Trained]) -> tuple[int | None, float | None]:
    """The rate (Hz) and length (s) that the runs' sounds have.

    Raises:
        UserError: two runs differ in it.
    """
    forms = sorted({(run.rate, run.samples / run.rate) for run in runs if run.rate})
    if len(forms) > 1:
        said = " and ".join(f"{seconds:.3f} s at {rate:,} Hz" for rate, seconds in forms)
        raise UserError(f"the runs make sounds of {said}", hint="compare runs of one rate and length")
    return forms[0] if forms else (None, None)


def _read(name: str, quiet: bool) -> Array:
    points, shape = tables.read_points(name)
    if len(shape) > 2:
        said = f"{printable(name)}: {shape} is taken as {len(points):,} points in {dimensions(points.shape[1])}"
        speech.say(said, quiet=quiet)
    return points


def _count(source: Any) -> int:
    return len(source.train) + len(source.held_out)


def _side(name: str, opened: Array | Source | Trained, wanted: int, seed: int, progress: Progress) -> Side:
    kind, shown = _kind(name), printable(name)
    if isinstance(opened, np.ndarray):
        return Side(shown, kind, opened)
    if isinstance(opened, Trained):
        made = opened.sample(wanted, seed=seed)
        run = Run.open(name)
    else:
        made = _taken(opened, None if kind == "sounds" else wanted, seed)
        run = None
    points = _embedded(made, opened.rate, shown, progress) if opened.rate else made.astype(np.float64)
    return Side(shown, kind, points, of_sounds=bool(opened.rate), run=run)


def _taken(source: Source, wanted: int | None, seed: int) -> Array:
    """Fresh points of a toy world; else sounds of it, held out ones among them: so many at random, or all."""
    if isinstance(source, sources.PointSource):
        return source.sample(wanted or _MOST_MADE, seed)
    whole = _count(source)
    chosen = np.arange(whole)
    if wanted is not None and wanted < whole:
        chosen = np.sort(np.random.default_rng([seed, 0x50]).choice(whole, wanted, replace=False))
    learnt = len(source.train)
    parts = source.train.take(chosen[chosen < learnt]), source.held_out.take(chosen[chosen >= learnt] - learnt)
    return np.concatenate(parts)


def _embedded(sounds: Array, rate: int, name: str, progress: Progress) -> Array:
    """Sounds ``(n, T)`` as points ``(n, 85)``."""
    embed, parts = Embedding(rate=rate), []
    for start in range(0, len(sounds), _BATCH):
        progress(f"embedding {name}", start, len(sounds))
        parts.append(embed(sounds[start : start + _BATCH]))
    progress(f"embedding {name}", len(sounds), len(sounds))
    return np.concatenate(parts)


def _check_spaces(a: Side, b: Side) -> None:
    if a.dimensions == b.dimensions:
        return
    sounds = next((side for side in (a, b) if side.of_sounds), None)
    hint = "give both the same number of columns"
    if sounds is not None:
        hint = f"a sound is {sounds.dimensions} numbers here: compare sounds with sounds, or with a run of sounds"
    said = f"{a.name} has points of {dimensions(a.dimensions)}, {b.name} of {b.dimensions:,}"
    raise UserError(said, hint=hint)
