"""The training of a phase network: it learns, resumes bit for bit, and says what it is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from trainings import evidence, stop_at, trained_bytes

import ganbaru as gb
from ganbaru import signal
from ganbaru.training import load_phase
from ganbaru.training.phase import losses
from ganbaru.training.session import Parts

SMALL: dict[str, Any] = {
    "seed": 3,
    "steps": 12,
    "batch": 8,
    "threads": 1,
    "record_every": 3,
    "measure_every": 12,
    "checkpoint_every": 4,
    "listening": 2,
    "representation_options": {"n_fft": 64},
    "generator": {"channels": 4, "layers": 3},
}


@pytest.fixture(scope="module")
def source() -> Any:
    return gb.sources.open("speech:one,two?count=120", seconds=0.3)


def fit(source: Any, out: Path, **options: Any) -> gb.Run:
    return gb.fit(source, out=out, objective="phase", **{**SMALL, **options})


def test_the_true_steps_have_no_loss_and_wrong_ones_have() -> None:
    sound = 0.1 * torch.randn(3, 900, generator=torch.Generator().manual_seed(0))
    spectrum = signal.stft(sound, n_fft=64, hop=16)

    class Knows(signal.PhaseNetwork):
        off = 0.0

        def steps(self, magnitude: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            angle = spectrum.angle()
            over_time = torch.diff(angle, dim=1, append=angle[:, :1]) + self.off
            return over_time, torch.diff(angle, dim=2, append=angle[:, :, :1]) + self.off

    knows = Knows(n_fft=64, hop=16)
    assert max(map(float, losses(knows, spectrum))) < 1e-5
    knows.off = 1.0
    apart, inconsistent = map(float, losses(knows, spectrum))
    assert apart == pytest.approx(2 * (1 - np.cos(1.0)), rel=1e-3)
    assert inconsistent > 0.01


@pytest.mark.long
def test_it_learns_and_is_loaded_and_used(source: Any, tmp_path: Path) -> None:
    larger = {"generator": {"channels": 12, "layers": 5}, "representation_options": {}}
    run = fit(source, tmp_path / "run", steps=150, measure_every=150, **larger)
    lines = [line for line in run.metrics.read() if line["kind"] == "step"]
    for name in ("generator_loss", "generator_loss_held_out", "consistency_loss_held_out"):
        assert np.mean([line[name] for line in lines[-5:]]) < 0.9 * np.mean([line[name] for line in lines[:3]]), name
    quality = run.read_json("quality")
    assert quality["figures"]["gain"]["value"] > 0
    assert "PGHI" in quality["verdicts"][0]
    network = load_phase(run.path)
    sounds = torch.from_numpy(source.held_out.take(np.arange(4)))
    wanted = signal.stft(sounds, n_fft=256, hop=64).abs().mT
    fits = [
        signal.recover(wanted, n_fft=256, hop=64, samples=sounds.shape[1], iterations=0, phase=phase).convergence
        for phase in (network(wanted), "pghi")
    ]
    assert fits[0].mean() < fits[1].mean()
    assert len(run.read_samples("step-000150")) == 2
    with pytest.raises(gb.UserError, match="phase network"):
        gb.load(run)


def test_resumed_equals_uninterrupted(source: Any, tmp_path: Path) -> None:
    whole = fit(source, tmp_path / "whole")
    fit(source, tmp_path / "cut", callbacks=[stop_at(7)])
    cut = fit(source, tmp_path / "cut", resume=True)
    assert trained_bytes(cut) == trained_bytes(whole)
    assert evidence(cut) == evidence(whole)


def test_what_it_does_not_take_is_said(source: Any, tmp_path: Path) -> None:
    with pytest.raises(gb.UserError, match="points have no phase"):
        fit("toy:ring", tmp_path / "a")
    with pytest.raises(gb.UserError, match="takes no critic"):
        fit(source, tmp_path / "b", critic=torch.nn.Linear(2, 1))
    with pytest.raises(gb.UserError, match="option of stft"):
        fit(source, tmp_path / "c", representation_options={"floor": 1e-3})
    assert all(part is None for part in vars(Parts()).values())
    run = gb.fit("toy:ring", out=tmp_path / "ring", steps=1, measure_every=1)
    with pytest.raises(gb.UserError, match="no phase network"):
        load_phase(run)
