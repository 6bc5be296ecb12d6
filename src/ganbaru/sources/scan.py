"""What lies in a folder: its sound files in a fixed order, without opening one of them."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from ganbaru.errors import UserError
from ganbaru.sources.naming import printable

_READABLE = (
    "wav wave wavex bwf rf64 w64 flac ogg oga opus mp3 mp2 aif aiff aifc au snd caf voc sf ircam paf svx 8svx iff nist "
    "sph sds avr mat mpc wve pvf xi htk"
)
READABLE = frozenset(_READABLE.split())
"""Endings of the formats that libsndfile reads."""

_FOREIGN = "m4a aac mp4 wma webm mka ape wv tta amr dsf dff ac3 dts mid midi ra"
FOREIGN = frozenset(_FOREIGN.split())
"""Endings of sound files that libsndfile does not read: worth naming, because the user thinks of them as sounds."""


@dataclass(frozen=True)
class Found:
    """A file as it was seen while listing.

    Attributes:
        path: relative to the folder, with "/" between the parts; bytes that are no UTF-8 as surrogates.
        size: in bytes; mtime_ns: when it was last written; ctime_ns: when it or its name was last changed.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int


@dataclass(frozen=True)
class Listing:
    """A folder's sound files, sorted by path, and what was left out with the reason."""

    folder: Path
    files: tuple[Found, ...]
    skipped: tuple[tuple[str, str], ...]
    others: int = field(default=0)

    @property
    def listed(self) -> list[list[str | int]]:
        """The files as plain lists, for a hash."""
        return [[found.path, found.size, found.mtime_ns, found.ctime_ns] for found in self.files]


def scan(path: str | os.PathLike[str]) -> Listing:
    """List a folder and all below it. Links to folders are not followed; pipes and devices are not opened.

    Raises:
        UserError: if the path does not exist, is no folder, may not be read, or holds no sound file.
    """
    folder = Path(os.path.expanduser(os.fspath(path)))
    shown = printable(folder)
    _check(folder, shown)
    files: list[Found] = []
    skipped: list[tuple[str, str]] = []
    others = 0
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        try:
            with os.scandir(folder / inside) as entries:
                names = [entry.name for entry in entries]
        except OSError as error:
            if not inside:
                raise UserError(f"{shown}: {error.strerror}", hint="give a folder that you may read") from None
            skipped.append((inside, f"the folder cannot be read: {error.strerror}"))
            continue
        for name in names:
            relative = f"{inside}/{name}" if inside else name
            kind, reason, found = _look(folder, relative)
            if kind == "folder":
                waiting.append(relative)
            elif found is not None:
                files.append(found)
            elif reason:
                skipped.append((relative, reason))
            else:
                others += 1
    files.sort(key=lambda found: os.fsencode(found.path))
    skipped.sort(key=lambda pair: os.fsencode(pair[0]))
    if not files and not skipped:
        what = f"holds no sound file (only {others} of another kind)" if others else "is empty"
        raise UserError(f"the folder {shown} {what}", hint="give a folder of WAV, FLAC, OGG, MP3 or AIFF files")
    return Listing(folder, tuple(files), tuple(skipped), others)


def _check(folder: Path, shown: str) -> None:
    try:
        mode = folder.stat().st_mode
    except OSError as error:
        hint = "check the spelling; built-in worlds are speech:digits, toy:ring, toy:grid, toy:lines, toy:spiral"
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        raise UserError(f"{shown}: {'there is no such folder' if missing else error.strerror}", hint=hint) from None
    except ValueError:
        raise UserError(f"{shown}: this cannot be the name of a folder", hint="check the spelling") from None
    if stat.S_ISDIR(mode):
        return
    if stat.S_ISREG(mode) and _ending(folder.name) in READABLE | FOREIGN:
        parent = printable(folder.parent)
        raise UserError(f"{shown} is a single sound file", hint=f"give the folder it lies in: {parent}")
    raise UserError(f"{shown} is not a folder of sounds", hint="give a folder, or a world such as speech:digits")


def _look(folder: Path, relative: str) -> tuple[str, str, Found | None]:
    """What one entry is: ``(kind, why it is left out or "", the file or None)``."""
    name = relative.rpartition("/")[2]
    full = folder / relative
    try:
        entry = full.lstat()
        linked = stat.S_ISLNK(entry.st_mode)
        if linked:
            entry = full.stat()
    except OSError as error:
        return "file", f"cannot be reached: {error.strerror}" if _sounds(name) else "", None
    if stat.S_ISDIR(entry.st_mode):
        return ("file", "a link to a folder: not followed", None) if linked else ("folder", "", None)
    if not _sounds(name):
        return "file", "", None
    if not stat.S_ISREG(entry.st_mode):
        return "file", "a pipe, socket or device: not opened", None
    if _ending(name) in FOREIGN:
        return "file", "this format is not read: convert it to WAV or FLAC", None
    return "file", "", Found(relative, entry.st_size, entry.st_mtime_ns, entry.st_ctime_ns)


def _ending(name: str) -> str:
    return os.path.splitext(name)[1][1:].lower()


def _sounds(name: str) -> bool:
    """Whether the name is that of a sound; ``._name.wav`` is a Mac's note about a sound, not one."""
    return not name.startswith("._") and _ending(name) in READABLE | FOREIGN
