"""ID3v2.2, 2.3 and 2.4, in front of a file or in a chunk; ID3v1 at the end. https://id3.org/id3v2.4.0-structure"""

from collections.abc import Callable, Iterator
from io import BytesIO

from ganbaru.rights.reading.tags import markup
from ganbaru.rights.reading.tags.window import LARGEST, MOST_BLOCKS, Torn, Window

Reader = Callable[[Window], Iterator[tuple[str, str]]]
_SHORT = {
    "TCR": "TCOP", "WCP": "WCOP", "WAF": "WOAF", "WAR": "WOAR", "WAS": "WOAS", "TXX": "TXXX", "WXX": "WXXX",
    "COM": "COMM", "TPE": "TPE1", "TP1": "TPE1", "TT2": "TIT2", "TEN": "TENC", "TSS": "TSSE", "GEO": "GEOB",
}  # fmt: skip
_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}
_MANIFEST = b"c2pa"


def read_file(window: Window, after: Callable[[bytes], Reader | None]) -> Iterator[tuple[str, str]]:
    """The fields of a file that begins with ID3v2, or of one that has ID3v1 at its end.

    Args:
        window: the whole file.
        after: tells from the first 12 bytes behind the tag which reader knows the rest (FLAC may have ID3 in front).
    """
    if window.size >= 10 and window.read(0, 3) == b"ID3":
        yield from read(window)
        length = 10 + _synchsafe(window.read(6, 4))
        rest = window.part(length, window.size - length)
        reader = after(rest.read(0, min(12, rest.size)))
        if reader is not None:
            yield from reader(rest)
    if window.size >= 128 and window.read(window.size - 128, 3) == b"TAG":
        yield "ID3v1 comment", window.read(window.size - 31, 30).split(b"\0")[0].decode("latin-1")


def read(window: Window) -> Iterator[tuple[str, str]]:
    """The fields of a tag that begins where the window does.

    Raises:
        Torn: a length reaches beyond the end.
    """
    head = window.read(0, 10)
    if head[:3] != b"ID3" or head[3] not in (2, 3, 4):
        return
    version, flags, length = head[3], head[5], _synchsafe(head[6:10])
    tag = window.part(10, min(length, window.size - 10))
    if flags & 128 and version < 4:  # 2.4 says it frame by frame
        data = _synchronised(tag.read(0, min(tag.size, LARGEST)))
        tag = Window(BytesIO(data), 0, len(data))
    for name, content in _frames(tag, version, _extended(tag, version, flags)):
        yield from _fields(_SHORT.get(name, name), content)


def _synchsafe(data: bytes) -> int:
    """Four bytes of seven bits."""
    number = 0
    for byte in data:
        number = number << 7 | byte & 127
    return number


def _synchronised(data: bytes) -> bytes:
    return data.replace(b"\xff\x00", b"\xff")


def _extended(tag: Window, version: int, flags: int) -> int:
    """Bytes of the extended header."""
    if version < 3 or not flags & 64 or tag.size < 4:
        return 0
    data = tag.read(0, 4)
    return _synchsafe(data) if version == 4 else 4 + int.from_bytes(data, "big")


def _frames(tag: Window, version: int, at: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the frames, until the padding; large ones, such as pictures, are stepped over."""
    letters, size = (3, 3) if version == 2 else (4, 4)
    head = letters + size + (0 if version == 2 else 2)
    for _ in range(MOST_BLOCKS):
        if tag.size < at + head:
            return
        begin = tag.read(at, head)
        name, raw = begin[:letters], begin[letters : letters + size]
        if not name.isalnum():
            return
        length = _synchsafe(raw) if version == 4 else int.from_bytes(raw, "big")
        there = tag.size - at - head
        if there < length:
            raise Torn(f"frame {name.decode('latin-1')} claims {length} bytes, {there} are there")
        content = tag.read(at + head, length) if length <= LARGEST else None
        plain = None if content is None else _unpacked(content, begin[-1] if version > 2 else 0, version)
        if plain is not None:
            yield name.decode("latin-1"), plain
        at += head + length


def _unpacked(content: bytes, flags: int, version: int) -> bytes | None:
    """What a frame holds; None where it is packed or encrypted."""
    if flags & (0b1110 if version == 4 else 0b11000000) & ~0b10:
        return None
    if version == 4 and flags & 0b10:
        content = _synchronised(content)
    if version == 4 and flags & 1:
        content = content[4:]
    return content


def _fields(name: str, content: bytes) -> Iterator[tuple[str, str]]:
    if name in ("TXXX", "WXXX"):
        described, value = _split(content[1:], content[:1])
        text = _text(value, content[:1]) if name == "TXXX" else value.split(b"\0")[0].decode("latin-1")
        yield f"ID3 {name}:{_text(described, content[:1])}", text
    elif name in ("COMM", "USER"):
        described, value = _split(content[4:], content[:1]) if name == "COMM" else (b"", content[4:])
        yield f"ID3 {name}", _text(value, content[:1])
    elif name.startswith("T"):
        yield f"ID3 {name}", _text(content[1:], content[:1])
    elif name.startswith("W"):
        yield f"ID3 {name}", content.split(b"\0")[0].decode("latin-1")
    elif name == "PRIV" and content[:4] == b"XMP\0":
        yield from markup.xmp(content[4:])
    elif name == "GEOB" and _MANIFEST in content[:4_096]:
        yield "C2PA", "a manifest"


def _split(data: bytes, encoding: bytes) -> tuple[bytes, bytes]:
    """A text and what follows the zero behind it."""
    if encoding in (b"\x01", b"\x02"):
        for at in range(0, len(data) - 1, 2):
            if data[at : at + 2] == b"\0\0":
                return data[:at], data[at + 2 :]
        return data, b""
    before, _, after = data.partition(b"\0")
    return before, after


def _text(data: bytes, encoding: bytes) -> str:
    named = _ENCODINGS.get(encoding[0] if encoding else 0, "latin-1")
    return data.decode(named, errors="replace").strip("\0\ufeff")
