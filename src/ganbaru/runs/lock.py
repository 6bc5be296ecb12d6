"""One training at a time in one run: a lock that the kernel gives back, however its holder dies."""

import contextlib
import errno
import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from ganbaru.errors import UserError
from ganbaru.runs.durable import shown

log = logging.getLogger("ganbaru.runs")

_held: set[int] = set()


def _forget() -> None:
    """A forked child does not keep its parent's lock alive: it closes its copy, which does not unlock the parent's."""
    for descriptor in _held:
        with contextlib.suppress(OSError):
            os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_forget)


@contextlib.contextmanager
def claimed(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` (made if missing, always empty) while the block runs.

    Where the file system has no locks this is said and the block runs without.

    Raises:
        UserError: another process, or another place in this one, holds it; or the file cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        message = f"cannot write in {shown(path.parent)}: {error.strerror}"
        raise UserError(message, hint="see to its permissions") from error
    _held.add(descriptor)
    try:
        _lock(descriptor, path)
        yield
    finally:
        if descriptor in _held:  # not in a child that was forked meanwhile
            _held.discard(descriptor)
            os.close(descriptor)


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        hint = "wait until it ends, or give this one another --out"
        raise UserError(f"another training is at work in {shown(path.parent)}", hint=hint) from error
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL):
            raise
        log.warning("%s is on a file system without locks; see that only one training runs there", shown(path.parent))
