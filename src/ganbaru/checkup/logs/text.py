"""Files of text, whatever wrote them: their encoding, and one clear error where they are no text."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ganbaru.errors import UserError
from ganbaru.sources.naming import printable

Cell = str | float | bool | None
HINT = "give TensorBoard events, CSV or JSONL"
_AHEAD = 65_536
_LONGEST = 1_000_000


@contextmanager
def opened(path: Path) -> Iterator[TextIO]:
    """The file, to be read as text; letters that its encoding does not know are replaced.

    Raises:
        UserError: it cannot be read, is empty, or is no text.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_AHEAD)
    except OSError as error:
        raise UserError(f"{printable(path)} cannot be read: {error.strerror}", hint="check the permissions") from None
    if not start.strip():
        raise UserError(f"{printable(path)} is empty", hint=HINT)
    wide = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    if (b"\0" in start and not wide) or (b"\n" not in start and len(start) == _AHEAD):
        raise UserError(f"{printable(path)} is no text", hint=HINT)
    with path.open(encoding="utf-16" if wide else "utf-8-sig", errors="replace", newline="") as text:
        yield text


def lines(file: TextIO, path: Path) -> Iterator[str]:
    """Those with something in them.

    Raises:
        UserError: one is longer than a million letters, so that it is no log.
    """
    while line := file.readline(_LONGEST):
        if len(line) == _LONGEST:
            raise UserError(f"{printable(path)} has a line of more than {_LONGEST:,} letters", hint=HINT)
        if line.strip():
            yield line
