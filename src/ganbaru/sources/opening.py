"""One door for every source: a name in, a source out."""

import os
from typing import Any

from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.sources.folder import folder
from ganbaru.sources.listed import Files
from ganbaru.sources.source import Source
from ganbaru.sources.speech import speech
from ganbaru.sources.toy import toy


def open(
    name: str | os.PathLike[str],
    *,
    rate: int | None = None,
    seconds: float | None = None,
    labels: str = "auto",
    seed: int = 0,
    files: Files | None = None,
    progress: Progress | None = None,
) -> Source:
    """Open a folder of sounds or a built-in world.

    Args:
        name: ``"speech:digits"``, ``"speech:cat,dog,bird"``, ``"toy:ring"`` (``grid``, ``lines``, ``spiral``), or the
            path of a folder. A folder whose name begins like a world is opened as ``./speech:digits``.
        rate: of the sounds (Hz); seconds: the length of each. None: what suits the source.
        labels: ``"auto"``, ``"folder"`` or ``"none"``; see ``folder``.
        seed: of the split, and of the points of a toy world.
        files: only these files of a folder, or the file that lists them; see ``folder``.
        progress: told how far a first preparation is.

    Raises:
        UserError: if there is no such thing, or it cannot be learned from.
    """
    text = os.fspath(name)
    if files is not None and text.startswith(("toy:", "speech:")):
        raise UserError(f"{text} has no files to list", hint="leave out the list of files")
    if text.startswith("toy:"):
        if rate is not None or seconds is not None or labels == "folder":
            raise UserError(f"{text} has points, not sounds", hint="leave out rate, seconds and labels")
        return toy(text, seed=seed)
    if text.startswith("speech:"):
        return speech(text, sample_rate=rate, seconds=seconds, labels=labels, seed=seed, progress=progress)
    return folder(text, sample_rate=rate, seconds=seconds, labels=labels, seed=seed, files=files, progress=progress)


def reopen(recipe: dict[str, Any], *, progress: Progress | None = None) -> Source:
    """Open again what a source's ``recipe`` describes."""
    known = {key: recipe[key] for key in ("rate", "seconds", "labels", "seed", "files") if key in recipe}
    return open(recipe["name"], **known, progress=progress)
