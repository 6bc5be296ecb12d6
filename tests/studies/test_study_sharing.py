"""Machines that share a study do each trial once over all of them, whatever dies: a machine, or the database."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import private_postgres
import pytest
import sqlalchemy
import study_trainees as trainees

from ganbaru.errors import UserError
from ganbaru.studies import Live, Plan, Results, extend_study, results, run_study
from ganbaru.studies.ledger import Ledger
from ganbaru.studies.lines import Lines
from ganbaru.studies.plan import agreed
from ganbaru.studies.sharing import Meeting, database, meeting

Share = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def postgres() -> Iterator[private_postgres.Postgres]:
    programs = private_postgres.programs()
    if programs is None:
        pytest.skip("no PostgreSQL is installed (on Debian: apt-get install postgresql)")
    pytest.importorskip("psycopg")
    server = private_postgres.Postgres(programs)
    yield server
    server.remove()


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shared.db'}"
    server: private_postgres.Postgres = request.getfixturevalue("postgres")
    return server.url


@pytest.fixture
def share() -> Iterator[Share]:
    """Start a driver: ``share(url, folder, "steady", lapse=1.5, jobs=2, cells=2, seeds=3, sleep=0.05)``."""
    started = []

    def start(
        url: str, folder: Path, trainee: str, *, lapse: float = 60, jobs: int = 1, cells: int, seeds: int, **given: Any
    ) -> "subprocess.Popen[str]":
        here = Path(__file__).parent
        arguments = [url, str(lapse), str(folder), trainee, str(jobs), str(cells), str(seeds)]
        driver = subprocess.Popen(
            [
                sys.executable,
                str(here / "study_sharing_driver.py"),
                *arguments,
                *(f"{k}={v}" for k, v in given.items()),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(here), *(part for part in sys.path if part)])},
        )
        started.append(driver)
        return driver

    yield start
    for driver in started:
        driver.kill()
        driver.communicate()


def until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (said := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)
    return said


def events(folder: Path, event: str) -> list[dict[str, Any]]:
    return [record for _, record in Lines(folder / "ledger.jsonl").read() if record["event"] == event]


def calls(folders: list[Path], plan: Plan) -> dict[Any, int]:
    """How often each trial was begun, on all machines together."""
    return {key: sum(trainees.calls(folder / plan.place(key)) for folder in folders) for key in plan.keys}


def check(folders: list[Path], plan: Plan) -> None:
    """Every machine has every trial, once, with its own score; and each was counted by one machine only."""
    for folder in folders:
        found = results(folder)
        assert found.complete
        assert not found.problems
        assert found.scores.tolist() == [[10.0 * w + seed for seed in plan.seeds] for w in found.setting("width")]
        assert sorted((one["cell"], one["seed"]) for one in events(folder, "done")) == sorted(plan.keys)
    own = [(one["cell"], one["seed"]) for folder in folders for one in events(folder, "done") if not one.get("by")]
    assert sorted(own) == sorted(plan.keys)


def count(folder: Path) -> int:
    return len(events(folder, "done")) if (folder / "ledger.jsonl").exists() else 0


def ended(*drivers: "subprocess.Popen[str]", trials: int) -> None:
    for driver in drivers:
        output, errors = driver.communicate(timeout=120)
        assert output.split() == ["done"] * trials, output + errors


def test_two_machines_do_sixty_trials_each_once(tmp_path: Path, url: str, share: Share) -> None:
    folders, plan = [tmp_path / "a", tmp_path / "b"], trainees.plan(6, 10, sleep=0.02)
    drivers = [share(url, folder, "steady", jobs=2, cells=6, seeds=10, sleep=0.02) for folder in folders]
    ended(*drivers, trials=60)
    check(folders, plan)
    assert set(calls(folders, plan).values()) == {1}
    assert all(any(not one.get("by") for one in events(folder, "done")) for folder in folders), "both had their part"
    late = run_study(tmp_path / "late", plan, trainees.steady, storage=url)
    assert late.complete
    assert set(calls([late.folder], plan).values()) == {0}
    assert {trial.by for trial in late.trials.values()} == {one["name"] for f in folders for one in results(f).sittings}


@pytest.mark.long
def test_what_a_killed_machine_was_at_is_taken_over(
    tmp_path: Path, postgres: private_postgres.Postgres, share: Share
) -> None:
    folders, plan = [tmp_path / "a", tmp_path / "b"], trainees.plan(2, 10, sleep=0.1)
    drivers = [share(postgres.url, f, "steady", lapse=2, jobs=2, cells=2, seeds=10, sleep=0.1) for f in folders]
    until(lambda: min(map(count, folders)) >= 3)
    drivers[0].kill()
    ended(drivers[1], trials=20)
    found = results(folders[1])
    assert found.complete
    assert sum(calls(folders, plan).values()) <= 22, "at most what the dead machine was at is done again"
    again = share(postgres.url, folders[0], "steady", lapse=2, jobs=2, cells=2, seeds=10, sleep=0.1)
    ended(again, trials=20)
    check(folders, plan)


@pytest.mark.long
def test_a_killed_machine_that_comes_back_goes_on_at_once_with_what_it_had_claimed(
    tmp_path: Path, postgres: private_postgres.Postgres, share: Share
) -> None:
    plan = trainees.plan(1, 2, steps=150)
    driver = share(postgres.url, tmp_path / "a", "stepping", lapse=3600, jobs=2, cells=1, seeds=2, steps=150)
    until(lambda: all(calls([tmp_path / "a"], plan).values()))
    driver.kill()
    driver.wait()
    ended(share(postgres.url, tmp_path / "a", "stepping", lapse=3600, jobs=2, cells=1, seeds=2, steps=150), trials=2)
    assert set(calls([tmp_path / "a"], plan).values()) == {2}


@pytest.mark.long
def test_a_machine_that_is_stopped_gives_back_what_it_had_claimed(
    tmp_path: Path, postgres: private_postgres.Postgres, share: Share
) -> None:
    plan = trainees.plan(1, 2, steps=200, stop=1)
    given = {"cells": 1, "seeds": 2, "jobs": 2, "lapse": 3600, "steps": 200, "stop": 1}
    driver = share(postgres.url, tmp_path / "a", "stepping", **given)
    until(lambda: all(calls([tmp_path / "a"], plan).values()))
    driver.send_signal(signal.SIGINT)
    assert driver.communicate(timeout=60)[0].startswith("Interrupted: stopped: 0 of 2")
    ended(share(postgres.url, tmp_path / "b", "stepping", **given), trials=2)
    assert results(tmp_path / "a").missing == plan.keys
    assert run_study(tmp_path / "a", plan, trainees.stepping, storage=postgres.url).complete


@pytest.mark.long
def test_a_killed_database_that_comes_back_loses_and_doubles_nothing(
    tmp_path: Path, postgres: private_postgres.Postgres, share: Share
) -> None:
    folders, plan = [tmp_path / "a", tmp_path / "b"], trainees.plan(3, 10, sleep=0.11)
    drivers = [share(postgres.url, f, "steady", lapse=8, jobs=2, cells=3, seeds=10, sleep=0.11) for f in folders]
    for least in (2, 8):
        until(lambda least=least: min(map(count, folders)) >= least)
        postgres.kill()
        time.sleep(0.3)
        postgres.start()
    ended(*drivers, trials=30)
    check(folders, plan)
    assert set(calls(folders, plan).values()) == {1}, "no claim expired because the database was away"


def test_a_database_that_stays_away_ends_the_study_in_one_line_and_loses_nothing(
    tmp_path: Path, postgres: private_postgres.Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 1.0)
    plan, killed = trainees.plan(2, 3, sleep=0.1, away=1), []

    def listener(live: Live) -> None:
        if live.done >= 2 and not killed:
            killed.append(postgres.kill())

    with pytest.raises(UserError, match=r"does not answer, tried for 1 s: .* \(run the study again when it is back"):
        run_study(tmp_path / "a", plan, trainees.steady, storage=postgres.url, progress=listener)
    kept = results(tmp_path / "a")
    assert 2 <= kept.done.sum() < 6
    postgres.start()
    found = run_study(tmp_path / "a", plan, trainees.steady, storage=postgres.url)
    check([tmp_path / "a"], plan)
    assert all(trainees.calls(found.place(key)) == 1 for key, trial in kept.trials.items() if trial.state == "done")


@pytest.mark.long
def test_what_a_stalled_machine_says_of_a_trial_that_was_taken_over_is_refused(
    tmp_path: Path, postgres: private_postgres.Postgres, share: Share
) -> None:
    folders, plan = [tmp_path / "a", tmp_path / "b"], trainees.plan(1, 1, sleep=2.5)
    stalled = share(postgres.url, folders[0], "steady", lapse=1, jobs=1, cells=1, seeds=1, sleep=2.5)
    until(lambda: sum(calls(folders[:1], plan).values()))
    stalled.send_signal(signal.SIGSTOP)
    other = share(postgres.url, folders[1], "steady", lapse=1, jobs=1, cells=1, seeds=1, sleep=2.5)
    until(lambda: sum(calls(folders[1:], plan).values()))
    stalled.send_signal(signal.SIGCONT)
    ended(stalled, other, trials=1)
    check(folders, plan)
    (refused,) = events(folders[0], "interrupted")
    assert "took it over" in refused["reason"]
    assert results(folders[0]).trials["width 1", 0].by.startswith(results(folders[1]).sittings[0]["name"])


@pytest.fixture
def claimed(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Machines in this process, which claim but do nothing."""
    monkeypatch.setattr(meeting, "LAPSE", 1.0)
    monkeypatch.setattr(meeting, "_PERIOD", 0.0)
    joined = []

    def join(name: str, plan: Plan) -> tuple[Meeting, Any]:
        folder = tmp_path / name
        one, stored = Meeting(url, folder), agreed(folder, plan)
        joined.append(one)
        ledger = Ledger(folder, stored.keys)
        one.join(stored, ledger, rerun_failed=False)
        return one, ledger

    yield join
    for one in joined:
        one.close()


