"""Ctrl-C and SIGTERM: the first asks the training to finish its step and save, the second stops at once."""

from pathlib import Path
from types import FrameType

from ganbaru.bell import Bell


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


class ImpatientBell(Bell):
    """One whose second ring is an ordinary KeyboardInterrupt."""

    def ring(self, number: int, frame: FrameType | None) -> None:
        """The signal's handler."""
        if self.rung:
            raise KeyboardInterrupt
        super().ring(number, frame)
