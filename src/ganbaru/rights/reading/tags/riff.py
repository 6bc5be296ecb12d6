"""WAV and its relatives: the INFO list (ICOP, ICMT …), iXML, XMP, an ID3 tag, a C2PA manifest.

RIFF: Microsoft/IBM Multimedia Programming Interface 1.0 (1991); iXML: http://www.gallery.co.uk/ixml/ ; XMP in WAV:
XMP specification part 3, chunk ``_PMX``.
"""

from collections.abc import Iterator

from ganbaru.rights.reading.tags import id3, markup
from ganbaru.rights.reading.tags.window import LARGEST, Window, chunks


def read(window: Window) -> Iterator[tuple[str, str]]:
    """The fields of a WAV file."""
    for name, chunk in chunks(window, big=False):
        if chunk.size > LARGEST and name not in (b"LIST", b"C2PA"):
            continue
        if name == b"LIST" and chunk.size >= 4 and chunk.read(0, 4) == b"INFO":
            yield from _info(chunk)
        elif name == b"iXML":
            yield from markup.ixml(chunk.read(0, chunk.size))
        elif name == b"_PMX":
            yield from markup.xmp(chunk.read(0, chunk.size))
        elif name in (b"id3 ", b"ID3 "):
            yield from id3.read(chunk)
        elif name == b"C2PA":
            yield "C2PA", "a manifest"


def _info(chunk: Window) -> Iterator[tuple[str, str]]:
    for name, text in chunks(chunk, big=False, start=4):
        if name.isalnum() and text.size <= LARGEST:
            yield f"RIFF {name.decode('ascii', 'replace')}", decoded(text.read(0, text.size))


def decoded(data: bytes) -> str:
    """Text of a format that does not say its encoding: UTF-8 where it is that, else Windows' western one."""
    data = data.split(b"\0", 1)[0]
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
