"""The evidence of our own runs: whole, cut short, damaged, and of networks of one's own."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from treatments import SMALL

import ganbaru as gb
from ganbaru.checkup import judge
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.run import gather
from ganbaru.checkup.run.lacking import RECORDED
from ganbaru.checkup.run.records import series
from ganbaru.training.session import Parts

_TINY: dict[str, Any] = {name: value for name, value in SMALL.items() if name != "checkpoint_every"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> gb.Run:
    """A tiny training of the ring."""
    return gb.fit("toy:ring", out=tmp_path_factory.mktemp("checked") / "run", **_TINY)


def _bytes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_run_tells_everything_and_nothing_in_it_or_around_it_changes(run: gb.Run) -> None:
    before, state, numbers = _bytes(run.path), torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    evidence = gather(run)
    assert _bytes(run.path) == before
    assert torch.equal(state, torch.random.get_rng_state())
    assert (numbers == np.random.get_state()[1]).all()  # noqa: NPY002
    assert {"memory", "events", "layers", "quality", "replay"} <= set(evidence.probes)
    assert [name for name in RECORDED if evidence.lacks(name)] == ["clipped_share"]
    assert evidence.facts["objective"] == "relativistic"
    assert evidence.facts["step"] == 12
    assert len(evidence.series["quality.distance.floor"]) == 3
    assert Evidence.from_json(evidence.to_json()).dumps() == evidence.dumps()
    assert gather(run).dumps() == evidence.dumps()


def test_a_run_that_recorded_nothing_says_which_setting_would(tmp_path: Path) -> None:
    run = gb.fit("toy:ring", out=tmp_path / "run", **{**_TINY, "record_every": 0, "steps": 3})
    evidence = gather(run)
    assert "--set record_every=10" in evidence.lacks("fake_gradient")
    assert evidence.probes["memory"]["step"] == 3
    assert judge(evidence).of("vanishing-gradient") is not None


def test_a_damaged_run_still_tells_what_is_left_of_it(run: gb.Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for path in run.path.rglob("*"):
        if path.is_file():
            target = copy / path.relative_to(run.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    (copy / "metrics.jsonl").write_bytes(b'{"kind": "step", "step": 1}\n' + (copy / "metrics.jsonl").read_bytes())
    for model in copy.glob("checkpoints/*/model.safetensors"):
        model.write_bytes(b"spoiled")
    evidence = gather(copy)
    assert "metrics.jsonl" in evidence.lacks("w1")
    assert evidence.lacks("memory")
    assert evidence.facts["batch"] == 16
    assert not judge(evidence).found


def test_networks_of_ones_own_are_asked_for_and_only_copied(tmp_path: Path) -> None:
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(5, 16), nn.ReLU(), nn.Linear(16, 2))
    generator.latent = 5  # type: ignore[assignment]
    run = gb.fit("toy:ring", out=tmp_path / "run", **{**_TINY, "generator": generator})
    assert "one of your own" in gather(run).lacks("memory")
    before = [weight.clone() for weight in generator.parameters()]
    evidence = gather(run, parts=Parts(generator=generator))
    assert evidence.probes["memory"]["step"] == 12
    assert all(torch.equal(old, new) for old, new in zip(before, generator.parameters(), strict=True))


def test_another_source_is_not_taken_for_the_runs(run: gb.Run) -> None:
    assert "not what it was" in gather(run, source=gb.sources.open("toy:grid")).lacks("memory")


def test_numbers_that_are_none_are_kept_and_words_of_estimates_are_read() -> None:
    lines = [
        {"kind": "measure", "step": 0, "distance": {"value": "nan", "low": 0.1, "high": "inf"}},
        {"kind": "step", "step": 1, "w1": float("nan"), "penalty": None},
        {"kind": "non-finite", "step": 2, "critic_loss": float("inf")},
    ]
    found = series(lines)
    assert "penalty" not in found
    assert np.isnan(found["w1"].values).all()
    assert np.isinf(found["critic_loss"].values).all()
    assert np.isnan(found["quality.distance"].values).all()


def test_a_number_that_stopped_the_training_is_in_the_evidence(tmp_path: Path) -> None:
    wild = {**_TINY, "critic": {"channels": 16, "layers": 2, "learning_rate": 1e30}, "objective": "least-squares"}
    with pytest.raises(gb.UserError, match="training stopped"):
        gb.fit("toy:ring", out=tmp_path / "run", **wild)
    found = gather(tmp_path / "run").series
    assert not np.isfinite([found["critic_loss"].values[-1], found["generator_loss"].values[-1]]).all()
