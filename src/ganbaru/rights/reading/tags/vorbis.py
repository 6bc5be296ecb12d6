"""Vorbis comments, as FLAC, Ogg Vorbis and Opus hold them. https://www.xiph.org/vorbis/doc/v-comment.html"""

from collections.abc import Iterator

from ganbaru.rights.reading.tags.window import Torn

MOST = 1_024
"""Comments that are looked at."""


def read(data: bytes) -> Iterator[tuple[str, str]]:
    """The comments of a block: vendor, count, then ``KEY=value`` each behind its length (little-endian).

    Raises:
        Torn: a length reaches beyond the end.
    """
    _, at = _text(data, 0)
    count, at = _number(data, at)
    for _ in range(min(count, MOST)):
        text, at = _text(data, at)
        key, equals, value = text.decode("utf-8", errors="replace").partition("=")
        if equals and key.isascii() and key.isprintable():
            yield f"Vorbis {key.upper()}", value


def _number(data: bytes, at: int) -> tuple[int, int]:
    if at + 4 > len(data):
        raise Torn("a block of comments ends too early")
    return int.from_bytes(data[at : at + 4], "little"), at + 4


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = _number(data, at)
    if at + length > len(data):
        raise Torn(f"a comment claims {length} bytes, {len(data) - at} are there")
    return data[at : at + length], at + length
