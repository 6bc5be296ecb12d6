"""A module that was read: what is in it, and its functions as text."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from ganbaru.errors import UserError, unknown
from ganbaru.ship.binary.entries import Raw
from ganbaru.ship.binary.names import Names
from ganbaru.ship.binary.parts import (
    Data,
    Element,
    Export,
    Function,
    FunctionType,
    Global,
    Import,
    Memory,
    Section,
    Table,
    Tag,
)


class Module:
    """A WebAssembly module.

    Args:
        data: the whole file.
        sections: in their order.
        raw: what they hold.

    Attributes:
        names: of things, as the section ``name`` tells.
        producers: languages and tools that made the file.
        target_features: what a tool says that it needs (+) or must not meet (-).
        about: the document of the section ``ganbaru``, where the module was shipped by ganbaru.
        notes: what functions do, by their names, from the section ``ganbaru.notes``.
        problems: custom sections that could not be read, and why; an engine passes over them.
    """

    def __init__(self, data: bytes, sections: tuple[Section, ...], raw: Raw) -> None:
        self.data, self.sections, self.raw = data, sections, raw
        self.names = Names()
        self.producers: dict[str, tuple[str, ...]] = {}
        self.target_features: tuple[str, ...] = ()
        self.about: dict[str, Any] | None = None
        self.notes: dict[str, str] = {}
        self.problems: list[str] = []

    def __repr__(self) -> str:
        return f"Module({self.size:,} bytes, {len(self.functions):,} functions, {len(self.exports):,} exports)"

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self.data)

    @property
    def types(self) -> list[FunctionType]:
        """Types of functions, by number."""
        return self.raw.types

    @property
    def tables(self) -> list[Table]:
        """By number, imported ones first."""
        return self.raw.tables

    @property
    def memories(self) -> list[Memory]:
        """By number, imported ones first."""
        return self.raw.memories

    @property
    def globals(self) -> list[Global]:
        """By number, imported ones first."""
        return self.raw.globals

    @property
    def elements(self) -> list[Element]:
        """Entries for tables."""
        return self.raw.elements

    @property
    def segments(self) -> list[Data]:
        """Bytes for memories."""
        return self.raw.data

    @cached_property
    def tags(self) -> list[Tag]:
        """Kinds of exceptions, imported ones first."""
        return [Tag(index, self.raw.types[index]) for index in self.raw.tags]

    @cached_property
    def functions(self) -> list[Function]:
        """By number, imported ones first."""
        told = dict(self._told("function"))
        first = self.raw.imported_functions
        code = [(0, 0)] * first + self.raw.code
        return [
            Function(index, told.get(index, str(index)), type_index, self.raw.types[type_index], *code[index])
            for index, type_index in enumerate(self.raw.functions)
        ]

    @cached_property
    def imports(self) -> list[Import]:
        """What it wants to be given."""
        return [Import(module, name, kind, at, self._type(kind, at)) for module, name, kind, at in self.raw.imports]

    @cached_property
    def exports(self) -> list[Export]:
        """What it offers."""
        return [Export(name, kind, at, self._type(kind, at)) for name, kind, at in self.raw.exports]

    @property
    def start(self) -> Function | None:
        """What is called before anything else."""
        return None if self.raw.start is None else self.functions[self.raw.start]

    @property
    def fused(self) -> "Module | None":
        """The second module within, in the section ``ganbaru.fused``.

        Raises:
            UserError: it cannot be read.
        """
        from ganbaru.ship.binary.reading import read

        content = self.custom("ganbaru.fused")
        if content is None:
            return None
        inner = read(content, "the module within, section 'ganbaru.fused'")
        inner.notes = inner.notes or self.notes
        return inner

    def custom(self, name: str) -> bytes | None:
        """Content of a custom section; of several with one name the last."""
        found = [section for section in self.sections if section.custom and section.name == name]
        return self.data[found[-1].start : found[-1].end] if found else None

    def function(self, name: str | int) -> Function:
        """The function of a name (its own, or one under which it is exported) or number.

        Raises:
            UserError: there is none.
        """
        if isinstance(name, str):
            found = self._by_name.get(name)
            if found is None and not (name.isdecimal() and name.isascii() and len(name) < 10):
                raise unknown("function", name, self._by_name)
            name = int(name) if found is None else found
        if not 0 <= name < len(self.functions):
            raise UserError(
                f"there is no function {name}", hint=f"they are numbered from 0 to {len(self.functions) - 1}"
            )
        return self.functions[name]

    def function_text(self, name: str | int) -> str:
        """A function as a person can read it, in the text format, with comments.

        Raises:
            UserError: there is no such function, or its bytes end within an instruction.
        """
        from ganbaru.ship.binary.text import function_lines

        return "\n".join(function_lines(self, self.function(name))) + "\n"

    def lines(self) -> Iterator[str]:
        """The whole module in the text format, line by line; `wasmtime.wat2wasm` makes the same code of it."""
        from ganbaru.ship.binary.text import module_lines

        return module_lines(self)

    def text(self) -> str:
        """The whole module in the text format."""
        return "\n".join(self.lines()) + "\n"

    @cached_property
    def features(self) -> tuple[str, ...]:
        """Parts of WebAssembly beyond its first version that it uses."""
        from ganbaru.ship.binary.features import features

        return features(self)

    @cached_property
    def _by_name(self) -> dict[str, int]:
        exported = {name: at for name, kind, at in self.raw.exports if kind == "function"}
        return exported | {function.name: function.index for function in reversed(self.functions)}

    def told_names(self, space: str) -> dict[int, str]:
        """Names of things of a kind: of the name section, else of an export, else of an import."""
        return dict(self._told(space))

    def _told(self, space: str) -> Iterator[tuple[int, str]]:
        yield from ((at, f"{module}.{name}") for module, name, kind, at in self.raw.imports if kind == space)
        yield from reversed([(at, name) for name, kind, at in self.raw.exports if kind == space])
        yield from self.names.of.get(space, {}).items()

    def _type(self, kind: str, at: int) -> FunctionType | Table | Memory | Global | Tag:
        if kind == "function":
            return self.raw.types[self.raw.functions[at]]
        held: dict[str, Sequence[Table | Memory | Global | Tag]] = {
            "table": self.tables,
            "memory": self.memories,
            "global": self.globals,
            "tag": self.tags,
        }
        return held[kind][at]
