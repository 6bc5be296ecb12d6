"""What a study has found so far, as arrays: read from its folder, whether it runs or not."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganbaru.runs.durable import shown
from ganbaru.studies import outcome
from ganbaru.studies.claiming import at_work
from ganbaru.studies.ledger import DONE, FAILED, PLANNED, STARTED, Ledger, Trial
from ganbaru.studies.plan import Key, Plan, read_plan

Array = np.ndarray[Any, Any]
RUNNING, INTERRUPTED, NOT_ASKED = "running", "interrupted", "not asked for"


@dataclass(frozen=True)
class Results:
    """The trials of a study; C is the number of cells, S of seeds, both in the plan's order.

    Attributes:
        folder: of the study.
        plan: what was asked for.
        trials: what is known of each, by cell and seed.
        sittings: what each run of the driver said of itself.
        problems: what is wrong with the ledger, one line each; empty if all is well.
        at_work: a driver is running.
    """

    folder: Path
    plan: Plan
    trials: Mapping[Key, Trial]
    sittings: list[dict[str, Any]]
    problems: list[str]
    at_work: bool

    @property
    def cells(self) -> list[str]:
        """Their names, ``(C,)``."""
        return list(self.plan.cells)

    @property
    def seeds(self) -> tuple[int, ...]:
        """``(S,)``."""
        return self.plan.seeds

    @property
    def scores(self) -> Array:
        """``(C, S)``; NaN where a trial has none: it is missing, failed, or done without a number: see `done`."""
        return self._numbers(lambda trial: outcome.value(trial.score))

    @property
    def intervals(self) -> Array:
        """``(C, S, 2)``: each score's own interval; NaN where it has none."""
        return np.array([[outcome.interval(trial.score) for trial in row] for row in self._rows()])

    @property
    def states(self) -> Array:
        """``(C, S)`` of "planned", "running", "interrupted" (begun, and to be run again), "done" and "failed".

        "not asked for" where the cell is not run with the seed.
        """
        return np.array([[self._state(trial) for trial in row] for row in self._rows()])

    @property
    def seconds(self) -> Array:
        """``(C, S)``: wall-clock time of all attempts whose end was seen (s)."""
        return self._numbers(lambda trial: trial.seconds)

    @property
    def cpu_seconds(self) -> Array:
        """``(C, S)``: processor time of the same (s)."""
        return self._numbers(lambda trial: trial.cpu_seconds)

    @property
    def done(self) -> Array:
        """``(C, S)``: whether a trial is done, with or without a finite score."""
        return self.states == DONE

    @property
    def collapsed(self) -> Array:
        """``(C, S)``: whether a trial is done and came to nothing: see `Trial`."""
        return np.array([[trial.collapsed for trial in row] for row in self._rows()])

    @property
    def failures(self) -> dict[Key, str]:
        """Why each failed trial failed."""
        return {key: trial.reason for key, trial in self.trials.items() if trial.state == FAILED}

    @property
    def missing(self) -> list[Key]:
        """The trials that are neither done nor failed."""
        return [key for key, trial in self.trials.items() if trial.state not in (DONE, FAILED)]

    @property
    def complete(self) -> bool:
        """Whether every trial is done."""
        return all(trial.state == DONE for trial in self.trials.values())

    def setting(self, name: str) -> Array:
        """``(C,)``: the number each cell has as this setting; NaN where it has none."""
        return np.array([_number(settings.get(name)) for settings in self.plan.cells.values()])

    def detail(self, name: str) -> Array:
        """``(C, S)``: the number each trial returned under this name; NaN where it did not."""
        return self._numbers(lambda trial: _number(trial.details.get(name)))

    def place(self, key: Key) -> Path:
        """A trial's own folder; what it printed lies beside it, under the same name with ``.log``."""
        return self.folder / self.plan.place(key)

    def rows(self) -> list[dict[str, Any]]:
        """Every trial as plain values, one row each, for a table or a CSV file."""
        return [self._row(trial) for row in self._rows() for trial in row if trial.state != NOT_ASKED]

    def __repr__(self) -> str:
        states = self.states
        said = ", ".join(f"{np.sum(states == state)} {state}" for state in dict.fromkeys(states.ravel().tolist()))
        return f"Results({shown(self.folder)!r}, {len(self.cells)} cells × {len(self.seeds)} seeds: {said})"

    def _rows(self) -> list[list[Trial]]:
        return [
            [self.trials.get((cell, seed)) or Trial(cell, seed, state=NOT_ASKED) for seed in self.seeds]
            for cell in self.cells
        ]

    def _numbers(self, of: Any) -> Array:
        return np.array([[of(trial) for trial in row] for row in self._rows()], dtype=float)

    def _state(self, trial: Trial) -> str:
        if trial.state == STARTED and self.at_work:
            return RUNNING
        begun = trial.state in (STARTED, PLANNED) and trial.attempt > 0
        return INTERRUPTED if begun else trial.state

    def _row(self, trial: Trial) -> dict[str, Any]:
        low, high = outcome.interval(trial.score)
        return {
            "cell": trial.cell,
            "seed": trial.seed,
            "state": self._state(trial),
            "score": outcome.value(trial.score),
            "low": low,
            "high": high,
            "attempt": trial.attempt,
            "by": trial.by,
            "seconds": trial.seconds,
            "cpu_seconds": trial.cpu_seconds,
            "reason": trial.reason,
            **{f"setting.{name}": value for name, value in self.plan.cells[trial.cell].items()},
            **{f"detail.{name}": value for name, value in trial.details.items()},
        }


def results(folder: str | os.PathLike[str]) -> Results:
    """What the study in ``folder`` has found so far; needs no lock and changes nothing.

    Raises:
        UserError: there is none, or its files are damaged.
    """
    study = Path(folder)
    plan = read_plan(study)
    busy = at_work(study)
    ledger = Ledger(study, plan.keys, written_by_another=busy)
    return Results(study, plan, ledger.trials, ledger.sittings, ledger.problems, busy)


def _number(value: Any) -> float:
    """A number, or an `Estimate`'s; NaN for anything else."""
    if isinstance(value, Mapping):
        value = value.get("value")
    return float(value) if isinstance(value, int | float) else float("nan")
