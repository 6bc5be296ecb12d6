"""Points out of files of numbers: NumPy's arrays and tables of text. Never pickles."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from ganbaru.errors import UserError, unknown
from ganbaru.sources.naming import printable

Array = np.ndarray[Any, Any]
ARRAYS, TABLES = (".npy", ".npz"), (".csv", ".tsv", ".txt")
_DELIMITERS = "\t;, "
_NOT_AN_ARRAY = (
    ValueError,
    EOFError,
    MemoryError,
    OverflowError,
    BadZipFile,
    zlib.error,
    KeyError,
    NotImplementedError,
)


def array_file(name: str) -> tuple[Path, str]:
    """The file that an argument means, and the array in it: what follows the colon in ``file.npz:name``, else ""."""
    path, _, inside = name.rpartition(":")
    if Path(path).suffix.lower() == ".npz" and not Path(name).exists():
        return Path(path), inside
    return Path(name), ""


def read_points(name: str) -> tuple[Array, tuple[int, ...]]:
    """The points ``(n, d)`` float64 in a file, and the shape that they had there.

    Rows are points; a single axis is points on the line, and further axes are laid out one after another.

    Args:
        name: a ``.npy``, ``.npz``, ``.npz:name``, ``.csv``, ``.tsv`` or ``.txt`` file.

    Raises:
        UserError: it is none of them, it holds something else than finite numbers, or nothing.
    """
    path, inside = array_file(name)
    if not path.is_file():
        raise UserError(f"{printable(name)} is no file", hint="check the path")
    if path.suffix.lower() in TABLES:
        points = _table(path)
        return points, points.shape
    given = _from_archive(path, inside) if path.suffix.lower() == ".npz" else _from_array(path)
    return _as_points(given, printable(name)), given.shape


def _from_array(path: Path) -> Array:
    try:  # mapped, so that a header cannot claim more than the file has
        found: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except _NOT_AN_ARRAY as error:
        raise _unreadable(path, error) from error
    if not isinstance(found, np.ndarray):
        raise UserError(f"{printable(path)} is an archive of arrays", hint="call it .npz")
    return found


def _from_archive(path: Path, inside: str) -> Array:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:  # numpy leaves a broken one open
            if isinstance(archive, np.ndarray):
                raise UserError(f"{printable(path)} is one array, no archive", hint="call it .npy")
            return np.asarray(archive[_chosen(path, inside, list(archive.files))])
    except _NOT_AN_ARRAY as error:
        raise _unreadable(path, error) from error


def _chosen(path: Path, inside: str, names: list[str]) -> str:
    shown = ", ".join(map(printable, names))
    if not names:
        raise UserError(f"{printable(path)} holds no array", hint="give an archive of np.savez")
    if not inside and len(names) > 1:
        raise UserError(f"{printable(path)} holds several arrays", hint=f"write {printable(path)}:NAME, one of {shown}")
    if inside and inside not in names:
        raise unknown(f"array in {printable(path)}", printable(inside), map(printable, names))
    return inside or names[0]


def _unreadable(path: Path, error: BaseException) -> UserError:
    first = next(iter(str(error).splitlines()), "") or type(error).__name__
    if "pickle" in first:
        return UserError(f"{printable(path)} holds Python objects, not numbers", hint="save an array of numbers")
    return UserError(f"{printable(path)} cannot be read as an array: {first}", hint="save it anew with np.save")


def _as_points(given: Array, called: str) -> Array:
    if given.dtype.kind not in "biuf":
        raise UserError(f"{called} holds {given.dtype}, not numbers", hint="save integers or floats")
    if given.ndim == 0 or not given.size:
        raise UserError(f"{called} is empty: its shape is {given.shape}", hint="save points (n, d), a row a point")
    points = np.array(given, dtype=np.float64).reshape(len(given), -1)
    bad = np.argwhere(~np.isfinite(points))
    if len(bad):
        row, column = bad[0]
        where = f"row {row + 1}, column {column + 1}"
        raise UserError(f"{called}: {where} is {points[row, column]}", hint=_more(len(bad)))
    return points


def _more(count: int) -> str:
    others = f"{count - 1:,} more like it; " if count > 1 else ""
    return f"{others}leave such rows out"


def _table(path: Path) -> Array:
    """The numbers of a table of text, one point a line; a first line of words is taken for a header."""
    lines = list(_lines(path))
    delimiter = _delimiter(lines)
    cells = [(number, _split(line, delimiter)) for number, line in lines]
    if cells and not any(map(_is_number, cells[0][1])):
        cells = cells[1:]
    if not cells:
        raise UserError(f"{printable(path)} is empty: it has no line of numbers", hint="write one point a line")
    rows = [[_number(path, number, column, cell) for column, cell in enumerate(row, 1)] for number, row in cells]
    for (number, _), values in zip(cells, rows, strict=True):
        if len(values) != len(rows[0]):
            said = f"{printable(path)}: line {number} has {len(values)} columns where others have {len(rows[0])}"
            raise UserError(said, hint="give every point the same number of columns")
    return np.array(rows)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Those with something in them, comments left out, with their numbers from 1."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{printable(path)} is no text: {error.reason} at byte {error.start}", hint="save it as UTF-8"
        ) from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.strip(" \r")


def _delimiter(lines: list[tuple[int, str]]) -> str:
    """What stands between the numbers of the last line, which is no header; a space where nothing else does."""
    return next((each for each in _DELIMITERS if lines and each in lines[-1][1]), " ")


def _split(line: str, delimiter: str) -> list[str]:
    cells = line.split(None if delimiter == " " else delimiter)
    return [cell.strip(' "') for cell in cells]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _number(path: Path, line: int, column: int, cell: str) -> float:
    where = f"{printable(path)}: line {line}, column {column}"
    if not _is_number(cell):
        said = f"is {printable(cell[:40])!r}, no number" if cell else "is empty"
        raise UserError(
            f"{where} {said}", hint="write numbers with a point, one point a line, the same columns in each"
        )
    value = float(cell)
    if not np.isfinite(value):
        raise UserError(f"{where} is {cell}", hint="leave such lines out")
    return value
