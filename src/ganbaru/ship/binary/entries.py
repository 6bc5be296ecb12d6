"""One entry of each section (core specification, 5.5), and all that was read."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ganbaru.errors import UserError
from ganbaru.ship.binary.cursor import Cursor, broken
from ganbaru.ship.binary.decoding import UnknownOpcode, expression, instruction, value_type
from ganbaru.ship.binary.parts import PAGE, Aggregate, Data, Element, FunctionType, Global, Limits, Memory, Table

KINDS = ("function", "table", "memory", "global", "tag")
MOST_VALUES = 1_000
"""A function takes or gives no more in any engine."""
LEAST = {
    "type": 3,
    "import": 4,
    "function": 1,
    "table": 3,
    "memory": 2,
    "tag": 2,
    "global": 4,
    "export": 3,
    "element": 3,
    "code": 3,
    "data": 2,
}
"""Bytes that one entry takes at the least."""


@dataclass
class Raw:
    """What the sections hold, by number; imported things come before a module's own.

    Attributes:
        types: of functions.
        imports: ``(module, name, kind, index)``.
        functions: numbers of their types.
        tables: all of them.
        memories: likewise.
        globals: likewise.
        tags: numbers of their types.
        exports: ``(name, kind, index)``.
        start: number of the function that is called first.
        elements: entries for tables.
        data_count: as it is claimed.
        code: ``(start, size)`` of each function that is not imported.
        data: bytes for memories.
    """

    types: list[FunctionType] = field(default_factory=list)
    imports: list[tuple[str, str, str, int]] = field(default_factory=list)
    functions: list[int] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    globals: list[Global] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    exports: list[tuple[str, str, int]] = field(default_factory=list)
    start: int | None = None
    elements: list[Element] = field(default_factory=list)
    data_count: int | None = None
    code: list[tuple[int, int]] = field(default_factory=list)
    data: list[Data] = field(default_factory=list)

    def count(self, kind: str) -> int:
        """How many functions, tables, … there are."""
        return len(getattr(self, "memories" if kind == "memory" else f"{kind}s"))

    @property
    def imported_functions(self) -> int:
        """How many."""
        return sum(kind == "function" for _, _, kind, _ in self.imports)

    def check(self, called: str, size: int) -> None:
        """Holds the sections against each other.

        Raises:
            UserError: they do not fit together.
        """
        own = len(self.functions) - self.imported_functions
        if own != len(self.code):
            raise broken(f"{called} declares {own:,} functions and has code for {len(self.code):,}", size)
        if self.data_count not in (None, len(self.data)):
            raise broken(f"{called} claims {self.data_count:,} stretches of data and has {len(self.data):,}", size)
        for index in (*self.functions, *self.tags):
            if index >= len(self.types):
                raise broken(f"{called} names type {index:,} of {len(self.types):,}", size)
        for name, kind, index in self.exports:
            if index >= self.count(kind):
                raise broken(f"{called} exports {name!r}, {kind} {index:,} of {self.count(kind):,}", size)
        if self.start is not None and self.start >= len(self.functions):
            raise broken(f"{called} starts with function {self.start:,} of {len(self.functions):,}", size)


def _type(cursor: Cursor, raw: Raw) -> None:
    """One type, or a group of types that refer to each other."""
    if cursor.left and cursor.data[cursor.at] == 0x4E:
        cursor.skip(1)
        for _ in range(cursor.count("types", 2)):
            raw.types.append(_one_type(cursor))
    else:
        raw.types.append(_one_type(cursor))


def _one_type(cursor: Cursor) -> FunctionType:
    start, form = cursor.at, cursor.byte()
    if form in (0x4F, 0x50):  # with types that it extends
        for _ in range(cursor.count("types")):
            cursor.unsigned()
        start, form = cursor.at, cursor.byte()
    if form == 0x5E:
        return Aggregate((), (), "array", (_field(cursor),))
    if form == 0x5F:
        return Aggregate((), (), "struct", tuple(_field(cursor) for _ in range(cursor.count("fields", 2))))
    if form != 0x60:
        raise broken(f"{cursor.within} holds a type of the unknown form {form:#x}", start)
    parameters, results = (
        tuple(value_type(cursor) for _ in range(cursor.count("values"))) for _ in ("parameters", "results")
    )
    if max(len(parameters), len(results)) > MOST_VALUES:
        raise broken(f"{cursor.within} holds a function of more than {MOST_VALUES:,} values", start)
    return FunctionType(parameters, results)


def _field(cursor: Cursor) -> str:
    packed = {0x78: "i8", 0x77: "i16"}.get(cursor.data[cursor.at] if cursor.left else 0)
    if packed:
        cursor.skip(1)
    kind = packed or value_type(cursor)
    return f"(mut {kind})" if cursor.byte() else kind


def _import(cursor: Cursor, raw: Raw) -> None:
    module, name = cursor.word(), cursor.word()
    start, code = cursor.at, cursor.byte()
    if code >= len(KINDS):
        raise broken(f"{cursor.within} holds an import of the unknown kind {code}", start)
    if code == 0:
        index = len(raw.functions)
        raw.functions.append(cursor.unsigned())
    elif code == 1:
        index = len(raw.tables)
        raw.tables.append(_table_type(cursor))
    elif code == 2:
        index = len(raw.memories)
        _memory(cursor, raw)
    elif code == 3:
        index = len(raw.globals)
        raw.globals.append(_global_type(cursor))
    else:
        index = len(raw.tags)
        _tag(cursor, raw)
    raw.imports.append((module, name, KINDS[code], index))


def _function(cursor: Cursor, raw: Raw) -> None:
    raw.functions.append(cursor.unsigned())


def _table(cursor: Cursor, raw: Raw) -> None:
    if cursor.left >= 2 and cursor.data[cursor.at : cursor.at + 2] == b"\x40\0":
        cursor.skip(2)
        table = _table_type(cursor)
        raw.tables.append(Table(table.kind, table.limits, expression(cursor)))
    else:
        raw.tables.append(_table_type(cursor))


def _table_type(cursor: Cursor) -> Table:
    kind = value_type(cursor)
    return Table(kind, _limits(cursor, cursor.byte()))


def _memory(cursor: Cursor, raw: Raw) -> None:
    flags = cursor.byte()
    limits = _limits(cursor, flags & ~8)
    page = PAGE
    if flags & 8:
        start, bits = cursor.at, cursor.unsigned()
        if bits > 16:
            raise broken(f"{cursor.within} holds a memory with pages of 2^{bits} bytes", start)
        page = 1 << bits
    raw.memories.append(Memory(limits, page))


def _limits(cursor: Cursor, flags: int) -> Limits:
    if flags > 7:
        raise broken(f"{cursor.within} holds limits of the unknown kind {flags}", cursor.at)
    bits = 64 if flags & 4 else 32
    minimum = cursor.unsigned(bits)
    return Limits(minimum, cursor.unsigned(bits) if flags & 1 else None, bool(flags & 2), bool(flags & 4))


def _tag(cursor: Cursor, raw: Raw) -> None:
    cursor.byte()
    raw.tags.append(cursor.unsigned())


def _global_type(cursor: Cursor, start: tuple[int, int] | None = None) -> Global:
    kind = value_type(cursor)
    place, mutable = cursor.at, cursor.byte()
    if mutable > 1:
        raise broken(f"{cursor.within} holds a global that is neither fixed nor mutable", place)
    return Global(kind, bool(mutable), start)


def _global(cursor: Cursor, raw: Raw) -> None:
    found = _global_type(cursor)
    raw.globals.append(Global(found.kind, found.mutable, expression(cursor)))


def _export(cursor: Cursor, raw: Raw) -> None:
    name, start, code = cursor.word(), cursor.at, cursor.byte()
    if code >= len(KINDS):
        raise broken(f"{cursor.within} holds an export of the unknown kind {code}", start)
    raw.exports.append((name, KINDS[code], cursor.unsigned()))


def _element(cursor: Cursor, raw: Raw) -> None:
    start, flags = cursor.at, cursor.unsigned()
    if flags > 7:
        raise broken(f"{cursor.within} holds entries of the unknown kind {flags}", start)
    active, written = not flags & 1, bool(flags & 4)
    table = cursor.unsigned() if active and flags & 2 else 0
    offset = expression(cursor) if active else None
    kind = "funcref"
    if flags & 3:
        kind = value_type(cursor) if written else _element_kind(cursor)
    mode = "active" if active else "declared" if flags & 2 else "passive"
    count = cursor.count("entries", 2 if written else 1)
    if written:
        entries = tuple(expression(cursor) for _ in range(count))
        raw.elements.append(Element(mode, kind, table, offset, expressions=entries))
    else:
        raw.elements.append(Element(mode, kind, table, offset, tuple(cursor.unsigned() for _ in range(count))))


def _element_kind(cursor: Cursor) -> str:
    start = cursor.at
    if cursor.byte():
        raise broken(f"{cursor.within} holds entries that are no functions", start)
    return "funcref"


def _code(cursor: Cursor, raw: Raw) -> None:
    size = cursor.count("bytes of a function")
    raw.code.append((cursor.at, size))
    cursor.skip(size)


def _data(cursor: Cursor, raw: Raw) -> None:
    start, flags = cursor.at, cursor.unsigned()
    if flags > 2:
        raise broken(f"{cursor.within} holds data of the unknown kind {flags}", start)
    memory = cursor.unsigned() if flags == 2 else 0
    offset = None if flags == 1 else expression(cursor)
    size = cursor.count("bytes of data")
    address = None if offset is None else constant(cursor.data, offset)
    raw.data.append(Data("passive" if flags == 1 else "active", memory, offset, address, cursor.at, size))
    cursor.skip(size)


def constant(data: bytes, place: tuple[int, int]) -> int | None:
    """The whole number that an expression is; None where it is something else."""
    cursor = Cursor(data, *place, "a constant")
    try:
        found = instruction(cursor)
    except (UnknownOpcode, UserError):
        return None
    if found.opcode.name not in ("i32.const", "i64.const") or cursor.left:
        return None
    bits = int(found.opcode.name[1:3])
    return int(found.values[0]) & (1 << bits) - 1


ENTRIES: dict[str, Callable[[Cursor, Raw], None]] = {
    "type": _type,
    "import": _import,
    "function": _function,
    "table": _table,
    "memory": _memory,
    "tag": _tag,
    "global": _global,
    "export": _export,
    "element": _element,
    "code": _code,
    "data": _data,
}
