"""A study runs what is missing, retries what crashed once, and shows what it is at."""

import fcntl
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import study_trainees as trainees

from ganbaru.distances import Estimate
from ganbaru.errors import UserError
from ganbaru.studies import Live, Results, results, run_study
from ganbaru.studies.workers import cores

PLAN = trainees.plan(2, 3)
SCORES = [[10.0, 11.0, 12.0], [20.0, 21.0, 22.0]]


@pytest.mark.parametrize("jobs", [0, 1, 2])
def test_every_trial_is_run_once_however_often_it_is_asked_for(tmp_path: Path, jobs: int) -> None:
    for _ in range(2):
        found = run_study(tmp_path, PLAN, trainees.steady, jobs=jobs)
        assert found.scores.tolist() == SCORES
        assert found.complete
        assert not found.missing
        assert [trainees.calls(found.place(key)) for key in PLAN.keys] == [1] * 6
    assert {entry.name for entry in tmp_path.iterdir()} == {
        "plan.json",
        "ledger.jsonl",
        "trials",
        "lock",
        "workers.lock",
    }
    assert len(found.sittings) == 2
    assert found.sittings[0]["trial"] == "study_trainees:steady"


@pytest.mark.parametrize(
    ("evil", "reason"),
    [
        ("raise", "ValueError: the critic is no good"),
        ("exit", "its process ended with exit code 3"),
        ("leave", "SystemExit: 4"),
        ("kill", "its process was killed by SIGKILL (out of memory?)"),
        ("nothing", "NoneType, not a score"),
        ("text", "str, not a score"),
        ("no score", "without a 'score': ['loss']"),
        ("object", "value.details.model is a object, which cannot be stored"),
        ("large", "write what is large into files in its folder"),
        ("stop", "stopped"),
    ],
)
def test_a_trial_that_crashes_is_tried_twice_and_shown(tmp_path: Path, evil: str, reason: str) -> None:
    found = run_study(tmp_path, trainees.plan(2, 2, evil=evil), trainees.ill, jobs=2)
    assert list(found.failures) == [("width 2", 1)]
    assert reason in found.failures["width 2", 1]
    assert found.states.tolist() == [["done", "done"], ["done", "failed"]]
    assert np.isnan(found.scores).tolist() == [[False, False], [False, True]]
    assert trainees.calls(found.place(("width 2", 1))) == 2
    assert found.trials["width 2", 1].attempt == 2
    assert not found.complete
    assert not found.missing


@pytest.mark.parametrize("jobs", [0, 1])
def test_a_trial_that_crashes_once_is_done_at_the_second_try(tmp_path: Path, jobs: int) -> None:
    found = run_study(tmp_path, trainees.plan(2, 2, evil="raise", times=1), trainees.ill, jobs=jobs)
    assert found.complete
    assert found.trials["width 2", 1].attempt == 2
    if jobs:
        first, second = (found.place(("width 2", 1)) / "calls").read_text().split()
        assert first != second, "what crashed may have left anything behind in its process"


def test_a_score_that_is_no_number_is_an_outcome_and_not_a_failure(tmp_path: Path) -> None:
    found = run_study(tmp_path, trainees.plan(2, 2, evil="nan"), trainees.ill, jobs=1)
    assert found.complete
    assert found.done.all()
    assert np.isnan(found.scores).sum() == 1
    assert trainees.calls(found.place(("width 2", 1))) == 1


def test_the_failed_trials_are_run_again_on_request_and_only_they(tmp_path: Path) -> None:
    plan = trainees.plan(2, 3, evil="raise", times=2)
    first = run_study(tmp_path, plan, trainees.ill, jobs=1)
    assert len(first.failures) == 1
    assert run_study(tmp_path, plan, trainees.ill, jobs=1).failures == first.failures
    times = {key: trial.attempt for key, trial in first.trials.items()}
    found = run_study(tmp_path, plan, trainees.ill, jobs=1, rerun_failed=True)
    assert found.complete
    assert {key: trial.attempt - times[key] for key, trial in found.trials.items() if trial.attempt != times[key]} == {
        ("width 2", 1): 1
    }


