"""The rows of a store before it is written: what each one is, where its samples come from, and in which order."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from ganbaru.sources.source import FULL_SCALE

Array = np.ndarray[Any, Any]
_BLOCK = 256  # rows made at a time


class Samples(Protocol):
    """Where the samples of a row come from."""

    def row(self, number: int, samples: int) -> Array:
        """Row ``number`` as ``(samples,)`` int16."""


@dataclass
class Rows:
    """Rows in the order of their names, with all that is known of each.

    Attributes:
        samples: T, the length of a row.
        source: where the samples come from.
        columns: for each row its ``name``, its ``file`` (rows of one file are never parted), its ``sound`` (a hash:
            files of the same sound are never parted) and whatever else is known.
        contents: for each file a hash of what it holds.
        label_order: what the labels in the column ``label`` are called, in order; None if sub-folders are labels.
    """

    samples: int
    source: Samples
    columns: dict[str, list[Any]]
    contents: dict[str, str]
    skipped: list[tuple[str, str]] = field(default_factory=list)
    label_order: list[str] | None = None

    def __len__(self) -> int:
        return len(self.columns["file"])

    def blocks(self, order: list[int]) -> Iterator[Array]:
        """The rows in this order, ``(n, T)`` int16 at a time."""
        for start in range(0, len(order), _BLOCK):
            yield np.stack([self.source.row(number, self.samples) for number in order[start : start + _BLOCK]])


@dataclass(frozen=True)
class Spooled:
    """Rows cut from what the workers decoded: row ``i`` is ``length[i]`` at ``offset[i]``, times ``gain[i]``."""

    spool: list[str]
    offset: list[int]
    length: list[int]
    gain: list[float]
    fade_in: list[bool]
    fade_out: list[bool]
    fade: int

    def add(self, spool: str, done: dict[str, Any], samples: int, peak: float, start: int = 0) -> None:
        """One more row: what a worker has ``done``, from sample ``start`` of it on, its peak made ``peak``."""
        self.spool.append(spool)
        self.offset.append(done["offset"] + start)
        self.length.append(min(samples, done["length"] - start))
        self.gain.append(peak / done["peak"])
        self.fade_in.append(start > 0)
        self.fade_out.append(done["length"] - start > samples)

    def row(self, number: int, samples: int) -> Array:
        """Row ``number``, faded where it was cut, padded with silence, rounded to int16."""
        sound = read_spool(self.spool[number], self.offset[number], self.length[number]) * np.float32(self.gain[number])
        ramp = np.linspace(0, 1, min(self.fade, len(sound)), dtype=np.float32)
        if self.fade_in[number]:
            sound[: len(ramp)] *= ramp
        if self.fade_out[number]:
            sound[len(sound) - len(ramp) :] *= ramp[::-1]
        row = np.zeros(samples, np.int16)
        row[: len(sound)] = quantise(sound)
        return row


@dataclass(frozen=True)
class Copied:
    """Rows of another store of the same sounds."""

    sounds: Array

    def row(self, number: int, samples: int) -> Array:
        """Row ``number`` as it is."""
        return np.asarray(self.sounds[number])


def read_spool(spool: str | Path, offset: int, length: int) -> Array:
    """``length`` float32 samples that a worker wrote at ``offset``."""
    return np.fromfile(spool, dtype=np.float32, count=length, offset=4 * offset)


def quantise(sound: Array) -> Array:
    """Amplitudes -> int16 by rounding to the nearest (libsndfile would round down), 1 becoming 32,767."""
    return np.clip(np.rint(sound * FULL_SCALE), -FULL_SCALE, FULL_SCALE).astype(np.int16)


def digest(*parts: Any) -> str:
    """SHA-256 in hexadecimal of anything that JSON can say."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