ANSWER = {"became": "done", "score": 1.0, "details": {}, "seconds": 1.0, "cpu_seconds": 1.0}


def test_a_claim_is_renewed_while_its_machine_lives_and_one_that_is_lost_settles_nothing(
    claimed: Callable[..., Any],
) -> None:
    plan = trainees.plan(1, 1, claims=1)
    one, _ = claimed("one", plan)
    two, ledger = claimed("two", plan)
    key = one.claim()
    assert key == plan.keys[0]
    time.sleep(1.5)
    assert two.claim() is None, "it is renewed"
    one._closed.set()
    until(two.claim)
    assert not one.settle(key, "done", {**ANSWER, "score": 7.0})
    assert two.settle(key, "done", ANSWER)
    assert two.claim() is None
    assert ledger.trials[key].state == "planned", "the driver enters its own"


def test_a_trial_that_crashes_on_two_machines_has_failed(tmp_path: Path, url: str) -> None:
    plan = trainees.plan(2, 2, evil="raise", kind=url[:6])
    first = run_study(tmp_path / "a", plan, trainees.ill, storage=url, retries=1)
    assert list(first.failures) == [("width 2", 1)]
    second = run_study(tmp_path / "b", plan, trainees.ill, storage=url, retries=1)
    assert second.failures == first.failures
    assert second.trials["width 2", 1].crashes == 2
    assert set(calls([second.folder], plan).values()) == {0}
    again = run_study(tmp_path / "b", plan, trainees.ill, storage=url, retries=0, rerun_failed=True)
    assert trainees.calls(again.place(("width 2", 1))) == 1
    assert results(tmp_path / "a").trials["width 2", 1].crashes == 2
    assert run_study(tmp_path / "a", plan, trainees.ill, storage=url).failures == again.failures


