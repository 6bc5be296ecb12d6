"""A search tries, gives up and confirms the same points however often it is interrupted, and keeps to its budget."""

import dataclasses
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import private_postgres
import pytest

from ganbaru.studies import Plan, Results, results, run_study
from ganbaru.studies.search.copies import FILE, Copies, address
from ganbaru.studies.search.rungs import BEFORE, UNTIL
from ganbaru.studies.search.searching import PRESENT, Design, Search
from ganbaru.studies.search.space import Range, Space
from ganbaru.studies.search.stages import Pruning, stages
from ganbaru.studies.search.tried import tried

SPACE = Space.of({"x": Range(0.0, 1.0), "width": [8, 16, 32]})
SEEDS = (0, 1, 2, 3, 4, 5)


def surface(settings: dict[str, Any], seed: int, folder: Path) -> float:
    """Best at x = 0.7 and width 16; a seed shifts all points alike. Longer trainings come nearer."""
    miss = abs(settings["x"] - 0.7) + 0.1 * (settings["width"] != 16)
    with (folder / "calls").open("a") as file:
        file.write(".")
    return 1 - miss - 1.0 / settings.get(UNTIL, 100) + 0.05 * seed + 0.001 * math.sin(100 * miss * (seed + 1))


def design(pruning: Pruning = "none", steps: int | None = None, **given: Any) -> Design:
    seeds = given.pop("seeds", SEEDS[:1])
    present = {"x": 0.2, "width": 8}
    return Design(SPACE, "tpe", stages(pruning, seeds, steps), seeds, pruning, present=present, **given)


def plan_of(wanted: Design) -> Plan:
    first = Search(wanted).first()
    return Plan("Which is best?", "The best mean.", first.cells, SEEDS, only=only(first.trials))


def only(trials: Any) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for cell, seed in trials:
        found[cell] = (*found.get(cell, ()), seed)
    return found


def searched(folder: Path, wanted: Design, *, trial: Any = surface, jobs: int = 0, copies: bool = False) -> Results:
    kept = Copies(folder, url=None, higher_is_better=True) if copies else None
    search = Search(wanted, kept)
    search.first()
    return run_study(folder, plan_of(wanted), trial, jobs=jobs, more=search)


def chosen(found: Results) -> list[tuple[str, Any]]:
    return [(cell, dict(settings)) for cell, settings in found.plan.cells.items()]


PRUNED: list[Design] = [
    design(most_trials=16),
    design("halving", 270, most_steps=1600),
    design("hyperband", 270, most_steps=2400),
    design("wilcoxon", seeds=SEEDS, most_trials=30),
]


@pytest.mark.parametrize("wanted", PRUNED, ids=[each.pruning for each in PRUNED])
def test_a_search_that_is_cut_anywhere_goes_on_as_if_it_had_not_been(tmp_path: Path, wanted: Design) -> None:
    whole = searched(tmp_path / "whole", wanted)
    assert whole.complete
    assert len(whole.cells) > 5
    for stop in (1, 9):
        folder = tmp_path / str(stop)
        with pytest.raises(KeyboardInterrupt):
            searched(folder, wanted, trial=Stopped(stop))
        again = searched(folder, wanted)
        assert chosen(again) == chosen(whole)
        assert repr(again.scores.tolist()) == repr(whole.scores.tolist())
        assert all((again.place(key) / "calls").read_text() == "." for key in again.trials)


