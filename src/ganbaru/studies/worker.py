"""The process that does trials: one after another, as the driver asks, until the driver has no more or is gone.

Started as ``python -m ganbaru.studies.worker DESCRIPTOR DRIVER FOLDER``. It ends within half a second of its driver,
however that dies, and while it lives it shares a lock, so that a new driver does not let another begin in the same
folder before. What a trial prints goes to a log beside the trial's folder.
"""

import fcntl
import os
import pickle
import runpy
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any

from ganbaru.runs.seal import seal_line
from ganbaru.studies.claiming import WORKERS_LOCK
from ganbaru.studies.performing import Trainee, perform, reason

_PERIOD = 0.25


def main() -> None:
    """Do trials until the connection closes."""
    connection, driver, study = Connection(int(sys.argv[1])), int(sys.argv[2]), Path(sys.argv[3])
    threading.Thread(target=_end_with, args=(driver,), daemon=True).start()
    _share(study / WORKERS_LOCK)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's to handle: it sends SIGTERM
    bell = Bell()
    signal.signal(signal.SIGTERM, bell.ring)
    try:
        trial = _load(*pickle.loads(connection.recv_bytes()))
    except Exception as error:
        connection.send_bytes(seal_line({"became": "unready", "reason": reason(error)}))
        return
    connection.send_bytes(seal_line({"became": "ready"}))
    for job in _jobs(connection):
        answer = _do(trial, job, bell)
        connection.send_bytes(seal_line(answer))


class Bell:
    """SIGTERM stops a trial; one that comes just before it lets it not begin."""

    def __init__(self) -> None:
        self.inside = self.rung = False

    def ring(self, number: int, frame: FrameType | None) -> None:
        self.rung = True
        if self.inside:
            self.inside = False
            raise KeyboardInterrupt

    def look(self) -> None:
        """Raise KeyboardInterrupt if it rang before, and from now on when it rings."""
        self.inside = True
        if self.rung:
            raise KeyboardInterrupt


def _end_with(driver: int) -> None:
    """End this process, and those it has started, once the driver is no longer its parent."""
    while os.getppid() == driver:
        time.sleep(_PERIOD)
    if os.getpgrp() == os.getpid():  # the group is this process's own
        os.killpg(0, signal.SIGKILL)
    os._exit(1)


def _share(path: Path) -> None:
    """Hold the workers' lock, with the others, for as long as this process lives."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    except OSError:  # a file system without locks: the driver says so
        os.close(descriptor)


def _load(pickled: bytes, name: str | None, file: str | None) -> Trainee:
    """The trial, from its pickle and, where it lives in the driver's main module, that module's name or file."""
    if name or file:
        module = types.ModuleType("__mp_main__")
        module.__dict__.update(
            runpy.run_module(name, run_name="__mp_main__")
            if name
            else runpy.run_path(str(file), run_name="__mp_main__")
        )
        sys.modules["__main__"] = sys.modules["__mp_main__"] = module
    loaded: Callable[..., Any] = pickle.loads(pickled)
    return loaded


def _jobs(connection: Connection) -> Iterator[dict[str, Any]]:
    while True:
        try:
            data = connection.recv_bytes()
        except EOFError:
            return
        yield pickle.loads(data)


def _do(trial: Trainee, job: dict[str, Any], bell: Bell) -> dict[str, Any]:
    folder = Path(job["folder"])
    with _printing_to(folder.with_name(f"{folder.name}.log")):
        answer = perform(trial, job["settings"], job["seed"], folder, first=bell.look)
        bell.inside = False
    return answer


@contextmanager
def _printing_to(path: Path) -> Iterator[None]:
    """Send what this process prints, C libraries included, to the end of ``path``; an empty log is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = os.dup(2)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
    try:
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 1)
        os.dup2(kept, 2)
        if os.fstat(descriptor).st_size == 0:
            path.unlink(missing_ok=True)
        os.close(descriptor)
        os.close(kept)


if __name__ == "__main__":
    main()
