"""A WebAssembly file into a `Module`: its sections in their order, each held against the bytes that it has.

Code is not decoded here; a function's is when its text is asked for.
"""

import json
from typing import Any

from ganbaru.errors import UserError
from ganbaru.ship.binary import names
from ganbaru.ship.binary.cursor import Cursor, broken
from ganbaru.ship.binary.entries import ENTRIES, LEAST, Raw
from ganbaru.ship.binary.module import Module
from ganbaru.ship.binary.parts import Section

HEAD = b"\0asm\1\0\0\0"
NUMBERED = {
    1: "type",
    2: "import",
    3: "function",
    4: "table",
    5: "memory",
    13: "tag",
    6: "global",
    7: "export",
    8: "start",
    9: "element",
    12: "data count",
    10: "code",
    11: "data",
}
"""The sections by number, in the order in which they must stand."""
_ORDER = list(NUMBERED)


def read(data: bytes, called: str = "the file") -> Module:
    """Reads a WebAssembly module.

    Args:
        data: the whole file.
        called: what errors call it.

    Raises:
        UserError: it is no module, or it is cut off or altered; the message says where.
    """
    _check_head(data, called)
    raw, sections, customs, last = Raw(), [], [], -1
    cursor = Cursor(data, len(HEAD), len(data), called)
    while cursor.left:
        section, number = _section(cursor, called)
        content = Cursor(data, section.start, section.end, f"{called}: section {section.name!r}")
        if number == 0:
            customs.append(section)
        else:
            if _ORDER.index(number) <= last:
                raise broken(f"{called}: section {section.name!r} stands twice or out of order", section.offset)
            last = _ORDER.index(number)
            section = _filled(section, content, raw)
        sections.append(section)
    raw.check(called, len(data))
    return _with_customs(Module(data, tuple(sections), raw), customs)


def _check_head(data: bytes, called: str) -> None:
    if data.startswith(HEAD):
        return
    if not data:
        raise UserError(f"{called} is empty", hint="fetch or build it anew")
    if data[:4] == HEAD[:4] and len(data) >= 8:
        if data[6:8] == b"\1\0":
            raise UserError(
                f"{called} is a component, not a module",
                hint="take the modules out of it first: wasm-tools component unbundle",
            )
        version = int.from_bytes(data[4:8], "little")
        raise UserError(f"{called} is of version {version} of WebAssembly", hint="only version 1 is known")
    if HEAD.startswith(data):
        raise broken(f"{called} is cut off within its first eight bytes", len(data))
    raise UserError(f"{called} is no WebAssembly: it begins with {data[:4].hex(' ')}", hint=_guess(data))


def _guess(data: bytes) -> str:
    """What else it may be, and what to try then."""
    start = data[:64].lstrip().lower()
    if start.startswith((b"(module", b";;", b"(component")):
        return "this is WebAssembly's text: assemble it first, as with wat2wasm"
    if start.startswith((b"<!doctype", b"<html")):
        return "this is a web page: the server answered with something else"
    if data.startswith((b"\x1f\x8b", b"PK", b"\x28\xb5\x2f\xfd")):
        return "this is packed: unpack it first"
    return "a module begins with 00 61 73 6d"


def _section(cursor: Cursor, called: str) -> tuple[Section, int]:
    """The next section's place, and its number."""
    offset, number = cursor.at, cursor.byte()
    if number and number not in NUMBERED:
        raise broken(f"{called}: there is no section of number {number}", offset)
    size = cursor.unsigned()
    if size > cursor.left:
        told = NUMBERED.get(number, "custom")
        raise broken(f"{called} is cut off: section {told!r} claims {size:,} bytes, {cursor.left:,} are left", offset)
    start, end = cursor.at, cursor.at + size
    cursor.skip(size)
    if number:
        return Section(NUMBERED[number], False, offset, end - offset, start, None), number
    inner = Cursor(cursor.data, start, end, f"{called}: a custom section")
    name = inner.word()
    return Section(name, True, offset, end - offset, inner.at, None), 0


def _filled(section: Section, content: Cursor, raw: Raw) -> Section:
    """Reads a section's entries into ``raw``; the section with their number."""
    entries = None
    if section.name == "start":
        raw.start = content.unsigned()
    elif section.name == "data count":
        raw.data_count = content.unsigned()
    else:
        entries = content.count("entries", LEAST[section.name])
        for _ in range(entries):
            ENTRIES[section.name](content, raw)
    if content.left:
        raise broken(f"{content.within} holds {content.left:,} bytes too many", content.at)
    return Section(section.name, False, section.offset, section.size, section.start, entries)


def _with_customs(module: Module, customs: list[Section]) -> Module:
    """The module with what its custom sections tell; one that cannot be read is a problem, not an error."""
    for section in customs:
        cursor = Cursor(module.data, section.start, section.end, f"section {section.name!r}")
        try:
            _custom(module, section.name, cursor)
        except (UserError, ValueError, RecursionError) as error:
            module.problems.append(f"custom section {section.name!r} cannot be read: {_reason(error)}")
    return module


def _reason(error: Exception) -> str:
    return str(error.args[0]) if error.args else type(error).__name__


def _custom(module: Module, name: str, cursor: Cursor) -> None:
    if name == "name":
        names.read_names(cursor, module.names)
    elif name == "producers":
        module.producers = names.read_producers(cursor)
    elif name == "target_features":
        module.target_features = names.read_features(cursor)
    elif name == "ganbaru":
        module.about = _document(cursor)
    elif name == "ganbaru.notes":
        module.notes = {key: line for key, line in _document(cursor).items() if isinstance(line, str)}


def _document(cursor: Cursor) -> dict[str, Any]:
    found = json.loads(cursor.take(cursor.left))
    if not isinstance(found, dict):
        raise ValueError("it is not a JSON object")
    return found
