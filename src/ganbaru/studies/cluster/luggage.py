"""A trial's folder as it travels between the driver and a node: its files' bytes, as long as they are not too many."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

MOST_BYTES = 256 << 20
"""What is larger does not travel."""

Luggage = Mapping[str, bytes]
"""The files of a folder by their path in it. Links do not travel, and neither do empty folders."""


class TooLarge(Exception):
    """The folder does not travel: the message says how large it is."""


def packed(folder: Path) -> Luggage:
    """The files of a folder; none if it is not there.

    Raises:
        TooLarge: they are more than `MOST_BYTES` together.
        OSError: one cannot be read.
    """
    files = sorted(Path(top, name) for top, _, names in os.walk(folder) for name in names)
    files = [file for file in files if file.is_file() and not file.is_symlink()]
    size = sum(file.stat().st_size for file in files)
    if size > MOST_BYTES:
        raise TooLarge(f"{size >> 20} MiB, more than the {MOST_BYTES >> 20} that travel")
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}


def unpack(luggage: Luggage, folder: Path) -> None:
    """Make a folder hold these files and no others. Raises OSError where the disk refuses: it is as it was then."""
    arriving = folder.with_name(f"{folder.name}.arriving")
    shutil.rmtree(arriving, ignore_errors=True)
    arriving.mkdir(parents=True)
    for name, data in luggage.items():
        file = _inside(arriving, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    shutil.rmtree(folder, ignore_errors=True)
    arriving.rename(folder)


def _inside(folder: Path, name: str) -> Path:
    """The file of this name in a folder. Raises ValueError for a name that leads out of it."""
    if os.path.isabs(name) or ".." in Path(name).parts:
        raise ValueError(f"{name!r} leads out of the trial's folder")
    return folder / name
