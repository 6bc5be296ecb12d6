"""Worker processes as the driver sees them: started with their share of the cores, asked, stopped, found dead."""

import contextlib
import multiprocessing.connection
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.runs.durable import shown
from ganbaru.runs.seal import Broken, open_line
from ganbaru.studies.crew import Hand
from ganbaru.studies.performing import Trainee
from ganbaru.studies.plan import Key

LOG = "workers.log"
_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def cores() -> int:
    """How many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


def packed(trial: Trainee) -> bytes:
    """What a worker needs to know of the trial.

    Raises:
        UserError: it cannot be sent to another process.
    """
    try:
        pickled = pickle.dumps(trial)
    except Exception as error:
        raise UserError(f"the trial cannot be sent to another process: {error}", hint=_TOP) from error
    return pickle.dumps((pickled, *(_main_module() if b"__main__" in pickled else (None, None))))


def _main_module() -> tuple[str | None, str | None]:
    """The name of the module that was started by ``python -m``, or else the file that was started.

    Raises:
        UserError: it is neither: this is an interactive session.
    """
    main = sys.modules["__main__"]
    if main.__spec__ is not None:
        return main.__spec__.name, None
    file = getattr(main, "__file__", None)
    if file is None:
        raise UserError("the trial is defined where another process cannot find it", hint=_TOP)
    return None, os.path.abspath(file)


_TOP = "define it at the top of a module, or run with jobs=0, which does everything in this process"


class Worker:
    """One process and the connection to it.

    Args:
        number: from 1; no two of a sitting have the same.
        study: the study's folder.
        trial: as `packed`.
        threads: how many each library in it may start.

    Attributes:
        ready: it has loaded the trial.
        key: the trial it is at; None while it waits.
        since: when it was given that trial, on the monotonic clock (s).
        connection: readable when it has something to say, or is dead.
    """

    def __init__(self, number: int, study: Path, trial: bytes, *, threads: int) -> None:
        self.number = number
        self.ready = False
        self.key: Key | None = None
        self.since = time.monotonic()
        self.connection, theirs = Pipe()
        with theirs, (study / LOG).open("ab") as log:
            self._process = subprocess.Popen(
                _command(theirs, study),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(threads),
                pass_fds=(theirs.fileno(),),
                process_group=0,  # the terminal's Ctrl-C goes to the driver alone
            )
        self._send(trial)

    @property
    def seconds(self) -> float:
        """How long it has been at its trial (s)."""
        return time.monotonic() - self.since

    def give(self, key: Key, settings: Mapping[str, Any], folder: Path) -> None:
        """Have it do a trial. A dead worker is not noticed here but by ``hear``."""
        self.key, self.since = key, time.monotonic()
        self._send(pickle.dumps({"settings": settings, "seed": key[1], "folder": str(folder)}))

    def hear(self) -> dict[str, Any] | None:
        """What it says; None if it says nothing, ``{"became": "dead", "reason": …}`` if it never will."""
        alive = self._process.poll() is None  # asked first: its last word may come before its death is seen
        try:
            if self.connection.poll():
                return open_line(self.connection.recv_bytes())
        except (EOFError, OSError, Broken):
            alive = False
            self._let_die()
        return None if alive else {"became": "dead", "reason": self._why()}

    def ask_to_stop(self) -> None:
        """Stop its trial as Ctrl-C would."""
        self._process.terminate()

    def close(self) -> None:
        """Kill it, and whatever it has started, and let go of the connection."""
        if not self.connection.closed:
            self.connection.close()
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self.connection.send_bytes(data)

    def _let_die(self) -> None:
        """Wait for a process that let go of its connection; one that does not end by itself is killed."""
        try:
            self._process.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _why(self) -> str:
        code = self._process.returncode
        if code >= 0:
            return f"its process ended with exit code {code}"
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            return f"its process was killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
        return f"its process was killed by signal {-code}"


class Here:
    """A crew of processes on this machine, each with its share of the cores.

    Args:
        study: the study's folder.
        trial: as `packed`.
        jobs: how many will work at a time.
    """

    def __init__(self, study: Path, trial: bytes, *, jobs: int) -> None:
        self._study, self._trial, self._threads = study, trial, max(1, cores() // jobs)

    def hire(self, number: int) -> Worker:
        """Start one."""
        return Worker(number, self._study, self._trial, threads=self._threads)

    def wait(self, hands: Collection[Hand], seconds: float) -> None:
        """Return once one of them says something or is dead, after ``seconds`` at the latest."""
        connections = [hand.connection for hand in hands if isinstance(hand, Worker)]
        multiprocessing.connection.wait(connections, timeout=seconds)


def forget_empty_log(study: Path) -> None:
    """Remove the workers' common log where none of them had anything to complain of."""
    with contextlib.suppress(OSError):
        if (study / LOG).stat().st_size == 0:
            (study / LOG).unlink()


def cannot_start(study: Path, reason: str) -> UserError:
    """The error for workers that never get ready."""
    return UserError(f"a worker process cannot start: {reason}", hint=f"see {shown(study / LOG)}")


def _command(theirs: Connection, study: Path) -> list[str]:
    module = "ganbaru.studies.worker"
    return [sys.executable, "-P", "-m", module, str(theirs.fileno()), str(os.getpid()), str(study)]


def _environment(threads: int) -> dict[str, str]:
    """The driver's, with its module path, no more threads than ``threads``, and barriers that do not spin."""
    limits = {name: str(min(threads, _whole(os.environ.get(name), threads))) for name in _THREADS}
    path = os.pathsep.join(part or os.getcwd() for part in sys.path)
    return {"GOMP_SPINCOUNT": "0", **os.environ, **limits, "PYTHONPATH": path}


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and int(text) > 0 else default
