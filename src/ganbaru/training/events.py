"""What a training tells its callbacks, and what they may ask of it.

A callback is a plain function ``(event) -> Request | None``. One that raises is named in the run's log and the
training goes on without it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class Request(Enum):
    """What a callback may ask for: done after the current step."""

    SAVE = "save"
    STOP = "stop"
    MEASURE = "measure"


@dataclass(frozen=True)
class Started:
    """The training is about to make its first step, or its first after a resume.

    Attributes:
        step: generator updates done.
        steps: generator updates in all; None where the clock alone decides.
        path: the run's folder.
    """

    step: int
    steps: int | None
    path: Path


@dataclass(frozen=True)
class StepDone:
    """A generator update is done.

    Attributes:
        step: generator updates done.
        progress: share of the training that is done, 0 to 1.
        seconds: training time so far, resumes included.
        evidence: the line of evidence of this step; empty where none was recorded.
    """

    step: int
    progress: float
    seconds: float
    evidence: Mapping[str, Any]


@dataclass(frozen=True)
class Measured:
    """The generator was measured: ``figures`` are the estimates by name, as JSON."""

    step: int
    seconds: float
    figures: Mapping[str, Any]
    samples: Path


@dataclass(frozen=True)
class Saved:
    """A checkpoint is on the disk, read back and found whole."""

    step: int
    path: Path


Event = Started | StepDone | Measured | Saved
Callback = Callable[[Event], Request | None]
