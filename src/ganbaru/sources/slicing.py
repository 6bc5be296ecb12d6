"""From decoded files to rows of one length: how long a row is, where long files are cut, how loud each becomes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganbaru.sources.naming import printable
from ganbaru.sources.rows import Rows, Spooled, read_spool
from ganbaru.sources.scan import Found

Answer = dict[str, Any]

PEAK = 0.9
"""Every file is scaled so that its loudest sample has this amplitude."""
FAINT = 0.1
"""Slices of a long file whose peak is below this share of the file's are pauses or tails, and left out."""
FADE = 0.005
SHORTEST_AUTO, LONGEST_AUTO = 0.25, 1.0  # s
MULTIPLE = 1024

LEVEL = f"peak: each file is scaled so that its loudest sample is {PEAK:g}"
"""The one level rule, in words."""
CUT = (
    f"longer files are cut end to end into slices; one with a peak below {FAINT:g} of its file's, or a last one less "
    f"than half full, is left out; {1000 * FADE:g} ms fades where it was cut; zeros after it"
)
"""The rule of cutting and padding, in words."""


def automatic_samples(lengths: Sequence[int], rate: int, *, share: float = 0.9, longest: float = LONGEST_AUTO) -> int:
    """How long a row should be: this share of the sounds fits whole, within 0.25 s to ``longest``.

    Rounded up to a multiple of 1,024 samples.
    """
    wanted = float(np.quantile(np.asarray(lengths), share))
    wanted = min(max(wanted, SHORTEST_AUTO * rate), longest * rate)
    return round_up(wanted)


def round_up(samples: float) -> int:
    """To a multiple of 1,024."""
    return int(-(-samples // MULTIPLE)) * MULTIPLE


def cut(found: Sequence[Found], answers: Sequence[Answer], *, samples: int, rate: int) -> Rows:
    """The rows of all files that were decoded, in the order of the files."""
    columns: dict[str, list[Any]] = {key: [] for key in ("name", "file", "sound", "start", "original_rate", "channels")}
    spooled = Spooled([], [], [], [], [], [], max(1, round(FADE * rate)))
    contents: dict[str, str] = {}
    for file, answer in zip(found, answers, strict=True):
        if "done" not in answer:
            continue
        done = answer["done"]
        contents[file.path] = done["content"]
        starts = _starts(answer, samples)
        for start in starts:
            _append(columns, spooled, file, answer, start, samples, rate, many=len(starts) > 1)
    return Rows(samples, spooled, columns, contents)


def _append(
    columns: dict[str, list[Any]],
    spooled: Spooled,
    file: Found,
    answer: Answer,
    start: int,
    samples: int,
    rate: int,
    *,
    many: bool,
) -> None:
    done = answer["done"]
    seconds = done["start"] + start / rate
    row = {**done, "name": printable(file.path) + (f" @ {seconds:.2f} s" if many else ""), "file": file.path}
    for key, column in columns.items():
        column.append(seconds if key == "start" else row[key])
    spooled.add(answer["spool"], done, samples, PEAK, start)


def _starts(answer: Answer, samples: int) -> list[int]:
    """Where the slices of one file begin, in samples after its own beginning."""
    done = answer["done"]
    length = done["length"]
    if length <= samples:
        return [0]
    starts = list(range(0, length, samples))
    peaks = [_peak(answer, start, min(samples, length - start)) for start in starts]
    full = [min(samples, length - start) >= samples / 2 for start in starts]
    kept = [start for start, peak, ok in zip(starts, peaks, full, strict=True) if ok and peak >= FAINT * done["peak"]]
    return kept or [starts[int(np.argmax(peaks))]]


def _peak(answer: Answer, start: int, length: int) -> float:
    return float(np.abs(read_spool(answer["spool"], answer["done"]["offset"] + start, length)).max())
