"""How a study is asked to stop: Ctrl-C and SIGTERM ring a bell that the driver looks at."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Bell:
    """Whether somebody asked to stop."""

    def __init__(self) -> None:
        self.rung = False

    def ring(self, number: int, frame: FrameType | None) -> None:
        self.rung = True


@contextmanager
def listening() -> Iterator[Bell]:
    """A block in which SIGINT and SIGTERM ring a bell; only the main thread can hear them."""
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
