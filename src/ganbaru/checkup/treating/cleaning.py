"""A folder of sounds without what a checkup found bad in it, as a list: no file is touched."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganbaru.checkup.examining import checkup
from ganbaru.checkup.finding import Findings
from ganbaru.checkup.treating.candidates import left_out, unmended
from ganbaru.checkup.treating.planning import kept_files
from ganbaru.errors import UserError
from ganbaru.progress import Progress, silent
from ganbaru.sources.listed import write_list
from ganbaru.sources.naming import printable

SCHEMA = "ganbaru.cleaning/1"
MOST_LEFT_OUT = 0.5
"""Share of the files above which leaving out mends nothing: the set itself is so."""


@dataclass(frozen=True)
class Cleaning:
    """What is left of a folder.

    Attributes:
        folder: the folder, which is as it was.
        kept: its files that are left, as they are printed.
        left_out: the other ones, with the causes for which they are left out.
        unmended: causes that were found and that leaving out files does not mend.
        path: the list that was written; None where nothing is left out.
    """

    folder: Path
    kept: tuple[str, ...]
    left_out: Mapping[str, list[str]]
    unmended: tuple[str, ...] = ()
    path: Path | None = None

    def to_json(self) -> dict[str, Any]:
        """As ``--json`` prints it."""
        return {
            "schema": SCHEMA,
            "folder": printable(self.folder),
            "list": None if self.path is None else printable(self.path),
            "kept": len(self.kept),
            "left_out": {name: list(causes) for name, causes in self.left_out.items()},
            "unmended": list(self.unmended),
        }


def clean(
    folder: str | Path, *, out: str | Path | None = None, findings: Findings | None = None, progress: Progress = silent
) -> Cleaning:
    """Lists the sounds of a folder without those that a checkup found bad.

    Args:
        folder: the folder, which is only read.
        out: the list to write; None takes ``NAME-cleaned.txt`` in the current folder, or with the first number that
            is free.
        findings: what was found in it; None examines it.
        progress: is told how far it is.

    Raises:
        UserError: there is no such folder, or more than half of its files would be left out.
    """
    found = checkup(folder, progress=progress) if findings is None else findings
    bad = left_out(found)
    kept = kept_files(os.fspath(folder), list(bad))
    if len(bad) > MOST_LEFT_OUT * (len(kept) + len(bad)):
        raise UserError(
            f"{printable(folder)}: {len(bad):,} of {len(kept) + len(bad):,} files would be left out",
            hint="ganbaru checkup says why; record or convert them again",
        )
    path = None
    if bad:
        path = _free(Path(folder), kept) if out is None else Path(out)
        write_list(path, kept)
    return Cleaning(Path(folder), tuple(kept), bad, unmended(found), path)


def _free(folder: Path, kept: list[str]) -> Path:
    """``NAME-cleaned.txt``, or with the first number whose file is not there, or says the very same."""
    name, text = folder.resolve().name or "sounds", "".join(f"{each}\n" for each in kept)
    number = 1
    while not _is_ours(path := Path(f"{name}-cleaned{f'-{number}' if number > 1 else ''}.txt"), text):
        number += 1
    return path


def _is_ours(path: Path, text: str) -> bool:
    return not path.exists() or (path.is_file() and path.read_bytes() == text.encode())
