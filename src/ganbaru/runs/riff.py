"""RIFF and IFF files as chunks: taken apart, and put together with other chunks behind the audio."""

from collections.abc import Mapping, Sequence
from typing import Literal

from ganbaru.errors import UserError

Order = Literal["little", "big"]
"""Of the bytes of a length: little in RIFF (WAV), big in IFF (AIFF)."""
Chunk = tuple[bytes, bytes]
_HINT = "write it anew first"


def encoded(text: str) -> bytes:
    """As UTF-8, on one line; what no text can hold (zeros, halves of pairs) becomes a question mark."""
    return " ".join(text.replace("\0", "?").split()).encode("utf-8", errors="replace")


def chunks(data: bytes, order: Order, *, needed: Sequence[bytes]) -> list[Chunk]:
    """Names and contents of a file's chunks.

    Raises:
        UserError: one reaches beyond the end, or one of those needed is missing.
    """
    found, at = [], 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], order)
        if at + 8 + length > len(data):
            raise UserError("a chunk of this file reaches beyond its end", hint=_HINT)
        found.append((data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    if not set(needed) <= {name for name, _ in found}:
        raise UserError("this file holds no sound", hint=_HINT)
    return found


def joined(form: bytes, kind: bytes, parts: Sequence[Chunk], order: Order) -> bytes:
    """A file: its form (``RIFF``), what is in it (``WAVE``), its chunks."""
    made = b"".join(chunk(name, content, order) for name, content in parts)
    return form + _length(4 + len(made), order) + kind + made


def chunk(name: bytes, content: bytes, order: Order) -> bytes:
    """One chunk, filled to an even length."""
    return name + _length(len(content), order) + content + b"\0" * (len(content) % 2)


def with_info(wav: bytes, fields: Mapping[str, str], *, ixml: bytes = b"") -> bytes:
    """A WAV file with an INFO list, and iXML, in place of those that it had; the audio stays where it is.

    Args:
        fields: by their four letters, such as ICMT; empty ones are left out.

    Raises:
        UserError: it is no WAV file of up to 4 GB, or torn.
    """
    if wav[:4] != b"RIFF" or wav[8:12] != b"WAVE":
        raise UserError("this is no WAV file", hint="tags are written into RIFF WAVE files")
    parts = [
        (name, content)
        for name, content in chunks(wav, "little", needed=(b"fmt ", b"data"))
        if name != b"iXML" and not (name == b"LIST" and content[:4] == b"INFO")
    ]
    info = (chunk(name.encode(), encoded(text) + b"\0", "little") for name, text in fields.items() if text)
    parts += [(b"LIST", b"INFO" + b"".join(info))]
    parts += [(b"iXML", ixml)] if ixml else []
    return joined(b"RIFF", b"WAVE", parts, "little")


def _length(length: int, order: Order) -> bytes:
    if length >= 2**32:
        raise UserError("this file is larger than 4 GB", hint="split it first")
    return length.to_bytes(4, order)
