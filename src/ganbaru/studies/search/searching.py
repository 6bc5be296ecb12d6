"""A search as a study asks for it: which points are tried, how far, and which of them is confirmed.

Every decision is a function of the plan and of the order in which trials ended, both of which lie on the disk: a search
that was killed goes on as it would have gone on. With several jobs trials may end in another order the next time, and
other points be chosen from then on.
"""

import math
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganbaru.studies import outcome
from ganbaru.studies.ledger import FAILED, Trial
from ganbaru.studies.plan import Key, Settings
from ganbaru.studies.search.chooser import Chooser, Sampler
from ganbaru.studies.search.copies import Copies
from ganbaru.studies.search.rungs import BEFORE, UNTIL
from ganbaru.studies.search.space import Space, Value
from ganbaru.studies.search.stages import BY_RUNGS, Pruning, Stage
from ganbaru.studies.sitting import Wanted
from ganbaru.studies.table import Results

PRESENT = "present"
"""The cell of the settings in use."""
_COPY_EVERY = 30.0
"""Seconds between two copies, which cost as much as a few points to choose."""
_NAME = re.compile(r"point (\d+)(?: to (\d+))?$")


@dataclass(frozen=True)
class Design:
    """What is searched, and how.

    Attributes:
        space: what may be chosen.
        sampler: "random" or "tpe"; only asked where ``points`` are used up.
        stages: what is run of each point, in order.
        seeds: of the search.
        pruning: what gives points up between their stages.
        higher_is_better: direction of the scores.
        seed: of the sampler.
        most_trials, most_steps: the budget, a total of all sittings; None for no bound.
        held_back: trainings of it, whole and with one seed, that are kept for what comes after the search.
        present: the settings in use, in the space; None where there are none.
        common: settings that are the same in every cell.
        points: to be tried first, in order; the only ones where ``sampler`` is None.
    """

    space: Space
    sampler: Sampler | None
    stages: Sequence[Stage]
    seeds: tuple[int, ...]
    pruning: Pruning = "none"
    higher_is_better: bool = True
    seed: int = 0
    most_trials: int | None = None
    most_steps: int | None = None
    held_back: int = 0
    present: Mapping[str, Value] | None = None
    common: Mapping[str, Any] = field(default_factory=dict)
    points: Sequence[Mapping[str, Value]] = ()

    @property
    def whole(self) -> Stage:
        """All of a training, at once."""
        return Stage(self.seeds, self.stages[-1].steps, 0, self.stages[-1].resource)

    @property
    def by_rungs(self) -> bool:
        """Whether a point has a cell for each of its stages."""
        return self.pruning in BY_RUNGS

    def cell(self, params: Mapping[str, Value], stage: Stage) -> dict[str, Any]:
        """Settings of a cell that begins anew."""
        return {**self.common, **params, **({UNTIL: stage.steps} if self.by_rungs else {})}


