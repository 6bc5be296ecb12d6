"""Fewer bytes for the same code: a local that is set and read at once is set by ``local.tee``, which leaves its value.

The assembler writes instructions as they stand in the text. There, each value has a line of its own for the reader's
sake, and so many a pointer is moved by one line and used by the next.
"""

from collections.abc import Iterator

from ganbaru.ship.binary import read
from ganbaru.ship.binary.cursor import Cursor
from ganbaru.ship.binary.decoding import instructions
from ganbaru.ship.sections import leb128

_CODE = 10
_TEE = b"\x22"


def tightened(module: bytes) -> bytes:
    """A module with ``local.tee x`` in place of each ``local.set x`` before a ``local.get x``; nothing else differs."""
    found = read(module)
    (section,) = (each for each in found.sections if each.name == "code" and not each.custom)
    bodies = [_tightened(module, start, start + size) for start, size in found.raw.code]
    code = leb128(len(bodies)) + b"".join(leb128(len(body)) + body for body in bodies)
    return module[: section.offset] + bytes([_CODE]) + leb128(len(code)) + code + module[section.end :]


def _tightened(module: bytes, start: int, end: int) -> bytes:
    """A function's locals as they are, and its instructions."""
    cursor = Cursor(module, start, end, "a function")
    for _ in range(cursor.unsigned()):
        cursor.unsigned()
        cursor.skip(1)
    return module[start : cursor.at] + b"".join(_joined(module, cursor, end))


def _joined(module: bytes, cursor: Cursor, end: int) -> Iterator[bytes]:
    read_in_order = list(instructions(cursor))
    ends = [each.offset for each in read_in_order[1:]] + [end]
    before = None
    for one, after in zip(read_in_order, ends, strict=True):
        content = module[one.offset : after]
        if before is not None and one.opcode.name == "local.get" and content[1:] == before[1:]:
            yield _TEE + content[1:]
            before = None
            continue
        if before is not None:
            yield before
        before = content if one.opcode.name == "local.set" else None
        if before is None:
            yield content
    if before is not None:
        yield before
