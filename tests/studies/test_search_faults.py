"""A search outlives its driver and is shared: no trial is lost, none counts twice, no point is left running."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import optuna
import pytest
import search_driver
import search_trainees

from ganbaru.studies import results
from ganbaru.studies.kinds import hyper
from ganbaru.studies.lines import Lines
from ganbaru.studies.search.copies import FILE

TRIALS = 20


def driver(folder: Path, jobs: int, *storage: str) -> "subprocess.Popen[str]":
    here = Path(__file__).parent
    path = os.pathsep.join([str(here), *(part for part in sys.path if part)])
    command = [sys.executable, str(here / "search_driver.py"), str(folder), str(jobs), str(TRIALS), *storage]
    return subprocess.Popen(
        command, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def finished(folder: Path, jobs: int, **more: Any) -> str:
    given = {"search": "tpe", "trials": TRIALS, "fresh": 6, **more}
    return hyper(search_trainees.slow, [0] * 5, out=folder, space=search_driver.SPACE, jobs=jobs, **given).verdict


def ends(folder: Path) -> Counter[tuple[str, int]]:
    return Counter(
        (record["cell"], record["seed"])
        for _, record in Lines(folder / "ledger.jsonl").read()
        if record["event"] == "done"
    )


@pytest.mark.long
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_search_whose_driver_is_killed_in_the_middle_finishes(tmp_path: Path, jobs: int) -> None:
    chance, folder = random.Random(jobs), tmp_path / "study"
    for done in (4, 11) if jobs == 1 else (7,):
        process = driver(folder, jobs)
        deadline = time.monotonic() + 60
        while (not (folder / "ledger.jsonl").exists() or len(ends(folder)) < done) and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.communicate()
    assert not results(folder).at_work
    assert finished(folder, jobs) == "better settings found"
    found = results(folder)
    assert found.complete
    assert set(ends(folder)) == set(found.trials)
    assert set(ends(folder).values()) == {1}
    assert sum(seed < 1000 for _, seed in found.trials) == TRIALS
    points = [cell for cell in found.cells if not cell.startswith(("confirm", "final"))]
    assert len(points) == TRIALS - TRIALS // 4
    copy = optuna.load_study(study_name="search", storage=f"sqlite:///{folder / FILE}").trials
    assert len(copy) == len(points)
    assert {trial.state.name for trial in copy} == {"COMPLETE"}
    if jobs == 1:
        assert finished(tmp_path / "whole", 0) == "better settings found"
        assert list(results(tmp_path / "whole").plan.cells.items()) == list(found.plan.cells.items())


@pytest.mark.long
def test_machines_that_share_a_search_try_each_point_once_and_nothing_of_optuna_is_said(tmp_path: Path) -> None:
    folders, url = [tmp_path / "a", tmp_path / "b"], f"sqlite:///{tmp_path / 'shared.db'}"
    other = driver(folders[0], 1, url)
    verdict = finished(folders[1], 1, storage=url)
    output, errors = other.communicate(timeout=120)
    assert (output.strip(), errors) == (verdict, "")
    assert verdict == "better settings found"
    found = [results(folder) for folder in folders]
    assert all(each.complete for each in found)
    scores = [{key: trial.score for key, trial in each.trials.items()} for each in found]
    assert scores[0] == scores[1]
    own = [[trial.key for trial in each.trials.values() if not trial.by] for each in found]
    assert sorted(own[0] + own[1]) == sorted(found[0].trials)
    assert sum(seed < 1000 for _, seed in found[0].trials) == TRIALS
