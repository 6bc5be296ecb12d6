"""Instructions out of bytes, one after the other (core specification, 5.4)."""

import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from ganbaru.ship.binary.cursor import Cursor, broken
from ganbaru.ship.binary.opcodes import OPCODES, PREFIXES, Opcode

VALUES = {0x7F: "i32", 0x7E: "i64", 0x7D: "f32", 0x7C: "f64", 0x7B: "v128"}
HEAPS = {
    0x70: "func",
    0x6F: "extern",
    0x6E: "any",
    0x6D: "eq",
    0x6C: "i31",
    0x6B: "struct",
    0x6A: "array",
    0x69: "exn",
    0x74: "noexn",
    0x73: "nofunc",
    0x72: "noextern",
    0x71: "none",
}
_SHORT = {name: f"{name}ref" for name in HEAPS.values()} | {
    "none": "nullref",
    "nofunc": "nullfuncref",
    "noextern": "nullexternref",
    "noexn": "nullexnref",
}
CATCHES = ("catch", "catch_ref", "catch_all", "catch_all_ref")


class UnknownOpcode(Exception):
    """An opcode that the tables do not hold.

    Args:
        number: of it, as it is written.
        offset: in the file.
    """

    def __init__(self, number: str, offset: int) -> None:
        super().__init__(number)
        self.number, self.offset = number, offset


class Access(NamedTuple):
    """Where a load or store goes: ``align`` is the power of two that is promised."""

    align: int
    memory: int
    offset: int


class Block(NamedTuple):
    """Type of a block: the one of that number, or no parameters and these results."""

    number: int | None
    results: tuple[str, ...]


class Catch(NamedTuple):
    """A clause of ``try_table``."""

    kind: str
    tag: int | None
    label: int


class Instruction(NamedTuple):
    """One of them, with the values of its immediates and its place in the file."""

    offset: int
    opcode: Opcode
    values: tuple[Any, ...]


def instructions(cursor: Cursor) -> Iterator[Instruction]:
    """All up to the cursor's end.

    Raises:
        UnknownOpcode: at the first one that is not known.
        UserError: the bytes end within one.
    """
    while cursor.at < cursor.end:
        yield instruction(cursor)


def instruction(cursor: Cursor) -> Instruction:
    """The next one."""
    offset = cursor.at
    code = cursor.byte()
    told = f"{code:#04x}"
    if code in PREFIXES:
        number = cursor.unsigned()
        told, code = f"{told} {number:#04x}", (code << 16) + number
    opcode = OPCODES.get(code)
    if opcode is None or (code >> 16 and code & 0xFFFF != number):
        raise UnknownOpcode(told, offset)
    return Instruction(offset, opcode, tuple(_READERS[kind](cursor) for kind in opcode.immediates))


def value_type(cursor: Cursor) -> str:
    """A type of values, as the text format writes it."""
    start, code = cursor.at, cursor.byte()
    if code in VALUES:
        return VALUES[code]
    if code in HEAPS:
        return _SHORT[HEAPS[code]]
    if code in (0x63, 0x64):
        return f"(ref {'null ' * (code == 0x63)}{heap_type(cursor)})"
    raise broken(f"{cursor.within} holds {code:#04x}, which is no type of values", start)


def heap_type(cursor: Cursor) -> str:
    """What a reference refers to: a word, or a type's number."""
    start, code = cursor.at, cursor.signed(33)
    if code >= 0:
        return str(code)
    if code & 0x7F in HEAPS and code >= -64:
        return HEAPS[code & 0x7F]
    raise broken(f"{cursor.within} holds {code}, which nothing refers to", start)


def expression(cursor: Cursor) -> tuple[int, int]:
    """Passes over a constant expression: where it begins, and where its ``end`` stands."""
    start, depth = cursor.at, 1
    try:
        while depth:
            found = instruction(cursor)
            depth += (found.opcode.name in ("block", "loop", "if")) - (found.opcode.name == "end")
    except UnknownOpcode as error:
        raise broken(f"{cursor.within} holds a value of the unknown opcode {error.number}", error.offset) from None
    return start, found.offset


