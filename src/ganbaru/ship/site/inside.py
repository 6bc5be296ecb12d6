"""What "look inside" shows of a module and a browser could not find out by itself."""

from collections.abc import Iterable
from dataclasses import dataclass

from ganbaru.ship.site.elements import Element, both, element


@dataclass(frozen=True)
class Section:
    """One section of the module.

    Attributes:
        name: such as ``"code"``, or a custom section's own.
        size: bytes.
    """

    name: str
    size: int


@dataclass(frozen=True)
class Export:
    """What the module offers.

    Attributes:
        name: as exported.
        kind: with its type, such as ``"function (i64) -> i32"``.
        note: what it is, a line; may be empty.
    """

    name: str
    kind: str
    note: str = ""


@dataclass(frozen=True)
class Function:
    """A function that can be read.

    Attributes:
        name: its own.
        note: what it does, a line; may be empty.
        text: in WebAssembly's text format, with comments.
    """

    name: str
    note: str
    text: str


@dataclass(frozen=True)
class Inside:
    """All of it; what is empty is left out."""

    sections: tuple[Section, ...] = ()
    exports: tuple[Export, ...] = ()
    functions: tuple[Function, ...] = ()

    def elements(self) -> list[Element]:
        """As parts of a page; none where there is nothing to show."""
        sections = [(each.name, f"{each.size:,}") for each in self.sections]
        exports = [(each.name, each.kind, each.note) for each in self.exports]
        shown: list[Element] = []
        if sections:
            shown += [
                both("h3", "Sections", "セクション"),
                _table((("Section", "セクション"), ("Bytes", "バイト数")), sections, numbers=1),
            ]
        if exports:
            heads = (("Export", "名前"), ("Type", "型"), ("What it is", "内容"))
            shown += [both("h3", "Exports", "エクスポート"), _table(heads, exports)]
        if self.functions:
            shown += [both("h3", "Functions", "関数"), *map(_folded, self.functions)]
        return shown


def _table(heads: Iterable[tuple[str, str]], rows: Iterable[tuple[str, ...]], *, numbers: int = -1) -> Element:
    """A table whose column ``numbers`` is set as numbers; the first names its row."""
    kinds = [{"class": "number"} if column == numbers else {} for column in range(3)]
    head = element("tr", *(both("th", *names, scope="col", **kind) for names, kind in zip(heads, kinds, strict=False)))
    body = [
        element(
            "tr",
            element("th", element("code", row[0]), scope="row"),
            *(element("td", cell, lang="en", **kind) for cell, kind in zip(row[1:], kinds[1:], strict=False)),
        )
        for row in rows
    ]
    table = element("table", element("thead", head), element("tbody", *body))
    return element("div", table, **{"class": "scroll"})


def _folded(function: Function) -> Element:
    note = f": {function.note}" if function.note else ""
    summary = element("summary", element("code", function.name), note)
    return element("details", summary, element("pre", element("code", function.text), tabindex="0"))
