"""Lines of JSON objects: their keys as columns, nested ones joined by "/"."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ganbaru.checkup.logs.text import HINT, Cell, lines, opened
from ganbaru.errors import UserError
from ganbaru.sources.naming import printable


class Objects:
    """A file with a JSON object on each line, of which not every one has every key.

    Attributes:
        names: keys that hold a number or a text anywhere.
        broken: lines that are no object; a torn last line is one.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.broken = 0
        names: dict[str, None] = {}
        whole = 0
        for found in self._each():
            names.update(dict.fromkeys(found))
            whole += 1
        if self.broken > whole:
            raise UserError(f"{printable(path)}: most of its lines are no JSON object", hint=HINT)
        self.names = list(names)

    def rows(self, names: Sequence[str]) -> Iterator[tuple[Cell, ...]]:
        """The values of these keys, line by line; None where a line has no such key."""
        for found in self._each():
            yield tuple(found.get(name) for name in names)

    def _each(self) -> Iterator[dict[str, Cell]]:
        self.broken = 0
        with opened(self._path) as file:
            for line in lines(file, self._path):
                try:
                    found = json.loads(line)
                except (ValueError, RecursionError):
                    found = None
                if isinstance(found, dict):
                    yield dict(_flat(found))
                else:
                    self.broken += 1


def _flat(value: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Cell]]:
    """What is a number, a text or nothing; lists are left out."""
    for key, item in value.items():
        if isinstance(item, dict):
            if before.count("/") < 8:
                yield from _flat(item, f"{before}{key}/")
        elif not isinstance(item, list):
            yield before + key, item
