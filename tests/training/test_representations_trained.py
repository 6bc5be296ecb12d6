"""Every representation can be trained on, and its recipe travels inside the model's file."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from trainings import TINY

import ganbaru as gb
from ganbaru.signal.representation import kinds
from ganbaru.training import state

OPTIONS: dict[str, dict[str, Any]] = {name: {"bins_per_octave": 6, "iterations": 2} for name in ("cqt", "log-cqt")}


@pytest.fixture
def tones(tmp_path: Path) -> Path:
    """Twenty decaying tones of 0.13 s at 4 kHz."""
    folder = tmp_path / "tones"
    folder.mkdir()
    time = np.arange(512) / 4_000
    for number in range(20):
        tone = 0.7 * np.exp(-20 * time) * np.sin(2 * math.pi * (200 + 60 * number) * time)
        soundfile.write(folder / f"{number:02d}.wav", tone, 4_000)
    return folder


def trained(tones: Path, name: str, **settings: Any) -> gb.Run:
    options: Mapping[str, Any] = {**TINY, "steps": 4, "measure_every": 4, "checkpoint_every": 2, "listening": 2}
    options = {**options, "representation_options": OPTIONS.get(name, {}), **settings}
    return gb.fit(tones, out=tones.parent / "run", representation=name, **options)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(kinds()))
def test_every_representation_is_trained_on_and_loaded_again(tones: Path, name: str) -> None:
    run = trained(tones, name)
    sounds = gb.load(run).sample(3, seed=1)
    assert sounds.shape[0] == 3
    assert np.isfinite(sounds).all()
    assert (sounds == gb.load(run.path).sample(3, seed=1)).all()
    checkpoint = trained(tones, name, resume=True, steps=6).load_checkpoint()
    assert checkpoint is not None
    assert checkpoint.step == 6


def test_planes_are_seen_as_pictures_too(tones: Path) -> None:
    picture = {"kind": "spectrogram-2d", "channels": 4, "layers": 2}
    run = trained(tones, "magnitude+if", generator=picture, critic=picture)
    assert np.isfinite(gb.load(run).sample(2)).all()


@pytest.mark.long
def test_the_recipe_travels_in_the_models_file_and_another_is_refused(tones: Path) -> None:
    run = trained(tones, "log-mel")
    checkpoint, recipe = run.load_checkpoint(), run.document["representation"]
    assert checkpoint is not None
    tensors = state.load_tensors(checkpoint.files, recipe)
    assert any(name.startswith("average.") for name in tensors)
    with pytest.raises(gb.UserError, match="representation: scale of its recipe"):
        state.load_tensors(checkpoint.files, {**recipe, "scale": "slaney"})


@pytest.mark.long
def test_a_network_that_blew_up_is_still_heard(tones: Path) -> None:
    trained_one = gb.load(trained(tones, "log-mel"))
    with torch.no_grad():
        for weight in trained_one.generator.parameters():
            weight.fill_(math.nan)
    assert np.isfinite(trained_one.sample(2)).all()
