"""A callback that writes TensorBoard event files; needs the extra ``tensorboard``."""

from pathlib import Path

from ganbaru.errors import UserError
from ganbaru.training.events import Event, Measured, Saved, StepDone


class TensorBoard:
    """Writes evidence and figures as scalars; pass it to ``fit(callbacks=[...])``.

    Args:
        folder: where the event files go.

    Raises:
        UserError: tensorboard is not installed.
    """

    __name__ = "TensorBoard"

    def __init__(self, folder: str | Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise UserError("tensorboard is not installed", hint="pip install 'ganbaru[tensorboard]'") from None
        self._writer = SummaryWriter(str(folder))

    def __call__(self, event: Event) -> None:
        """The callback."""
        if isinstance(event, StepDone):
            for name, value in event.evidence.items():
                if value is not None:
                    self._writer.add_scalar(f"evidence/{name}", value, event.step)
        elif isinstance(event, Measured):
            for name, figure in event.figures.items():
                self._writer.add_scalar(f"quality/{name}", figure["value"], event.step)
        elif isinstance(event, Saved):
            self._writer.flush()
