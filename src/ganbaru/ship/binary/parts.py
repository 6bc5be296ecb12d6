"""What a module is made of, as values."""

from dataclasses import dataclass

PAGE = 65_536
"""Bytes of a page of memory."""


@dataclass(frozen=True)
class Section:
    """A stretch of the file.

    Attributes:
        name: such as "code"; of a custom section the one that it bears.
        custom: whether it is a custom section, which an engine may pass over.
        offset: where it begins, bytes from the beginning of the file.
        size: bytes, its head included: sections and the eight bytes before the first make the file.
        start: where its content begins, behind head and name.
        entries: how many things it holds; None where it is not a list.
    """

    name: str
    custom: bool
    offset: int
    size: int
    start: int
    entries: int | None

    @property
    def end(self) -> int:
        """Where the next one begins."""
        return self.offset + self.size


@dataclass(frozen=True)
class FunctionType:
    """What a function takes and gives."""

    parameters: tuple[str, ...]
    results: tuple[str, ...]

    def __str__(self) -> str:
        return f"({', '.join(self.parameters)}) -> {', '.join(self.results) or '()'}"


@dataclass(frozen=True)
class Aggregate(FunctionType):
    """A structure or an array that the engine keeps; it stands among the types of functions, and takes their numbers.

    Attributes:
        form: "struct" or "array".
        fields: what is in it, as the text format writes it.
    """

    form: str = "struct"
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.form} ({', '.join(self.fields)})"


@dataclass(frozen=True)
class Limits:
    """How large a memory (pages) or table (entries) is, and may become."""

    minimum: int
    maximum: int | None
    shared: bool = False
    wide: bool = False

    def __str__(self) -> str:
        if self.maximum is None:
            return f"{self.minimum:,} or more"
        return f"{self.minimum:,}" if self.maximum == self.minimum else f"{self.minimum:,} to {self.maximum:,}"


@dataclass(frozen=True)
class Memory:
    """One memory.

    Attributes:
        limits: in pages.
        page: bytes of a page.
    """

    limits: Limits
    page: int = PAGE

    def __str__(self) -> str:
        shared, wide = ", shared" * self.limits.shared, ", 64-bit addresses" * self.limits.wide
        return f"{self.limits} × {self.page:,} bytes{shared}{wide}"


@dataclass(frozen=True)
class Table:
    """One table of references.

    Attributes:
        kind: of its entries.
        limits: in entries.
        start: what its entries are at first, an expression ``(start, end)`` in the file; None: null.
    """

    kind: str
    limits: Limits
    start: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"{self.limits} × {self.kind}"


@dataclass(frozen=True)
class Global:
    """One global variable.

    Attributes:
        kind: of its value.
        mutable: whether it may be set.
        start: its first value, an expression ``(start, end)`` in the file; None: it is imported.
    """

    kind: str
    mutable: bool
    start: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"{'mutable ' * self.mutable}{self.kind}"


@dataclass(frozen=True)
class Tag:
    """A kind of exception: a type's number and the type."""

    type_index: int
    type: FunctionType

    def __str__(self) -> str:
        return str(self.type)


@dataclass(frozen=True)
class Function:
    """One function.

    Attributes:
        index: its number; imported ones come first.
        name: that of the name section, else under which it is exported or imported, else its number.
        type_index: number of its type.
        type: what it takes and gives.
        start: where its code begins in the file, locals included; 0 where it is imported.
        size: bytes of it.
    """

    index: int
    name: str
    type_index: int
    type: FunctionType
    start: int = 0
    size: int = 0

    @property
    def imported(self) -> bool:
        """Whether somebody else brings it."""
        return self.start == 0


@dataclass(frozen=True)
class Import:
    """Something that the module wants to be given: its kind is "function", "table", "memory", "global" or "tag"."""

    module: str
    name: str
    kind: str
    index: int
    type: FunctionType | Table | Memory | Global | Tag


@dataclass(frozen=True)
class Export:
    """Something that the module offers, with its type."""

    name: str
    kind: str
    index: int
    type: FunctionType | Table | Memory | Global | Tag


@dataclass(frozen=True)
class Element:
    """Entries of a table.

    Attributes:
        mode: "active" (put into the table at the start), "passive" or "declared".
        kind: of the references.
        table: number of the table.
        offset: expression of the first place, ``(start, end)``; None unless active.
        functions: numbers, where entries are given as such.
        expressions: where they are given as expressions.
    """

    mode: str
    kind: str
    table: int
    offset: tuple[int, int] | None
    functions: tuple[int, ...] = ()
    expressions: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Data:
    """Bytes for a memory.

    Attributes:
        mode: "active" (copied at the start) or "passive".
        memory: number of the memory.
        offset: expression of the address, ``(start, end)``; None unless active.
        address: where they go, if that is a constant.
        start: where they lie in the file.
        size: how many.
    """

    mode: str
    memory: int
    offset: tuple[int, int] | None
    address: int | None
    start: int
    size: int
