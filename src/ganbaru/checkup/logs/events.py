"""TensorBoard's event files, by TensorBoard's own reader; needs the extra ``tensorboard``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ganbaru.checkup.logs.thinning import Records
from ganbaru.errors import UserError


def read_events(files: Sequence[Path]) -> dict[str, Records]:
    """The scalars in event files of one training, by their tags.

    Args:
        files: in the order in which they were written.

    Raises:
        UserError: tensorboard is not installed.
    """
    found: dict[str, Records] = {}
    for file in files:
        for tag, step, value in _scalars(file):
            found.setdefault(tag, Records()).add(step, value)
    return found


def _scalars(file: Path) -> Iterator[tuple[str, int, float]]:
    try:
        from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
    except ImportError:
        raise UserError(
            f"{file.name} needs TensorBoard's reader, which is not installed",
            hint="pip install 'ganbaru[tensorboard]', or export the curves as CSV",
        ) from None
    for event in LegacyEventFileLoader(str(file)).Load():
        for value in event.summary.value:
            if (number := _number(value)) is not None:
                yield value.tag, event.step, number


def _number(value: Any) -> float | None:
    """The scalar of a summary, written the old way or the new one; None where it is something else."""
    if value.HasField("simple_value"):
        return float(value.simple_value)
    if (
        not value.HasField("tensor")
        or value.tensor.tensor_shape.dim
        or value.metadata.plugin_data.plugin_name == "text"
    ):
        return None
    from tensorboard.util.tensor_util import make_ndarray

    try:
        return float(make_ndarray(value.tensor))
    except (TypeError, ValueError):
        return None
