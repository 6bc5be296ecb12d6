"""What things are called in the text of a module: one identifier each, their own names where they have any."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property

from ganbaru.ship.binary.module import Module
from ganbaru.ship.binary.parts import Function, FunctionType

_PLAIN = re.compile(r"[0-9A-Za-z!#$%&'*+\-./:<=>?@\\^_`|~]+")
LONGEST = 256
"""Letters of a name that are written."""
_PREFIXES = {"function": "f", "type": "t", "global": "g", "tag": "tag"}
"""Of those that bear no name; tables, memories, data and elements are then called by their numbers."""


def quoted(text: str) -> str:
    """A string of the text format; whatever does not show is written as an escape."""
    return f'"{"".join(map(_letter, text))}"'


def quoted_bytes(content: bytes) -> str:
    """A string of the text format that stands for these bytes."""
    return f'"{"".join(map(_BYTES.__getitem__, content))}"'


def comment(text: str) -> str:
    """What may stand in a comment: no line breaks, and no letters that hide or turn others."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _letter(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    return "".join(f"\\{byte:02x}" for byte in letter.encode())


_BYTES = [chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\{byte:02x}" for byte in range(256)]


class Namer:
    """Identifiers by number, no two alike.

    Args:
        names: those that are told.
        prefix: of the others; "" leaves them their numbers.
        count: how many there are; what lies beyond is written as its number.
    """

    def __init__(self, names: Mapping[int, str], prefix: str, count: int) -> None:
        self._prefix, self._count, self._taken, self._known = prefix, count, set[str](), dict[int, str]()
        for index in sorted(each for each in names if each < count):
            self._known[index] = self._free(names[index], index)

    def of(self, index: int) -> str:
        """The identifier of a number."""
        if index not in self._known:
            named = self._prefix and index < self._count
            self._known[index] = self._free(f"{self._prefix}{index}", index) if named else str(index)
        return self._known[index]

    def told(self, index: int) -> str:
        """Likewise, with a space before it; nothing where the number is all there is."""
        found = self.of(index)
        return f" {found}" if found.startswith("$") else ""

    def _free(self, name: str, index: int) -> str:
        found = identifier(name)
        while found in self._taken:
            name = f"{name[: LONGEST - 12]}#{index}"
            found = identifier(name)
        self._taken.add(found)
        return found


def identifier(name: str) -> str:
    """As the text format writes it; of a very long name the beginning, for it may be written a million times."""
    name = name[:LONGEST]
    return f"${name}" if _PLAIN.fullmatch(name) else f"${quoted(name or '_')}"


class Naming:
    """Identifiers of everything in a module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._namer = cache(self._made)

    def __call__(self, space: str, index: int) -> str:
        return self._namer(space).of(index)

    def told(self, space: str, index: int) -> str:
        """With a space before it; nothing where the number is all there is."""
        return self._namer(space).told(index)

    def locals(self, function: Function, count: int) -> Namer:
        """Of a function's parameters and locals, so many together."""
        return Namer(self._parameters(function), "l", count)

    def _parameters(self, function: Function) -> dict[int, str]:
        told = self._module.names.within["local"].get(function.index, {})
        return {index: f"p{index}" for index in range(len(function.type.parameters))} | told

    def labels(self, function: Function) -> dict[int, str]:
        """Names of a function's blocks, in the order in which they begin."""
        return self._module.names.within["label"].get(function.index, {})

    @cached_property
    def exported(self) -> dict[int, list[str]]:
        """Under what names functions are exported, by number."""
        found: dict[int, list[str]] = {}
        for name, kind, index in self._module.raw.exports:
            if kind == "function":
                found.setdefault(index, []).append(quoted(name))
        return found

    def type_use(self, index: int) -> str:
        """Names a type, with a space before it, where another one of the same shape stands before it."""
        first = self._first_types[self._module.types[index]]
        return "" if first == index else f" (type {self('type', index)})"

    @cached_property
    def _first_types(self) -> dict[FunctionType, int]:
        return {type: index for index, type in reversed(list(enumerate(self._module.types)))}

    def _made(self, space: str) -> Namer:
        module = self._module
        held: dict[str, Sequence[object]] = {
            "function": module.functions,
            "type": module.types,
            "table": module.tables,
            "memory": module.memories,
            "global": module.globals,
            "tag": module.tags,
            "element": module.elements,
            "data": module.segments,
        }
        return Namer(module.told_names(space), _PREFIXES.get(space, ""), len(held[space]))
