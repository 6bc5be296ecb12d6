"""How long each sound of a folder is, as its header claims and its size allows; read in worker processes."""

import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from ganbaru.progress import Progress
from ganbaru.sources import crew
from ganbaru.sources.decoding import reading
from ganbaru.sources.scan import Listing

_SLOWEST = 1_000_000
"""Bytes a second that hashing a file must manage, or it is ended."""


def lengths(listing: Listing, progress: Progress | None) -> dict[str, float]:
    """Seconds by path; a file that is no whole sound is not in it."""
    jobs = [crew.file_job(listing, found, 0, slowest=_SLOWEST) for found in listing.files]
    with tempfile.TemporaryDirectory(prefix="ganbaru-rights-") as spools:
        answers = crew.run(
            jobs,
            task=f"{__name__}:measure",
            spools=Path(spools),
            workers=crew.how_many(len(jobs), least=200),
            what="reading sounds",
            progress=progress,
        )
    pairs = zip(listing.files, answers, strict=True)
    return {found.path: float(answer["done"]["seconds"]) for found, answer in pairs if "done" in answer}


def measure(job: dict[str, Any], spool: BinaryIO) -> dict[str, Any]:
    """The length (s) of one file. Runs in a worker process.

    Raises:
        Refused: with the reason, if it is no sound.
    """
    with reading(job) as sound:
        return {"seconds": sound.frames / sound.file.samplerate}
