"""One sound file -> the fields of its tags, whatever its format; told by its first bytes, not by its name."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from ganbaru.rights.reading.tags import aiff, flac, id3, ogg, riff
from ganbaru.rights.reading.tags.window import Torn, Window

MOST = 512
"""Fields of one file."""
LONGEST = 20_000
"""Letters of one value that are kept."""
C2PA = "C2PA"
"""The name of the field that tells of a manifest of the Coalition for Content Provenance and Authenticity."""


@dataclass(frozen=True)
class Field:
    """One field: ``ID3 TCOP``, ``Vorbis LICENSE``, ``RIFF ICOP``, ``XMP xmpRights:WebStatement`` and its words."""

    name: str
    value: str


@dataclass(frozen=True)
class Tags:
    """What was read of one file.

    Attributes:
        fields: in the order of the file.
        broken: where its tags end too early or contradict the file's size; "" where they are whole.
    """

    fields: tuple[Field, ...]
    broken: str = ""


def read_tags(path: Path) -> Tags:
    """The fields of a regular file.

    Raises:
        OSError: it cannot be read.
    """
    found: list[Field] = []
    broken = ""
    with open(path, "rb") as file:
        window = Window(file, 0, os.fstat(file.fileno()).st_size)
        try:
            for name, value in islice(_read(window), MOST):
                found.append(Field(name, value.replace("\0", " ")[:LONGEST].strip()))
        except Torn as error:
            broken = str(error)
    return Tags(tuple(field for field in found if field.value), broken)


def _read(window: Window) -> Iterator[tuple[str, str]]:
    head = window.read(0, min(12, window.size))
    reader = _reader(head)
    if reader is not None:
        yield from reader(window)
    else:  # MP3 and whatever else begins with ID3, or ends with it
        yield from id3.read_file(window, _reader)


def _reader(head: bytes) -> Callable[[Window], Iterator[tuple[str, str]]] | None:
    """Which reader knows a file that begins like this."""
    if head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return riff.read
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return aiff.read
    if head[:4] == b"fLaC":
        return flac.read
    if head[:4] == b"OggS":
        return ogg.read
    return None
