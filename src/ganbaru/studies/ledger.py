"""The ledger of a study: what became of every trial, counted exactly once.

``ledger.jsonl`` holds one sealed line an event; the state of a trial is what its events make of it::

    planned ─ started ─┬─ done         it has a score; nothing can change that any more
       ↑               ├─ failed       it raised or its process died, once more than is retried
       ├── crashed ────┤               the same, and it will be tried again
       ├── interrupted ┘               it was stopped, or nobody lived to say what became of it
       └── again                       a failed one is to be run once more

Where machines share a study, what another one did is entered in the same words, with its name.

One process writes, under the study's lock. What a lost line told is found out anew by running its trial again: a trial
is run twice then, and still counted once.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.runs.durable import SaveError, shown
from ganbaru.studies import outcome
from ganbaru.studies.lines import Lines, log
from ganbaru.studies.plan import Key

FILE = "ledger.jsonl"
PLANNED, STARTED, DONE, FAILED = "planned", "started", "done", "failed"


@dataclass
class Trial:
    """What is known of one trial.

    Attributes:
        cell: the name of its cell.
        seed: its seed.
        state: "planned", "started", "done" or "failed".
        attempt: how often it was started.
        crashes: how often it crashed since it was last asked for.
        worker: the number of the worker that had it last.
        score: what it returned: a number, or the JSON of an `Estimate`; None before.
        details: what it returned beside.
        reason: why it crashed or failed the last time.
        seconds: wall-clock time of all its attempts whose end was seen (s).
        cpu_seconds: processor time of the same (s).
        by: the machine that had it last, where several share the study; empty for this one.
        ended: the how-manieth it was to be done or to fail, from 1; 0 before.
    """

    cell: str
    seed: int
    state: str = PLANNED
    attempt: int = 0
    crashes: int = 0
    worker: int = 0
    score: Any = None
    details: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    by: str = ""
    ended: int = 0

    @property
    def key(self) -> Key:
        """Its cell and its seed."""
        return self.cell, self.seed

    @property
    def collapsed(self) -> bool:
        """Whether it is done and came to nothing: it says so (``collapsed`` is 1), or its score is not finite."""
        lost = self.details.get("collapsed") == 1 or not math.isfinite(outcome.value(self.score))
        return self.state == DONE and lost


class Ledger:
    """The trials of one study.

    Args:
        folder: of the study.
        keys: every trial of the plan.
        written_by_another: a driver is at work: the last line may be half written, and nothing is wrong then.

    Attributes:
        trials: by cell and seed, in the plan's order.
        sittings: what each start of the study said of itself, in order.
        problems: what was wrong with the file, one line each.

    Raises:
        UserError: the file cannot be read, or tells of trials that are not in the plan.
    """

    def __init__(self, folder: Path, keys: Iterable[Key], *, written_by_another: bool = False) -> None:
        self.trials: dict[Key, Trial] = {key: Trial(*key) for key in keys}
        self.sittings: list[dict[str, Any]] = []
        self._lines = Lines(folder / FILE)
        self._ends = 0
        records = self._lines.read(written_by_another=written_by_another)
        self.problems = list(self._lines.problems)
        for number, record in records:
            self._take(number, record)

    def add(self, keys: Iterable[Key]) -> list[Key]:
        """Take up the trials of a plan that was extended; returns the new ones."""
        new = [key for key in keys if key not in self.trials]
        self.trials.update({key: Trial(*key) for key in new})
        return new

    def open_sitting(self, about: Mapping[str, Any]) -> list[Key]:
        """Note that a study goes on; what nobody ended before is interrupted. Returns the trials for which it was so.

        Args:
            about: what runs them: plain values.
        """
        self._write({"event": "sitting", **about})
        left = [trial.key for trial in self.trials.values() if trial.state == STARTED]
        for key in left:
            self._end(key, "interrupted", reason="its process ended without a word")
        return left

    def start(self, key: Key, *, worker: int) -> Trial:
        """Note that a worker begins a trial. Raises ValueError unless it is planned."""
        trial = self.trials[key]
        if trial.state != PLANNED:
            raise ValueError(f"the trial {key} is {trial.state}; only a planned one can start")
        self._write({"event": "started", **_names(key), "attempt": trial.attempt + 1, "worker": worker})
        return trial

    def finish(self, key: Key, *, score: Any, details: Mapping[str, Any], seconds: float, cpu_seconds: float) -> None:
        """Note what a trial returned; it is on the disk when this returns. Raises ValueError unless it is started."""
        self._end(key, "done", score=score, details=dict(details), seconds=seconds, cpu_seconds=cpu_seconds)

    def crash(self, key: Key, reason: str, *, retries: int, seconds: float = 0.0, cpu_seconds: float = 0.0) -> bool:
        """Note that a trial raised or that its process died. Returns whether it is to be tried again.

        Raises:
            ValueError: it is not started.
        """
        again = self.trials[key].crashes < retries
        event = "crashed" if again else "failed"
        self._end(key, event, reason=reason, seconds=seconds, cpu_seconds=cpu_seconds)
        return again

    def interrupt(self, key: Key, reason: str, *, seconds: float = 0.0, cpu_seconds: float = 0.0) -> None:
        """Note that a trial was stopped before its end. Raises ValueError unless it is started."""
        self._end(key, "interrupted", reason=reason, seconds=seconds, cpu_seconds=cpu_seconds)

    def adopt(self, key: Key, event: str, *, by: str, **told: Any) -> None:
        """Note what became of a trial on another machine: "done", "crashed", "failed" or "again".

        Args:
            key: the trial.
            event: of these.
            by: the name of the machine.
            told: as `finish` and `crash` are.

        Raises:
            ValueError: it is started here, or done.
        """
        trial = self.trials[key]
        if trial.state in (STARTED, DONE):
            raise ValueError(f"the trial {key} is {trial.state} here; nobody else can have ended it")
        self._write({"event": event, **_names(key), "by": by, **told})

    def again(self) -> list[Key]:
        """Put every failed trial back to be run once more; returns them."""
        failed = [trial.key for trial in self.trials.values() if trial.state == FAILED]
        for key in failed:
            self._write({"event": "again", **_names(key)})
        return failed

    def count(self, state: str) -> int:
        """How many trials are in ``state``."""
        return sum(trial.state == state for trial in self.trials.values())

    def sync(self) -> None:
        """Return when every event is on the disk.

        Raises:
            UserError: the disk refuses.
        """
        try:
            self._lines.sync()
        except SaveError as error:
            hint = "make room and run the study again: the trials that were not stored are run again"
            raise UserError(str(error), hint=hint) from error

    def _end(self, key: Key, event: str, **told: Any) -> None:
        trial = self.trials[key]
        if trial.state != STARTED:
            raise ValueError(f"the trial {key} is {trial.state}; only a started one can end")
        self._write({"event": event, **_names(key), "attempt": trial.attempt, **told})

    def _write(self, record: Mapping[str, Any]) -> None:
        self._lines.append(record, durable_now=record["event"] != "started")
        self._apply(record)

    def _take(self, number: int, record: dict[str, Any]) -> None:
        """Apply a record that was read."""
        try:
            self._apply(record)
        except (KeyError, TypeError) as error:
            hint = "its plan.json and its ledger.jsonl are not of one study: restore them from a copy"
            raise UserError(
                f"{shown(self._lines.path)}: line {number} tells of something that is not in the plan", hint=hint
            ) from error
        except _Settled:
            self.problems.append(f"{shown(self._lines.path)}: line {number} tells of a trial that was done before")
            log.warning("%s", self.problems[-1])

    def _apply(self, record: Mapping[str, Any]) -> None:
        if record["event"] == "sitting":
            self.sittings.append({name: value for name, value in record.items() if name != "event"})
            return
        trial = self.trials[record["cell"], record["seed"]]
        if trial.state == DONE:
            raise _Settled
        trial.seconds += record.get("seconds", 0.0)
        trial.cpu_seconds += record.get("cpu_seconds", 0.0)
        trial.by = record.get("by", "")
        _EVENTS[record["event"]](trial, record)
        self._ends += trial.state in (DONE, FAILED)
        trial.ended = self._ends if trial.state in (DONE, FAILED) else 0


class _Settled(Exception):
    """The trial is done: nothing more can become of it."""


def _names(key: Key) -> dict[str, Any]:
    return {"cell": key[0], "seed": key[1]}


def _started(trial: Trial, record: Mapping[str, Any]) -> None:
    trial.state, trial.attempt, trial.worker = STARTED, record["attempt"], record["worker"]


def _done(trial: Trial, record: Mapping[str, Any]) -> None:
    trial.state, trial.score, trial.details, trial.reason = DONE, record["score"], record["details"], ""


def _crashed(trial: Trial, record: Mapping[str, Any]) -> None:
    trial.state, trial.reason, trial.crashes = PLANNED, record["reason"], trial.crashes + 1


def _failed(trial: Trial, record: Mapping[str, Any]) -> None:
    _crashed(trial, record)
    trial.state = FAILED


def _interrupted(trial: Trial, record: Mapping[str, Any]) -> None:
    trial.state, trial.reason = PLANNED, record["reason"]


def _again(trial: Trial, record: Mapping[str, Any]) -> None:
    trial.state, trial.crashes = PLANNED, 0


_EVENTS: dict[str, Callable[[Trial, Mapping[str, Any]], None]] = {
    "started": _started,
    "done": _done,
    "crashed": _crashed,
    "failed": _failed,
    "interrupted": _interrupted,
    "again": _again,
}
