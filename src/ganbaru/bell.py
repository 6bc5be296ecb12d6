"""How whatever takes long is asked to stop: Ctrl-C and SIGTERM ring a bell that it looks at."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TypeVar


class Bell:
    """Whether somebody asked to stop."""

    def __init__(self) -> None:
        self.rung = False

    def ring(self, number: int, frame: FrameType | None) -> None:
        """The signal's handler."""
        self.rung = True


_Any = TypeVar("_Any", bound=Bell)


@contextmanager
def listening(bell: _Any) -> Iterator[_Any]:
    """A block in which SIGINT and SIGTERM ring a bell; the handlers that were there come back after it.

    Outside of the main thread no handler can be set: the bell then never rings.
    """
    if threading.current_thread() is not threading.main_thread():
        yield bell
        return
    before = {number: signal.signal(number, bell.ring) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield bell
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
