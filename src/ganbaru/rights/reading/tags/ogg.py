"""Ogg Vorbis, Opus, FLAC in Ogg: the comments in the second packet. RFC 3533 (pages), RFC 7845 (Opus)."""

from collections.abc import Iterator

from ganbaru.rights.reading.tags import vorbis
from ganbaru.rights.reading.tags.window import LARGEST, Torn, Window

_MOST_PAGES = 256
_MAGIC = {b"\x03vorbis": 7, b"OpusTags": 8}


def read(window: Window) -> Iterator[tuple[str, str]]:
    """The fields of an Ogg file's first stream.

    Raises:
        Torn: its pages end or lie before the comments do.
    """
    packet = _second(window)
    for magic, length in _MAGIC.items():
        if packet.startswith(magic):
            yield from vorbis.read(packet[length:])
            return
    if packet[:1] and packet[0] & 127 == 4:  # FLAC in Ogg: a metadata block with its head of four bytes
        yield from vorbis.read(packet[4:])


def _second(window: Window) -> bytes:
    """The second packet of the stream of the first page."""
    serial, number, packet = b"", 0, b""
    for segments, data, own in _pages(window):
        serial = serial or own
        if own != serial:
            continue
        at = 0
        for length in segments:
            packet += data[at : at + length] if number == 1 else b""
            at += length
            number += length < 255
            if number == 2:
                return packet
            if len(packet) > LARGEST:
                raise Torn("its comments are longer than is read")
    raise Torn("its pages end before its comments do")


def _pages(window: Window) -> Iterator[tuple[bytes, bytes, bytes]]:
    """The first pages: ``(segment lengths, content, serial number)``."""
    at = 0
    for _ in range(_MOST_PAGES):
        head = window.read(at, 27)
        if head[:4] != b"OggS":
            raise Torn(f"no page begins at byte {at}")
        segments = window.read(at + 27, head[26])
        yield segments, window.read(at + 27 + head[26], sum(segments)), head[14:18]
        at += 27 + head[26] + sum(segments)
