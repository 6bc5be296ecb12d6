"""Bytes of a file that may lie: every length is held against what is there before anything is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LARGEST = 1 << 20
"""Bytes of one block of tags that are read; pictures and longer ones are stepped over."""
MOST_BLOCKS = 4_096
"""Blocks of one file that are looked at."""


class Torn(ValueError):
    """The file ends, or a length lies, before what was to be read."""


@dataclass(frozen=True)
class Window:
    """A stretch of an open file.

    Attributes:
        file: open for reading and seeking.
        start: its first byte; end: the byte behind its last.
    """

    file: BinaryIO
    start: int
    end: int

    @property
    def size(self) -> int:
        """In bytes."""
        return self.end - self.start

    def read(self, offset: int, length: int) -> bytes:
        """``length`` bytes from ``offset`` on.

        Raises:
            Torn: they are not all there, or more than is ever read at once.
        """
        if offset < 0 or not 0 <= length <= LARGEST or offset + length > self.size:
            raise Torn(f"{length} bytes at {offset} of {self.size}")
        self.file.seek(self.start + offset)
        data = self.file.read(length)
        if len(data) != length:
            raise Torn("the file is shorter than it was")
        return data

    def part(self, offset: int, length: int) -> "Window":
        """A stretch of it.

        Raises:
            Torn: it reaches beyond the end.
        """
        if offset < 0 or length < 0 or offset + length > self.size:
            raise Torn(f"{length} bytes at {offset} of {self.size}")
        return Window(self.file, self.start + offset, self.start + offset + length)


def chunks(window: Window, *, big: bool, start: int = 12) -> Iterator[tuple[bytes, Window]]:
    """The chunks of a RIFF (little-endian) or an IFF file (big-endian): ``(four letters, content)``.

    A chunk that reaches beyond the end is the last, and cut there.
    """
    at = start
    for _ in range(MOST_BLOCKS):
        if at + 8 > window.size:
            return
        head = window.read(at, 8)
        length = int.from_bytes(head[4:], "big" if big else "little")
        whole = min(length, window.size - at - 8)
        yield head[:4], window.part(at + 8, whole)
        at += 8 + length + length % 2
