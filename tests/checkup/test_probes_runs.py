"""Probes of real runs: nothing changes by them, and what cannot be made says why."""

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from torch import nn

import ganbaru as gb
from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes import model
from ganbaru.checkup.causes.bugs import known_domain_failed
from ganbaru.checkup.causes.model import critic_too_small, generator_too_small, receptive_field_short
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding
from ganbaru.checkup.probes import PROBES, probe
from ganbaru.training.session import Parts

QUICK = [name for name in PROBES if name != "known_domain"]
SETTINGS: dict[str, Any] = {
    "seed": 3,
    "steps": 4,
    "batch": 8,
    "threads": 1,
    "record_every": 0,
    "measure_sounds": 8,
    "listening": 1,
    "labels": "none",
}
SMALL = {"generator": {"channels": 12, "layers": 2}, "critic": {"channels": 12, "layers": 2}}


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> gb.Run:
    """A run that learned points."""
    return gb.fit("toy:ring", out=tmp_path_factory.mktemp("points") / "run", config={**SETTINGS, **SMALL})


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> gb.sources.Source:
    """Forty short tones that do not resemble each other."""
    folder = tmp_path_factory.mktemp("tones")
    rng = np.random.default_rng(0)
    seconds = np.arange(1024) / 4000
    for number in range(40):
        angle = 2 * np.pi * rng.uniform(150, 900) * seconds + rng.uniform(0, 6)
        fading = np.exp(-seconds * rng.uniform(1, 20))
        soundfile.write(folder / f"{number:02}.wav", 0.5 * fading * np.sin(angle), 4000)
    return gb.sources.folder(folder, sample_rate=4000, seconds=0.032, labels="none")


def waveforms(sounds: gb.sources.Source, out: Path, **settings: Any) -> gb.Run:
    """A run that learned waveforms for a step or two."""
    return gb.fit(sounds, out=out, representation="waveform", config={**SETTINGS, "steps": 2}, **settings)


@pytest.fixture(scope="module")
def tones(sounds: gb.sources.Source, tmp_path_factory: pytest.TempPathFactory) -> gb.Run:
    """A run of networks narrower than usual, that learned waveforms."""
    narrow = {"generator": {"channels": 4}, "critic": {"channels": 4}}
    return waveforms(sounds, tmp_path_factory.mktemp("sounds") / "run", **narrow)


@pytest.fixture(scope="module")
def usual(sounds: gb.sources.Source, tmp_path_factory: pytest.TempPathFactory) -> gb.Run:
    """A run of the usual networks."""
    return waveforms(sounds, tmp_path_factory.mktemp("usual") / "run")