def test_a_lost_database_is_filled_again_from_the_folders(tmp_path: Path) -> None:
    plan = trainees.plan(2, 3)
    run_study(tmp_path / "a", plan, trainees.steady)
    for name in ("first.db", "second.db"):
        found = run_study(tmp_path / "a", plan, trainees.steady, storage=f"sqlite:///{tmp_path / name}")
        assert found.complete
        assert set(calls([found.folder], plan).values()) == {1}
    other = run_study(tmp_path / "b", plan, trainees.steady, storage=f"sqlite:///{tmp_path / 'second.db'}")
    assert other.complete
    assert set(calls([other.folder], plan).values()) == {0}


def test_what_one_machine_adds_to_the_plan_the_others_run_too(tmp_path: Path, url: str) -> None:
    plan = trainees.plan(2, 2, kind=f"more {url[:6]}")
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        run_study(folder, plan, trainees.steady, storage=url)
    extend_study(folders[0], why="two are too few", seeds=[2])
    extend_study(folders[1], why="and a third", cells={"width 3": {"width": 3}})
    for folder in (*folders, folders[0]):
        found = run_study(folder, plan, trainees.steady, storage=url)
        assert found.complete
    assert [set(results(folder).cells) for folder in folders] == [{"width 1", "width 2", "width 3"}] * 2
    assert [extension.why for extension in found.plan.extensions] == ["two are too few", "and a third"]
    assert sum(calls(folders, found.plan).values()) == 9
    fresh = run_study(tmp_path / "c", found.plan, trainees.steady, storage=url)
    assert fresh.complete
    assert not list(fresh.folder.glob("trials/*/*"))


