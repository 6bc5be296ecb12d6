"""A study outlives the death of its driver and of its workers: no trial is lost, none counts twice."""

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import study_trainees as trainees

from ganbaru.studies import Live, Plan, results, run_study
from ganbaru.studies.lines import Lines
from ganbaru.studies.performing import perform
from ganbaru.studies.worker import Bell

Drive = Callable[..., Any]


def until(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait until ``condition`` holds; returns what it said."""
    deadline = time.monotonic() + seconds
    while not (said := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
    return said


def alive(pid: int) -> bool:
    """Whether a process runs: one that ended and was not asked for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(folder: Path) -> list[tuple[str, int]]:
    """The trials that are said to be done, as often as they are."""
    lines = Lines(folder / "ledger.jsonl").read()
    return sorted((record["cell"], record["seed"]) for _, record in lines if record["event"] == "done")


def begun(folder: Path) -> list[Path]:
    return [file.parent for file in folder.glob("trials/*/*/calls") if file.read_text()]


def check(folder: Path, plan: Plan) -> None:
    """Every trial is done, once, with its own score."""
    found = results(folder)
    assert found.complete
    assert ends(folder) == sorted(plan.keys)
    assert found.scores.tolist() == [[10.0 * width + seed for seed in plan.seeds] for width in found.setting("width")]


@pytest.mark.parametrize("number", range(3))
def test_the_driver_is_killed_at_a_random_instant(tmp_path: Path, drive: Drive, number: int) -> None:
    chance, plan = random.Random(number), trainees.plan(2, 6, sleep=0.05)
    for _ in range(2):
        driver = drive(tmp_path, "steady", jobs=2, cells=2, seeds=6, sleep=0.05)
        time.sleep(chance.uniform(0.1, 0.6))
        driver.kill()
        driver.wait()
        counted = ends(tmp_path)
        times = {key: trainees.calls(results(tmp_path).place(key)) for key in counted}
    run_study(tmp_path, plan, trainees.steady, jobs=2)
    check(tmp_path, plan)
    assert all(trainees.calls(results(tmp_path).place(key)) == count for key, count in times.items())


def test_workers_end_soon_after_their_driver_and_so_does_what_they_started(tmp_path: Path, drive: Drive) -> None:
    driver = drive(tmp_path, "with_a_child", jobs=2, sleep=30)
    until(lambda: len(list(tmp_path.glob("trials/*/*/child"))) == 2)
    pids = [trainees.pid(folder) for folder in begun(tmp_path)]
    pids += [int(file.read_text()) for file in tmp_path.glob("trials/*/*/child")]
    assert len(pids) == 4
    assert all(map(alive, pids))
    driver.kill()
    until(lambda: not any(map(alive, pids)))
    found = results(tmp_path)
    assert not found.at_work
    assert (found.states == "interrupted").sum() == 2
    assert len(found.missing) == 6


def test_a_new_driver_waits_for_the_workers_of_the_dead_one(tmp_path: Path, drive: Drive) -> None:
    """No two processes are ever at work in one trial's folder."""
    plan = trainees.plan(1, 1, steps=60)
    driver = drive(tmp_path, "stepping", jobs=1, cells=1, seeds=1, steps=60)
    (folder,) = until(lambda: begun(tmp_path))
    worker = trainees.pid(folder)
    driver.kill()
    driver.wait()
    seen = []
    run_study(tmp_path, plan, trainees.stepping, jobs=1, progress=lambda live: seen.append(alive(worker)))
    assert seen
    assert not any(seen)


def test_a_worker_that_is_killed_has_its_trial_run_again_by_another(tmp_path: Path) -> None:
    plan, killed = trainees.plan(2, 4, sleep=0.1), []

    def listener(live: Live) -> None:
        if not killed and live.done >= 2 and live.running:
            one = live.running[0]
            folder = tmp_path / plan.place((one.cell, one.seed))
            until(lambda: trainees.calls(folder))
            killed.append((one.cell, one.seed))
            os.kill(trainees.pid(folder), signal.SIGKILL)

    found = run_study(tmp_path, plan, trainees.steady, jobs=2, progress=listener)
    check(tmp_path, plan)
    assert [key for key, trial in found.trials.items() if trial.attempt > 1] == killed
    assert trainees.calls(found.place(killed[0])) == 2


def test_driver_and_workers_killed_again_and_again(tmp_path: Path, drive: Drive) -> None:
    chance, plan = random.Random(7), trainees.plan(2, 6, sleep=0.05)
    for _ in range(3):
        driver = drive(tmp_path, "steady", jobs=2, cells=2, seeds=6, sleep=0.05)
        time.sleep(chance.uniform(0.3, 0.5))
        for folder in begun(tmp_path)[-1:]:
            if alive(trainees.pid(folder)) and trainees.pid(folder) != os.getpid():
                os.kill(trainees.pid(folder), signal.SIGKILL)
        time.sleep(chance.uniform(0.0, 0.2))
        driver.kill()
        driver.wait()
    assert run_study(tmp_path, plan, trainees.steady, jobs=2, rerun_failed=True).complete
    check(tmp_path, plan)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_study_that_is_stopped_saves_says_how_to_go_on_and_goes_on(
    tmp_path: Path, drive: Drive, number: signal.Signals
) -> None:
    driver = drive(tmp_path, "stepping", jobs=2, cells=2, seeds=2, steps=60)
    until(lambda: len(begun(tmp_path)) >= 2)
    time.sleep(0.2)
    driver.send_signal(number)
    output, errors = driver.communicate(timeout=30)
    assert output.startswith("Interrupted: stopped: 0 of 4 trials are done"), errors
    assert "run it again to go on" in output
    stopped = results(tmp_path)
    assert (stopped.states == "interrupted").sum() == 2
    assert all(trial.crashes == 0 for trial in stopped.trials.values())
    assert (stopped.seconds > 0).sum() == 2
    found = run_study(tmp_path, trainees.plan(2, 2, steps=60), trainees.stepping, jobs=2)
    assert found.complete
    assert (found.detail("first") > 5).sum() == 2, "they went on where they were"


def test_a_ring_just_before_a_trial_lets_it_not_begin(tmp_path: Path) -> None:
    bell = Bell()
    bell.ring(signal.SIGTERM, None)
    answer = perform(trainees.steady, {"width": 1}, 0, tmp_path / "trial", first=bell.look)
    assert answer["became"] == "stopped"
    assert not (tmp_path / "trial").exists()


def test_a_trial_that_does_not_stop_is_killed_at_the_second_ring(tmp_path: Path, drive: Drive) -> None:
    driver = drive(tmp_path, "stubborn", jobs=1)
    (folder,) = until(lambda: begun(tmp_path))
    time.sleep(0.2)
    driver.send_signal(signal.SIGINT)
    time.sleep(0.6)
    assert driver.poll() is None, "it waits for what is saving"
    driver.send_signal(signal.SIGINT)
    assert driver.communicate(timeout=30)[0].startswith("Interrupted")
    assert not alive(trainees.pid(folder))
    assert results(tmp_path).states[0, 0] == "interrupted"


def test_a_study_in_this_process_stops_at_once_and_goes_on(tmp_path: Path, drive: Drive) -> None:
    driver = drive(tmp_path, "stepping", jobs=0, cells=1, seeds=2, steps=300)
    until(lambda: begun(tmp_path))
    time.sleep(0.2)
    driver.send_signal(signal.SIGINT)
    assert driver.communicate(timeout=30)[0].startswith("Interrupted: stopped: 0 of 2")
    found = run_study(tmp_path, trainees.plan(1, 2, steps=300), trainees.stepping, jobs=0)
    assert found.detail("first")[0, 0] > 5


@pytest.mark.soak
def test_a_hundred_kills(tmp_path: Path, drive: Drive) -> None:
    chance, plan = random.Random(11), trainees.plan(2, 6, sleep=0.05)
    for number in range(50):
        folder = tmp_path / str(number)
        for _ in range(2):
            driver = drive(folder, "steady", jobs=2, cells=2, seeds=6, sleep=0.05)
            time.sleep(chance.uniform(0.05, 0.9))
            driver.kill()
            driver.wait()
        run_study(folder, plan, trainees.steady, jobs=2)
        check(folder, plan)