def test_a_traceback_and_what_is_printed_lie_beside_the_folder(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run_study(tmp_path / "told", trainees.plan(1, 1), trainees.told, jobs=1)
    said = (tmp_path / "told/trials/000-width-1/seed-0.log").read_text()
    assert {"said on stdout", "written to descriptor 1", "said on stderr"} <= set(said.splitlines())
    run_study(tmp_path / "ill", trainees.plan(2, 2, evil="raise"), trainees.ill, jobs=1)
    logs = sorted(path.name for path in (tmp_path / "ill/trials").glob("*/*.log"))
    assert logs == ["seed-1.log"]
    assert "is no good" in (tmp_path / "ill/trials/001-width-2/seed-1.log").read_text()
    assert capfd.readouterr() == ("", "")


def test_each_worker_has_its_share_of_the_cores_before_anything_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    for jobs in (1, 2):
        found = run_study(tmp_path / str(jobs), trainees.plan(1, 1), trainees.told, jobs=jobs)
        (trial,) = found.trials.values()
        assert trial.details["OMP_NUM_THREADS"] == trial.details["NUMBA_NUM_THREADS"] == max(1, cores() // jobs)
        assert trial.details["spin"] == "0"
        assert found.detail("torch").tolist() == [[0.0]]
        assert found.detail("empty").tolist() == [[1.0]]
        assert trial.details["settings"] == {"width": 1}
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    found = run_study(tmp_path / "less", trainees.plan(1, 1), trainees.told, jobs=1)
    assert found.detail("OMP_NUM_THREADS").tolist() == [[1.0]]


def test_an_estimate_comes_back_with_its_interval(tmp_path: Path) -> None:
    estimate = Estimate(np.float64(1.5), 1.0, float("inf"), samples=(3, 4), method="m")  # type: ignore[arg-type]
    plan = trainees.plan(1, 2)
    found = run_study(tmp_path, plan, lambda settings, seed, folder: {"score": estimate, "again": estimate}, jobs=0)
    assert found.scores.tolist() == [[1.5, 1.5]]
    assert found.intervals.tolist() == [[[1.0, np.inf], [1.0, np.inf]]]
    assert found.detail("again").tolist() == [[1.5, 1.5]]
    assert found.trials["width 1", 0].score["method"] == "m"
    assert Estimate.from_json(found.trials["width 1", 0].score) == estimate


def test_numbers_of_array_libraries_are_scores(tmp_path: Path) -> None:
    import torch

    for number, score in enumerate([np.float32(2.0), np.array([2.0]), torch.tensor(2.0, requires_grad=True), 2]):
        found = run_study(tmp_path / str(number), trainees.plan(1, 1), lambda *_, score=score: score, jobs=0)
        assert found.scores.tolist() == [[2.0]]


def test_a_function_that_cannot_be_sent_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="jobs=0"):
        run_study(tmp_path / "study", PLAN, lambda settings, seed, folder: 1.0, jobs=1)
    assert not (tmp_path / "study").exists()


def test_a_trial_that_the_worker_cannot_load_ends_the_study_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"a worker process cannot start: ImportError: not here .*workers\.log"):
        run_study(tmp_path, PLAN, trainees.Unloadable(trainees.refuse), jobs=1)