def _block(cursor: Cursor) -> Block:
    code = cursor.data[cursor.at] if cursor.left else 0
    if code == 0x40:
        cursor.skip(1)
        return Block(None, ())
    if code in VALUES or code in HEAPS or code in (0x63, 0x64):
        return Block(None, (value_type(cursor),))
    index = cursor.signed(33)
    if index < 0:
        raise broken(f"{cursor.within} holds a block of no known type", cursor.at)
    return Block(index, ())


def _access(cursor: Cursor) -> Access:
    align = cursor.unsigned()
    memory = cursor.unsigned() if align & 64 else 0
    if align & ~64 >= 32:
        raise broken(f"{cursor.within} holds an impossible alignment", cursor.at)
    return Access(align & ~64, memory, cursor.unsigned(64))


def _catch(cursor: Cursor) -> Catch:
    start, code = cursor.at, cursor.byte()
    if code >= len(CATCHES):
        raise broken(f"{cursor.within} holds a clause of no known kind", start)
    return Catch(CATCHES[code], cursor.unsigned() if code < 2 else None, cursor.unsigned())


def _cast(cursor: Cursor) -> tuple[int, str, str]:
    """A label, and the references that are told apart."""
    flags, label = cursor.byte(), cursor.unsigned()
    before, after = (f"(ref {'null ' * bool(flags & bit)}{heap_type(cursor)})" for bit in (1, 2))
    return label, before, after


def _several(what: str, one: Callable[[Cursor], Any], more: int = 0) -> Callable[[Cursor], tuple[Any, ...]]:
    return lambda cursor: tuple(one(cursor) for _ in range(cursor.count(what) + more))


def _unsigned(cursor: Cursor) -> int:
    return cursor.unsigned()


_READERS: dict[str, Callable[[Cursor], Any]] = {
    **dict.fromkeys(
        ("label", "function", "type", "table", "memory", "local", "global", "tag", "data", "element", "field", "size"),
        _unsigned,
    ),
    "i32": lambda cursor: cursor.signed(32),
    "i64": lambda cursor: cursor.signed(64),
    "f32": lambda cursor: cursor.take(4),
    "f64": lambda cursor: cursor.take(8),
    "v128": lambda cursor: cursor.take(16),
    "lanes": lambda cursor: tuple(cursor.take(16)),
    "lane": lambda cursor: cursor.byte(),
    "zero": lambda cursor: cursor.byte(),
    "block": _block,
    "access": _access,
    "heap": heap_type,
    "reference": lambda cursor: f"(ref {heap_type(cursor)})",
    "nullable": lambda cursor: f"(ref null {heap_type(cursor)})",
    "cast": _cast,
    "labels": _several("labels", _unsigned, more=1),
    "types": _several("types", value_type),
    "catches": _several("clauses", _catch),
}


def real(content: bytes) -> str:
    """A floating-point number of four or eight bytes as the text format writes it, in as few digits as will do."""
    kind, bits, mantissa = ("<f", 32, 23) if len(content) == 4 else ("<d", 64, 52)
    (value,) = struct.unpack(kind, content)
    whole = int.from_bytes(content, "little")
    if value != value:
        payload, sign = whole & (1 << mantissa) - 1, "-" * (whole >> bits - 1)
        return f"{sign}nan" if payload == 1 << mantissa - 1 else f"{sign}nan:{payload:#x}"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    if value == int(value) and abs(value) < 1e15:
        return f"{'-' * (whole >> bits - 1)}{abs(int(value))}"
    if bits == 64:
        return repr(value)
    return next(text for text in (f"{value:.{digits}g}" for digits in range(1, 10)) if _same(text, content))


def _same(text: str, content: bytes) -> bool:
    try:
        return struct.pack("<f", float(text)) == content
    except OverflowError:  # rounded up beyond the largest
        return False
