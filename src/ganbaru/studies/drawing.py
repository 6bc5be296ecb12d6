"""Any data as something a study can draw from: arrays, pairs of them, lists, or a source of sounds."""

import hashlib
import os
import pickle
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ganbaru.errors import UserError
from ganbaru.studies import subsets

if TYPE_CHECKING:
    from ganbaru.sources import Source, Split

Array = np.ndarray[Any, Any]
Groups = Sequence[Any] | Array


class Pool(Protocol):
    """Data that can be drawn from in units: single samples, or whole groups of them."""

    @property
    def unit(self) -> str:
        """What is drawn whole: ``"samples"`` or ``"sources"``."""

    @property
    def labels(self) -> Array:
        """``(U,)`` numbers of the label of each unit."""

    @property
    def fingerprint(self) -> str:
        """Changes when the data does."""

    def take(self, chosen: Array, name: str = "") -> Any:
        """The units ``(u,)`` as data of the same kind.

        Args:
            chosen: their indices.
            name: of this draw; none where it is all there is.
        """

    def rows(self, chosen: Array) -> int:
        """How many samples these units have."""


def pool(data: Any, groups: Groups | None = None) -> Pool:
    """What a study draws from.

    Args:
        data: a source; the name of one or a folder of sounds, which is opened; a tuple of sequences of one length,
            drawn alike, such as ``(X, y)``; or one sequence. A sequence is a list, an array or a tensor, or whatever
            can be indexed by an array of indices (by ``iloc`` where it has that).
        groups: what each sample comes from, one for each; a group is never split. Of a folder of sounds, its files.

    Raises:
        UserError: it is none of these, or the lengths differ.
    """
    if isinstance(data, str | os.PathLike):
        from ganbaru import sources

        data = sources.open(data)
    if all(hasattr(data, name) for name in ("train", "held_out", "fingerprint", "recipe")):
        if groups is not None:
            raise UserError("the groups of a source of sounds are its files", hint="leave groups out")
        return SourcePool(data)
    return RowPool(data, groups)


def fingerprint(value: Any) -> str:
    """A short hash of what arrays, lists and plain values say, not of how they lie in memory.

    Raises:
        UserError: something in it cannot be stored.
    """
    digest = hashlib.sha256()
    _feed(digest, value)
    return digest.hexdigest()[:16]


class RowPool:
    """Sequences of one length.

    Args:
        data: a tuple of them, or one.
        groups: what each sample belongs to.
    """

    def __init__(self, data: Any, groups: Groups | None = None) -> None:
        self._data = data
        self._columns: tuple[Any, ...] = data if isinstance(data, tuple) else (data,)
        lengths = [_length(column) for column in self._columns]
        if len(set(lengths)) != 1 or lengths[0] == 0:
            raise UserError(f"the data have {lengths} samples", hint="give sequences of one length, such as (X, y)")
        if groups is not None and len(groups) != lengths[0]:
            raise UserError(f"{len(groups)} groups for {lengths[0]} samples", hint="one for each")
        self._units = subsets.units(None if groups is None else np.asarray(groups), lengths[0])
        self.unit = "samples" if groups is None else "sources"
        self.labels = subsets.strata(self._labels(), self._units)

    @cached_property
    def fingerprint(self) -> str:
        """Of all values, and of what belongs together."""
        groups = [rows.tolist() for rows in self._units] if self.unit == "sources" else []
        return fingerprint([list(self._columns), groups])

    def take(self, chosen: Array, name: str = "") -> Any:
        """See `Pool`."""
        rows = np.sort(np.concatenate([self._units[index] for index in chosen]))
        taken = tuple(_rows(column, rows) for column in self._columns)
        return taken if isinstance(self._data, tuple) else taken[0]

    def rows(self, chosen: Array) -> int:
        """See `Pool`."""
        return sum(len(self._units[index]) for index in chosen)

    def _labels(self) -> Array | None:
        """The last of several sequences, where it holds one plain value for each sample."""
        if len(self._columns) < 2:
            return None
        labels = np.asarray(_plain(self._columns[-1]))
        return labels if labels.ndim == 1 and labels.dtype.kind in "biufUS" else None


