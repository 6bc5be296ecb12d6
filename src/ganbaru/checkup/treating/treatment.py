"""What came of a treatment: each change that was tried, and whether it helped."""

import html
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganbaru.checkup.treating.candidates import EXCLUDE, Candidate
from ganbaru.checkup.treating.comparing import Outcome
from ganbaru.distances import Comparison, Estimate
from ganbaru.sources.naming import printable

SCHEMA = "ganbaru.treatment/1"
Figures = Mapping[str, tuple[Estimate, Estimate]]


@dataclass(frozen=True)
class Trial:
    """One change that was tried.

    Attributes:
        candidate: the change, and the finding that it comes from.
        base: the run that it was held against.
        outcome: what came of it.
        run: the run with the change; None where it was not tried.
        start: step of the base's checkpoint that it went on from; 0 where it was trained anew.
        reason: what decided, or why it was not tried.
        comparison: the treated (A) and the base (B) against real samples.
        figures: figures of quality of the base and of the treated, by name.
        found: causes that a checkup of the treated run still found; None where there was no checkup.
    """

    candidate: Candidate
    base: Path
    outcome: Outcome
    run: Path | None = None
    start: int = 0
    reason: str = ""
    comparison: Comparison | None = None
    figures: Figures = field(default_factory=dict)
    found: tuple[str, ...] | None = None

    @property
    def sets(self) -> str:
        """The change in words."""
        return changed(self.candidate.change)

    def to_json(self, of: Path) -> dict[str, Any]:
        """As ``treatment.json`` holds it, paths relative to a folder."""
        return {
            "cause": self.candidate.cause,
            "verdict": self.candidate.verdict,
            "change": dict(self.candidate.change),
            "remedy": self.candidate.remedy,
            "outcome": self.outcome,
            "reason": self.reason,
            "base": _relative(self.base, of),
            "run": None if self.run is None else _relative(self.run, of),
            "start": self.start,
            "comparison": None if self.comparison is None else self.comparison.to_json(),
            "figures": {name: {"before": b.to_json(), "after": a.to_json()} for name, (b, a) in self.figures.items()},
            "found": None if self.found is None else list(self.found),
        }


@dataclass(frozen=True, repr=False)
class Treatment:
    """What came of treating a run.

    Attributes:
        run: the run that was treated; nothing in it has changed but ``treatment.json``.
        trials: what was tried, in order.
        best: the run to go on with: the closest to real samples for sure; ``run`` itself where none is closer.
        unmended: causes that were found and have no change that could be tried.
        complete: whether it came to its end; otherwise the same call goes on with it.
    """

    run: Path
    trials: Sequence[Trial] = ()
    best: Path = Path()
    unmended: Sequence[str] = ()
    complete: bool = True

    @property
    def outcome(self) -> Outcome:
        """Of all of it: "helped" where one change did; "not tried" where there was none to try."""
        outcomes = [trial.outcome for trial in self.trials if trial.outcome != "not tried"]
        if not outcomes:
            return "not tried"
        return next((each for each in ("helped", "can't tell") if each in outcomes), "did not help")

    @property
    def helped(self) -> bool:
        """Whether one of the changes did."""
        return self.outcome == "helped"

    def to_json(self) -> dict[str, Any]:
        """As ``treatment.json`` holds it; paths are relative to the run."""
        return {
            "schema": SCHEMA,
            "outcome": self.outcome,
            "complete": self.complete,
            "best": _relative(self.best, self.run),
            "trials": [trial.to_json(self.run) for trial in self.trials],
            "unmended": list(self.unmended),
        }

    def lines(self) -> list[str]:
        """The result, line by line."""
        said = [f"Treatment of {printable(self.run)}: {_OUTCOMES[self.outcome]}"]
        for number, trial in enumerate(self.trials, start=1):
            said += ["", *_trial(number, trial)]
        if self.unmended:
            said += ["", f"No setting mends: {', '.join(self.unmended)}."]
        if not self.complete:
            said += ["", "It was cut short: the same command goes on with it."]
        if self.best != self.run:
            said += ["", f"go on with: {printable(self.best)}"]
        return said

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def __repr__(self) -> str:
        return f"<Treatment of {printable(self.run)}: {self.outcome}; {len(self.trials)} tried>"

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


_OUTCOMES: dict[Outcome, str] = {
    "helped": "it helped",
    "did not help": "it did not help",
    "made it worse": "it made it worse",
    "can't tell": "it can't be told whether it helped",
    "not tried": "there was nothing to try",
}


def changed(change: Mapping[str, Any]) -> str:
    """A change as ``--set`` takes it; of files that are left out, how many."""
    parts = [f"{key}={_value(value)}" for key, value in change.items() if key != EXCLUDE]
    files = len(change.get(EXCLUDE, ()))
    return ", ".join([*parts, *([f"without {files:,} file{'s' * (files != 1)}"] if files else [])])


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _trial(number: int, trial: Trial) -> list[str]:
    suspected = "" if trial.candidate.verdict == "found" else " (suspected)"
    lines = [f"{number}. {trial.candidate.cause}{suspected}: {trial.sets}"]
    if trial.run is not None:
        start = f"from its checkpoint at step {trial.start:,}" if trial.start else "from the start"
        lines.append(f"   trained in {printable(trial.run)}, {start}")
    if trial.comparison is not None:
        a, b = trial.comparison.a, trial.comparison.b
        lines.append(f"   distance from real samples {a}, before {b}")
    lines.append(f"   {trial.outcome}{f': {trial.reason}' if trial.reason else ''}")
    if trial.found is not None:
        lines.append(f"   its checkup found {', '.join(trial.found) or 'nothing'}")
    return lines


def _relative(path: Path, of: Path) -> str:
    return Path(os.path.relpath(path.absolute(), of.absolute())).as_posix()
