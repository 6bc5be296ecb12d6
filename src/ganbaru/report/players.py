"""The listening set as a table: a row for each latent, a column for each step, and the real sound beside them."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ganbaru.report.facts import Facts, spread
from ganbaru.report.markup import Markup, tag
from ganbaru.report.pictures import RANGE_DB, closer, spectrogram
from ganbaru.signal.loudness import equal_loudness_gains

Array = np.ndarray[Any, Any]
Columns = dict[str, dict[str, bytes]]
_COLUMNS = 5
_SOUND_BYTES = 12_000_000
_HELP = (
    "Click a picture to hear it; a column's head plays the whole column. Keys: arrows move, "
    "A plays the sound of the row in the first column, B the one in the last, S stops. "
    "Pictures: time to the right, pitch upwards (mel), "
    f"brightness down to {RANGE_DB:g} dB below the sound's own loudest."
)


@dataclass(frozen=True)
class _Cell:
    """One sound of the table."""

    data: bytes
    waveform: Array
    what: str


def table(facts: Facts) -> Markup:
    """The players of a run; nothing where no sound is stored."""
    columns, left_out = _columns(facts)
    return side_by_side(columns, facts.rate, left_out=left_out)


def fitted(columns: Columns) -> tuple[Columns, str]:
    """The files of each column by its name, as many rows as the page may hold, and what had to be left out."""
    most = max(map(len, columns.values()), default=0)
    for rows in range(most, 0, -1):
        kept = {name: dict(list(files.items())[:rows]) for name, files in columns.items() if files}
        if _size(kept) <= _SOUND_BYTES:
            return kept, "" if rows == most else f"{most - rows} of the {most} sounds"
    return {}, "all sounds, each of which is too long" if most else ""


def side_by_side(columns: Columns, rate: int, *, left_out: str = "") -> Markup:
    """Players of sounds; nothing where there are none.

    Args:
        columns: WAV files by their names, by the name of their column; a row holds those of one place in each.
        rate: samples a second of all of them, Hz.
        left_out: what is not shown, in words.
    """
    if not columns:
        return Markup("")
    cells = {name: [_cell(file, data, name) for file, data in files.items()] for name, files in columns.items()}
    flat = [cell for column in cells.values() for cell in column]
    factors = iter(equal_loudness_gains([cell.waveform for cell in flat], rate))
    buttons = {name: [_button(cell, rate, next(factors)) for cell in column] for name, column in cells.items()}
    head = tag("tr", tag("th", "sound", scope="col"), *(_head(name) for name in columns))
    rows = [
        tag("tr", tag("th", name, scope="row"), *(tag("td", *column[index : index + 1]) for column in buttons.values()))
        for index, name in enumerate(_row_names(columns))
    ]
    grid = tag("table", tag("thead", head), tag("tbody", *rows), class_="players")
    loud = tag("label", tag("input", type="checkbox", id="equal", checked=True), " equal loudness")
    said = [tag("p", _HELP, " ", loud, class_="note")]
    if left_out:
        said.append(
            tag("p", f"Left out to keep this page small: {left_out}; they are in the run's samples/.", class_="note")
        )
    said.append(tag("noscript", tag("p", "Without scripts nothing plays here; the sounds are in the run's samples/.")))
    first = [column[0] for column in cells.values() if column]
    large = closer({cell.what: cell.waveform for cell in (first[0], first[-1])}, rate)
    return tag("section", tag("h2", "Listen"), *said, tag("div", grid, class_="scroll"), large, id="listen")


def _columns(facts: Facts) -> tuple[Columns, str]:
    """The files of each column by its name, as many as the page may hold, and what had to be left out."""
    if facts.rate == 0 or not facts.sets:
        return {}, ""
    real = {"real": facts.real} if facts.real else {}
    steps = spread(list(facts.sets), _COLUMNS)
    for count in range(len(steps), 0, -1):
        shown = spread(steps, count) if count > 1 else steps[-1:]
        columns = {**real, **{_name(step): facts.sets[step] for step in shown}}
        if _size(columns) <= _SOUND_BYTES:
            return columns, "" if count == len(steps) else f"{len(steps) - count} of the steps"
    return fitted(columns)


def _size(columns: Columns) -> int:
    return sum(len(data) for files in columns.values() for data in files.values())


def _name(step: int) -> str:
    return "untrained" if step == 0 else f"step {step:,}"


def _row_names(columns: Columns) -> list[str]:
    longest = max(columns.values(), key=len)
    return [Path(file).stem.partition("-")[2] or Path(file).stem for file in longest]


def _head(name: str) -> Markup:
    return tag("th", tag("button", name, class_="column", type="button", title=f"play all of: {name}"), scope="col")


def _cell(file: str, data: bytes, column: str) -> _Cell:
    waveform, _ = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    return _Cell(data, waveform[:, 0], f"{Path(file).stem.partition('-')[2]}, {column}")


def _button(cell: _Cell, rate: int, gain: float) -> Markup:
    encoded = Markup(base64.b64encode(cell.data).decode())
    picture = tag("img", src=Markup(spectrogram(cell.waveform, rate)), alt="", width=128, height=64)
    kind = "sound real" if cell.what.endswith(", real") else "sound"
    return tag(
        "button", picture, class_=kind, type="button", data_wav=encoded, data_gain=gain, aria_label=f"play {cell.what}"
    )
