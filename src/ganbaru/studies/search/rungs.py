"""Trials that train to a rung only, and go on from where the trial of the rung before stopped.

The folder of the earlier trial is read and never changed. Where it is not there, as it lies on another machine, the
training begins anew: it comes to the same, as a training that goes on equals one that never stopped.
"""

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganbaru.studies.of_fit import RUN, OfFit
from ganbaru.studies.trainee import NOTHING, Trainee

if TYPE_CHECKING:
    from ganbaru.training.events import Event, Request

UNTIL, BEFORE = "rung.steps", "rung.before"
"""Settings of a cell: how far it trains, and the folder under ``trials`` of the cell of the rung before."""
EARLIER = "before"
"""A function that can go on has a parameter of this name: the folder of its earlier trial, or None."""


class Rungs:
    """A trial of a trainee that stops at a rung.

    `ganbaru.fit` stops and goes on bit for bit, its schedules being those of the whole training. A function
    ``train(data, steps, before=None, folder=None)`` is called with the rung's steps, and with the earlier trial's
    folder if it has a parameter ``before``; else, as an estimator, it begins anew at each rung.

    Args:
        trainee: what trains.
        steps: its setting that says how long, such as ``"steps"`` or ``"epochs"``.

    Attributes:
        goes_on: whether a rung costs only what it adds to the one before.
    """

    def __init__(self, trainee: Trainee, steps: str) -> None:
        self._trainee, self._steps = trainee, steps
        self.goes_on = isinstance(trainee, OfFit) or trainee.present(EARLIER) is not NOTHING

    def __call__(self, settings: Mapping[str, Any], seed: int, folder: Path) -> dict[str, Any]:
        """See `ganbaru.studies.performing.Trainee`."""
        own = {name: value for name, value in settings.items() if name not in (UNTIL, BEFORE)}
        until, earlier = int(settings[UNTIL]), _earlier(settings, folder)
        if isinstance(self._trainee, OfFit):
            return self._fit(own, seed, folder, until, earlier)
        own[self._steps] = until
        if self.goes_on and earlier is not None:
            own[EARLIER] = earlier
        return self._trainee(own, seed, folder)

    def _fit(self, own: dict[str, Any], seed: int, folder: Path, until: int, earlier: Path | None) -> dict[str, Any]:
        if earlier is not None and not (folder / RUN).exists():
            take_over(earlier / RUN, folder / RUN)
        fit: Any = copy.copy(self._trainee)
        fit.callbacks = (_stopping(until),)
        return dict(fit(own, seed, folder))


def take_over(earlier: Path, path: Path) -> None:
    """Copy a run that stopped, so that it can go on here; what it measured at its end stays behind."""
    import shutil

    fresh = path.with_name(f"{path.name}.copying")
    shutil.rmtree(fresh, ignore_errors=True)
    names = shutil.ignore_patterns("quality.json", "report.html", "*.lock", "lock")
    shutil.copytree(earlier, fresh, ignore=names)
    fresh.rename(path)


def _earlier(settings: Mapping[str, Any], folder: Path) -> Path | None:
    """Where the trial of the same seed lies that trained to the rung before."""
    if BEFORE not in settings:
        return None
    path = folder.parents[1] / settings[BEFORE] / folder.name
    return path if path.is_dir() else None


def _stopping(until: int) -> "Callable[[Event], Request | None]":
    from ganbaru.training.events import Request, StepDone

    def stop(event: "Event") -> "Request | None":
        return Request.STOP if isinstance(event, StepDone) and event.step >= until else None

    return stop