class Stopped:
    """The surface, and Ctrl-C after so many trials."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, settings: dict[str, Any], seed: int, folder: Path) -> float:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return surface(settings, seed, folder)


@pytest.mark.parametrize("wanted", PRUNED, ids=[each.pruning for each in PRUNED])
def test_a_search_whose_budget_is_used_up_does_nothing_more_and_one_with_more_goes_on(
    tmp_path: Path, wanted: Design
) -> None:
    first = searched(tmp_path, wanted)
    again = searched(tmp_path, wanted)
    assert chosen(again) == chosen(first)
    trials, steps = wanted.most_trials, wanted.most_steps
    more = dataclasses.replace(wanted, most_trials=trials and 2 * trials, most_steps=steps and 2 * steps)
    longer = searched(tmp_path, more)
    assert len(longer.trials) > len(first.trials)
    assert chosen(longer) == chosen(searched(tmp_path / "at-once", more))


def test_a_budget_is_a_total(tmp_path: Path) -> None:
    found = searched(tmp_path / "trials", design(most_trials=17))
    assert len(found.trials) == 17
    found = searched(tmp_path / "steps", design("halving", 270, most_steps=3000))
    ends = [10, 30, 90, 270]
    spent = 270 + sum(
        end - ([0, *ends][ends.index(end)]) for end in (cell[UNTIL] for cell in list(found.plan.cells.values())[1:])
    )
    assert 3000 - 270 < spent <= 3000


def test_a_planted_optimum_is_found(tmp_path: Path) -> None:
    found = searched(tmp_path, design(most_trials=50))
    best = found.scores[:, 0].argmax()
    settings = list(found.plan.cells.values())[best]
    assert settings["x"] == pytest.approx(0.7, abs=0.05)
    assert settings["width"] == 16


def test_a_rung_goes_on_from_the_one_before_and_few_reach_the_last(tmp_path: Path) -> None:
    found = searched(tmp_path, design("halving", 270, most_steps=4000))
    rungs = {name: settings for name, settings in found.plan.cells.items() if name != PRESENT}
    counts = [sum(settings[UNTIL] == end for settings in rungs.values()) for end in (10, 30, 90, 270)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > 2 * counts[-1] > 0
    for name, settings in rungs.items():
        if settings[UNTIL] == 10:
            assert BEFORE not in settings
        else:
            former = f"{name.split(' to ')[0]} to {settings[UNTIL] // 3}"
            assert found.folder / "trials" / settings[BEFORE] == found.place((former, 0)).parent
            same = {"x", "width"}
            assert {key: rungs[former][key] for key in same} == {key: settings[key] for key in same}


def test_a_point_gets_its_next_seed_only_while_it_may_be_the_best(tmp_path: Path) -> None:
    found = searched(tmp_path, design("wilcoxon", seeds=SEEDS, most_trials=60))
    counts = [sum((cell, seed) in found.trials for seed in SEEDS) for cell in found.cells]
    assert {3, 6} <= set(counts)
    whole = [float(found.scores[row].mean()) for row, count in enumerate(counts) if count == 6]
    given_up = [float(found.scores[row, :count].mean()) for row, count in enumerate(counts) if count == 3]
    assert max(whole) > max(given_up)


@pytest.mark.parametrize("harm", ["deleted", "cut", "nonsense", "behind", "another's"])
def test_a_copy_that_is_harmed_is_made_anew_and_changes_nothing(tmp_path: Path, harm: str) -> None:
    import optuna

    short, long = design(most_trials=12), design(most_trials=24)
    whole = searched(tmp_path / "whole", long)
    folder = tmp_path / "study"
    searched(folder, short, copies=True)
    file = folder / FILE
    if harm == "deleted":
        file.unlink()
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif harm == "nonsense":
        file.write_bytes(b"x" * 10_000)
    elif harm == "behind":
        shutil.copy(file, tmp_path / "old")
        searched(folder, design(most_trials=18), copies=True)
        shutil.copy(tmp_path / "old", file)
    else:
        searched(tmp_path / "other", design(most_trials=12, seed=5), copies=True)
        shutil.copy(tmp_path / "other" / FILE, file)
    found = searched(folder, long, copies=True)
    assert chosen(found) == chosen(whole)
    copy = optuna.load_study(study_name="search", storage=f"sqlite:///{file}").trials
    assert sorted(trial.value for trial in copy) == pytest.approx(sorted(found.scores[:, 0]))
    assert all(trial.state.name == "COMPLETE" for trial in copy)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of a database that is there."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'shared.db'}"
        return
    programs = private_postgres.programs()
    if programs is None:
        pytest.skip("no PostgreSQL is installed (on Debian: apt-get install postgresql)")
    server = private_postgres.Postgres(programs)
    yield server.url
    server.remove()


def test_copies_of_several_searches_share_a_database(tmp_path: Path, url: str) -> None:
    import optuna

    for _ in range(2):
        for number in range(2):
            wanted = design(most_trials=4 + number, seed=number)
            folder = tmp_path / f"study-{number}"
            search = Search(wanted, Copies(folder, url=url, higher_is_better=True))
            run_study(folder, plan_of(wanted), surface, jobs=0, more=search)
    storage = optuna.storages.RDBStorage(address(url))
    summaries = optuna.get_all_study_summaries(storage)
    storage.remove_session()
    storage.engine.dispose()
    counts = {each.study_name.split(" ")[0]: each.n_trials for each in summaries}
    assert counts == {"study-0": 4, "study-1": 5}
    assert not (tmp_path / "study-0" / FILE).exists()


def test_points_that_fail_or_come_to_nothing_are_shown_and_the_search_goes_on(tmp_path: Path) -> None:
    def trial(settings: dict[str, Any], seed: int, folder: Path) -> float:
        if settings["width"] == 32:
            raise ValueError("no")
        return math.nan if settings["x"] > 0.9 else surface(settings, seed, folder)

    found = searched(tmp_path, design(most_trials=40), trial=trial)
    assert found.failures
    assert not found.missing
    assert sum(settings["width"] == 32 for settings in found.plan.cells.values()) == len(found.failures)
    assert chosen(searched(tmp_path, design(most_trials=40))) == chosen(found)


def test_a_space_with_few_points_is_tried_to_its_end_and_no_point_twice(tmp_path: Path) -> None:
    space = Space.of({"x": [0.1, 0.5, 0.7], "width": [8, 16]})
    wanted = Design(space, "random", stages("none", (0,), None), (0,), most_trials=50)
    found = searched(tmp_path, wanted)
    tried = [tuple(settings.values()) for settings in found.plan.cells.values()]
    assert len(tried) == len(set(tried)) == 6
    assert len(searched(tmp_path, wanted).trials) == 6


@pytest.mark.parametrize("seed", range(2))
def test_trials_that_end_in_another_order_lose_none(tmp_path: Path, seed: int) -> None:
    wanted = design("hyperband", 270, most_steps=1500, seed=seed)
    found = searched(tmp_path, wanted, jobs=2, trial=surface)
    assert found.complete
    assert chosen(searched(tmp_path, wanted)) == chosen(found)
    assert repr(results(tmp_path).scores.tolist()) == repr(found.scores.tolist())


def test_a_point_that_is_collapsed_at_an_early_rung_may_still_get_somewhere(tmp_path: Path) -> None:
    def trial(settings: dict[str, Any], seed: int, folder: Path) -> dict[str, float]:
        early = settings[UNTIL] < 270
        return {"score": surface(settings, seed, folder), "collapsed": int(early or settings["width"] == 32)}

    found = searched(tmp_path, design("halving", 270, most_steps=2000), trial=trial)
    whole = [settings["width"] for name, settings in found.plan.cells.items() if name.endswith(" to 270")]
    points = tried(found.plan.cells, SPACE.names, found.scores[:, :1], found.detail("collapsed")[:, :1] == 1, 270)
    assert len(whole) > 0
    assert {point.params["width"] for point in points if point.whole} == set(whole) - {32} | {8}
    assert all(math.isfinite(score) for point in points for score in point.scores[:3] if not point.whole)
