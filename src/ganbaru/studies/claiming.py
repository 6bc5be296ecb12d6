"""One driver at a time in one study, and none before the workers of an earlier one are gone."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ganbaru.errors import UserError
from ganbaru.runs import durable, lock
from ganbaru.runs.durable import shown

LOCK, WORKERS_LOCK = "lock", "workers.lock"
_PATIENCE = 10.0
"""Seconds to wait for the workers of a driver that died."""
_READERS = 0.2
"""Seconds to try for the lock, which a reader may hold for an instant."""


@contextmanager
def claimed(study: Path) -> Iterator[None]:
    """Hold the study, once the workers of a driver that died are gone.

    Raises:
        UserError: another driver, or a worker, is at work in it, or the folder cannot be made.
    """
    try:
        durable.make_folders(study)
    except OSError as error:
        raise UserError(f"cannot make {shown(study)}: {error.strerror}", hint="choose another folder") from error
    with ExitStack() as held:
        _claim(study, held)
        _wait_for_orphans(study / WORKERS_LOCK)
        yield


def at_work(study: Path) -> bool:
    """Whether a driver holds the study's lock."""
    try:
        descriptor = os.open(study / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks: nobody can know
        return False
    finally:
        os.close(descriptor)
    return False


def _claim(study: Path, held: ExitStack) -> None:
    """Hold the lock until ``held`` ends; a reader that looks whether somebody does is waited for."""
    deadline = time.monotonic() + _READERS
    while True:
        try:
            held.enter_context(lock.claimed(study / LOCK))
            return
        except UserError as error:
            if not isinstance(error.__cause__, BlockingIOError):
                raise
            if time.monotonic() > deadline:
                hint = "wait until it ends, or stop it"
                raise UserError(f"another driver is at work on the study in {shown(study)}", hint=hint) from error
            time.sleep(0.02)


def _wait_for_orphans(path: Path) -> None:
    """Return once no worker of an earlier driver lives. Raises UserError where one does not end."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    deadline = time.monotonic() + _PATIENCE
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError as error:
                if time.monotonic() > deadline:
                    message = f"a worker of an earlier run is still at work in {shown(path.parent)}"
                    raise UserError(message, hint="end that process, then run the study again") from error
                time.sleep(0.05)
            except OSError:  # a file system without locks, which `claimed` has said
                return
    finally:
        os.close(descriptor)
