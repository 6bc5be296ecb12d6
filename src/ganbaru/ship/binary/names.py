"""What custom sections tell: names of things (core specification, 7.4.1), who made the file, what it needs."""

from dataclasses import dataclass, field

from ganbaru.ship.binary.cursor import Cursor

SPACES = {
    1: "function",
    4: "type",
    5: "table",
    6: "memory",
    7: "global",
    8: "element",
    9: "data",
    11: "tag",
}
_WITHIN = {2: "local", 3: "label"}


@dataclass
class Names:
    """Names by number.

    Attributes:
        module: of the module itself; "" for none.
        of: for each kind of thing, the names by number.
        within: for "local" and "label", the names by number for each function's number.
    """

    module: str = ""
    of: dict[str, dict[int, str]] = field(default_factory=lambda: {space: {} for space in SPACES.values()})
    within: dict[str, dict[int, dict[int, str]]] = field(default_factory=lambda: {"local": {}, "label": {}})


def read_names(cursor: Cursor, names: Names) -> None:
    """Reads the section ``name`` into ``names``; parts that are not known are passed over."""
    while cursor.left:
        part = cursor.byte()
        size = cursor.count("bytes")
        inner = Cursor(cursor.data, cursor.at, cursor.at + size, cursor.within)
        cursor.skip(size)
        if part == 0:
            names.module = inner.word()
        elif part in SPACES:
            names.of[SPACES[part]].update(_map(inner))
        elif part in _WITHIN:
            for _ in range(inner.count("functions", 2)):
                function = inner.unsigned()
                names.within[_WITHIN[part]][function] = _map(inner)


def _map(cursor: Cursor) -> dict[int, str]:
    return {cursor.unsigned(): cursor.word() for _ in range(cursor.count("names", 2))}


def read_producers(cursor: Cursor) -> dict[str, tuple[str, ...]]:
    """Languages and tools that made the file, with their versions, by field."""
    return {cursor.word(): tuple(_producer(cursor) for _ in range(cursor.count("values", 2))) for _ in _fields(cursor)}


def _fields(cursor: Cursor) -> range:
    return range(cursor.count("fields", 2))


def _producer(cursor: Cursor) -> str:
    return f"{cursor.word()} {cursor.word()}".strip()


def read_features(cursor: Cursor) -> tuple[str, ...]:
    """What a tool says that the file needs (+) or must not meet (-)."""
    return tuple(f"{chr(cursor.byte())}{cursor.word()}" for _ in range(cursor.count("features", 2)))
