"""What a report needs to know of a study, read once and put in order."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.report.graphs import Who
from ganbaru.report.scales import Value
from ganbaru.runs import Run
from ganbaru.runs.folders import read_bytes
from ganbaru.runs.run import DOCUMENT as RUN
from ganbaru.runs.seal import Broken, open_json
from ganbaru.studies import Results, Trial, results
from ganbaru.studies.answer import DOCUMENT as ANSWER
from ganbaru.studies.answer import Answer, read_answer
from ganbaru.studies.ledger import DONE, FAILED
from ganbaru.studies.plan import Key

_log = logging.getLogger("ganbaru.report")
ASKED = "asked.json"
"""In a study that a command ran: what was typed."""


@dataclass(frozen=True)
class StudyFacts:
    """A study as the report sees it.

    Attributes:
        results: its trials.
        answer: what it answers; None where it has none yet, or it is damaged.
        command: the line that runs it again; empty where it was run from Python.
        damaged: what could not be read, one line each.
    """

    results: Results
    answer: Answer | None
    command: str
    damaged: list[str]

    @property
    def trials(self) -> list[tuple[Trial, dict[str, Any]]]:
        """Every trial with its row, cell by cell."""
        rows = self.results.rows()
        return [(self.results.trials[row["cell"], row["seed"]], row) for row in rows]

    @property
    def collapsed(self) -> list[Key]:
        """Done, but come to nothing."""
        return [trial.key for trial, _ in self.trials if trial.collapsed]

    def count(self, state: str) -> int:
        """How many trials are in a state of the ledger."""
        return sum(trial.state == state for trial in self.results.trials.values())

    @property
    def missing(self) -> int:
        """Trials that are neither done nor failed."""
        return len(self.results.trials) - self.count(DONE) - self.count(FAILED)

    def run_of(self, key: Key) -> Run | None:
        """The training that a trial left in its folder, if it is one."""
        place = self.results.place(key)
        folders = [place, *sorted(path for path in place.glob("*") if path.is_dir())] if place.is_dir() else []
        found = next((folder for folder in folders if (folder / RUN).is_file()), None)
        return None if found is None else Run.open(found)

    def who(self) -> Who:
        """Tells which trial a dot of a graph is."""
        return _recogniser(self.trials, self.results.plan.cells)


def gather(folder: Path) -> StudyFacts:
    """Reads a study. What is damaged beside its plan and its ledger is named in the report instead of shown.

    Raises:
        UserError: there is no study, or its plan or ledger is damaged.
    """
    found = results(folder)
    damaged: list[str] = list(found.problems)
    answer = None
    if (folder / ANSWER).exists():
        try:
            answer = read_answer(folder)
        except UserError as error:
            _log.warning("%s", error)
            damaged.append(str(error))
    return StudyFacts(found, answer, _command(folder), damaged)


def _command(folder: Path) -> str:
    """What was typed, where a command ran the study."""
    try:
        return str(open_json(read_bytes(folder / ASKED))["command"])
    except (OSError, UserError, Broken, KeyError, TypeError):
        return ""


def _recogniser(trials: list[tuple[Trial, dict[str, Any]]], cells: Mapping[str, Any]) -> Who:
    """A dot is the trial that has its height among its numbers, and its position among its settings.

    Where no position fits, it is the only trial of that height; where several trials fit, nothing is said.
    """
    by_height: dict[float, list[tuple[Key, set[Value]]]] = {}
    for trial, row in trials:
        places = {trial.cell, float(trial.seed), *_values(cells[trial.cell]), *_values(trial.details)}
        for height in {row["score"], *_numbers(trial), trial.seconds, trial.cpu_seconds}:
            by_height.setdefault(float(height), []).append((trial.key, places))

    def who(x: Value, y: float) -> Key | None:
        place = x if isinstance(x, str) else float(x)
        alike = by_height.get(y, [])
        fitting = {key for key, places in alike if place in places} or {key for key, _ in alike}
        return fitting.pop() if len(fitting) == 1 else None

    return who


def _values(settings: Mapping[str, Any]) -> Iterator[Value]:
    """What a dot may stand at."""
    for value in settings.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, int | float):
            yield float(value)


def _numbers(trial: Trial) -> Iterator[float]:
    return (value for value in _values(trial.details) if isinstance(value, float))