@dataclass
class Point:
    """One point of the space, as far as it is tried.

    Attributes:
        number: of it; 0 for the present settings.
        params: what was chosen.
        reached: stages that are done.
        state: "open", "done", "given up", "failed" (a trial failed for good).
        scores: by seed, of the last stage that is done.
    """

    number: int
    params: dict[str, Value]
    reached: int = 0
    state: str = "open"
    scores: dict[int, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        """Mean over its seeds; NaN before."""
        return sum(self.scores.values()) / len(self.scores) if self.scores else math.nan


class Search:
    """What is given to `run_study` as ``more``.

    Args:
        design: of the search.
        copies: where a copy of what Optuna knows is kept; None for nowhere.

    Attributes:
        points: by number.
    """

    def __init__(self, design: Design, copies: Copies | None = None) -> None:
        self.design, self.points = design, dict[int, Point]()
        self._copies, self._copied, self._taken = copies, time.monotonic(), 0
        self._chooser = Chooser(
            design.space,
            sampler=design.sampler or "random",
            pruning=design.pruning,
            most=design.stages[-1].resource,
            higher_is_better=design.higher_is_better,
            seed=design.seed,
        )
        self._present_told = design.present is not None and design.space.holds(design.present)
        if design.present is not None:
            self._recall(0, design.present)
        if not self._present_told:
            self._chooser.leave_out(1)

    def first(self) -> Wanted:
        """What is planned before anything is known: the present settings, and the points that are given."""
        design = self.design
        cells: dict[str, Settings] = {}
        trials: list[Key] = []
        if design.present is not None:
            cells[PRESENT] = design.cell(design.present, design.whole)
            trials = [(PRESENT, seed) for seed in design.seeds]
        if design.pruning == "none" and design.sampler is None:
            for number, params in enumerate(design.points, start=1):
                self._add(cells, trials, self._recall(number, params))
        if not cells:
            self._add(cells, trials, self._new())
        return Wanted(cells, trials)

    def __call__(self, found: Results) -> Wanted:
        """What is to be run next."""
        self.follow(found)
        wanted = self._next(found)
        if self._copies is not None and (not wanted or time.monotonic() - self._copied > _COPY_EVERY):
            self._copies.keep(self._chooser.ended())
            self._copied = time.monotonic()
        return wanted

    def _next(self, found: Results) -> Wanted:
        due = self._due(found)
        if not self._affordable(found, self.design.stages[due.reached if due else 0]):
            return Wanted()
        cells: dict[str, Settings] = {}
        trials: list[Key] = []
        self._add(cells, trials, due or self._new(), found)
        return Wanted({name: cell for name, cell in cells.items() if name not in found.plan.cells}, trials)

    def _due(self, found: Results) -> Point | None:
        """The first point of which more is to be run."""
        points = (point for point in self.points.values() if point.state == "open" and point.number)
        return next((point for point in points if not set(self._keys(point)) <= set(found.trials)), None)

    def follow(self, found: Results) -> None:
        """Tell Optuna, in the order in which trials ended, what it does not know yet."""
        for cell, settings in found.plan.cells.items():
            number = number_of(cell)
            if number is not None and number not in self.points:
                self._recall(number, {name: settings[name] for name in self.design.space.names})
        ended = sorted(
            (trial for trial in found.trials.values() if trial.ended > self._taken), key=lambda trial: trial.ended
        )
        for trial in ended:
            self._take(found, trial)
            self._taken = trial.ended

    def _take(self, found: Results, trial: Trial) -> None:
        number = number_of(trial.cell)
        if number is None or self.points[number].state != "open" or trial.seed not in self.design.seeds:
            return
        point = self.points[number]
        keys = self._keys(point)
        trials = [found.trials[key] for key in keys if key in found.trials]
        if len(trials) == len(keys) and all(0 < each.ended <= trial.ended for each in trials):
            self._conclude(point, trials)

    def _conclude(self, point: Point, trials: Sequence[Trial]) -> None:
        """A stage is done: give the point up, end it, or let it go on."""
        if any(trial.state == FAILED for trial in trials):
            self._close(point, "failed")
            return
        scores = {trial.seed: outcome.value(trial.score) for trial in trials}
        whole = point.number == 0 or point.reached == len(self.design.stages) - 1
        ripe = whole or not self.design.by_rungs  # at an early rung nothing has got far
        fell = ripe and any(trial.details.get("collapsed") == 1 for trial in trials)
        if fell or not all(map(math.isfinite, scores.values())):
            self._close(point, "given up")
            return
        by_seed = self.design.pruning == "wilcoxon"
        point.scores = {**(point.scores if by_seed else {}), **scores}
        point.reached = len(self.design.stages) if point.number == 0 else point.reached + 1
        told = list(scores.values()) if by_seed else [point.score]
        resources = [stage.resource for stage in self.design.stages]
        places = resources[-len(told) :] if whole else [resources[point.reached - 1]]
        if whole:
            point.state = "done"
        if point.number == 0 and not self._present_told:
            return
        for place, score in zip(places, told, strict=True):
            self._chooser.report(point.number, place, score)
        if whole:
            self._chooser.finish(point.number, point.score)
        elif self._chooser.refuses(point.number):
            self._close(point, "given up")

    def _close(self, point: Point, state: str) -> None:
        point.state = state
        if point.number or self._present_told:
            self._chooser.give_up(point.number, failed=state == "failed")

    def _keys(self, point: Point) -> list[Key]:
        """The trials of the stage that a point is at."""
        stage = self.design.whole if point.number == 0 else self.design.stages[point.reached]
        return [(self._name(point, stage), seed) for seed in stage.seeds]

    def _name(self, point: Point, stage: Stage) -> str:
        if point.number == 0:
            return PRESENT
        return f"point {point.number} to {stage.steps}" if self.design.by_rungs else f"point {point.number}"

    def _new(self) -> Point | None:
        """A point that was not tried: the next of those that are given, else what the sampler draws."""
        number = max(self.points, default=0) + 1
        given = self.design.points[number - 1 : number]
        if given:
            return self._recall(number, given[0])
        drawn = self._chooser.propose() if self.design.sampler is not None else None
        if drawn is None:
            return None
        self.points[drawn[0]] = Point(*drawn)
        return self.points[drawn[0]]

    def _recall(self, number: int, params: Mapping[str, Value]) -> Point:
        self.points[number] = Point(number, dict(params))
        if number or self._present_told:
            self._chooser.recall(number, params)
        return self.points[number]

    def _add(
        self, cells: dict[str, Settings], trials: list[Key], point: Point | None, found: Results | None = None
    ) -> None:
        """Put the stage that a point is at among what is wanted."""
        if point is None:
            return
        stage = self.design.stages[point.reached]
        cell = self.design.cell(point.params, stage)
        if found is not None and self.design.by_rungs and point.reached:
            former = self._name(point, self.design.stages[point.reached - 1])
            cell[BEFORE] = Path(found.plan.place((former, stage.seeds[0]))).parent.name
        cells[self._name(point, stage)] = cell
        trials += self._keys(point)

    def _affordable(self, found: Results, stage: Stage) -> bool:
        """Whether the budget, of which all that is planned and what is held back is spent, holds one stage more."""
        stages = {each.steps: each for each in self.design.stages} if self.design.by_rungs else {}
        trials = [key for key in found.trials if key[1] in self.design.seeds and number_of(key[0]) is not None]
        held = self.design.held_back
        if self.design.most_trials is not None and len(trials) + len(stage.seeds) + held > self.design.most_trials:
            return False
        if self.design.most_steps is None:
            return True
        spent = sum(steps_of(cell, stages, self.design.whole) for cell, _ in trials)
        return spent + stage.cost + held * (self.design.whole.steps or 0) <= self.design.most_steps


def number_of(cell: str) -> int | None:
    """The number of the point whose cell this is; None where it is another's."""
    if cell == PRESENT:
        return 0
    matched = _NAME.match(cell)
    return int(matched[1]) if matched else None


def steps_of(cell: str, stages: Mapping[int | None, Stage], whole: Stage) -> int:
    """Training steps of one trial of a point's cell."""
    matched = _NAME.match(cell)
    stage = stages[int(matched[2])] if matched and matched[2] else whole
    return stage.cost // len(stage.seeds)
