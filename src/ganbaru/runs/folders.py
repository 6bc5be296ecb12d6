"""Sealed folders: a few files and a manifest with the length and SHA-256 of each, stored all or not at all.

A folder under its final name is whole. Others that a kill may leave behind begin with a dot and never count:
``.saving-X`` (not finished), ``.removing-X`` (on its way out), ``.replaced-X`` (the former X while a new X takes its
place: it stands for X as long as there is no X, so that no instant is without one).
"""

import contextlib
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.runs import durable
from ganbaru.runs.durable import REPLACED, SAVING, SaveError, shown
from ganbaru.runs.seal import digest, open_json, seal_json

log = logging.getLogger("ganbaru.runs")

MANIFEST = "manifest.json"
REMOVING = ".removing-"
RESTORE = "restore it from a copy, or go on without it"


@dataclass(frozen=True)
class Folder:
    """A sealed folder as it was read: where it lies, what its manifest says beside the files, and the files."""

    path: Path
    about: dict[str, Any]
    files: dict[str, bytes]


def damaged(path: Path, why: str, *, hint: str = RESTORE) -> UserError:
    """The error for a stored file that is not what was stored."""
    return UserError(f"{shown(path)} is damaged: {why}", hint=hint)


def plain_name(name: str) -> str:
    """``name`` if it is fit for a file beside others in a run: no folder, not hidden, no control character.

    Raises:
        ValueError: it is not.
    """
    if not re.fullmatch(r"[^./\\\x00-\x1f][^/\\\x00-\x1f]*", name) or len(name.encode()) > 200:
        raise ValueError(f"{name!r} is no plain name for a stored file")
    return name


def save_folder(path: Path, files: Mapping[str, bytes], about: Mapping[str, Any]) -> None:
    """Store ``files`` and what is said ``about`` them as the folder ``path``, in place of the one that may be there.

    Returns only when all of it is on the disk and was read back right.

    Raises:
        SaveError: nothing has changed.
        ValueError: a file's name is not a plain one.
    """
    manifest = seal_json({"schema": "ganbaru.folder/1", **about, "files": _entries(files)})
    try:
        durable.make_folders(path.parent)
        tidy(path.parent)
        fresh = path.with_name(SAVING + path.name)
        with _removed_on_failure(fresh):
            _write(fresh, {**files, MANIFEST: manifest})
            _place(fresh, path)
    except OSError as error:
        raise SaveError(path, error) from error
    discard(path.with_name(REPLACED + path.name))


def read_folder(path: Path) -> Folder:
    """Read a sealed folder and check every byte of it.

    Raises:
        UserError: names the file that is missing or not what was stored.
    """
    path = located(path)
    about = read_manifest(path)
    files = {name: _read_file(path / name, *entry) for name, entry in about.pop("files").items()}
    return Folder(path=path, about=about, files=files)


def read_manifest(path: Path) -> dict[str, Any]:
    """What a sealed folder says of itself, checked by its own seal; the files are not.

    Raises:
        UserError: the manifest is missing or not what was stored.
    """
    manifest = located(path) / MANIFEST
    try:
        about = open_json(read_bytes(manifest))
        about["files"] = {plain_name(name): (item["bytes"], item["sha256"]) for name, item in about["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise damaged(manifest, "its bytes do not match the checksum in it") from error
    return about


def read_bytes(path: Path) -> bytes:
    """The bytes of a stored file.

    Raises:
        UserError: names the file, and says whether it is missing or cannot be read.
    """
    try:
        return durable.disk.read(path)
    except FileNotFoundError as error:
        raise UserError(f"{shown(path)} is missing", hint=RESTORE) from error
    except OSError as error:
        raise UserError(f"{shown(path)} cannot be read: {error.strerror}", hint="see to its permissions") from error


def names(parent: Path) -> list[str]:
    """The names of the folders in ``parent`` that count, sorted."""
    try:
        found = {entry.name for entry in parent.iterdir() if entry.is_dir()}
    except (FileNotFoundError, NotADirectoryError):
        return []
    kept = {name.removeprefix(REPLACED) for name in found}
    return sorted(name for name in kept if not name.startswith("."))


def located(path: Path) -> Path:
    """Where the folder ``path`` lies: there, or beside it if a kill came while it was being replaced."""
    former = path.with_name(REPLACED + path.name)
    return former if not path.exists() and former.exists() else path


def tidy(parent: Path) -> None:
    """Remove what a killed save left in ``parent``, and give a folder that was being replaced its name back."""
    left = sorted(entry for entry in parent.iterdir() if entry.name.startswith((SAVING, REMOVING, REPLACED)))
    for entry in left:
        if entry.name.startswith(REPLACED):
            _settle(entry)
        else:
            discard(entry)


def remove_folder(path: Path) -> None:
    """Remove a folder so that no half of it is ever seen under its name. Raises OSError."""
    going = path.with_name(REMOVING + path.name)
    durable.disk.rename(path, going)
    durable.disk.fsync_folder(path.parent)
    durable.remove_tree(going)


def discard(path: Path) -> None:
    """Remove what does not count; where that fails it is said, and tried again at the next save."""
    try:
        if path.is_dir():
            durable.remove_tree(path)
    except OSError as error:
        log.warning("could not remove %s, which is no longer needed: %s", shown(path), error.strerror)


def _entries(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    if MANIFEST in files:
        raise ValueError(f"{MANIFEST!r} is the name of the list of the files")
    return {plain_name(name): {"bytes": len(data), "sha256": digest(data)} for name, data in files.items()}


def _write(fresh: Path, files: Mapping[str, bytes]) -> None:
    durable.disk.mkdir(fresh)
    for name, data in files.items():
        durable.write_checked(fresh / name, data)
    durable.disk.fsync_folder(fresh)


def _place(fresh: Path, path: Path) -> None:
    """Rename ``fresh`` to ``path``; if that fails, back to how it was."""
    former = path.with_name(REPLACED + path.name)
    with contextlib.ExitStack() as undo:
        if path.exists():
            undo.callback(_rename_back, former, path)
            durable.disk.rename(path, former)
        undo.callback(_rename_back, path, fresh)
        durable.disk.rename(fresh, path)
        durable.disk.fsync_folder(path.parent)
        undo.pop_all()


def _rename_back(source: Path, target: Path) -> None:
    with contextlib.suppress(OSError):
        if source.exists() and not target.exists():
            durable.disk.rename(source, target)
            durable.disk.fsync_folder(target.parent)


def _settle(former: Path) -> None:
    path = former.with_name(former.name.removeprefix(REPLACED))
    if path.exists():
        durable.disk.fsync_folder(path.parent)
        discard(former)
    else:
        durable.disk.rename(former, path)
        durable.disk.fsync_folder(path.parent)


@contextlib.contextmanager
def _removed_on_failure(fresh: Path) -> Iterator[None]:
    try:
        yield
    except OSError:
        discard(fresh)
        raise


def _read_file(path: Path, length: int, checksum: str) -> bytes:
    data = read_bytes(path)
    if len(data) != length:
        raise damaged(path, f"it has {len(data)} bytes, {length} were stored")
    if digest(data) != checksum:
        raise damaged(path, "its bytes do not match the SHA-256 in manifest.json beside it")
    return data