class SourcePool:
    """The training side of a source; what it holds out is never drawn.

    Args:
        source: one of ours is opened anew in every process, by its recipe; any other is sent along.
    """

    def __init__(self, source: "Source") -> None:
        from ganbaru.sources import PointSource, SoundSource

        self.recipe, self.fingerprint = dict(source.recipe), source.fingerprint
        self._reopened = isinstance(source, SoundSource | PointSource)
        self._source: Source | None = source

    def __getstate__(self) -> dict[str, Any]:
        kept = {"recipe": self.recipe, "fingerprint": self.fingerprint, "_reopened": self._reopened}
        return kept | {"_source": None if self._reopened else self._source}

    @property
    def source(self) -> "Source":
        """The whole of it.

        Raises:
            UserError: it is not any more what it was.
        """
        if self._source is None:
            from ganbaru import sources

            self._source = sources.reopen(self.recipe)
            if self._source.fingerprint != self.fingerprint:
                raise UserError(f"{self._source.name} changed since the study began", hint="start another study")
        return self._source

    @cached_property
    def _units(self) -> list[Array]:
        split = self.source.train
        return subsets.units(split.attributes.get("content", split.attributes.get("file")), len(split))

    @property
    def unit(self) -> str:
        """Its files, where it has such; copies of one file are one."""
        return "sources" if "file" in self.source.train.attributes else "samples"

    @property
    def labels(self) -> Array:
        """See `Pool`."""
        return subsets.strata(self.source.train.labels, self._units)

    def take(self, chosen: Array, name: str = "") -> "Source":
        """See `Pool`; what is held out stays the whole of it."""
        if not name:
            return self.source
        rows = np.sort(np.concatenate([self._units[index] for index in chosen]))
        return Drawn(self.source, rows, name)

    def rows(self, chosen: Array) -> int:
        """See `Pool`."""
        return sum(len(self._units[index]) for index in chosen)


class Drawn:
    """A source of which only some is trained on. Follows ``Source``.

    Args:
        source: the whole.
        rows: ``(n,)`` ascending indices of the samples kept.
        name: of the draw.
    """

    def __init__(self, source: "Source", rows: Array, name: str) -> None:
        self.whole = source
        self.train = _some(source.train, rows)
        self.recipe = {**source.recipe, "drawn": name}
        self.fingerprint = hashlib.sha256(source.fingerprint.encode() + rows.astype("<i8").tobytes()).hexdigest()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["whole"], name)

    def __repr__(self) -> str:
        return f"<{len(self.train):,} of {self.whole!r}>"


def _some(split: "Split", rows: Array) -> "Split":
    from ganbaru.sources import Split

    names = tuple(split.names[index] for index in rows)
    labels = None if split.labels is None else split.labels[rows]
    return Split(split.data[rows], labels, names, {name: of[rows] for name, of in split.attributes.items()})


def _length(column: Any) -> int:
    if isinstance(column, str | bytes | Mapping) or not hasattr(column, "__getitem__"):
        hint = "give arrays, lists, a tuple of them such as (X, y), a source or a folder of sounds"
        raise UserError(f"cannot draw from a {type(column).__name__}", hint=hint)
    shape = getattr(column, "shape", None)
    return int(shape[0]) if shape else len(column)


def _rows(column: Any, rows: Array) -> Any:
    if hasattr(column, "iloc"):
        return column.iloc[rows]
    if isinstance(column, list | tuple | range):
        return [column[index] for index in rows]
    return column[rows]


def _plain(column: Any) -> Any:
    """A tensor or a table's column as an array; anything else as it is."""
    if hasattr(column, "detach"):
        return column.detach().cpu().numpy()
    return column.to_numpy() if hasattr(column, "to_numpy") else column


def _feed(digest: Any, value: Any) -> None:
    """Hash a value by what it says, not by how it lies in memory."""
    value = _plain(value)
    if isinstance(value, np.ndarray) and value.dtype != object:
        digest.update(f"{value.dtype.str}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).reshape(-1).view(np.uint8))
    elif hasattr(value, "tocsr"):  # a sparse matrix
        rows = value.tocsr()
        _feed(digest, [rows.data, rows.indices, rows.indptr, list(rows.shape)])
    elif isinstance(value, list | tuple | np.ndarray):
        digest.update(f"[{len(value)}".encode())
        for item in value:
            _feed(digest, item)
    elif value is None or isinstance(value, bool | int | float | complex | str | bytes | os.PathLike):
        digest.update(f"{type(value).__name__}{value!r};".encode())
    else:
        digest.update(_pickled(value))


def _pickled(value: Any) -> bytes:
    try:
        return pickle.dumps(value, protocol=4)
    except Exception as error:
        hint = "give arrays or lists of plain values"
        raise UserError(
            f"the data hold a {type(value).__name__}, which cannot be stored: {error}", hint=hint
        ) from error
