"""From a log to evidence: its curves in order, what was assumed, and what it cannot tell."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.logs import columns as named
from ganbaru.checkup.logs.finding_files import log_files
from ganbaru.checkup.logs.log import Log
from ganbaru.checkup.logs.tables import number
from ganbaru.checkup.logs.thinning import KEPT, Records
from ganbaru.checkup.series import Series
from ganbaru.errors import UserError
from ganbaru.progress import Progress, silent

ABSENT = "a log does not hold it; `ganbaru.watch` around the loop records it"
"""Why what a log might hold and this one does not is missing."""
NO_SOUNDS = "a log holds no sounds; `ganbaru checkup SOUNDS` listens to a folder of them"
"""Why no files were looked at."""
_MISSING_NAN, _MOSTLY = 0.3, 0.9


def gather(path: str | Path, *, columns: Mapping[str, str] | None = None, progress: Progress | None = None) -> Evidence:
    """What the log of any trainer tells.

    Args:
        path: a file of TensorBoard events, of a table (CSV, any delimiter) or of JSON objects, or a folder with those
            of one training.
        columns: columns by what they are, such as ``{"generator_loss": "loss_G_GAN", "step": "iter"}``; what is not
            named is guessed by the columns' names. "-" means that there is none. Facts that no column holds may stand
            beside them, such as ``{"objective": "wasserstein", "n_critic": "5"}``; ``run`` chooses one of several.
        progress: is told how far it is.

    Returns:
        Evidence whose fact ``columns`` says what was taken for what, and ``notes`` all that was assumed.

    Raises:
        UserError: it cannot be read, is empty, holds several trainings, or no column is known to be a loss.
    """
    given = dict(columns or {})
    log = Log(log_files(Path(path).expanduser()), given, progress or silent)
    curves = {meaning: column for meaning, column in log.meant.items() if meaning != named.STEP}
    series = {meaning: _series(log.records[column], column, log.notes) for meaning, column in curves.items()}
    series = {meaning: each for meaning, each in series.items() if len(each)}
    if not series:
        raise UserError(f"{log.called}: no column that is known holds a number", hint="check the file")
    return Evidence(f"the log {log.called}", _facts(log, series, given), series, {}, _missing(series))


def _missing(series: Mapping[str, Series]) -> dict[str, str]:
    needs = {need for cause in CAUSES for need in cause.needs} | named.SERIES | {"quality.distance"}
    return {**{need: ABSENT for need in needs if need not in series}, "files": NO_SOUNDS}


def _facts(log: Log, series: Mapping[str, Series], given: Mapping[str, str]) -> dict[str, Any]:
    told = {name: _fact(value) for name, value in given.items() if name in named.FACTS}
    return {
        "kind": "gan" if series.keys() & named.OF_GAN else "plain",
        "via": "log",
        "step": int(max(each.steps[-1] for each in series.values())),
        **told,
        "columns": dict(log.meant),
        "notes": [_taken(log.meant, given), *log.notes],
    }


def _fact(value: str) -> str | float | int:
    found = number(value)
    return value if found is None else int(found) if found == int(found) else found


def _taken(meant: Mapping[str, str], given: Mapping[str, str]) -> str:
    """What was taken for what, and that it was guessed where it was."""
    pairs = [f"{column} is {name}{'' if name in given else ' (guessed)'}" for name, column in meant.items()]
    return f"columns: {', '.join(pairs)}; say otherwise with --columns NAME=COLUMN"


def _series(records: Records, column: str, notes: list[str]) -> Series:
    """The records of a column in the order of their steps, one a step."""
    places, steps, values = records.arrays()
    if records.repeated > records.count / 2:
        steps = places
        notes.append(f"{column}: most of its steps stand several times, so its records are counted instead")
    if _stands_for_nothing(records):
        steps, values = steps[~np.isnan(values)], values[~np.isnan(values)]
        notes.append(f"{column}: NaN between numbers was taken for an empty cell")
    if records.count > KEPT:
        notes.append(f"{column}: {len(values):,} of {records.count:,} records were kept, extremes among them")
    order = np.argsort(steps, kind="stable")
    steps, values = steps[order], values[order]
    last = np.append(steps[1:] != steps[:-1], True) if len(steps) else np.zeros(0, dtype=bool)
    return Series.of(steps[last], values[last])


def _stands_for_nothing(records: Records) -> bool:
    """Whether NaN means an empty cell: there is much of it, and numbers go on between."""
    mostly_between = records.undefined_between >= _MOSTLY * records.undefined
    return records.undefined > _MISSING_NAN * records.count and mostly_between
