"""Which settings matter, which of them should be others, and whether better ones hold on seeds they were not chosen by.

One at a time around the present settings by default; a grid, random points or Optuna's on request. What a search likes
best is compared with the present settings over fresh seeds, and only what wins there is recommended.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypedDict, Unpack

import numpy as np

from ganbaru.errors import UserError, unknown
from ganbaru.studies.answer import Answer
from ganbaru.studies.drawing import Groups
from ganbaru.studies.judging.table import LEAST_SEEDS
from ganbaru.studies.judging.zone import number
from ganbaru.studies.kinds.frame import Options, answered, conduct, extremes, outcomes
from ganbaru.studies.plan import Plan, Settings
from ganbaru.studies.search import one_at_a_time, tried
from ganbaru.studies.search.around import present_settings
from ganbaru.studies.search.asking import SpaceGiven, designed, refuse, seeds_of, space_of
from ganbaru.studies.search.confirmed import FEWEST, OPEN, STAY, Confirmed, confirmed
from ganbaru.studies.search.confirming import Confirming
from ganbaru.studies.search.copies import Copies
from ganbaru.studies.search.finals import Finals, Playing, Standing, standing
from ganbaru.studies.search.one_at_a_time import NO_MATTER
from ganbaru.studies.search.rungs import Rungs
from ganbaru.studies.search.said import of_points, of_readings
from ganbaru.studies.search.searching import Design, Search
from ganbaru.studies.search.space import Space, Value
from ganbaru.studies.search.stages import Pruning
from ganbaru.studies.sitting import More, Wanted
from ganbaru.studies.table import Results
from ganbaru.studies.trainee import SHARE, Trainee, trainee

KIND = "hyper"
How = Literal["one-at-a-time", "grid", "random", "tpe"]
SEARCHES: tuple[How, ...] = ("one-at-a-time", "grid", "random", "tpe")
_SEEDS = {"one-at-a-time": 4, "grid": 3, "random": 1, "tpe": 1}
"""Seeds of each cell where none are named; 6 where points are pruned by them."""
_AFRESH = 1000
"""Fresh seeds begin so much over the greatest that chose."""

Array = np.ndarray[Any, Any]


def hyper(
    train: Any,
    data: Any = None,
    *,
    out: str | os.PathLike[str],
    space: SpaceGiven | None = None,
    around: Mapping[str, Value] | None = None,
    search: How = "one-at-a-time",
    count: int = 5,
    trials: int | None = None,
    training_steps: int | None = None,
    pruning: Pruning = "none",
    steps: str | None = None,
    rungs: int = 4,
    seeds: Iterable[int] | None = None,
    finals: bool = True,
    fresh: int = 8,
    settings: Mapping[str, Any] | None = None,
    groups: Groups | None = None,
    held_out: Any = SHARE,
    score: Any = None,
    higher_is_better: bool | None = None,
    worthwhile: float | None = None,
    seed: int = 0,
    optuna_storage: str | None = None,
    **options: Unpack[Options],
) -> Answer:
    """Which settings matter, and whether others than the present ones are better.

    Args:
        train: what is trained; see `ganbaru.studies.trainee.trainee`, as for ``data``, ``groups``, ``held_out``,
            ``score`` and ``higher_is_better``.
        data: what it learns.
        out: the study's folder; if a study of the same plan lies there, it goes on.
        space: what is searched, such as ``{"learning_rate": Range(1e-4, 1e-1, log=True), "batch": [16, 32, 64]}`` or
            ``["learning_rate=1e-4:1e-1:log", "batch=16,32,64"]``. Of `ganbaru.fit` by default the learning rates, the
            batch, the critic's updates and the constraint's strength, around the present values.
        around: the present settings; by default those that the trainee has.
        search: "one-at-a-time" around the present settings, all combinations of a "grid", or points drawn at "random"
            or by "tpe", which learns from those before.
        count: values of each range, one at a time or in a grid.
        trials: the budget of a search, in trials: a total, what was done before included.
        training_steps: the budget in training steps, likewise.
        pruning: of points that do badly: "none"; "halving" or "hyperband", by rungs of a training; "wilcoxon", seed by
            seed.
        steps: the setting that says how long a training is, needed for rungs and for a budget of steps; of
            `ganbaru.fit` it is known.
        rungs: their number.
        seeds: of every cell or point.
        finals: whether a search with a budget holds a quarter of it back, to repeat the best few points on more seeds
            before one is chosen; where points are pruned seed by seed nothing is.
        fresh: how many other seeds confirm the winner, at least six; 0 confirms nothing.
        settings: what every run is trained with.
        worthwhile: the difference that counts; by default what one seed differs from another.
        seed: of what is drawn.
        optuna_storage: the URL of a database for a copy of what Optuna knows; by default a file in the folder.
        options: see `Options`.

    Returns:
        An answer with the verdict "better settings found", "the present settings stay", "can't tell" or, where there
        are no present settings, "best of those tried".

    Raises:
        UserError: a setting, a value or the way of searching is not known, or the budget is missing.
        Interrupted: Ctrl-C or SIGTERM; call it again to go on.
    """
    if search not in SEARCHES:
        raise unknown("way of searching", search, SEARCHES)
    if fresh and fresh < FEWEST:
        raise UserError(f"{fresh} fresh seeds confirm nothing", hint=f"take {FEWEST} at least, or 0 to leave it out")
    trial = trainee(train, data, groups=groups, held_out=held_out, score=score, higher_is_better=higher_is_better)
    fixed = dict(settings or {})
    chosen = space_of(space, trial, fixed)
    present = present_settings(trial, chosen, around)
    default = 6 if pruning == "wilcoxon" else _SEEDS[search]
    known = seeds_of(seeds, default, least=LEAST_SEEDS if search == "one-at-a-time" else 1)
    afresh = tuple(max(known) + _AFRESH + index for index in range(fresh))
    budget: _Budget = {"trials": trials, "training_steps": training_steps, "pruning": pruning, "steps": steps}
    plays = finals and search in ("random", "tpe") and pruning != "wilcoxon"
    if search == "one-at-a-time":
        refuse(**budget, optuna_storage=optuna_storage)
        begun = _Begun(_moved(chosen, present, trial.cell(**fixed), count, known))
    else:
        sampler = None if search == "grid" else search
        design, by_rungs = designed(
            trial,
            chosen,
            present,
            known,
            fixed,
            sampler=sampler,
            count=count,
            rungs=rungs,
            seed=seed,
            finals=plays,
            **budget,
        )
        copies = Copies(Path(os.path.abspath(out)), url=optuna_storage, higher_is_better=trial.higher_is_better)
        begun = _Begun.of(Search(design, copies), by_rungs)
    played = Finals.after(known, begun.held_back, higher_is_better=trial.higher_is_better) if plays else None
    arguments = {
        "search": search,
        "space": chosen.to_json(),
        "seeds": list(known),
        "fresh": list(afresh),
        "measure": trial.measure,
        "higher_is_better": trial.higher_is_better,
        "worthwhile": worthwhile,
        "steps": begun.rung_steps,
        "finals": None if played is None else played.to_json(),
    }
    rule = _rule(chosen, search, begun.search, played, afresh, worthwhile)
    every = (*known, *(played.seeds if played else ()), *afresh)
    plan = Plan(_question(trial), rule, begun.first.cells, every, only=_grouped(begun.first.trials))
    chosen_by: More | None = begun.search
    if begun.search and played:
        chosen_by = Playing(begun.search, played, lambda found: _points(found, arguments), len(known))
    more = Confirming(lambda found: _winner(found, arguments), afresh, chosen_by)
    return conduct(KIND, out, plan, begun.rungs or trial, arguments, more=more, **options)


class _Budget(TypedDict):
    """What only a search has."""

    trials: int | None
    training_steps: int | None
    pruning: Pruning
    steps: str | None


class _Begun(NamedTuple):
    """What is planned first, the search that is asked for more, and what runs its trials where they are rungs."""

    first: Wanted
    search: Search | None = None
    rungs: Rungs | None = None

    @classmethod
    def of(cls, search: Search, rungs: Rungs | None) -> "_Begun":
        return cls(search.first(), search, rungs)

    @property
    def rung_steps(self) -> int | None:
        """Steps of a whole training, where points are trained to rungs."""
        return self.search.design.whole.steps if self.search and self.rungs else None

    @property
    def held_back(self) -> int:
        """Trainings that the finals may take."""
        return self.search.design.held_back if self.search else 0


def judge(
    results: Results,
    *,
    search: How,
    space: Mapping[str, Any],
    seeds: Sequence[int],
    fresh: Sequence[int],
    measure: str,
    higher_is_better: bool,
    worthwhile: float | None = None,
    steps: int | None = None,
    finals: Mapping[str, Any] | None = None,
) -> Answer:
    """The answer of a study's results.

    Args:
        results: what was found.
        search: how it was searched.
        space: what, as plain values.
        seeds: that chose; fresh: that confirm.
        measure: what the score is.
        higher_is_better: its direction.
        worthwhile: the difference that counts.
        steps: of a whole training, where points were trained to rungs.
        finals: how they were played, as plain values; None where they were not.
    """
    given = {
        "search": search,
        "space": space,
        "seeds": seeds,
        "fresh": fresh,
        "higher_is_better": higher_is_better,
        "worthwhile": worthwhile,
        "steps": steps,
        "finals": finals,
    }
    scores, collapsed = outcomes(results)
    after = confirmed(
        results.plan.cells,
        _columns(results, fresh, scores),
        _columns(results, fresh, collapsed),
        _winner(results, given),
        list(space),
        otherwise=_without_winner(results, given),
        higher_is_better=higher_is_better,
        worthwhile=worthwhile,
    )
    said = _said(results, after, given, measure)
    ends = extremes(results, higher_is_better=higher_is_better)
    return answered(KIND, results, change=after.change, best=ends["best"], worst=ends["worst"], **said)


def _said(results: Results, after: Confirmed, given: Mapping[str, Any], measure: str) -> dict[str, Any]:
    """The parts of the answer."""
    if given["search"] == "one-at-a-time":
        return of_readings(_readings(results, given), after, _scores(results, given)[0], measure)
    space = Space.from_json(given["space"])
    points, stands = _points(results, given), _standing(results, given)
    return of_points(space, points, stands, after, given["search"], measure, given["higher_is_better"])


def _winner(found: Results, given: Mapping[str, Any]) -> tuple[str, Settings] | None:
    """What did best by the seeds that choose, unless it is what is in use already."""
    if given["search"] == "one-at-a-time":
        change = one_at_a_time.best_change(_readings(found, given))
        cell = None if change is None else f"{change[0]} = {change[1]}"
        return None if cell is None else (cell, found.plan.cells[cell])
    best = _standing(found, given).winner
    if best is None or best.number == 0:
        return None
    return best.name, tried.from_the_beginning(best.settings)


def _without_winner(found: Results, given: Mapping[str, Any]) -> str:
    """The verdict where nothing did better than what is in use: whether enough was seen to say that it may stay."""
    if given["search"] == "one-at-a-time":
        fine = [each.standing == "as good" or each.verdict == NO_MATTER for each in _readings(found, given)]
        return STAY if all(fine) else OPEN
    return STAY if sum(point.whole for point in _points(found, given)) > 1 else OPEN


def _readings(found: Results, given: Mapping[str, Any]) -> list[one_at_a_time.Reading]:
    return one_at_a_time.readings(
        found.plan.cells,
        list(given["space"]),
        *_scores(found, given),
        higher_is_better=given["higher_is_better"],
        worthwhile=given["worthwhile"],
    )


def _points(found: Results, given: Mapping[str, Any]) -> list[tried.Tried]:
    return tried.tried(found.plan.cells, list(given["space"]), *_scores(found, given), given.get("steps"))


def _standing(found: Results, given: Mapping[str, Any]) -> Standing:
    played = Finals.from_json(given["finals"] or vars(Finals(0, (), given["higher_is_better"])))
    return standing(found, _points(found, given), played, len(given["seeds"]))


def _scores(found: Results, given: Mapping[str, Any]) -> tuple[Array, Array]:
    scores, collapsed = outcomes(found)
    return _columns(found, given["seeds"], scores), _columns(found, given["seeds"], collapsed)


def _columns(found: Results, seeds: Sequence[int], of: Array) -> Array:
    return of[:, [found.seeds.index(seed) for seed in seeds]]


def _moved(
    space: Space, present: Mapping[str, Value] | None, common: Settings, count: int, seeds: Sequence[int]
) -> Wanted:
    """The trials of one setting moved at a time."""
    if present is None:
        raise UserError("there are no present settings to move one at a time", hint="name them: around={…}")
    cells = one_at_a_time.cells(space, present, common, count)
    return Wanted(cells, [(cell, seed) for cell in cells for seed in seeds])


def _grouped(trials: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for cell, seed in trials:
        found[cell] = (*found.get(cell, ()), seed)
    return found


def _question(trial: Trainee) -> str:
    return f"Which settings matter for {trial.measure}, and are others than the present ones better?"


def _rule(
    space: Space, how: How, search: Search | None, finals: Finals | None, fresh: Sequence[int], worthwhile: float | None
) -> str:
    counts = "the difference between two seeds" if worthwhile is None else number(worthwhile)
    drawn = "" if search is None else _drawn(search.design)
    final = f"{len(fresh)} fresh seeds" if fresh else "nothing more"
    return (
        f"Searched {how}{drawn}, over {space}. A setting matters if its values differ by more than noise, or more than "
        f"a dummy's. {finals.rule + ' ' if finals else ''}The best is recommended if it beats the present settings on "
        f"{final} (exact sign-flip test, 95 %); counting: {counts}."
    )


def _drawn(design: Design) -> str:
    """What else decides which points are tried, and how far."""
    drawn = "" if design.sampler is None else f" with seed {design.seed}"
    ends = ", ".join(str(stage.steps) for stage in design.stages)
    at = f" at {ends} steps" if design.by_rungs else ""
    return drawn if design.pruning == "none" else f"{drawn}, points given up by {design.pruning}{at}"
