"""Which files make up a log, and whether a folder is one at all."""

import os
from collections.abc import Iterator
from pathlib import Path

from ganbaru.errors import UserError
from ganbaru.sources.naming import printable
from ganbaru.sources.scan import FOREIGN, READABLE

_EVENTS = "tfevents"
_TABLES = frozenset({".csv", ".tsv"})
_OBJECTS = frozenset({".jsonl", ".ndjson"})
_TAG = "-tag-"
_NAMED = 8
_HINT = "give TensorBoard events, CSV or JSONL"


def is_log(path: Path) -> bool:
    """Whether it is a log rather than a folder of sounds: a file, or a folder with event files or with tables only."""
    if not path.is_dir():
        return path.suffix[1:].lower() not in READABLE | FOREIGN
    tables = False
    for file in _files(path):
        if _EVENTS in file.name:
            return True
        if file.suffix[1:].lower() in READABLE | FOREIGN:
            return False
        tables |= file.suffix.lower() in _TABLES | _OBJECTS
    return tables


def log_files(path: Path) -> list[Path]:
    """The files of one training: several only where they are event files, or tables that TensorBoard saved of it.

    Raises:
        UserError: there is none, or there are several trainings; names them.
    """
    if not path.is_dir():
        return [path]
    files = sorted(_files(path))
    events = [file for file in files if _EVENTS in file.name]
    if events:
        return _of_one_training(events, path)
    tables = [file for file in files if file.suffix.lower() in _TABLES | _OBJECTS]
    if not tables:
        raise UserError(f"the folder {printable(path)} holds no log", hint=_HINT)
    if len(tables) > 1 and not all(_TAG in file.name for file in tables):
        raise _several(path, [printable(file) for file in tables])
    if len({file.name.partition(_TAG)[0] for file in tables}) > 1 and len(tables) > 1:
        raise _several(path, sorted({printable(file.name.partition(_TAG)[0]) for file in tables}))
    return tables


def is_events(file: Path) -> bool:
    """Whether TensorBoard wrote it, by its name."""
    return _EVENTS in file.name


def is_objects(file: Path) -> bool:
    """Whether it holds JSON objects, by its ending or its first letter."""
    if file.suffix.lower() in _OBJECTS:
        return True
    try:
        with file.open("rb") as opened:
            return opened.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"
    except OSError:
        return False


def _of_one_training(events: list[Path], path: Path) -> list[Path]:
    folders = sorted({file.parent for file in events})
    if len(folders) > 1 and folders[0] != path:
        raise _several(path, [printable(folder) for folder in folders])
    return [file for file in events if file.parent == folders[0]]


def _several(path: Path, names: list[str]) -> UserError:
    shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    return UserError(f"{printable(path)} holds the logs of {len(names)} trainings", hint=f"give one of them: {shown}")


def _files(path: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(path):
        yield from (Path(folder, name) for name in names if not name.startswith("."))
