"""What shows a finding about a sound: the worst stretch of the first file that it names, with the place marked.

A checkup of a run keeps these stretches as ``excerpts.json`` in the run, so that a report needs no sound of the user's.
Files are only read.
"""

import io
import logging
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from ganbaru.checkup.excerpts.clicking import sharpest
from ganbaru.checkup.excerpts.cutting import KINDS
from ganbaru.checkup.finding import Finding, Findings
from ganbaru.errors import UserError
from ganbaru.progress import Progress, silent
from ganbaru.runs import Run
from ganbaru.sources import crew
from ganbaru.sources.naming import printable
from ganbaru.sources.scan import scan

_log = logging.getLogger("ganbaru.checkup")
SCHEMA = "ganbaru.excerpts/1"
_SLOWEST = 25_000
"""Bytes a second that reading must manage."""


def gather(findings: Findings, run: Run, progress: Progress = silent) -> dict[str, Any]:
    """The document ``excerpts.json``: what shows the findings of a run; what cannot be read shows nothing."""
    excerpts: list[dict[str, Any]] = []
    folder = str(run.document["source"].get("recipe", {}).get("name", ""))
    for cut in (lambda: of_files(findings, folder, progress), lambda: of_generated(findings, run)):
        try:
            excerpts += cut()
        except UserError as error:
            _log.warning("there will be no picture: %s", error)
    return {"schema": SCHEMA, "excerpts": excerpts}


def of_files(findings: Findings, folder: str | Path, progress: Progress = silent) -> list[dict[str, Any]]:
    """An excerpt for each finding about files of a folder that a waveform shows; none of a file that is gone.

    Each has ``cause``, ``file``, ``start`` and ``seconds`` of the stretch; ``low`` and ``high``: the least and the
    greatest value of each of its columns; ``marks``: pairs of seconds; ``level``: a value to draw a line at, or null.

    Raises:
        UserError: there is no such folder, or a worker cannot be started.
    """
    shown = [finding for finding in findings if _is_bad(finding) and finding.files and finding.cause in KINDS]
    if not shown:
        return []
    listing = scan(folder)
    known = {printable(found.path): found for found in listing.files}
    shown = [finding for finding in shown if finding.files[0] in known]
    jobs = [
        {**crew.file_job(listing, known[finding.files[0]], 0, slowest=_SLOWEST), "cause": finding.cause}
        for finding in shown
    ]
    with tempfile.TemporaryDirectory(prefix="ganbaru-") as spools:
        answers = crew.run(
            jobs,
            task="ganbaru.checkup.excerpts.cutting:cut",
            spools=Path(spools),
            workers=crew.how_many(len(jobs), least=12),
            what="cutting out what shows it",
            progress=progress,
        )
    told = zip(shown, answers, strict=True)
    return [{"cause": each.cause, "file": each.files[0], **answer["done"]} for each, answer in told if "done" in answer]


def of_generated(findings: Findings, run: Run) -> list[dict[str, Any]]:
    """The sharpest click of a run's newest listening set, where clicks were found in what it generates.

    Raises:
        UserError: the listening set is damaged.
    """
    clicks = findings.of("clicks")
    if clicks is None or not _is_bad(clicks):
        return []
    numbers = sorted(int(name.rpartition("-")[2]) for name in run.samples() if name != "real")
    if not numbers:
        return []
    name = f"step-{numbers[-1]:06d}"
    sounds = {file: data for file, data in sorted(run.read_samples(name).items()) if file.endswith(".wav")}
    heard = [(*sharpest(*_decoded(data)), f"samples/{name}/{file}") for file, data in sounds.items()]
    shown = [(sharp, excerpt, file) for sharp, excerpt, file in heard if excerpt is not None]
    if not shown:
        return []
    _, excerpt, file = max(shown, key=lambda each: each[0])
    return [{"cause": "clicks", "file": file, **excerpt}]


def _is_bad(finding: Finding) -> bool:
    return finding.verdict in ("found", "suspect")


def _decoded(data: bytes) -> tuple[np.ndarray[Any, Any], int]:
    """One channel ``(T,)`` of a WAV file, and its rate."""
    sound, rate = soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)
    return sound[:, 0], rate
