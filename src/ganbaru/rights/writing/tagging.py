"""Which writer knows which format."""

from collections.abc import Callable

from ganbaru.errors import unknown
from ganbaru.rights.writing import chunked, id3, vorbis
from ganbaru.rights.writing.statement import Statement

FORMATS: dict[str, Callable[[bytes, Statement], bytes]] = {
    "wav": chunked.wav,
    "flac": vorbis.flac,
    "ogg": vorbis.ogg,
    "mp3": id3.mp3,
    "aiff": chunked.aiff,
}
"""Each format with its writer; Opus is written as ``ogg``."""


def with_tags(data: bytes, kind: str, statement: Statement) -> bytes:
    """A sound file with a statement in its tags.

    Args:
        data: the whole file; kind: one of `FORMATS`.

    Raises:
        UserError: it is no file of that kind, or torn.
    """
    if kind not in FORMATS:
        raise unknown("format", kind, FORMATS)
    return FORMATS[kind](data, statement)
