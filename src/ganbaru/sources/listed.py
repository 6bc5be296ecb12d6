"""A list of files of a folder: only these are taken. One name a line, relative to the folder, as names are printed."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from ganbaru.errors import UserError
from ganbaru.sources.naming import printable
from ganbaru.sources.scan import Listing

Files = Sequence[str] | str | os.PathLike[str]
"""Names of files, or the file that lists them."""

_ABSENT = "listed, but not in the folder"


def names_in(files: Files) -> list[str]:
    """The names that are meant, in their order and once each.

    Raises:
        UserError: the list cannot be read, or is empty.
    """
    names = _read(Path(files).expanduser()) if isinstance(files, str | os.PathLike) else list(files)
    kept = list(dict.fromkeys(name.removeprefix("./") for name in names if name))
    if not kept:
        raise UserError("the list of files names none", hint="give one name a line, relative to the folder")
    return kept


def write_list(path: Path, names: Iterable[str]) -> None:
    """Writes a list, in one piece or not at all; names that hold a line break stand in it as they are printed."""
    beside = path.with_name(f".{path.name}.unfinished")
    beside.write_text("".join(f"{printable(name)}\n" for name in names), encoding="utf-8", newline="\n")
    beside.replace(path)


def only(listing: Listing, names: Sequence[str]) -> Listing:
    """The listed files of a listing; a name that is not there is among what was skipped.

    A name may be written as it is or as it is printed; where both mean a file, as it is printed.

    Raises:
        UserError: none of them is there.
    """
    printed = {printable(path): path for path in _paths(listing)}
    plain = {path: path for path in printed.values()}
    meant = {name: printed.get(name, plain.get(name)) for name in names}
    chosen = {path for path in meant.values() if path is not None}
    absent = [(name, _ABSENT) for name, path in meant.items() if path is None]
    if not chosen:
        what = f"none of the {len(names):,} listed files is there, {printable(names[0])} for one"
        raise UserError(
            f"{printable(listing.folder)}: {what}", hint="names are relative to the folder, with / between the parts"
        )
    skipped = [pair for pair in listing.skipped if pair[0] in chosen]
    return replace(
        listing,
        files=tuple(found for found in listing.files if found.path in chosen),
        skipped=tuple(sorted([*skipped, *absent], key=lambda pair: os.fsencode(pair[0]))),
    )


def _paths(listing: Listing) -> list[str]:
    return [*(found.path for found in listing.files), *(path for path, _ in listing.skipped)]


def _read(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
    except OSError as error:
        raise UserError(f"{printable(path)}: {error.strerror}", hint="give a list of files, one name a line") from None
    if "\0" in text:
        raise UserError(f"{printable(path)} is no text", hint="give a list of files, one name a line")
    return text.split("\n")
