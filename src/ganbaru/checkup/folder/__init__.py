"""A folder of sounds heard once, file by file, as evidence of its quality."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ganbaru.checkup.evidence import Evidence
from ganbaru.progress import Progress
from ganbaru.sources import crew
from ganbaru.sources.folder import RATE, check_rate, check_seconds
from ganbaru.sources.naming import printable
from ganbaru.sources.scan import Listing, scan

Answers = Sequence[crew.Answer]

_SLOWEST = 25_000
"""Bytes a second that listening must manage: half of what decoding must."""
_WORDS = ("coding", "content", "sound")
_NUMBERS = ("rate", "channels", "seconds", "peak", "tops", "flat", "rails", "offset_share", "level", "sounding")
_SPECTRAL = ("cutoff", "cliff", "height", "signal_to_noise")


def gather(
    path: str | os.PathLike[str],
    *,
    seed: int = 0,
    seconds: float | None = None,
    sample_rate: int | None = None,
    progress: Progress | None = None,
) -> Evidence:
    """Hear all sounds in a folder and below it, once; the folder is only read.

    The evidence has the probe ``files``: columns by name, one entry a file, sorted by path, and ``pairs``:

    ====================  =====================================================================================
    ``name``              relative to the folder, as `sources.naming.printable` writes it
    ``refused``           why it cannot be read whole; empty where it can. All that follows is then null
    ``rate``              Hz; ``channels``; ``coding``: how libsndfile calls it; ``seconds``
    ``peak``              greatest amplitude, full scale at 1; ``level``: of the loud frames (95 %), dB of full scale
    ``tops``              how many flat tops; ``flat``: share of all samples in them; ``rails``: share of the loud
                          samples at few levels, as those of square waves are
    ``offset_share``      the value around which it swings, in shares of its peak
    ``sounding``          share of its frames within 50 dB of the loudest
    ``cutoff``            where its spectrum ends, as a share of half its rate; ``cliff``: by how many dB; ``height``:
                          from how many dB above its strongest band, a number below 0
    ``signal_to_noise``   dB, null where it has no pauses with steady noise
    ``strangeness``       how much farther than usual it lies from the others, in deviations (`strange.strangeness`);
                          null where there are too few, and of what sounds for less than 0.2 s
    ``content``           hash of its bytes; ``sound``: of what is heard at the rate of the source
    ``side``              "train" or "held-out", as `sources.folder` would split; empty where it is not used
    ``pairs``             rows of two numbers of files, how alike they are (0 to 1), and the share of the shorter
                          one that lies within the other
    ====================  =====================================================================================

    Args:
        seed: of the split, and of the choice of sounds that many others are held against.
        seconds: of a row of the source (s); sample_rate: of the source (Hz). None: as it would choose.
        progress: told how many files are heard.

    Raises:
        UserError: if there is no such folder, or no sound file in it.
    """
    rate = check_rate(sample_rate, RATE)
    check_seconds(seconds, rate)
    listing = scan(path)
    with tempfile.TemporaryDirectory(prefix="ganbaru-") as spools:
        answers = heard(listing, rate, Path(spools), progress)
        files = columns(listing, answers, rate=rate, seconds=seconds, seed=seed)
    facts = {"kind": "folder", "via": "folder", "data": "sound", "rate": sample_rate, "seconds": seconds}
    return Evidence(printable(path), {k: v for k, v in facts.items() if v is not None}, probes={"files": files})


def heard(listing: Listing, rate: int, spools: Path, progress: Progress | None = None) -> list[crew.Answer]:
    """What workers heard in each file, in order: numbers, and where in ``spools`` the sound lies at 8 kHz.

    Args:
        rate: of the source (Hz), at which it hashes the sounds.
    """
    jobs = [crew.file_job(listing, found, rate, slowest=_SLOWEST) for found in listing.files]
    return crew.run(
        jobs,
        task="ganbaru.checkup.folder.listening:listen",
        spools=spools,
        workers=crew.how_many(len(jobs), least=12),
        what="listening to sounds",
        progress=progress,
    )


def columns(listing: Listing, answers: Answers, *, rate: int, seconds: float | None, seed: int) -> dict[str, Any]:
    """The probe ``files``: what was heard, and what the sounds are to each other."""
    from ganbaru.checkup.folder.alike import COPY, Heard, near_pairs
    from ganbaru.checkup.folder.sides import sides

    whole = [number for number, answer in enumerate(answers) if "done" in answer]
    told = [answers[number]["done"] for number in whole]
    names = [listing.files[number].path for number in whole]
    table: dict[str, list[Any]] = {
        key: [_short(done[key]) for done in told] for key in (*_NUMBERS, *_SPECTRAL, *_WORDS)
    }
    table["side"] = list(sides(names, told, rate=rate, seconds=seconds, seed=seed))
    audible = [place for place, done in enumerate(told) if done["kept"] > 0 and done["character"]]
    spooled = [
        Heard(answers[whole[place]]["spool"], *(told[place][key] for key in ("offset", "samples", "prints")))
        for place in audible
    ]
    pairs = [(audible[a], audible[b], like, covered) for a, b, like, covered in near_pairs(spooled)]
    table["strangeness"] = _strange(told, audible, {b for _, b, like, _ in pairs if like >= COPY}, seed)
    return _sorted(listing, answers, whole, table, pairs)


def _strange(told: list[dict[str, Any]], audible: list[int], copies: set[int], seed: int) -> list[float | None]:
    """The strangeness of each file; None of those that are too short, and of all where too few can be compared."""
    from ganbaru.checkup.folder.character import WEIGHTS
    from ganbaru.checkup.folder.strange import FEWEST, SHORTEST, strangeness

    strange: list[float | None] = [None] * len(told)
    long = [place for place in audible if told[place]["seconds"] * told[place]["sounding"] >= SHORTEST]
    if len(long) - len(copies.intersection(long)) >= FEWEST:
        points = np.array([told[place]["character"] for place in long])
        again = [row for row, place in enumerate(long) if place in copies]
        for place, value in zip(long, strangeness(points, seed, again, WEIGHTS), strict=True):
            strange[place] = _short(value)
    return strange


def _sorted(
    listing: Listing, answers: Answers, whole: list[int], columns: dict[str, list[Any]], pairs: list[tuple[Any, ...]]
) -> dict[str, Any]:
    """All files, those that were refused or skipped among them, sorted by path."""
    rows: list[tuple[str, str, int | None]] = [(path, why, None) for path, why in listing.skipped]
    place = {number: row for row, number in enumerate(whole)}
    for number, (found, answer) in enumerate(zip(listing.files, answers, strict=True)):
        rows.append((found.path, str(answer.get("refused", "")), place.get(number)))
    rows.sort(key=lambda row: os.fsencode(row[0]))
    final = {row: index for index, (_, _, row) in enumerate(rows) if row is not None}
    return {
        "name": [printable(path) for path, _, _ in rows],
        "refused": [why for _, why, _ in rows],
        **{key: [None if row is None else column[row] for _, _, row in rows] for key, column in columns.items()},
        "pairs": [[final[a], final[b], _short(like), _short(covered)] for a, b, like, covered in pairs],
    }


def _short(value: Any) -> Any:
    """A number with five digits; a hash with sixteen letters."""
    if isinstance(value, str):
        return value[:16]
    return float(f"{value:.5g}") if isinstance(value, float) else value
