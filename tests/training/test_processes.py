"""Two processes, each with half of the batch, are one process with the whole of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import safetensors.torch
import torch

import ganbaru as gb

COMMON = {
    "seed": 7,
    "steps": 6,
    "threads": 1,
    "record_every": 2,
    "measure_every": 6,
    "checkpoint_every": 3,
    "device": "cpu",
    "objective": "nonsaturating",
    "generator.channels": 16,
    "critic.channels": 16,
}


def fit(place: Path, out: str, *words: str, **settings: object) -> "subprocess.CompletedProcess[str]":
    given = [f"--set={key}={value}" for key, value in {**COMMON, **settings}.items()]
    return subprocess.run(
        [sys.executable, "-m", "ganbaru.cli", "fit", "toy:ring", "--out", out, *given, *words],
        cwd=place,
        env={**os.environ, "GOMP_SPINCOUNT": "0"},
        capture_output=True,
        text=True,
        timeout=240,
    )


def weights(path: Path) -> dict[str, torch.Tensor]:
    checkpoint = gb.Run.open(path).load_checkpoint()
    assert checkpoint is not None
    return safetensors.torch.load(checkpoint.files["model.safetensors"])


@pytest.mark.long
def test_two_processes_equal_one_of_the_double_batch(tmp_path: Path) -> None:
    one = fit(tmp_path, "one", batch=32)
    two = fit(tmp_path, "two", "--devices", "2", batch=16)
    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    assert two.stdout.count("run: two") == 1
    assert gb.Run.open(tmp_path / "two").document["environment"]["processes"] == 2
    mine, theirs = weights(tmp_path / "one"), weights(tmp_path / "two")
    for name, weight in mine.items():
        torch.testing.assert_close(weight, theirs[name], rtol=1e-4, atol=1e-5, msg=lambda text, n=name: f"{n}: {text}")


@pytest.mark.long
def test_two_processes_resume_bit_for_bit(tmp_path: Path) -> None:
    assert fit(tmp_path, "cut", "--devices", "2", batch=8, steps=3, decay="none").returncode == 0
    whole = fit(tmp_path, "straight", "--devices", "2", batch=8, decay="none")
    resumed = fit(tmp_path, "cut", "--devices", "2", "--resume", batch=8, decay="none")
    assert (whole.returncode, resumed.returncode) == (0, 0), whole.stderr + resumed.stderr
    mine, theirs = weights(tmp_path / "straight"), weights(tmp_path / "cut")
    assert all(torch.equal(weight, theirs[name]) for name, weight in mine.items())


@pytest.mark.long
def test_what_is_not_finite_in_one_stops_them_all(tmp_path: Path) -> None:
    wrong = {"critic.learning_rate": 1e30, "objective": "least-squares", "batch": 8}
    done = fit(tmp_path, "lost", "--devices", "2", **wrong)
    assert done.returncode == 1
    assert done.stderr.count("error: ") == 1, done.stderr
    assert "training stopped" in done.stderr
