"""`run_study`: do what a plan asks for and is not done yet, whatever dies on the way."""

import functools
import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbaru._version import __version__
from ganbaru.errors import UserError
from ganbaru.runs.durable import shown
from ganbaru.studies.claiming import claimed
from ganbaru.studies.crew import Crew
from ganbaru.studies.ledger import DONE, Ledger
from ganbaru.studies.performing import Trainee
from ganbaru.studies.plan import Plan, Settings, agreed, read_plan, refuse_occupied, write_plan
from ganbaru.studies.sitting import More, Progress, Sitting
from ganbaru.studies.table import Results, results
from ganbaru.studies.workers import Here, cores, packed

if TYPE_CHECKING:
    from ganbaru.studies.sharing import Meeting


class Interrupted(KeyboardInterrupt):
    """The study was asked to stop; what was done is stored.

    Attributes:
        path: the study's folder.
        done: trials that are done.
        total: trials in the plan.
    """

    def __init__(self, path: Path, done: int, total: int) -> None:
        super().__init__(f"stopped: {done} of {total} trials are done, stored in {shown(path)}; run it again to go on")
        self.path = path
        self.done = done
        self.total = total


def run_study(
    folder: str | os.PathLike[str],
    plan: Plan,
    trial: Trainee,
    *,
    jobs: int = 1,
    rerun_failed: bool = False,
    retries: int = 1,
    progress: Progress | None = None,
    more: More | None = None,
    limit_seconds: float | None = None,
    storage: str | None = None,
    cluster: str | None = None,
) -> Results:
    """Run every trial of a plan that is not done yet; run again after a kill, it does only what is missing.

    A trial is called as ``trial(settings, seed, folder)`` and returns a number, an `Estimate`, or a mapping with one of
    these as ``"score"``. Its folder is there when it begins, and keeps what an earlier attempt left in it.

    Args:
        folder: of the study; made if missing.
        plan: the whole of it, written down before anything runs.
        trial: a function of a module, or anything else that another process can be sent.
        jobs: how many processes work at a time, each with its share of the cores; 0 does everything in this process,
            for functions that cannot be sent to another, and does not outlive one that ends the process.
        rerun_failed: run the failed trials once more, too.
        retries: how often a trial that crashed is run again before it counts as failed.
        progress: told how far the study is: at every change, and every second.
        more: for a search: asked for further cells whenever a worker has nothing to do. They extend the plan.
        limit_seconds: a trial that is at work for longer is stopped: asked, then killed. It counts as one that crashed.
        storage: the URL of a database, PostgreSQL's or SQLite's, by which several machines share the study. Each has a
            folder of its own, runs what no other does, and ends with what all have found; see
            `ganbaru.studies.sharing`.
        cluster: the address of a Ray cluster, or "auto" for the one that this machine is part of: the trials run on its
            nodes, ``jobs`` at a time, each on one processor; see `ganbaru.studies.cluster`.

    Raises:
        UserError: another plan lies there, another driver is at work, no worker can start, or the database or
            the cluster does not answer.
        Interrupted: Ctrl-C or SIGTERM; trials that know how to save at these have done so.
    """
    _check(jobs, retries, limit_seconds, storage=storage, cluster=cluster)
    study = Path(os.path.abspath(folder))
    trainee = packed(trial) if jobs else b""
    refuse_occupied(study)
    with claimed(study):
        stored = agreed(study, plan)
        ledger = Ledger(study, stored.keys)
        with _others(storage, study, ledger) as others:
            ledger.open_sitting({**_about(trial, jobs), **({"name": others.name} if others else {})})
            if others:
                stored = others.join(stored, ledger, rerun_failed=rerun_failed)
            elif rerun_failed:
                ledger.again()
            sitting = Sitting(
                study,
                stored,
                ledger,
                jobs=jobs,
                retries=retries,
                progress=progress,
                more=more,
                limit_seconds=limit_seconds,
                others=others,
            )
            try:
                if jobs == 0:
                    stopped = sitting.run_here(trial)
                else:
                    with _crew(cluster, study, trainee, jobs=jobs) as crew:
                        stopped = sitting.run(crew)
            finally:
                ledger.sync()
        if stopped:
            raise Interrupted(Path(folder), ledger.count(DONE), len(ledger.trials))
    return results(folder)


def _check(
    jobs: int,
    retries: int,
    limit_seconds: float | None,
    *,
    storage: str | None,
    cluster: str | None,
) -> None:
    """Raise UserError for what cannot be asked for, alone or together."""
    if jobs < 0 or retries < 0:
        raise UserError("jobs and retries cannot be negative")
    if limit_seconds is not None and not limit_seconds > 0:
        raise UserError("limit_seconds must be positive")
    for name, given in (("limit_seconds", limit_seconds), ("storage", storage), ("cluster", cluster)):
        if jobs == 0 and given is not None:
            raise UserError(f"{name} is for trials in processes of their own", hint="run with jobs of 1 or more")


@contextmanager
def _crew(cluster: str | None, study: Path, trainee: bytes, *, jobs: int) -> Iterator[Crew]:
    """Processes on this machine, or on the nodes of a cluster."""
    if cluster is None:
        yield Here(study, trainee, jobs=jobs)
        return
    from ganbaru.studies.cluster import Nodes

    nodes = Nodes(cluster, study, trainee)
    try:
        yield nodes
    finally:
        nodes.close()


@contextmanager
def _others(storage: str | None, study: Path, ledger: Ledger) -> Iterator["Meeting | None"]:
    """The machines that share the study by a database; None without one."""
    if storage is None:
        yield None
        return
    from ganbaru.studies.sharing import Meeting

    meeting = Meeting(storage, study, former=[about["name"] for about in ledger.sittings if "name" in about])
    try:
        yield meeting
    finally:
        meeting.close()


def extend_study(
    folder: str | os.PathLike[str],
    *,
    why: str,
    cells: Mapping[str, Settings] | None = None,
    seeds: Iterable[int] = (),
) -> Plan:
    """Add cells, seeds or both to a study's plan; the reason, and how many trials were done by now, are recorded in it.

    Raises:
        UserError: nothing is new, there is no reason, or a driver is at work.
    """
    study = Path(os.path.abspath(folder))
    read_plan(study)
    with claimed(study):
        plan = read_plan(study)
        done = Ledger(study, plan.keys).count(DONE)
        return write_plan(study, plan.extended(why=why, cells=cells, seeds=seeds, done=done))


def _about(trial: Trainee, jobs: int) -> dict[str, Any]:
    """What is worth knowing of this run of the driver."""
    inner: Any = trial
    while isinstance(inner, functools.partial):
        inner = inner.func
    named = inner if hasattr(inner, "__qualname__") else type(inner)
    return {
        "trial": f"{getattr(named, '__module__', '')}:{named.__qualname__}",
        "jobs": jobs,
        "cores": cores(),
        "ganbaru": __version__,
        "python": sys.version.split()[0],
        **{name: importlib.metadata.version(name) for name in ("torch", "numpy")},
        "system": platform.system(),
        "machine": platform.machine(),
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