def state() -> list[Any]:
    """Every random state and switch that a probe could touch."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002
    return [
        random.getstate(),
        (kind, keys.tolist(), *rest),
        torch.random.get_rng_state().tolist(),
        torch.get_num_threads(),
        torch.is_grad_enabled(),
    ]


def files(run: gb.Run) -> dict[str, str]:
    """A digest of each file of a run."""
    found = sorted(path for path in Path(run.path).rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


def weights(*modules: nn.Module) -> list[Any]:
    """All that modules hold."""
    return [
        (name, value.tolist(), value.requires_grad)
        for module in modules
        for name, value in [*module.named_parameters(), *module.named_buffers()]
    ] + [module.training for module in modules]


@pytest.mark.parametrize("name", QUICK)
def test_a_probe_changes_nothing_and_says_the_same_again(name: str, tones: gb.Run, sounds: gb.sources.Source) -> None:
    torch.manual_seed(1)
    before, bytes_before = state(), files(tones)
    first = probe(tones, names=[name], source=sounds, seed=5)
    assert state() == before
    assert files(tones) == bytes_before
    torch.manual_seed(2)
    second = probe(tones, names=[name], source=sounds, seed=5)
    assert first.missing == {}
    assert json.dumps(first.probes, allow_nan=False) == json.dumps(second.probes, allow_nan=False)


def test_an_unknown_probe_is_named(points: gb.Run) -> None:
    with pytest.raises(gb.UserError, match="curvature"):
        probe(points, names=["curvatur"])


def test_points_have_no_time_along_which_to_look(points: gb.Run) -> None:
    found = probe(points, names=["sight", "curvature"])
    assert set(found.missing) == {"sight"}
    assert set(found.probes) == {"curvature"}


def test_modules_of_the_users_own_are_copied_and_asked_for(tmp_path: Path) -> None:
    generator = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 2))
    critic = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
    run = gb.fit("toy:ring", out=tmp_path / "run", generator=generator, critic=critic, config=SETTINGS)
    names = ["noise_scale", "curvature", "generator_by_heart"]
    alone = probe(run, names=names)
    assert alone.probes == {}
    assert all("one of your own" in why for why in alone.missing.values())
    before = weights(generator, critic)
    given = probe(run, names=names, parts=Parts(generator=generator, critic=critic))
    assert given.missing == {}
    assert given.probes["generator_by_heart"]["own"] is True
    assert weights(generator, critic) == before


def test_a_module_that_fails_is_a_reason_and_no_exception(points: gb.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganbaru.models.feedforward import FeedForwardCritic

    def broken(*arguments: Any) -> None:
        raise RuntimeError("no such thing\nand more")

    monkeypatch.setattr(FeedForwardCritic, "forward", broken)
    before = state()
    found = probe(points, names=["curvature"])
    assert found.missing == {"curvature": "RuntimeError: no such thing"}
    assert state() == before


def test_a_run_without_a_checkpoint_has_no_probes_of_its_weights(points: gb.Run, tmp_path: Path) -> None:
    bare = gb.Run.create(tmp_path / "bare", points.document)
    found = probe(bare, names=["noise_scale", "curvature", "line"])
    assert found.probes == {}
    assert all("no checkpoint" in why for why in found.missing.values())


def test_a_source_that_is_not_the_runs_is_refused(tones: gb.Run, points: gb.Run) -> None:
    found = probe(points, names=["noise_scale"], source=gb.sources.toy("grid"))
    assert "not what it was" in found.missing["noise_scale"]


def test_when_the_time_is_up_the_rest_is_missing(points: gb.Run) -> None:
    found = probe(points, names=["noise_scale", "line"], budget_seconds=0.0)
    assert found.probes == {}
    assert all("used up" in why for why in found.missing.values())


def test_a_generator_of_one_channel_cannot_learn_by_heart_what_the_usual_one_can(
    usual: gb.Run, sounds: gb.sources.Source, tmp_path: Path
) -> None:
    tiny = waveforms(sounds, tmp_path / "run", generator={"channels": 1})
    fine, found = (examined(generator_too_small.CAUSE, run, source=sounds) for run in (usual, tiny))
    assert fine.verdict == "fine"
    assert found.verdict == "found"
    assert found.change is not None
    assert found.change["generator.channels"] >= 4


class Blind(nn.Module):
    """A critic that sees of a sound only how loud it is."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Linear(1, 1)

    def forward(self, sounds: torch.Tensor) -> torch.Tensor:
        return self.scale(sounds.square().mean(dim=(1, 2))[:, None])


def test_a_critic_that_cannot_tell_sounds_apart_is_found_and_the_usual_one_is_fine(
    usual: gb.Run, sounds: gb.sources.Source, tmp_path: Path
) -> None:
    critic = Blind()
    blind = waveforms(sounds, tmp_path / "run", critic=critic)
    assert examined(critic_too_small.CAUSE, usual, source=sounds).verdict == "fine"
    assert examined(critic_too_small.CAUSE, blind, source=sounds, parts=Parts(critic=critic)).verdict == "found"


def examined(cause: Cause, run: gb.Run, **options: Any) -> Finding:
    """What a cause says of a run by its probe."""
    found = probe(run, names=cause.needs, **options)
    return cause.examine(Evidence(probes=found.probes, missing=found.missing))


def test_a_short_view_is_found_only_where_samples_are_bad() -> None:
    probes = {"sight": {"length": 8000, "generator": 2000, "critic": 3, "structure": 100.0, "longer": {}}}
    unseen = receptive_field_short.CAUSE.examine(Evidence(probes=probes))
    assert unseen.verdict == "suspect"
    assert unseen.where == "critic"
    wide = {"sight": {**probes["sight"], "critic": 300}}
    assert receptive_field_short.CAUSE.examine(Evidence(probes=wide)).verdict == "fine"


def test_without_its_probe_a_cause_of_the_model_is_not_checked() -> None:
    missing = dict.fromkeys(PROBES, "there is no checkpoint yet")
    for cause in (*model.CAUSES, known_domain_failed.CAUSE):
        finding = cause.examine(Evidence(missing=missing))
        assert finding.verdict == "not-checked"
        assert finding.reason == "there is no checkpoint yet"