def test_two_studies_in_one_database_do_not_meet(tmp_path: Path, url: str) -> None:
    for number in (1, 2):
        plan = trainees.plan(1, 2, number=number, kind=url[:6])
        found = run_study(tmp_path / str(number), plan, trainees.steady, storage=url)
        assert set(calls([found.folder], plan).values()) == {1}


def test_cells_that_contradict_each_other_are_refused(tmp_path: Path, url: str) -> None:
    plan = trainees.plan(1, 1, kind=f"other {url[:6]}")
    for name, width in (("a", 2), ("b", 3)):
        run_study(tmp_path / name, plan, trainees.steady)
        extend_study(tmp_path / name, why="more", cells={"more": {"width": width}})
    run_study(tmp_path / "a", plan, trainees.steady, storage=url)
    with pytest.raises(UserError, match="the cell 'more' has other settings on another machine"):
        run_study(tmp_path / "b", plan, trainees.steady, storage=url)


def test_an_outcome_that_was_damaged_in_the_database_is_found_out_anew(tmp_path: Path, url: str) -> None:
    plan = trainees.plan(1, 2, kind=f"rot {url[:6]}")
    run_study(tmp_path / "a", plan, trainees.steady, storage=url)
    rot = "UPDATE ganbaru_trials SET told = replace(told, '\"score\": 10', '\"score\": 70') WHERE told LIKE '%10.0%'"
    shared = database.Database(url)
    assert shared.do(lambda connection: connection.execute(sqlalchemy.text(rot)).rowcount)
    shared.close()
    found = run_study(tmp_path / "b", plan, trainees.steady, storage=url)
    assert found.scores.tolist() == [[10.0, 11.0]]
    assert list(calls([found.folder], plan).values()) == [1, 0]


