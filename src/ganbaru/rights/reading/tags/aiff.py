"""AIFF: the copyright chunk ``(c) ``, annotations, an ID3 tag, XMP. Apple, Audio Interchange File Format 1.3 (1989)."""

from collections.abc import Iterator

from ganbaru.rights.reading.tags import id3, markup
from ganbaru.rights.reading.tags.riff import decoded
from ganbaru.rights.reading.tags.window import LARGEST, Window, chunks

_TEXTS = {b"(c) ": "AIFF (c)", b"ANNO": "AIFF ANNO", b"AUTH": "AIFF AUTH", b"NAME": "AIFF NAME"}


def read(window: Window) -> Iterator[tuple[str, str]]:
    """The fields of an AIFF file."""
    for name, chunk in chunks(window, big=True):
        if name == b"C2PA":
            yield "C2PA", "a manifest"
        elif chunk.size > LARGEST:
            continue
        elif name in _TEXTS:
            yield _TEXTS[name], decoded(chunk.read(0, chunk.size))
        elif name in (b"ID3 ", b"id3 "):
            yield from id3.read(chunk)
        elif name == b"APPL" and chunk.size > 4 and chunk.read(0, 4) == b"XMP ":
            yield from markup.xmp(chunk.read(4, chunk.size - 4))
