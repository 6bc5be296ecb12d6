"""What a study answers: one sentence with its evidence, and the graphs that show it, as plain data.

A kind of study makes it from the results; the command prints it and the report draws it. It lies in ``answer.json`` in
the study's folder and can be made again from the ledger at any time.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from ganbaru.distances.estimate import Estimate
from ganbaru.errors import UserError
from ganbaru.runs import durable
from ganbaru.runs.durable import shown
from ganbaru.runs.folders import damaged, read_bytes
from ganbaru.runs.seal import Broken, open_json, seal_json
from ganbaru.studies.plan import Key

DOCUMENT = "answer.json"
_SCHEMA = "ganbaru.answer/1"


@dataclass(frozen=True)
class Series:
    """One set of points of a graph.

    Attributes:
        name: in the key.
        x: ``(N,)`` positions, or names where the axis is one of names.
        y: ``(N,)``; a point that is not finite is not drawn.
        low, high: ``(N,)`` ends of the intervals, or empty.
        drawn: "dots": one point a trial; "line": means, joined; "band": from low to high.
    """

    name: str
    x: Sequence[float | str]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    drawn: Literal["dots", "line", "band"] = "dots"


@dataclass(frozen=True)
class Graph:
    """A picture of the answer.

    Attributes:
        title: what is seen, a phrase.
        x, y: what the axes are, with units.
        series: what is drawn, the first on top.
        log_x, log_y: logarithmic axes.
        marks: lines across the graph at a position of x, such as the present value of a setting, by name.
        levels: level lines at a value of y, such as what real sounds measure, by name.
        note: a sentence under it.
    """

    title: str
    x: str
    y: str
    series: Sequence[Series]
    log_x: bool = False
    log_y: bool = False
    marks: Mapping[str, float | str] = field(default_factory=dict)
    levels: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """A table of the answer: one row for each cell, arm or setting.

    Attributes:
        title: what it lists.
        columns: their headings.
        rows: ``len(columns)`` values each: text, numbers, `Estimate`.
        note: a sentence under it.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | float | Estimate | None]]
    note: str = ""


@dataclass(frozen=True, repr=False)
class Answer:
    """What a study answers.

    Attributes:
        kind: of the study: "data", "hyper" …
        question: as the plan asks it.
        rule: as the plan says it is decided.
        verdict: a few words of a closed list of the kind; "can't tell" is always one of them.
        sentence: the answer, with the numbers that support it.
        evidence: those numbers, by name.
        graphs: what is drawn.
        grids: what is listed.
        notes: what a reader must know to believe it: failed and missing trials, looks taken, what was assumed.
        change: settings that the answer recommends, by dotted name; None where it recommends none.
        best, worst: the trials to listen to.
        folder: of the study; "" before it is saved.
    """

    kind: str
    question: str
    rule: str
    verdict: str
    sentence: str
    evidence: Mapping[str, float | Estimate] = field(default_factory=dict)
    graphs: Sequence[Graph] = ()
    grids: Sequence[Grid] = ()
    notes: Sequence[str] = ()
    change: Mapping[str, Any] | None = None
    best: Key | None = None
    worst: Key | None = None
    folder: str = ""

    @property
    def assignments(self) -> str:
        """The change as options of a command, such as ``--set batch=32``; empty where nothing is recommended."""
        plain = {
            key: value if isinstance(value, str) else json.dumps(value) for key, value in (self.change or {}).items()
        }
        return " ".join(f"--set {shlex.quote(f'{key}={value}')}" for key, value in plain.items())

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return f"<{self.kind} study: {self.verdict}: {self.sentence}>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p><b>{escape(self.question)}</b><br>{escape(self.sentence)}</p>"

    def to_json(self) -> dict[str, Any]:
        """As ``answer.json`` holds it."""
        return {"schema": _SCHEMA, **_plain({**asdict(replace(self, folder="")), **self._with_estimates()})}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, folder: str = "") -> "Answer":
        """The inverse of `to_json`."""
        known = {name: item for name, item in value.items() if name not in ("schema", "folder")}
        graphs = [
            Graph(**{**graph, "series": [Series(**each) for each in graph["series"]]}) for graph in known["graphs"]
        ]
        grids = [
            Grid(**{**grid, "rows": [[_read(cell) for cell in row] for row in grid["rows"]]}) for grid in known["grids"]
        ]
        evidence = {name: _read(item) for name, item in known["evidence"].items()}
        ends = {name: None if known[name] is None else (known[name][0], known[name][1]) for name in ("best", "worst")}
        return cls(**{**known, **ends, "graphs": graphs, "grids": grids, "evidence": evidence, "folder": folder})

    def _with_estimates(self) -> dict[str, Any]:
        """What `asdict` would take apart."""
        grids = [{**vars(grid), "rows": [list(row) for row in grid.rows]} for grid in self.grids]
        return {"evidence": dict(self.evidence), "grids": grids}


def write_answer(folder: Path, answer: Answer) -> Answer:
    """Keep an answer in its study's folder; returns it as it lies there.

    Raises:
        UserError: the disk refuses.
    """
    try:
        durable.replace_file(folder / DOCUMENT, seal_json(answer.to_json()))
    except OSError as error:
        raise UserError(f"cannot write {shown(folder / DOCUMENT)}: {error}", hint="make room there") from error
    return replace(answer, folder=str(folder))


def read_answer(folder: Path) -> Answer:
    """The answer in a study's folder.

    Raises:
        UserError: there is none yet, or it is damaged.
    """
    file = folder / DOCUMENT
    if not file.exists():
        raise UserError(f"{shown(folder)} has no answer yet", hint="run the study to its end")
    try:
        return Answer.from_json(open_json(read_bytes(file)), folder=str(folder))
    except (Broken, KeyError, TypeError) as error:
        hint = "delete it and run the study again: it is made anew from the ledger"
        raise damaged(file, "its bytes do not match the checksum in it", hint=hint) from error


def _plain(value: Any) -> Any:
    if isinstance(value, Estimate):
        return {"estimate": value.to_json()}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
        return value.item() if hasattr(value, "item") else value
    return [_plain(item) for item in value]


def _read(value: Any) -> Any:
    return Estimate.from_json(value["estimate"]) if isinstance(value, Mapping) and "estimate" in value else value