def test_a_database_that_does_not_answer_or_is_none_is_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = trainees.plan(1, 1)
    monkeypatch.setattr(database, "FIRST_PATIENCE", 0.2)
    for wrong, said in (
        ("postgresql://nobody:secret@127.0.0.1:1/x", r"does not answer, tried for 0\.2 s: .*run the study again"),
        (f"sqlite:///{tmp_path}/none/shared.db", "refuses: unable to open"),
        ("mysql://x@y/z", "the storage is no URL"),
        ("shared.db", "the storage is no URL"),
        ("sqlite://", "the storage is no URL"),
    ):
        with pytest.raises(UserError, match=said) as error:
            run_study(tmp_path / "study", plan, trainees.steady, storage=wrong)
        assert "secret" not in str(error.value)
        assert "\n" not in str(error.value)
    assert results(tmp_path / "study").missing == plan.keys


def test_nobody_else_can_have_ended_what_is_at_work_or_done_here(tmp_path: Path) -> None:
    plan = trainees.plan(1, 2)
    ledger, (key, other) = Ledger(tmp_path, plan.keys), plan.keys
    told = {"score": 2.0, "details": {}}
    ledger.start(key, worker=1)
    for _ in range(2):
        with pytest.raises(ValueError, match="nobody else"):
            ledger.adopt(key, "done", by="elsewhere", **told)
        if ledger.trials[key].state != "done":
            ledger.finish(key, score=1.0, details={}, seconds=0.0, cpu_seconds=0.0)
    ledger.adopt(other, "done", by="elsewhere", **told)
    again = Ledger(tmp_path, plan.keys).trials
    assert [(again[one].score, again[one].by) for one in plan.keys] == [(1.0, ""), (2.0, "elsewhere")]


def to_five(found: Results) -> dict[str, Any]:
    """A search: five cells, one after another."""
    number = len(found.cells) + 1
    return {f"width {number}": {"width": number, "sleep": 0.05}} if number <= 5 else {}


def test_a_search_is_asked_by_one_machine_at_a_time_and_all_run_what_it_wants(tmp_path: Path, url: str) -> None:
    plan = trainees.plan(1, 3, sleep=0.05, kind=url[:6])
    folders = [tmp_path / "a", tmp_path / "b"]

    def run(folder: Path) -> Results:
        return run_study(folder, plan, trainees.steady, storage=url, more=to_five)

    with ThreadPoolExecutor(2) as both:
        found = list(both.map(run, folders))
    assert [one.cells for one in found] == [[f"width {number}" for number in range(1, 6)]] * 2
    check(folders, found[0].plan)
    assert set(calls(folders, found[0].plan).values()) == {1}
    assert all(calls([folder], found[0].plan) for folder in folders)


def test_a_database_does_not_mix_with_trials_in_this_process(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="storage is for trials in processes of their own"):
        run_study(tmp_path / "x", trainees.plan(1, 1), trainees.steady, storage="sqlite:///x.db", jobs=0)
    assert not (tmp_path / "x").exists()


@pytest.mark.soak
def test_whatever_is_killed_or_stalled_at_whatever_instant(
    tmp_path: Path, postgres: private_postgres.Postgres, share: Share
) -> None:
    chance = random.Random(5)
    for number in range(15):
        folders = [tmp_path / f"{number} a", tmp_path / f"{number} b"]
        given = {"lapse": 1.5, "jobs": 2, "cells": 2, "seeds": 8, "sleep": 0.1, "number": number}
        drivers = [share(postgres.url, folder, "steady", **given) for folder in folders]
        for _ in range(2):
            time.sleep(chance.uniform(0.3, 3.0))
            which = chance.randrange(2)
            fault = chance.choice(["machine", "database", "stall"])
            if fault == "database":
                postgres.kill()
                postgres.start()
            elif fault == "stall":
                drivers[which].send_signal(signal.SIGSTOP)
                time.sleep(chance.uniform(0.5, 3.0))
                drivers[which].send_signal(signal.SIGCONT)
            else:
                drivers[which].kill()
                drivers[which].communicate()
                drivers[which] = share(postgres.url, folders[which], "steady", **given)
        ended(*drivers, trials=16)
        check(folders, trainees.plan(2, 8, sleep=0.1, number=float(number)))
