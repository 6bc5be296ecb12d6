"""ID3v2 tags of MP3 and AIFF files: frames about rights put in place of those of the same names."""

from ganbaru.errors import UserError
from ganbaru.rights.names import creative_commons
from ganbaru.rights.writing.statement import Statement
from ganbaru.runs.riff import encoded

_OURS = (b"TCOP", b"WCOP", b"TSSE", b"COMM")


def tag(statement: Statement, before: bytes = b"") -> bytes:
    """An ID3v2.4 tag with a statement, and the frames of the tag ``before``.

    Raises:
        UserError: the earlier tag is of another version, packed, or torn.
    """
    address = address_of(statement.licence)
    frames = [frame for name, frame in _frames(before) if name not in _OURS and not _is_licence(frame)]
    if statement.copyright:
        frames.append(_frame(b"TCOP", b"\x03" + encoded(statement.copyright)))
    if address:
        frames.append(_frame(b"WCOP", address.encode("latin-1", errors="replace")))
    if statement.licence:
        frames.append(_frame(b"TXXX", b"\x03LICENSE\0" + encoded(statement.licence)))
    if statement.comment:
        frames.append(_frame(b"COMM", b"\x03eng\0" + encoded(statement.comment)))
    if statement.software:
        frames.append(_frame(b"TSSE", b"\x03" + encoded(statement.software)))
    content = b"".join(frames)
    return b"ID3\x04\0\0" + _synchsafe(len(content)) + content


def mp3(data: bytes, statement: Statement) -> bytes:
    """An MP3 file with a tag in front of it, in place of the one that it had.

    Raises:
        UserError: it is no MP3 file, or its tag cannot be kept.
    """
    length = 10 + _number(data[6:10]) if data[:3] == b"ID3" else 0
    if length > len(data) or len(data) < length + 2 or data[length] != 0xFF or data[length + 1] & 0xE0 != 0xE0:
        raise UserError("this is no MP3 file", hint="check its ending")
    return tag(statement, data[:length]) + data[length:]


def address_of(licence: str) -> str:
    """Where a licence can be read; "" where that is not known."""
    if licence.startswith(("http://", "https://")):
        return licence
    if licence == "CC0-1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    cc = creative_commons(licence)
    if cc is None:
        return ""
    port = f"{cc.port.lower()}/" if cc.port else ""
    return f"https://creativecommons.org/licenses/{cc.elements.lower()}/{cc.version}/{port}"


def _frames(data: bytes) -> list[tuple[bytes, bytes]]:
    """The frames of a tag, whole, by name."""
    if not data:
        return []
    if data[3] != 4 or data[5]:
        hint = "write its tag anew as ID3v2.4 first"
        raise UserError(f"its tag is ID3v2.{data[3]} with flags {data[5]:#x}, which is not rewritten here", hint=hint)
    found, at = [], 10
    while at + 10 <= len(data) and data[at]:
        end = at + 10 + _number(data[at + 4 : at + 8])
        if end > len(data):
            raise UserError("its tag is torn: a frame reaches beyond its end", hint="write its tag anew first")
        found.append((data[at : at + 4], data[at:end]))
        at = end
    return found


def _is_licence(frame: bytes) -> bool:
    return frame[:4] == b"TXXX" and frame[11:].upper().startswith(b"LICENSE\0")


def _frame(name: bytes, content: bytes) -> bytes:
    return name + _synchsafe(len(content)) + b"\0\0" + content


def _synchsafe(number: int) -> bytes:
    if number >= 1 << 28:
        raise UserError("a tag of more than 256 MB", hint="say less")
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


def _number(data: bytes) -> int:
    number = 0
    for byte in data:
        number = number << 7 | byte & 127
    return number
