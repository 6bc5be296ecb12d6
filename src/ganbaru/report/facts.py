"""What a report needs to know of a run, read once and put in order."""

import csv
import io
import logging
import re
import shlex
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ganbaru.checkup.finding import Findings
from ganbaru.checkup.vocabulary import MEANING
from ganbaru.distances import Estimate
from ganbaru.errors import UserError
from ganbaru.runs import Run
from ganbaru.runs.durable import shown

_log = logging.getLogger("ganbaru.report")
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Facts:
    """A run as the report sees it.

    Attributes:
        run: the run.
        document: its run.toml.
        steps: lines of evidence.
        measures: lines of measurements.
        layers: the last norms of gradients by network and layer.
        events: what happened, in words.
        quality: the last full measurement; empty where there is none yet.
        findings: what the checkup found; None where there was none yet.
        excerpts: stretches of sound that show it, as `checkup.excerpts` cuts them.
        sets: listening sets by step: files by name.
        real: held-out sounds that stand beside them.
        damaged: what could not be read, one line each.
    """

    run: Run
    document: dict[str, Any]
    steps: list[dict[str, Any]]
    measures: list[dict[str, Any]]
    layers: dict[str, dict[str, Any]]
    events: list[dict[str, Any]]
    quality: dict[str, Any]
    findings: Findings | None
    sets: dict[int, dict[str, bytes]]
    real: dict[str, bytes]
    damaged: list[str]
    excerpts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def rate(self) -> int:
        """Samples a second, Hz; 0 for points."""
        return int(self.document["source"]["rate"])

    @property
    def figures(self) -> dict[str, Estimate]:
        """The last full measurement, else the last one made during training."""
        last = self.measures[-1] if self.measures else {}
        found = self.quality.get("figures") or {key: value for key, value in last.items() if isinstance(value, dict)}
        return {name: Estimate.from_json(value) for name, value in found.items()}

    @property
    def last(self) -> dict[str, Any]:
        """The last line of evidence or measurement: where the training stands."""
        return max([*self.steps, *self.measures], key=lambda line: line["step"], default={"step": 0, "seconds": 0.0})


def gather(run: Run) -> Facts:
    """Reads a run. What is damaged is named in the report instead of shown; the rest is shown."""
    damaged: list[str] = []

    def tried(read: Any, empty: Any) -> Any:
        try:
            return read()
        except UserError as error:
            _log.warning("%s", error)
            damaged.append(str(error.args[0]))
            return empty

    lines = tried(run.metrics.read, [])
    names = sorted(path.name for path in (run.path / "samples").glob("*") if not path.name.startswith("."))
    sets = {name: tried(lambda name=name: run.read_samples(name), {}) for name in names}
    numbered = {int(match[1]): sets[name] for name in names if (match := re.fullmatch(r"step-(\d+)", name))}
    return Facts(
        run=run,
        document=run.document,
        steps=[line for line in lines if line.get("kind") == "step"],
        measures=[line for line in lines if line.get("kind") == "measure"],
        layers=_layers(lines),
        events=[line for line in lines if line.get("kind") == "event"],
        quality=tried(lambda: run.read_json("quality"), None) or {},
        findings=tried(lambda: _findings(run), None),
        sets={step: files for step, files in sorted(numbered.items()) if files},
        real=sets.get("real", {}),
        damaged=damaged,
        excerpts=[each for each in _excerpts(tried(lambda: run.read_json("excerpts"), None)) if isinstance(each, dict)],
    )


def _excerpts(document: dict[str, Any] | None) -> list[Any]:
    held = (document or {}).get("excerpts")
    return held if isinstance(held, list) else []


def _layers(lines: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    last: dict[str, Any] = next((line for line in reversed(lines) if line.get("kind") == "layers"), {})
    return {name: norms for name, norms in last.items() if isinstance(norms, dict)}


def _findings(run: Run) -> Findings | None:
    document = run.read_json("findings")
    if document is None:
        return None
    try:
        found = Findings.from_json(document)
        if unheard := [finding.cause for finding in found if finding.cause not in MEANING]:
            raise KeyError(unheard[0])
        return found
    except (KeyError, TypeError, ValueError, AttributeError):
        said = f"{shown(run.path / 'findings.json')} was written by another version of ganbaru"
        raise UserError(said, hint=f"ganbaru checkup {shlex.quote(str(run.path))} writes it anew") from None


def points_of(files: dict[str, bytes]) -> Array:
    """The points ``(N, 2)`` of a listening set."""
    rows = list(csv.reader(io.StringIO(files.get("points.csv", b"").decode())))[1:]
    return np.array([[float(value) for value in row[:2]] for row in rows]).reshape(-1, 2)


def spread(values: list[int], count: int) -> list[int]:
    """At most ``count`` of the values, evenly, the first and the last among them."""
    if len(values) <= count:
        return values
    return [values[round(index)] for index in np.linspace(0, len(values) - 1, count)]
