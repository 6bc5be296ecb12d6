"""Makes the evidence of every specimen and keeps it by content, so that changed judges need not train again.

    python zoo/collect.py [--only PATTERN …] [--cache FOLDER] [--jobs 2] [--limit SECONDS]

A record is kept under the hash of the specimen's description, its program and the sources that gather. What is there
is not made again, so a collection that was cut short goes on where it stood. One line for each specimen on stderr.
"""

import argparse
import fnmatch
import json
import multiprocessing
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from ganbaru.checkup.evidence import Evidence  # noqa: E402
from zoo import truth  # noqa: E402
from zoo.catalogue import SPECIMENS  # noqa: E402
from zoo.specimen import Specimen  # noqa: E402

CACHE = Path.home() / ".cache" / "ganbaru" / "zoo"
LIMIT = 240.0
"""Seconds after which a specimen is given up."""


@dataclass(frozen=True)
class Record:
    """What is kept of one specimen.

    Attributes:
        evidence: what was gathered; None where making it failed.
        truth: how good it truly ended, by name.
        early: what had been probed by a step, by the step.
        seconds: of processor time that it took.
        error: why it failed; empty where it did not.
    """

    evidence: Evidence | None
    truth: dict[str, float]
    seconds: float
    error: str = ""
    early: dict[int, dict[str, Any]] = field(default_factory=dict)


def place(specimen: Specimen, cache: Path) -> Path:
    """Where its record lies."""
    return cache / f"{specimen.name}-{specimen.key()}.json"


def read(path: Path) -> Record:
    """A record from its file."""
    held = json.loads(path.read_text("utf-8"))
    evidence = None if held["evidence"] is None else Evidence.from_json(held["evidence"])
    figures = {name: float(value) for name, value in held["truth"].items()}
    early = {int(step): probes for step, probes in held["early"].items()}
    return Record(evidence, figures, held["seconds"], held["error"], early)


def make(specimen: Specimen) -> dict[str, Any]:
    """The record of a specimen as JSON, made here and now; what it fails with becomes part of it."""
    began, error, evidence = time.process_time(), "", None
    with truth.taking_notes() as notes:
        try:
            evidence = specimen.make().to_json()
        except Exception:
            error = traceback.format_exc(limit=-4)
    figures = {name: value if abs(value) < float("inf") else str(value) for name, value in notes.figures.items()}
    return {
        "name": specimen.name,
        "evidence": evidence,
        "truth": figures,
        "seconds": round(time.process_time() - began, 2),
        "error": error,
        "early": notes.early,
    }


def keep(specimen: Specimen, path: Path) -> None:
    """Makes the record and writes it, whole or not at all."""
    import torch

    torch.set_num_threads(1)
    text = json.dumps(make(specimen))
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(path)


def collect(specimens: Sequence[Specimen], cache: Path, *, jobs: int = 2, limit: float = LIMIT) -> Iterator[str]:
    """Makes what is missing, each in a process of its own; a line of progress for each.

    Args:
        specimens: which ones.
        cache: folder of the records.
        jobs: processes at a time.
        limit: seconds after which one is given up.
    """
    cache.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    with ThreadPoolExecutor(jobs) as threads:
        states = threads.map(lambda specimen: _ensure(specimen, cache, limit), specimens)
        for number, (specimen, state) in enumerate(zip(specimens, states, strict=True), start=1):
            yield f"[{number}/{len(specimens)}] {time.monotonic() - began:5.0f} s  {specimen.name}: {state}"


def _ensure(specimen: Specimen, cache: Path, limit: float) -> str:
    path = place(specimen, cache)
    if path.exists():
        return "kept"
    process = multiprocessing.get_context("fork").Process(target=keep, args=(specimen, path))
    process.start()
    process.join(limit)
    if process.is_alive():
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        return f"given up after {limit:.0f} s"
    if not path.exists():
        return f"its process ended with {process.exitcode}"
    record = read(path)
    return record.error.strip().splitlines()[-1] if record.error else f"{record.seconds:.1f} s {_told(record.truth)}"


def _told(figures: dict[str, float]) -> str:
    return " ".join(f"{name} {value:.3g}" for name, value in figures.items())


def chosen(patterns: Sequence[str]) -> list[Specimen]:
    """The specimens whose name or cause fits one of the patterns; all of them without patterns."""
    if not patterns:
        return list(SPECIMENS)
    return [
        each
        for each in SPECIMENS
        if any(fnmatch.fnmatch(each.name, p) or fnmatch.fnmatch(each.cause or "healthy", p) for p in patterns)
    ]


def main() -> None:
    """Collects, and says so line by line."""
    parser = argparse.ArgumentParser(description="Make the evidence of the zoo.")
    parser.add_argument("--only", nargs="*", default=[], metavar="PATTERN", help="of names or causes")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for one specimen")
    options = parser.parse_args()
    for line in collect(chosen(options.only), options.cache, jobs=options.jobs, limit=options.limit):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


if __name__ == "__main__":
    main()
