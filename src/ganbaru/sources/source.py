"""What every source of data looks like, wherever the data came from."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

Array = np.ndarray[Any, Any]
Kind = Literal["sound", "points"]
FULL_SCALE = 32767
"""The stored integer that stands for an amplitude of 1."""


@dataclass(frozen=True, repr=False)
class Split:
    """One side of a source: what is trained on, or what is held out.

    Attributes:
        data: sounds ``(N, T)`` int16, memory-mapped, of amplitude ``data / 32767``; or points ``(N, 2)`` float32.
        labels: ``(N,)`` int64, or None where the source has none.
        names: ``(N,)`` where each came from, safe to print.
        attributes: more that is known of each, by name, ``(N,)`` each: for a folder ``file``, ``content`` (SHA-256 of
            the file), ``start`` (s), ``original_rate`` (Hz), ``channels``; for speech ``word``,
            ``voice``, ``pitch``, ``speed``.
    """

    data: Array
    labels: Array | None
    names: tuple[str, ...]
    attributes: Mapping[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.data)

    def take(self, indices: Sequence[int] | Array) -> Array:
        """A float32 copy of some of it: sounds ``(B, T)`` in [-1, 1], or points ``(B, 2)``."""
        taken = self.data[np.asarray(indices, dtype=np.int64)]
        if taken.dtype == np.int16:
            return np.divide(taken, np.float32(FULL_SCALE), dtype=np.float32)
        return np.asarray(taken, dtype=np.float32)

    def __repr__(self) -> str:
        labelled = "" if self.labels is None else ", labelled"
        return f"<Split of {len(self):,}, each {self.data.shape[1:]} {self.data.dtype}{labelled}>"


@runtime_checkable
class Source(Protocol):
    """Data to learn from, already split by file into what is trained on and what is held out."""

    @property
    def name(self) -> str:
        """What it was opened as."""

    @property
    def kind(self) -> Kind:
        """``"sound"`` or ``"points"``."""

    @property
    def rate(self) -> int:
        """Samples a second (Hz); 0 for points."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one: ``(T,)`` samples, or ``(2,)``."""

    @property
    def label_names(self) -> tuple[str, ...]:
        """What label 0, 1, ... is called; empty when unlabelled."""

    @property
    def train(self) -> Split:
        """What is trained on."""

    @property
    def held_out(self) -> Split:
        """What no training ever sees: other files, with the same shares of labels."""

    @property
    def fingerprint(self) -> str:
        """Hexadecimal; changes when the data or the recipe of preparing it changes."""

    @property
    def recipe(self) -> dict[str, Any]:
        """How to open it again, with the rules by which it was prepared; fit for TOML and JSON."""

    @property
    def skipped(self) -> tuple[tuple[str, str], ...]:
        """The files that were left out, each with the reason, safe to print."""


@dataclass(frozen=True, repr=False)
class SoundSource:
    """Sounds of one rate and one length, prepared and split. Follows ``Source``."""

    name: str
    rate: int
    train: Split
    held_out: Split
    fingerprint: str
    recipe: dict[str, Any]
    label_names: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    kind: Kind = "sound"

    @property
    def shape(self) -> tuple[int, ...]:
        """``(T,)``: how many samples one sound has."""
        return (int(self.train.data.shape[1]),)

    @property
    def seconds(self) -> float:
        """How long one sound is (s)."""
        return self.shape[0] / self.rate

    def __repr__(self) -> str:
        return describe(self)

    def _repr_html_(self) -> str:
        return describe_html(self)


def describe(source: Source) -> str:
    """One line for people: what it is and how much of it there is."""
    sounds = source.kind == "sound"
    parts = [f"{len(source.train):,} + {len(source.held_out):,} held out"]
    if sounds:
        parts.append(f"{source.shape[0] / source.rate:.3f} s at {source.rate:,} Hz")
    if source.label_names:
        parts.append(f"{len(source.label_names)} labels")
    if source.skipped:
        parts.append(f"{len(source.skipped)} skipped")
    return f"<{'Sounds' if sounds else 'Points'} {source.name!r}: {', '.join(parts)}>"


def describe_html(source: Source) -> str:
    """The same as ``describe`` for a notebook, with the first few files that were skipped."""
    more = "".join(f"<li>{html.escape(name)}: {html.escape(why)}</li>" for name, why in source.skipped[:10])
    return f"<p><code>{html.escape(describe(source))}</code></p>" + (f"<ul>{more}</ul>" if more else "")
