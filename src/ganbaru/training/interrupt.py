"""Ctrl-C and SIGTERM: the first asks the training to finish its step and save, the second stops at once."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType


class Interrupted(KeyboardInterrupt):
    """The training was asked to stop, finished its step and saved; the run can be resumed.

    Attributes:
        path: the run's folder; None in a process that writes none.
        step: the step it stands at.
    """

    def __init__(self, path: Path | None, step: int) -> None:
        super().__init__(f"stopped at step {step}, saved in {path}")
        self.path = path
        self.step = step


class Bell:
    """Whether somebody asked to stop."""

    def __init__(self) -> None:
        self.rung = False

    def ring(self, number: int, frame: FrameType | None) -> None:
        """The signal's handler: the second ring is an ordinary KeyboardInterrupt."""
        if self.rung:
            raise KeyboardInterrupt
        self.rung = True


@contextmanager
def listening() -> Iterator[Bell]:
    """A block in which SIGINT and SIGTERM ring a bell; the handlers that were there come back after it.

    Outside of the main thread no handler can be set: the bell then never rings.
    """
    bell = Bell()
    if threading.current_thread() is not threading.main_thread():
        yield bell
        return
    before = {number: signal.signal(number, bell.ring) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield bell
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
