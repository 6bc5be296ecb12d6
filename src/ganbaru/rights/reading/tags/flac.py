"""FLAC: the comments in its metadata blocks (RFC 9639, section 8), XMP and C2PA where somebody put them."""

from collections.abc import Iterator

from ganbaru.rights.reading.tags import markup, vorbis
from ganbaru.rights.reading.tags.window import LARGEST, MOST_BLOCKS, Torn, Window

_APPLICATION, _COMMENT = 2, 4


def read(window: Window) -> Iterator[tuple[str, str]]:
    """The fields of a FLAC file.

    Raises:
        Torn: a block reaches beyond the end.
    """
    at = 4
    for _ in range(MOST_BLOCKS):
        head = window.read(at, 4)
        kind, length = head[0] & 127, int.from_bytes(head[1:], "big")
        block = window.part(at + 4, length)
        if kind == 127:
            raise Torn("a metadata block of the forbidden type")
        if length <= LARGEST:
            yield from _block(kind, block)
        at += 4 + length
        if head[0] & 128:
            return


def _block(kind: int, block: Window) -> Iterator[tuple[str, str]]:
    if kind == _COMMENT:
        yield from vorbis.read(block.read(0, block.size))
    elif kind == _APPLICATION:
        data = block.read(0, block.size)
        if data[:4] == b"XMP ":
            yield from markup.xmp(data[4:])
        elif b"jumb" in data[:64] or data[:4].lower() == b"c2pa":
            yield "C2PA", "a manifest"
