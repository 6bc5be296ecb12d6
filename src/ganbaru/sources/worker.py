"""The process that touches what may be hostile or may crash: one job a line in, one answer a line out.

Started as ``python -m ganbaru.sources.worker TASK SPOOL``. It runs under limits of memory and time, so whatever a file
or a C library does, the worst that happens is that this process ends and the parent names the job it was at.
"""

import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from ganbaru.sources.claims import Refused

try:
    import resource
except ImportError:  # not on this system (Windows): the parent's clock still watches
    resource = None  # type: ignore[assignment]

MEMORY = 512 << 20
"""Bytes of address space a worker may use beyond what it has once its libraries are loaded."""

Task = Callable[[dict[str, Any], BinaryIO], dict[str, Any]]


def main() -> None:
    """Answer jobs from standard input until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # a C library that prints cannot disturb the answers
    task = _task(sys.argv[1])
    _limit_memory()
    with open(sys.argv[2], "xb", buffering=1 << 20) as spool:
        _say(answers, {"ready": True})
        for line in sys.stdin:
            _say(answers, _answer(task, json.loads(line), spool))


def _task(name: str) -> Task:
    if name == "decode":
        from ganbaru.sources.decoding import decode

        return decode
    if ":" in name:
        module, _, function = name.partition(":")
        task: Task = getattr(importlib.import_module(module), function)
        return task
    from ganbaru.sources.speaking import speak

    return speak


def _answer(task: Task, job: dict[str, Any], spool: BinaryIO) -> dict[str, Any]:
    start = spool.tell()
    _limit_time(job.get("seconds", 60))
    try:
        answer = task(job, spool)
        spool.flush()
        return {"done": answer}
    except Refused as refused:
        _cut(spool, start)
        return {"refused": str(refused)}
    except MemoryError:
        _cut(spool, start)
        return {"refused": f"needs more than {MEMORY >> 20} MB of memory"}
    except OSError as error:  # the spool: reading a file says Refused
        return {"fatal": error.strerror or str(error)}


def _cut(spool: BinaryIO, start: int) -> None:
    spool.seek(start)
    spool.truncate()


def _say(answers: Any, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


def _limit_memory() -> None:
    if resource is None:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    except (OSError, ValueError):  # no /proc, or a system that has no such limit
        return


def _limit_time(seconds: float) -> None:
    """Let the kernel end this process after ``seconds`` more of processor time."""
    if resource is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(usage.ru_utime + usage.ru_stime + seconds) + 1, hard))


if __name__ == "__main__":
    main()
