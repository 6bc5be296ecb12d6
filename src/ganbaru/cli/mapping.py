"""What ``--columns`` says: which column of a log is what."""

import json
from collections.abc import Sequence
from pathlib import Path

from ganbaru.errors import UserError
from ganbaru.sources.naming import printable


def read_columns(given: Sequence[str]) -> dict[str, str]:
    """Pairs ``NAME=COLUMN``, and files of them as a JSON object.

    Raises:
        UserError: one is neither.
    """
    columns: dict[str, str] = {}
    for text in given:
        name, equals, column = text.partition("=")
        if Path(text).is_file():
            columns |= _of_file(Path(text))
        elif equals and name and column:
            columns[name.strip()] = column.strip()
        else:
            hint = "write NAME=COLUMN, such as generator_loss=loss_G_GAN, or name a JSON file of such pairs"
            raise UserError(f"--columns {printable(text)} is no pair and no file", hint=hint)
    return columns


def _of_file(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise _no_object(path) from None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise _no_object(path)
    return found


def _no_object(path: Path) -> UserError:
    hint = 'write {"generator_loss": "loss_G_GAN"}'
    return UserError(f"{printable(path)} is no JSON object of names and columns", hint=hint)
