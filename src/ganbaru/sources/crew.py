"""Worker processes, each with a thread that feeds it: jobs in, answers in the same order out, deaths named."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.sources.scan import Found, Listing
from ganbaru.sources.store import cannot_write

Job = dict[str, Any]
Answer = dict[str, Any]
_MOST = 8


def how_many(jobs: int, *, least: int) -> int:
    """Workers worth starting for so many jobs, when each should get ``least``: a start costs 0.3 s."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:
        cores = os.cpu_count() or 1
    return max(1, min(cores, _MOST, -(-jobs // least)))


def file_job(listing: Listing, found: Found, rate: int, *, slowest: int) -> Job:
    """The job of one file of a folder.

    Args:
        listing: of the folder.
        found: the file as it was seen.
        rate: wanted of its sound (Hz).
        slowest: bytes a second that the work must manage, or it is ended.
    """
    return {
        "path": os.path.abspath(listing.folder / found.path),
        "size": found.size,
        "mtime_ns": found.mtime_ns,
        "rate": rate,
        "seconds": 5 + found.size / slowest,
    }


def run(
    jobs: Sequence[Job], *, task: str, spools: Path, workers: int, what: str, progress: Progress | None
) -> list[Answer]:
    """Have every job done: one answer each, ``{"done": ..., "spool": path}`` or ``{"refused": why}``.

    Args:
        jobs: each may carry ``seconds``, the processor time it may take; the clock allows four times that.
        task: which work: ``"decode"``, ``"speak"``, or the function that does it as ``"module:function"``.
        spools: an empty folder where the workers write samples (float32, one file each).

    Raises:
        UserError: if the disk is full, or a worker cannot be started.
    """
    crew = _Crew(jobs, task, spools)
    threads = [threading.Thread(target=crew.work, daemon=True) for _ in range(workers)]
    threads.append(threading.Thread(target=crew.watch, daemon=True))
    for thread in threads:
        thread.start()
    answers: list[Answer] = [{}] * len(jobs)
    try:
        for done in range(len(jobs)):
            if progress:
                progress(what, done, len(jobs))
            number, answer = crew.answers.get()
            if isinstance(answer, Exception):
                raise answer
            answers[number] = answer
        if progress:
            progress(what, len(jobs), len(jobs))
    finally:
        crew.stop()
        for thread in threads:
            thread.join()
    return answers


class _Crew:
    def __init__(self, jobs: Sequence[Job], task: str, spools: Path) -> None:
        self.jobs, self.task, self.spools = jobs, task, spools
        self.answers: queue.SimpleQueue[tuple[int, Answer | Exception]] = queue.SimpleQueue()
        self._numbers = iter(range(len(jobs)))
        self._lock = threading.Lock()
        self._alive: dict[_Worker, None] = {}
        self._started = 0
        self._stopped = threading.Event()

    def work(self) -> None:
        """Feed one worker after another: a new one whenever one has died."""
        worker: _Worker | None = None
        try:
            while (number := self._next()) is not None:
                worker = worker or self._start()
                answer = worker.ask(self.jobs[number])
                if "died" in answer:
                    self._forget(worker)
                    worker, answer = None, {"refused": answer["died"]}
                elif self.task == "speak" and not hasattr(os, "fork"):  # then only a new process is a fresh state
                    self._forget(worker)
                    worker = None
                if "fatal" in answer:
                    raise cannot_write(self.spools.parent, OSError(answer["fatal"]))
                self.answers.put((number, answer))
        except Exception as error:  # handed to the caller's thread, which raises it
            self.answers.put((-1, error))
        finally:
            if worker:
                self._forget(worker)

    def watch(self) -> None:
        """End every worker whose job takes longer than the clock allows."""
        while not self._stopped.wait(0.25):
            with self._lock:
                for worker in self._alive:
                    if time.monotonic() > worker.deadline:
                        worker.kill()

    def stop(self) -> None:
        self._stopped.set()
        with self._lock:
            self._numbers = iter(())
            for worker in self._alive:
                worker.kill()

    def _next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)

    def _start(self) -> "_Worker":
        with self._lock:
            self._started += 1
            worker = _Worker(self.task, self.spools / f"{self._started}.f32")
            self._alive[worker] = None
        worker.greet()
        return worker

    def _forget(self, worker: "_Worker") -> None:
        with self._lock:
            self._alive.pop(worker, None)
        worker.close()


class _Worker:
    """One process and the pipes to it."""

    def __init__(self, task: str, spool: Path) -> None:
        self.spool = spool
        self.deadline = time.monotonic() + 60
        self._complaints = spool.with_suffix(".stderr").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "ganbaru.sources.worker", task, str(spool)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=_environment(),
        )

    def greet(self) -> None:
        """Wait until it is ready."""
        if "ready" not in self._read():
            last = self.spool.with_suffix(".stderr").read_text(errors="replace").strip().splitlines()[-1:]
            why = last[0] if last else f"exit code {self._process.poll()}"
            raise UserError(f"a worker process cannot start: {why}", hint="are soundfile and soxr installed whole?")
        self.deadline = float("inf")

    def ask(self, job: Job) -> Answer:
        """The answer to one job; ``{"died": why}`` if the process did not live to give it."""
        self.deadline = time.monotonic() + 20 + 4 * float(job.get("seconds", 60))
        try:
            assert self._process.stdin
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
            answer = self._read()
        except OSError:
            answer = {}
        late, self.deadline = time.monotonic() > self.deadline, float("inf")
        return {**answer, "spool": str(self.spool)} if answer else {"died": self._why(late)}

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._complaints):
            try:
                if pipe:
                    pipe.close()
            except OSError:  # what was still to be written cannot be: the process is gone
                continue

    def _read(self) -> Answer:
        assert self._process.stdout
        line = self._process.stdout.readline()
        return json.loads(line) if line.endswith(b"\n") else {}

    def _why(self, late: bool) -> str:
        code = self._process.wait()
        if late or code == -getattr(signal, "SIGXCPU", 0):
            return "takes far longer to decode than a file of its size should"
        return f"the decoder crashed on it (exit code {code})"


def _environment() -> dict[str, str]:
    """The parent's, with its module path, and one thread for the libraries that would start many."""
    path = os.pathsep.join(part for part in sys.path if part)
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
