"""The points of a search as they stand in its results: how each did, and in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.studies.plan import Settings
from ganbaru.studies.search.rungs import BEFORE, UNTIL
from ganbaru.studies.search.searching import PRESENT, number_of
from ganbaru.studies.search.space import Value

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Tried:
    """A point.

    Attributes:
        number: of it, 0 for the present settings.
        params: what was chosen.
        rows: its cells, one for each length of training, the shortest first.
        steps: how far each of these trains; 0 where the training knows itself.
        scores: ``(stages,)`` the mean over its seeds so far, for each cell; NaN where it has none.
        whole: whether it was tried to its end, with every seed.
        settings: of its last cell.
    """

    number: int
    params: dict[str, Value]
    rows: tuple[int, ...]
    steps: tuple[int, ...]
    scores: tuple[float, ...]
    whole: bool
    settings: Settings

    @property
    def name(self) -> str:
        """Of the point, as its cells begin."""
        return f"point {self.number}" if self.number else PRESENT


def tried(
    planned: Mapping[str, Settings], names: Sequence[str], scores: Array, collapsed: Array, steps: int | None
) -> list[Tried]:
    """Every point, by number.

    Args:
        planned: the study's cells.
        names: of the settings that are searched.
        scores: ``(C, S)`` of these cells with the seeds of the search; collapsed: ``(C, S)``.
        steps: of a whole training, where points are trained to rungs.
    """
    rows: dict[int, list[int]] = {}
    for row, cell in enumerate(planned):
        number = number_of(cell)
        if number is not None:
            rows.setdefault(number, []).append(row)
    settings = list(planned.values())
    early = np.array([UNTIL in each and each[UNTIL] != steps for each in settings])
    good = np.isfinite(scores) & (~collapsed | early[:, None])  # at an early rung nothing has got far
    found = []
    for number, mine in sorted(rows.items()):
        last = settings[mine[-1]]
        means = [float(scores[row][good[row]].mean()) if good[row].any() else float("nan") for row in mine]
        whole = bool(good[mine[-1]].all()) and (steps is None or last[UNTIL] == steps)
        lengths = tuple(int(settings[row].get(UNTIL, 0)) for row in mine)
        params = {name: last[name] for name in names}
        found.append(Tried(number, params, tuple(mine), lengths, tuple(means), whole, last))
    return found


def ranked(points: Sequence[Tried], *, higher_is_better: bool) -> list[Tried]:
    """The points that were tried to their end, that with the best mean first; the present one before its equals."""
    whole = [point for point in points if point.whole]
    sign = 1.0 if higher_is_better else -1.0
    return sorted(whole, key=lambda point: (sign * point.scores[-1], point.number == 0), reverse=True)


def from_the_beginning(settings: Settings) -> dict[str, Any]:
    """The settings of a cell that goes on from nothing."""
    return {name: value for name, value in settings.items() if name != BEFORE}


def comparable(points: Sequence[Tried], least: int) -> tuple[list[Tried], list[float], int | None]:
    """Points and their scores after the longest training that at least ``least`` of them had; else the shortest.

    The present settings, which are trained whole at once, are not among them where there are rungs.

    Returns:
        The points, their scores there, and the steps of that training; None where every training is whole.
    """
    if not any(UNTIL in point.settings for point in points):
        return list(points), [point.scores[0] for point in points], None
    drawn = [point for point in points if point.number]
    most = max((len(point.rows) for point in drawn), default=1)
    reached = [[point for point in drawn if len(point.rows) > rung] for rung in range(most)]
    rung = max((rung for rung in range(most) if len(reached[rung]) >= least), default=0)
    first = next(iter(reached[rung]), None)
    steps = 0 if first is None else first.steps[rung]
    return reached[rung], [point.scores[rung] for point in reached[rung]], steps
