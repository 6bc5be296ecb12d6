"""Tags of FLAC and Ogg files: Vorbis comments put in place of those of the same names, everything else as it was."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ganbaru.errors import UserError
from ganbaru.rights.writing.statement import Statement
from ganbaru.runs.riff import encoded

_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_HEADERS = {b"\x01vorbis": 3, b"OpusHead": 2}
"""How many packets of headers a stream has, by the first."""
_TAGS = {b"\x03vorbis": b"\x01", b"OpusTags": b""}
"""How the packet of comments begins, and what ends it."""


def with_comments(block: bytes, statement: Statement) -> bytes:
    """A block of Vorbis comments with those of a statement.

    Raises:
        UserError: it is torn.
    """
    vendor, at = _text(block, 0)
    count, at = _number(block, at)
    kept: list[bytes] = []
    said = {
        b"LICENSE": statement.licence,
        b"COPYRIGHT": statement.copyright,
        b"COMMENT": statement.comment,
        b"ENCODER": statement.software,
    }
    said = {key: value for key, value in said.items() if value}
    for _ in range(count):
        comment, at = _text(block, at)
        if comment.partition(b"=")[0].upper() not in said:
            kept.append(comment)
    kept += [key + b"=" + encoded(value) for key, value in said.items()]
    return _sized(vendor) + len(kept).to_bytes(4, "little") + b"".join(map(_sized, kept))


def flac(data: bytes, statement: Statement) -> bytes:
    """A FLAC file with a statement.

    Raises:
        UserError: it is no whole FLAC file.
    """
    if data[:4] != b"fLaC":
        raise UserError("this is no FLAC file", hint="check its ending")
    blocks: list[tuple[int, bytes]] = []
    at, last = 4, False
    while not last:
        head = data[at : at + 4]
        length = int.from_bytes(head[1:4], "big")
        if len(head) < 4 or at + 4 + length > len(data):
            raise UserError("this FLAC file is torn: a block reaches beyond its end", hint="write it anew first")
        blocks.append((head[0] & 127, data[at + 4 : at + 4 + length]))
        last, at = bool(head[0] & 128), at + 4 + length
    before = next((content for kind, content in blocks if kind == 4), b"\0" * 8)
    others = [(kind, content) for kind, content in blocks if kind != 4]
    made = [others[0], (4, with_comments(before, statement)), *others[1:]]
    heads = (
        bytes([kind | 128 * (number == len(made) - 1)]) + len(content).to_bytes(3, "big") + content
        for number, (kind, content) in enumerate(made)
    )
    return b"fLaC" + b"".join(heads) + data[at:]


@dataclass(frozen=True)
class _Page:
    """One page of an Ogg stream: its head up to the sequence number, the number, segment lengths and content."""

    head: bytes
    number: int
    segments: bytes
    content: bytes

    @property
    def serial(self) -> bytes:
        return self.head[14:18]

    def packed(self) -> bytes:
        """The bytes of the page, with the checksum that they have now."""
        start = self.head + self.number.to_bytes(4, "little")
        rest = bytes([len(self.segments)]) + self.segments + self.content
        return start + checksum(start + b"\0" * 4 + rest).to_bytes(4, "little") + rest


def checksum(data: bytes) -> int:
    """The CRC of RFC 3533: polynomial 0x04C11DB7, no bit reversed; zlib's is the same with every bit reversed."""
    mirrored = zlib.crc32(data.translate(_BITS), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


def ogg(data: bytes, statement: Statement) -> bytes:
    """An Ogg Vorbis or Opus file with a statement; its pages are numbered and summed anew, its audio is not touched.

    Raises:
        UserError: it is none, or torn.
    """
    pages = list(_pages(data))
    begin = pages[0].content if pages else b""
    wanted = next((count for magic, count in _HEADERS.items() if begin.startswith(magic)), 0)
    if not wanted:
        raise UserError("this is no Ogg Vorbis or Opus file", hint="tags are written into these two")
    first = pages[0]
    own = [page for page in pages[1:] if page.serial == first.serial]
    packets, used = _packets(own, wanted - 1)
    magic = next((start for start in _TAGS if packets[0].startswith(start)), b"")
    if not magic:
        raise UserError("this Ogg file has no comments where they belong", hint="write it anew first")
    packets[0] = magic + with_comments(packets[0][len(magic) :], statement) + _TAGS[magic]
    headers = list(_paged(packets, own[0]))
    shift = len(headers) - used
    old = {page.number for page in own[:used]}
    rest = [page for page in pages[1:] if page.serial != first.serial or page.number not in old]
    moved = [replace(page, number=page.number + shift) if page.serial == first.serial else page for page in rest]
    return b"".join(page.packed() for page in [first, *headers, *moved])


def _pages(data: bytes) -> Iterator[_Page]:
    at = 0
    while at < len(data):
        head = data[at : at + 27]
        if len(head) < 27 or head[:4] != b"OggS":
            raise UserError(f"this Ogg file is torn at byte {at:,}", hint="write it anew first")
        segments = data[at + 27 : at + 27 + head[26]]
        end = at + 27 + head[26] + sum(segments)
        if end > len(data):
            raise UserError(f"this Ogg file is torn at byte {at:,}", hint="write it anew first")
        number = int.from_bytes(head[18:22], "little")
        yield _Page(head[:18], number, segments, data[at + 27 + head[26] : end])
        at = end


def _packets(pages: Sequence[_Page], count: int) -> tuple[list[bytes], int]:
    """The first packets of a stream, and over how many pages they lie; they must end with a page."""
    packets, open_packet = [], b""
    for number, page in enumerate(pages, 1):
        at = 0
        for length in page.segments:
            open_packet += page.content[at : at + length]
            at += length
            if length < 255:
                packets.append(open_packet)
                open_packet = b""
        if len(packets) == count and not open_packet:
            return packets, number
        if len(packets) > count:
            break
    raise UserError("this Ogg file's headers do not end with a page", hint="write it anew first")


def _paged(packets: Sequence[bytes], like: _Page) -> Iterator[_Page]:
    """Packets laid into pages of their own, numbered from that of the page ``like`` on."""
    lacing = [b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets]
    segments, content = b"".join(lacing), b"".join(packets)
    continued = False
    for number, start in enumerate(range(0, len(segments), 255)):
        own = segments[start : start + 255]
        length = sum(own)
        ends = any(each < 255 for each in own)
        granule = b"\0" * 8 if ends else b"\xff" * 8
        head = b"OggS\0" + bytes([continued]) + granule + like.serial
        yield _Page(head, like.number + number, own, content[:length])
        content, continued = content[length:], own[-1] == 255


def _number(data: bytes, at: int) -> tuple[int, int]:
    if at + 4 > len(data):
        raise UserError("its comments are torn", hint="write the file anew first")
    return int.from_bytes(data[at : at + 4], "little"), at + 4


def _text(data: bytes, at: int) -> tuple[bytes, int]:
    length, at = _number(data, at)
    if at + length > len(data):
        raise UserError("its comments are torn", hint="write the file anew first")
    return data[at : at + length], at + length


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "little") + data
