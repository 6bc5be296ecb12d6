"""A folder of sounds as a source: listed, decoded once in worker processes, cut, levelled, split and kept."""

import os
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import lru_cache
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.sources import crew, slicing, trimming
from ganbaru.sources.arranging import Wish, first_reasons, prepared
from ganbaru.sources.cache import cache_folder
from ganbaru.sources.claims import GREATEST_RATE, LEAST_RATE
from ganbaru.sources.listed import Files, names_in, only
from ganbaru.sources.naming import printable
from ganbaru.sources.rows import Rows, digest
from ganbaru.sources.scan import Listing, scan
from ganbaru.sources.source import SoundSource
from ganbaru.sources.store import cannot_write, read_sealed, unfinished, write_sealed

RATE = 16_000
"""The rate (Hz) where none is given."""
SHORTEST, LONGEST = 0.02, 60.0
"""How long (s) a sound may be asked to be."""
_SLOWEST = 50_000
"""Bytes a second that decoding must manage: a fortieth of what the slowest codec (MP3) was measured to."""
VERSION = 1
"""Raised whenever the same files would be prepared otherwise; part of every key and recipe."""


def folder(
    path: str | os.PathLike[str],
    *,
    sample_rate: int | None = None,
    seconds: float | None = None,
    labels: str = "auto",
    seed: int = 0,
    files: Files | None = None,
    progress: Progress | None = None,
) -> SoundSource:
    """The sounds in a folder and below it, ready to train on; the folder itself is only read.

    Every file that libsndfile reads is decoded, mixed to mono, resampled, trimmed, scaled to one peak and cut or
    padded to one length. Files that are no whole, audible sound are named in ``skipped`` and stepped over. The result
    is kept in the cache folder, so the next start takes no decoding.

    Args:
        sample_rate: of the result (Hz); 16,000 if not given.
        seconds: the length of each sound (s); if not given, so that nine of ten fit, within 0.25 to 1 s.
        labels: ``"folder"``: the name of the sub-folder; ``"none"``; ``"auto"``: by sub-folder if all sounds lie in
            two or more with eight or more each.
        seed: of the split: about 15 % of the files (four at least) are held out, of each label alike.
        files: only these files of the folder, relative to it, or a file that lists them, one name a line; None: all.
        progress: told how many files are decoded.

    Raises:
        UserError: if there is no such folder or list, or no eight sounds in it that can be used.
    """
    wish = Wish(labels, seed)
    rate = check_rate(sample_rate, RATE)
    samples = check_seconds(seconds, rate)
    names = None if files is None else names_in(files)
    listing = scan(path) if names is None else only(scan(path), names)
    cache = cache_folder(outside=listing.folder)
    key = digest(VERSION, str(listing.folder.resolve()), listing.listed, listing.skipped, rate)[:32]
    with ExitStack() as stack:  # what is decoded lasts until the rows are cut from it
        decoded = lru_cache(lambda: _decode(listing, rate, stack.enter_context(unfinished(cache / key)).path, progress))
        samples = samples or remembered(cache / f"{key}.json", lambda: _fitting(decoded(), rate))
        return prepared(
            cache / f"{key}-{samples}",
            wish,
            name=printable(path),
            recipe={"name": printable(listing.folder.absolute()), **_listed(listing, names)},
            rules=rules(rate, samples),
            make=lambda: _rows(listing, decoded(), samples, rate),
        )


def _listed(listing: Listing, names: Sequence[str] | None) -> dict[str, Any]:
    """The listed files for the recipe, as they are printed: TOML holds no bytes that are no UTF-8."""
    if names is None:
        return {}
    paths = [found.path for found in listing.files] + [path for path, _ in listing.skipped]
    return {"files": sorted(map(printable, paths))}


def rules(rate: int, samples: int) -> dict[str, Any]:
    """Everything that decides how a file becomes rows, for the recipe and the fingerprint."""
    return {
        "rate": rate,
        "seconds": samples / rate,
        "mono": "mean of the channels",
        "resampling": "soxr, high quality",
        "trim": trimming.RULE,
        "level": slicing.LEVEL,
        "cut": slicing.CUT,
        "version": VERSION,
    }


def check_rate(rate: int | None, default: int) -> int:
    """A sampling rate (Hz) that was asked for, or the default.

    Raises:
        UserError: if it is no rate that sounds have.
    """
    if rate is None:
        return default
    if not LEAST_RATE <= rate <= GREATEST_RATE or rate != int(rate):
        raise UserError(f"a rate of {rate} Hz", hint=f"give a whole number from {LEAST_RATE:,} to {GREATEST_RATE:,}")
    return int(rate)


def check_seconds(seconds: float | None, rate: int) -> int | None:
    """A length (s) that was asked for, in samples at ``rate`` (Hz); None where none was.

    Raises:
        UserError: if it is no length that can be prepared.
    """
    if seconds is None:
        return None
    if not SHORTEST <= seconds <= LONGEST:
        raise UserError(f"sounds of {seconds} s", hint=f"give a length from {SHORTEST:g} to {LONGEST:g} s")
    return round(seconds * rate)


def remembered(memo: Path, find: Callable[[], int]) -> int:
    """The number of samples that suits these sounds: known from the last time, else found and written to ``memo``."""
    try:
        return int(read_sealed(memo)["samples"])
    except (OSError, ValueError, KeyError):
        samples = find()
    try:
        write_sealed(memo, {"samples": samples})
    except OSError as error:
        raise cannot_write(memo.parent, error) from error
    return samples


def _fitting(answers: Sequence[crew.Answer], rate: int) -> int:
    return slicing.automatic_samples([answer["done"]["length"] for answer in answers if "done" in answer], rate)


def _decode(listing: Listing, rate: int, spools: Path, progress: Progress | None) -> list[crew.Answer]:
    jobs = [crew.file_job(listing, found, rate, slowest=_SLOWEST) for found in listing.files]
    workers = crew.how_many(len(jobs), least=12)
    answers = crew.run(jobs, task="decode", spools=spools, workers=workers, what="reading sounds", progress=progress)
    if not any("done" in answer for answer in answers):
        why = first_reasons(_skipped(listing, answers))
        raise UserError(f"{printable(listing.folder)}: none of its sounds can be used{why}", hint="see the reasons")
    return answers


def _rows(listing: Listing, answers: list[crew.Answer], samples: int, rate: int) -> Rows:
    rows = slicing.cut(listing.files, answers, samples=samples, rate=rate)
    rows.skipped = _skipped(listing, answers)
    return rows


def _skipped(listing: Listing, answers: Sequence[crew.Answer]) -> list[tuple[str, str]]:
    refused = [
        (found.path, str(answer["refused"]))
        for found, answer in zip(listing.files, answers, strict=True)
        if "refused" in answer
    ]
    return sorted([*listing.skipped, *refused])
