"""The examiner's notes: how good a training truly ended, and what was known early. Judges never see the former.

Whoever trains a specimen notes it; whoever collects it writes it beside the evidence.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Notes:
    """Notes on one specimen.

    Attributes:
        figures: how good it ended, by name.
        early: what had been probed by a step, by the step.
    """

    figures: dict[str, float] = field(default_factory=dict)
    early: dict[int, Mapping[str, Any]] = field(default_factory=dict)


_notes: ContextVar[Notes | None] = ContextVar("_notes", default=None)


def note(**figures: float) -> None:
    """Adds figures to the notes, where somebody takes notes."""
    notes = _notes.get()
    if notes is not None:
        notes.figures.update({name: float(value) for name, value in figures.items()})


def note_early(step: int, probes: Mapping[str, Any]) -> None:
    """Adds what had been probed by a step."""
    notes = _notes.get()
    if notes is not None:
        notes.early[step] = probes


@contextmanager
def taking_notes() -> Iterator[Notes]:
    """A block in which notes are taken."""
    notes = Notes()
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)
