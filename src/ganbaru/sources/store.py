"""The prepared store: one folder with the sounds as int16, ready to be memory-mapped, and a manifest that seals it.

    KEY/sounds.npy       (N, T) int16, the training sounds first, then those held out
    KEY/index.json       what each row is, what was skipped, the recipe
    KEY/manifest.json    length and SHA-256 of the other two, and the SHA-256 of itself

It is written beside its place, flushed, read back, and only then renamed, so that a reader never meets half of one.
"""

import hashlib
import json
import logging
import os
import secrets
import shutil
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
_log = logging.getLogger("ganbaru.sources")
_ABANDONED = 24 * 3600  # seconds after which an unfinished folder is taken for one whose process died


class Damaged(Exception):
    """A store that is not what was written; the message names the file."""


@dataclass(frozen=True)
class Stored:
    """What a store holds: ``sounds`` ``(N, T)`` int16, read-only and memory-mapped, and its ``index``."""

    sounds: Array
    index: dict[str, Any]


def load(folder: Path) -> Stored | None:
    """The store at ``folder``, checked in full against its manifest; None where there is none.

    Raises:
        Damaged: if a file is missing, shorter, longer, or differs by as little as one bit.
    """
    if not folder.is_dir():
        return None
    try:
        for name, seal in read_sealed(folder / "manifest.json")["files"].items():
            if _seal(folder / name) != seal:
                raise Damaged(f"{folder / name} is not what was written")
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        sounds = np.load(folder / "sounds.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, KeyError) as error:
        raise Damaged(f"{folder}: {error}") from None
    return Stored(sounds, index)


def save(folder: Path, *, samples: int, rows: Iterable[Array], count: int, index: dict[str, Any]) -> Stored:
    """Write a store to ``folder`` so that it is there in full or not at all, and open it.

    Args:
        samples: T, the length of a row; count: N, how many rows there will be.
        rows: blocks ``(n, T)`` int16, in order; written as they come, so they need not fit in memory.

    Raises:
        UserError: if the disk is full or cannot be written.
    """
    try:
        with unfinished(folder) as beside:
            _write_sounds(beside.path / "sounds.npy", rows, count, samples)
            _write(beside.path / "index.json", json.dumps(index).encode())
            names = ("sounds.npy", "index.json")
            write_sealed(beside.path / "manifest.json", {"files": {name: _seal(beside.path / name) for name in names}})
            if load(beside.path) is None:  # read back before anyone relies on it
                raise OSError("it vanished while being written")
            _sync_folder(beside.path)
            beside.rename()
        stored = load(folder)
    except (OSError, Damaged) as error:
        raise cannot_write(folder.parent, error) from error
    if stored is None:
        raise cannot_write(folder.parent, OSError("it vanished while being written"))
    return stored


def cannot_write(folder: Path, error: Exception) -> UserError:
    """The error for a cache folder that is full or broken."""
    why = getattr(error, "strerror", None) or error
    return UserError(f"the prepared sounds could not be written to {folder}: {why}", hint="set GANBARU_CACHE elsewhere")


class unfinished:  # used as a verb: with unfinished(folder) as beside
    """A temporary folder beside ``folder``, gone at the end unless it was renamed into its place."""

    def __init__(self, folder: Path) -> None:
        self.place = folder
        self.path = folder.with_name(f".{folder.name}.{os.getpid()}-{secrets.token_hex(4)}.unfinished")

    def __enter__(self) -> "unfinished":
        self.place.parent.mkdir(parents=True, exist_ok=True)
        _sweep(self.place.parent)
        self.path.mkdir(mode=0o700)
        return self

    def rename(self) -> None:
        """Move it into place. Where another process was quicker and its store is whole, that one is kept."""
        for _ in range(8):
            try:
                self.path.rename(self.place)
                return _sync_folder(self.place.parent)
            except OSError:
                if not self.place.exists():
                    raise
                if _whole(self.place):
                    return None
                set_aside(self.place)
        raise OSError(f"{self.place} cannot be replaced")

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.path, ignore_errors=True)


def set_aside(folder: Path) -> None:
    """Take a damaged store out of the way. A process that still reads it keeps what it has mapped."""
    aside = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.damaged")
    try:
        folder.rename(aside)
    except FileNotFoundError:  # another process was quicker
        return
    shutil.rmtree(aside, ignore_errors=True)


def write_sealed(path: Path, document: dict[str, Any]) -> None:
    """Write a small JSON document that carries its own SHA-256, in one piece or not at all."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.unfinished")
    _write(beside, _sealed(document))
    beside.replace(path)
    _sync_folder(path.parent)


def read_sealed(path: Path) -> dict[str, Any]:
    """Read what ``write_sealed`` wrote.

    Raises:
        OSError: if it is not there; ValueError: if it is not, byte for byte, what was written.
    """
    data = path.read_bytes()
    document = json.loads(data)
    if not isinstance(document, dict) or document.pop("sha256", None) is None or _sealed(document) != data:
        raise ValueError(f"{path.name} is not what was written")
    return document


def _sealed(document: dict[str, Any]) -> bytes:
    seal = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    return json.dumps({**document, "sha256": seal}, sort_keys=True).encode()


def _whole(folder: Path) -> bool:
    try:
        return load(folder) is not None
    except Damaged:
        return False


def _seal(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return {"length": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _write_sounds(path: Path, rows: Iterable[Array], count: int, samples: int) -> None:
    written = 0
    with path.open("wb") as file:
        header = {"descr": "<i2", "fortran_order": False, "shape": (count, samples)}
        np.lib.format.write_array_header_1_0(file, header)
        for block in rows:
            file.write(np.ascontiguousarray(block, dtype="<i2").tobytes())
            written += len(block)
        _flush(file)
    if written != count:
        raise RuntimeError(f"{written} rows were given where {count} were promised")


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        _flush(file)


def _flush(file: BinaryIO | Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut (POSIX; elsewhere folders cannot be synced and need not be)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(parent: Path) -> None:
    """Remove what processes that died have left, once it is a day old."""
    for left in [*parent.glob(".*.unfinished"), *parent.glob(".*.damaged")]:
        try:
            old = time.time() - left.stat().st_mtime > _ABANDONED
        except OSError:
            continue
        if old:
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)
