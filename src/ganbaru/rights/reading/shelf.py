"""A folder as the readers see it: its sounds, its other files, read within bounds, and what went wrong."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from io import BufferedReader
from pathlib import Path

from ganbaru.rights.facts import Proof
from ganbaru.sources.naming import printable

LARGEST = 4 << 20
"""Bytes of a text about rights; larger ones are named and not read."""
MOST = 200_000
"""Files of a folder that are looked at, sounds aside."""
LONGEST_QUOTE = 200
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Document:
    """A file as it was read.

    Attributes:
        path: relative to the folder.
        data: all of its bytes; read_at: when (UTC, ISO 8601).
    """

    path: str
    data: bytes
    read_at: str

    @cached_property
    def text(self) -> str:
        """As UTF-8 (or UTF-16 with its mark), line ends as ``\\n``; bytes that are none become U+FFFD."""
        wide = self.data[:2] in (b"\xff\xfe", b"\xfe\xff")
        text = self.data.decode("utf-16" if wide else "utf-8-sig", errors="replace")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def sha256(self) -> str:
        """Of its bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def shown(self) -> str:
        """Its path, safe to print."""
        return printable(self.path)

    def proof(self, place: str, quote: str) -> Proof:
        """That these words stood at this place."""
        return Proof(self.shown, place, self.sha256, self.read_at, quoted(quote))


def quoted(words: str) -> str:
    """Words on one line, harmless to print, shortened to `LONGEST_QUOTE` letters."""
    line = " ".join(_CONTROL.sub(" ", words[: 4 * LONGEST_QUOTE]).split())
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


@dataclass
class Shelf:
    """What lies in a folder.

    Attributes:
        folder: where.
        sounds: paths of the sound files, relative, sorted.
        others: paths of all other files, relative, sorted.
        read_at: the time of this reading (UTC, ISO 8601).
        notes: what could not be read, a sentence each; readers add to it.
    """

    folder: Path
    sounds: Sequence[str]
    others: Sequence[str]
    read_at: str
    notes: list[str] = field(default_factory=list)

    def note(self, sentence: str) -> None:
        """Keep a sentence for the user, once, and without anything in it that could move a cursor."""
        safe = "".join(letter if letter.isprintable() else printable(letter) for letter in sentence)
        if safe not in self.notes:
            self.notes.append(safe)

    def named(self, *names: str) -> list[str]:
        """Those of the other files that have one of these names, whatever the case, the outermost first."""
        wanted = {name.lower() for name in names}
        found = [path for path in self.others if path.rpartition("/")[2].lower() in wanted]
        return sorted(found, key=lambda path: (path.count("/"), path))

    def below(self, path: str) -> Iterator[tuple[str, str]]:
        """The sounds in a file's folder and deeper: ``(path in the whole folder, path in that folder)``."""
        inside = path.rpartition("/")[0]
        start = f"{inside}/" if inside else ""
        return ((sound, sound[len(start) :]) for sound in self.sounds if sound.startswith(start))

    def open(self, path: str) -> Document | None:
        """A file read whole; None, and a note, where it cannot be."""
        try:
            return Document(path, _bytes(self.folder / path), self.read_at)
        except OSError as error:
            self.note(f"{printable(path)} cannot be read: {error.strerror or error}")
            return None

    def digest(self, path: str) -> str | None:
        """The SHA-256 of a file of any size; None, and a note, where it cannot be read."""
        try:
            with _opened(self.folder / path) as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            self.note(f"{printable(path)} cannot be read: {error.strerror or error}")
            return None


def shelf_of(folder: Path, sounds: Sequence[str], read_at: str) -> Shelf:
    """Lists what lies beside the sounds, hidden folders such as ``.git`` left out, ``.reuse`` not."""
    own = set(sounds)
    others = [path for path in _walk(folder) if path not in own]
    shelf = Shelf(folder, sounds, sorted(others[:MOST], key=os.fsencode), read_at)
    if len(others) > MOST:
        shelf.note(f"there are more than {MOST:,} files beside the sounds; the others were not looked at")
    return shelf


def _walk(folder: Path) -> Iterator[str]:
    """Paths below a folder; links to folders are not followed."""
    for base, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") or name == ".reuse")
        inside = os.path.relpath(base, folder).replace(os.sep, "/")
        yield from (name if inside == "." else f"{inside}/{name}" for name in sorted(files))


def _bytes(path: Path) -> bytes:
    """The bytes of a text, all of them."""
    with _opened(path) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(f"it is larger than {LARGEST >> 20} MiB")
    return data


def _opened(path: Path) -> BufferedReader:
    """A regular file, open for reading, without ever waiting for a pipe."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError("it is a pipe, socket or device")
    return os.fdopen(handle, "rb")
