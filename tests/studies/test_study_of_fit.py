"""A trial that is a training: it resumes where it was killed, keeps little, and what diverges is an outcome."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import ganbaru as gb
from ganbaru.distances import Estimate
from ganbaru.errors import UserError
from ganbaru.runs import Run
from ganbaru.studies import Plan, kinds, results, run_study
from ganbaru.studies.of_fit import OfFit, collapsed, of_fit
from ganbaru.studies.trainee import NOTHING, trainee
from ganbaru.training import fit

TINY: dict[str, Any] = {
    "batch": 16,
    "threads": 1,
    "generator": {"channels": 8, "layers": 2},
    "critic": {"channels": 8, "layers": 2},
}


class Killed(OfFit):
    """Kills its process at the 20th step, the first time it gets there."""

    def train(self, data: Any, held_out: Any, settings: dict[str, Any], seed: int, folder: Path) -> dict[str, Any]:
        self.callbacks = (_Killer(folder / "killed"),)
        return super().train(data, held_out, settings, seed, folder)


class _Killer:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __call__(self, event: Any) -> None:
        if getattr(event, "step", 0) == 20 and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)


def weights(folder: Path) -> bytes:
    checkpoint = Run.open(folder / "run").load_checkpoint()
    assert checkpoint is not None
    return checkpoint.files["model.safetensors"] + checkpoint.files["optimizer.safetensors"]


@pytest.mark.long
def test_a_killed_worker_s_training_goes_on_from_its_checkpoint_to_the_same_weights(tmp_path: Path) -> None:
    settings = {"steps": 30, "checkpoint_every": 8, "ema": 0.9, **TINY}
    whole = of_fit("toy:ring", **settings)
    killed = Killed(whole.data, settings, score="distance", higher_is_better=None)
    plan = Plan("q", "r", {"only": whole.cell()}, (3,))
    found = {
        "a": run_study(tmp_path / "a", plan, whole, jobs=0),
        "b": run_study(tmp_path / "b", plan, killed, jobs=1),
    }
    trials = {name: each.trials["only", 3] for name, each in found.items()}
    assert trials["b"].attempt == 2
    assert (trials["a"].details["resumed_at"], trials["b"].details["resumed_at"]) == (0, 16)
    folders = {name: each.place(("only", 3)) for name, each in found.items()}
    assert weights(folders["a"]) == weights(folders["b"])
    assert trials["a"].score == trials["b"].score


def test_a_trial_keeps_what_is_needed_and_says_what_it_measured(tmp_path: Path) -> None:
    trial = of_fit("toy:ring", score="modes", steps=12, checkpoint_every=3, **TINY)
    told = trial(trial.cell(), 5, tmp_path)
    assert trial.higher_is_better
    assert isinstance(told["score"], Estimate)
    assert {"high_quality", "distance", "w1", "steps", "cpu_seconds", "collapsed", "samples"} <= set(told)
    assert (told["steps"], told["samples"]) == (12, 100_000)
    kept = {path.name for path in (tmp_path / "run" / "checkpoints").iterdir()}
    assert kept == {"step-000012"}
    assert {path.name for path in (tmp_path / "run" / "samples").iterdir()} == {"real", "step-000012"}
    assert Run.open(tmp_path / "run").document["config"]["seed"] == 5
    began = time.process_time()
    again = trial(trial.cell(), 5, tmp_path)
    assert again["score"] == told["score"]
    assert again["resumed_at"] == 12, "a finished run is measured only"
    assert time.process_time() >= began


def test_a_training_on_a_draw_is_measured_against_all(tmp_path: Path) -> None:
    trial = of_fit("toy:ring", steps=3, **TINY)
    small, large = (trial(trial.cell(size), 0, tmp_path / str(size)) for size in (40, 80))
    assert (small["samples"], large["samples"]) == (40, 80)
    assert small["score"].floor == large["score"].floor, "the measure is one for all sizes"
    documents = [Run.open(tmp_path / str(size) / "run").document["source"] for size in (40, 80)]
    assert [document["counts"]["train"] for document in documents] == [40, 80]
    assert documents[0]["fingerprint"] != documents[1]["fingerprint"]


def test_a_training_that_diverges_is_an_outcome(tmp_path: Path) -> None:
    plan_settings = {"steps": 40, "objective": "wasserstein", "constraint": "none", "critic.optimizer": "sgd"}
    trial = of_fit("toy:ring", **{**TINY, **plan_settings, "critic.learning_rate": 1e30})
    found = run_study(tmp_path, Plan("q", "r", {"wild": trial.cell()}, (0,)), trial, jobs=0)
    assert found.complete
    assert not found.failures
    assert found.detail("collapsed").tolist() == [[1.0]]
    assert found.scores != found.scores
    assert found.trials["wild", 0].details["steps"] < 40


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"diversity": Estimate(0.4, 0.3, 0.6)}, True),
        ({"diversity": Estimate(0.6, 0.4, 0.8)}, False),
        ({"modes": Estimate(3, 3, 3, samples=(100, 8))}, True),
        ({"modes": Estimate(4, 4, 4, samples=(100, 8))}, False),
        ({"distance": Estimate(9, 8, 10)}, False),
    ],
)
def test_what_has_collapsed_by_its_figures(figures: dict[str, Estimate], expected: bool) -> None:
    assert collapsed(figures) is expected


def test_gb_fit_is_a_trainee_and_its_settings_are_checked_before_anything_runs() -> None:
    trial = trainee(fit, "toy:ring")
    assert isinstance(trial, OfFit)
    assert not trial.higher_is_better
    assert trial.measure == "distance"
    with pytest.raises(UserError, match=r"unknown setting 'critic\.chanels'"):
        trial.cell(**{"critic.chanels": 3})
    with pytest.raises(UserError, match="setting batch = -1"):
        trial.cell(batch=-1)
    with pytest.raises(UserError, match="augment: 'pitch' has no meaning for points"):
        trial.cell(augment=["pitch"])
    with pytest.raises(UserError, match="the seeds of the trials are the study's"):
        trial.cell(seed=3)
    with pytest.raises(UserError, match=r"gb.fit cannot learn a list"):
        of_fit([1, 2, 3])


def test_the_present_value_of_a_setting_is_the_one_that_is_built() -> None:
    trial = of_fit("toy:ring", **{"critic.channels": 24})
    assert trial.present("critic.channels") == 24
    assert trial.present("generator.channels") == 128
    assert trial.present("batch") == 256
    assert trial.present("nothing.of_it") is NOTHING


def test_a_figure_that_was_not_measured_is_named(tmp_path: Path) -> None:
    trial = of_fit("toy:ring", score="right_label", steps=2, **TINY)
    with pytest.raises(UserError, match="unknown figure of quality 'right_label'"):
        trial(trial.cell(), 0, tmp_path)


@pytest.mark.long
def test_the_whole_study_of_capacity_runs_on_a_training(tmp_path: Path) -> None:
    sizes = {"generator.channels": [8, 16]}
    answer = kinds.capacity(
        fit, "toy:ring", out=tmp_path, settings={"steps": 3, **TINY}, sizes=sizes, seeds=range(3), jobs=0
    )
    found = results(tmp_path)
    assert found.complete
    assert found.cells == ["present", "generator.channels 16"]
    assert answer.grids[0].rows[0][:2] == ["generator.channels", 8]
    assert [settings["generator.channels"] for settings in found.plan.cells.values()] == [8, 16]
    assert answer.worst is not None
    assert (found.place(answer.worst) / "run" / "run.toml").exists()


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Forty files, of which each gives three sounds."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    time = np.arange(4800) / 8000
    for index in range(40):
        soundfile.write(folder / f"{index}.wav", 0.5 * np.sin(2 * np.pi * (200 + 20 * index) * time), 8000)
    return folder


def test_sounds_are_drawn_by_whole_files_and_augmented(tmp_path: Path, sounds: Path) -> None:
    source = gb.sources.folder(sounds, sample_rate=8000, seconds=0.2)
    trial = trainee(fit, source)
    assert trial.data.unit == "sources"
    assert trial.units == len(set(source.train.attributes["file"])) < 40
    chosen, _ = trial.drawn(5, seed=1)
    some = trial.data.take(chosen, "5 of seed 1")
    files = set(some.train.attributes["file"])
    assert len(files) == 5
    assert len(some.train) == sum(file in files for file in source.train.attributes["file"]) > 5
    cell = trial.cell(5, steps=2, augment=["gain", "adaptive"], measure_sounds=16, **TINY)
    told = trial(cell, 1, tmp_path / "trial")
    assert told["samples"] == len(some.train)
    assert np.isfinite(told["score"].value)
    assert {"diversity", "memorisation"} <= set(told)
