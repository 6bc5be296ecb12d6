"""Tables of text (CSV and its kin): their columns and rows, read front to back."""

import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from ganbaru.checkup.logs.text import HINT, Cell, lines, opened
from ganbaru.errors import UserError
from ganbaru.sources.naming import printable

_DELIMITERS = "\t;,|"
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_TENSORBOARD = ["wall time", "step", "value"]


class Table:
    """A table of text.

    Attributes:
        names: its columns; numbers from 1 where its first line holds numbers already.
        broken: lines that had fewer cells than columns, so far.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.broken = 0
        with opened(path) as file:
            head = list(islice(lines(file, path), 2))
        self._delimiter = _delimiter(head)
        first = next(self._cells(iter(head[:1])))
        self._has_header = not all(number(cell) is not None for cell in first if cell)
        self.names = first if self._has_header else [str(place) for place in range(1, len(first) + 1)]
        if [name.lower() for name in self.names] == _TENSORBOARD:
            self.names = [*self.names[:2], _tag(path)]

    def rows(self, names: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
        """The cells of these columns, row by row.

        Raises:
            UserError: the text cannot be taken apart.
        """
        places = [self.names.index(name) for name in names]
        with opened(self._path) as file:
            rows = self._cells(lines(file, self._path))
            for cells in islice(rows, int(self._has_header), None):
                if len(cells) < len(self.names):
                    self.broken += 1
                    cells += [""] * (len(self.names) - len(cells))
                yield tuple(cells[place] for place in places)

    def _cells(self, lines: Iterator[str]) -> Iterator[list[str]]:
        if self._delimiter == " ":
            yield from (line.lstrip("#").split() for line in lines)
            return
        try:
            for cells in csv.reader(lines, delimiter=self._delimiter, skipinitialspace=True):
                yield [cell.strip() for cell in cells]
        except csv.Error as error:
            raise UserError(f"{printable(self._path)} cannot be read as a table: {error}", hint=HINT) from None


def number(cell: Cell) -> float | None:
    """The number in a cell, also with a decimal comma; None where there is none."""
    if cell is None or cell == "" or isinstance(cell, bool):
        return None
    try:
        return float(cell)
    except ValueError:
        return float(str(cell).replace(",", ".")) if _DECIMAL_COMMA.fullmatch(str(cell)) else None
    except OverflowError:
        return None


def _delimiter(head: list[str]) -> str:
    """What stands between the cells: what the first two lines hold equally often, else a space."""
    first, second = head[0], head[1] if len(head) > 1 else head[0]
    held = [each for each in _DELIMITERS if each in first and each in second]
    return next((each for each in held if first.count(each) == second.count(each)), held[0] if held else " ")


def _tag(path: Path) -> str:
    """What a table saved from TensorBoard holds: its file is called ``run-NAME-tag-TAG.csv``."""
    return path.stem.rpartition("-tag-")[2] or path.stem
