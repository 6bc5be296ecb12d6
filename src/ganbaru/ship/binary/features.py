"""Which parts of WebAssembly a module's code makes use of.

A module may hold ten million instructions, and Python would take a minute to look at each. So one regular expression
that matches any run of instructions without news skips them in one go: it is made of the same tables of opcodes that
the disassembler reads, and grows with each feature that was met.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from ganbaru.errors import UserError
from ganbaru.ship.binary.cursor import Cursor
from ganbaru.ship.binary.decoding import UnknownOpcode, instruction, value_type
from ganbaru.ship.binary.module import Module
from ganbaru.ship.binary.opcodes import OPCODES, Opcode
from ganbaru.ship.binary.parts import PAGE

_NUMBER = rb"[\x80-\xff]{0,9}+[\x00-\x7f]"
_FOLLOWS = {
    **dict.fromkeys(("label", "function", "type", "table", "memory", "local", "global", "tag"), _NUMBER),
    **dict.fromkeys(("data", "element", "i32", "i64"), _NUMBER),
    "block": rb"[\x40\x6f\x70\x7b-\x7f]",
    "access": rb"[\x00-\x1f]" + _NUMBER,
    "heap": rb"[\x6f\x70]",
    "f32": rb"[\x00-\xff]{4}",
    "f64": rb"[\x00-\xff]{8}",
    "v128": rb"[\x00-\xff]{16}",
    "lanes": rb"[\x00-\xff]{16}",
    "lane": rb"[\x00-\xff]",
    "zero": rb"\x00",
}
"""What follows an opcode, where a pattern can say it; anything else is decoded."""


def features(module: Module) -> tuple[str, ...]:
    """Names of the features, in alphabetical order."""
    return tuple(sorted({*_declared(module), *_used(module)}, key=str.lower))


def _declared(module: Module) -> Iterator[str]:
    """Those that types and sections show."""
    limits = [memory.limits for memory in module.memories] + [table.limits for table in module.tables]
    modes = {data.mode for data in module.segments} | {element.mode for element in module.elements}
    across = [(kind, at) for *_, kind, at in module.raw.imports] + [(kind, at) for _, kind, at in module.raw.exports]
    kinds = {kind for type in module.types for kind in (*type.parameters, *type.results)}
    shown = {
        "several results": any(len(type.results) > 1 for type in module.types),
        "threads": any(each.shared for each in limits),
        "64-bit addresses": any(each.wide for each in limits),
        "several memories": len(module.memories) > 1,
        "small pages": any(each.page != PAGE for each in module.memories),
        "exceptions": bool(module.tags),
        "SIMD": "v128" in kinds,
        "reference types": len(module.tables) > 1 or bool(kinds & {"funcref", "externref"}),
        "mutable globals across modules": any(kind == "global" and module.globals[at].mutable for kind, at in across),
        "bulk memory": "passive" in modes,
    }
    yield from (name for name, is_shown in shown.items() if is_shown)


def _used(module: Module) -> set[str]:
    """Those of the opcodes."""
    found = {""}
    for start, size in module.raw.code:
        cursor = Cursor(module.data, start, start + size, "code")
        try:
            for _ in range(cursor.count("runs of locals", 2)):
                cursor.unsigned()
                if value_type(cursor) == "v128":
                    found.add("SIMD")
            _search(cursor, found)
        except (UnknownOpcode, UserError):
            found.add("opcodes that are not known here")
    return found - {""}


def _search(cursor: Cursor, found: set[str]) -> None:
    """Adds what one function uses."""
    while cursor.left:
        matched = _skipped(frozenset(found)).match(cursor.data, cursor.at, cursor.end)
        if matched:
            cursor.at = matched.end()
        if cursor.left:
            found.add(instruction(cursor).opcode.feature)


@cache
def _skipped(known: frozenset[str]) -> re.Pattern[bytes]:
    """Any run of instructions of these features."""
    groups: dict[tuple[int, tuple[str, ...]], list[Opcode]] = {}
    for opcode in OPCODES.values():
        if opcode.feature in known and all(kind in _FOLLOWS for kind in opcode.immediates):
            groups.setdefault((opcode.code >> 16, opcode.immediates), []).append(opcode)
    choices = (_choice(prefix, follows, ones) for (prefix, follows), ones in sorted(groups.items()))
    return re.compile(rb"(?:" + rb"|".join(choices) + rb")*+")


def _choice(prefix: int, follows: Iterable[str], ones: Iterable[Opcode]) -> bytes:
    after = b"".join(_FOLLOWS[kind] for kind in follows)
    numbers = sorted(each.code & 0xFFFF for each in ones)
    if not prefix:
        return _any(numbers) + after
    short = [number for number in numbers if number < 128]
    written = [_any(short)] if short else []
    for high in {number >> 7 for number in numbers} - {0}:
        written.append(_any([number & 127 | 128 for number in numbers if number >> 7 == high]) + _escaped(high))
    return _escaped(prefix) + rb"(?:" + rb"|".join(written) + rb")" + after


def _any(numbers: Iterable[int]) -> bytes:
    return b"[" + b"".join(map(_escaped, numbers)) + b"]"


def _escaped(number: int) -> bytes:
    return b"\\x%02x" % number
