"""The examiner's notes: how good a training truly ended. Judges never see them.

Whoever trains a specimen notes its figures; whoever collects it writes them beside the evidence.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_notes: ContextVar[dict[str, float] | None] = ContextVar("_notes", default=None)


def note(**figures: float) -> None:
    """Adds figures to the notes, where somebody takes notes."""
    notes = _notes.get()
    if notes is not None:
        notes.update({name: float(value) for name, value in figures.items()})


@contextmanager
def taking_notes() -> Iterator[dict[str, float]]:
    """A block whose notes end up in the dictionary."""
    notes: dict[str, float] = {}
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)