def test_workers_that_die_before_they_are_ready_end_the_study_at_the_third(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a worker process cannot start: its process ended with exit code 5"):
        run_study(tmp_path, PLAN, trainees.Unloadable(trainees.die), jobs=1)
    assert results(tmp_path).trials[PLAN.keys[0]].attempt == 0


def test_the_listener_is_told_of_every_change(tmp_path: Path) -> None:
    told: list[Live] = []
    run_study(tmp_path, PLAN, trainees.together, jobs=2, progress=told.append)
    assert all(live.total == 6 == live.done + live.failed + live.waiting + len(live.running) for live in told)
    assert max(len(live.running) for live in told) == 2
    assert (told[-1].done, told[-1].waiting, told[-1].left_seconds) == (6, 0, 0.0)
    assert told[0].left_seconds is None
    ended = [live.last for live in told if live.last is not None and live.last.state == "done"]
    assert sorted(trial.key for trial in ended) == sorted(PLAN.keys)
    assert {one.worker for live in told for one in live.running} == {1, 2}


def test_what_is_left_is_told_from_what_the_others_took(tmp_path: Path) -> None:
    told: list[Live] = []
    run_study(tmp_path, trainees.plan(1, 4, sleep=0.01), trainees.steady, jobs=0, progress=told.append)
    ended = [live for live in told if live.last and live.last.state == "done"]
    means = np.cumsum([live.last.seconds for live in ended if live.last]) / [1, 2, 3, 4]
    assert [live.left_seconds for live in ended] == pytest.approx([3 * means[0], 2 * means[1], means[2], 0.0])


def test_a_listener_that_fails_is_named_and_the_study_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def listener(live: Live) -> None:
        raise RuntimeError("no ears")

    assert run_study(tmp_path, PLAN, trainees.steady, jobs=0, progress=listener).complete
    assert len(caplog.records) == 1
    assert "no ears" in caplog.text


def test_a_trial_in_the_module_that_was_started_is_found(tmp_path: Path, drive: Callable[..., Any]) -> None:
    output, errors = drive(tmp_path, "in_main", jobs=1).communicate(timeout=30)
    assert output.split() == ["done"] * 6, errors


def test_a_second_driver_is_refused_and_the_first_not_disturbed(tmp_path: Path, drive: Callable[..., Any]) -> None:
    first = drive(tmp_path, "steady", jobs=1, sleep=0.15)
    while not (tmp_path / "ledger.jsonl").exists():
        time.sleep(0.01)
    with pytest.raises(UserError, match="another driver is at work"):
        run_study(tmp_path, trainees.plan(2, 3, sleep=0.15), trainees.steady, jobs=0)
    assert results(tmp_path).at_work
    assert first.communicate(timeout=30)[0].split() == ["done"] * 6
    assert not results(tmp_path).at_work
    assert sum(trainees.calls(results(tmp_path).place(key)) for key in PLAN.keys) == 6


def test_a_reader_that_looks_whether_somebody_is_at_work_keeps_no_driver_from_starting(tmp_path: Path) -> None:
    run_study(tmp_path, PLAN, trainees.steady, jobs=0)
    looking = os.open(tmp_path / "lock", os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    reader = threading.Timer(0.05, os.close, [looking])
    reader.start()
    assert run_study(tmp_path, PLAN, trainees.steady, jobs=0).complete
    reader.join()


@pytest.mark.parametrize("jobs", [0, 2])
def test_a_search_is_asked_for_cells_until_it_has_no_more_and_goes_on_where_it_was(tmp_path: Path, jobs: int) -> None:
    def more(found: Results) -> dict[str, dict[str, Any]]:
        assert len(found.missing) < max(1, jobs) * 2
        number = len(found.cells) + 1
        return {f"width {number}": {"width": number}} if number <= most else {}

    plan = trainees.plan(1, 2)
    for most in (3, 5):
        found = run_study(tmp_path, plan, trainees.steady, jobs=jobs, more=more)
        assert found.complete
        assert found.scores[:, 1].tolist() == [10.0 * number + 1 for number in range(1, most + 1)]
    assert [extension.cells for extension in found.plan.extensions] == [(f"width {number}",) for number in range(2, 6)]
    assert sum(trainees.calls(found.place(key)) for key in found.trials) == 10


def test_a_search_that_has_nothing_for_now_is_asked_again_when_a_trial_has_ended(tmp_path: Path) -> None:
    asked: list[int] = []

    def more(found: Results) -> dict[str, dict[str, Any]]:
        asked.append(len(found.missing))
        return {}

    assert run_study(tmp_path, trainees.plan(1, 3, sleep=0.6), trainees.steady, jobs=2, more=more).complete
    assert sorted(asked) == [0, 1]


def test_a_trial_that_changes_its_settings_changes_no_other(tmp_path: Path) -> None:
    def trial(settings: dict[str, Any], seed: int, folder: Path) -> int:
        settings["layers"].append(seed)
        return len(settings["layers"])

    found = run_study(tmp_path, trainees.plan(1, 3, layers=[]), trial, jobs=0)
    assert found.scores.tolist() == [[1.0, 1.0, 1.0]]
    assert found.plan.cells["width 1"]["layers"] == []


def test_a_study_says_what_it_is(tmp_path: Path) -> None:
    found = run_study(tmp_path, trainees.plan(2, 2, evil="raise"), trainees.ill, jobs=0)
    assert repr(found).endswith("2 cells × 2 seeds: 3 done, 1 failed)")
    row = found.rows()[3]
    assert (row["cell"], row["seed"], row["state"], row["setting.width"]) == ("width 2", 1, "failed", 2)
    assert found.setting("width").tolist() == [1.0, 2.0]
    assert np.isnan(found.setting("evil")).all()
    assert found.seconds.shape == found.cpu_seconds.shape == (2, 2)
    assert (found.seconds > 0).all()
