"""What is shipped is what Python makes, says so truly, and is refused where it is not."""

import json
from pathlib import Path

import numpy as np
import pytest
import wasmtime

import ganbaru as gb
from ganbaru.ship import checking
from ganbaru.ship.checking import difference
from ganbaru.ship.running import Instance
from ganbaru.ship.sections import ABOUT, FUSED, NOTES, sections_of
from ganbaru.ship.shipping import UNHEARD
from ganbaru.training.counted import normals


@pytest.fixture(scope="module")
def shipped(waveform_run: gb.Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = tmp_path_factory.mktemp("site") / "site"
    gb.ship(waveform_run, site, precision="fp32", licence="CC0-1.0", credits=["A & <B>"])
    return site


def module_of(site: Path) -> bytes:
    return (site / "model.wasm").read_bytes()


@pytest.mark.parametrize("fused", [False, True])
def test_a_shipped_seed_is_the_sound_that_listen_writes(shipped: Path, waveform_run: gb.Run, fused: bool) -> None:
    instance, trained = Instance(module_of(shipped), fused=fused), gb.load(waveform_run)
    for seed, label in ((0, 0), (5, 1), (2**40 + 1, 0)):
        made = instance.generate(seed, label)
        assert np.array_equal(instance.latent, normals(seed, 0, 1, trained.latent)[0])
        theirs = trained.sample(1, labels=np.array([label]), seed=seed)[0]
        assert np.abs(made - theirs).max() <= 1e-5 * max(1, np.abs(theirs).max())


def test_what_a_module_says_of_itself_is_so(shipped: Path, waveform_run: gb.Run) -> None:
    module, trained = module_of(shipped), gb.load(waveform_run)
    sections = sections_of(module)
    said, instance = json.loads(sections[ABOUT]), Instance(module)
    assert (said["licence"], said["credits"][0], said["precision"]) == ("CC0-1.0", "A & <B>", "fp32")
    assert said["name"] == "sounds"
    assert said["labels"] == list(trained.label_names) == ["low", "高い"]
    assert (said["sample_rate"], said["length"]) == (instance.number("sample_rate"), instance.number("length"))
    assert said["parameters"] == sum(weights.numel() for weights in trained.generator.parameters())
    apart = difference(checking.python_sounds(trained), checking.module_sounds(module, trained), trained.rate)
    assert said["error"] == {
        "maximum": apart.maximum,
        "rms": apart.rms,
        "audible": apart.audible,
        "seeds": checking.SEEDS,
    }
    assert wasmtime.Module(wasmtime.Engine(), sections[FUSED]).imports
    assert "generate" in json.loads(sections[NOTES])


def test_equal_runs_give_equal_modules(shipped: Path, waveform_run: gb.Run, tmp_path: Path) -> None:
    gb.ship(waveform_run.path, tmp_path / "again", precision="fp32", licence="CC0-1.0", credits=["A & <B>"])
    assert module_of(tmp_path / "again") == module_of(shipped)


def test_auto_takes_the_smallest_of_which_nothing_is_heard(waveform_run: gb.Run, tmp_path: Path) -> None:
    made = gb.ship(waveform_run, tmp_path / "site")
    sizes = [each.packed for each in made.tried]
    assert sizes == sorted(sizes)
    assert made.chosen == made.tried[-1]
    assert made.chosen.audible <= UNHEARD
    assert all(each.audible > UNHEARD for each in made.tried[:-1])
    assert made.network <= 1e-5


def test_a_spectrogram_is_shipped_with_its_way_back(spectrogram_run: gb.Run, tmp_path: Path) -> None:
    made = gb.ship(spectrogram_run, tmp_path / "site", precision="fp32")
    instance, trained = Instance(module_of(tmp_path / "site")), gb.load(spectrogram_run)
    sound = instance.generate(1)
    assert sound.shape == (trained.samples,)
    assert np.abs(sound).max() > 0
    assert made.chosen.error.audible <= checking.SOUND_BOUND


def test_a_module_whose_memory_cannot_grow(shipped: Path) -> None:
    kind = next(
        each.type for each in wasmtime.Module(wasmtime.Engine(), module_of(shipped)).exports if each.name == "memory"
    )
    assert kind.limits.min == kind.limits.max


def test_a_label_that_is_not_there_is_refused(shipped: Path) -> None:
    instance = Instance(module_of(shipped))
    for label in (2, -1, 2**31 - 1):
        with pytest.raises(ValueError, match="no label"):
            instance.generate(0, label)


def test_what_is_off_is_not_written(waveform_run: gb.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "NETWORK_BOUND", 0.0)
    with pytest.raises(gb.UserError, match="off what torch makes"):
        gb.ship(waveform_run, tmp_path / "site")
    monkeypatch.undo()
    monkeypatch.setattr(checking, "SOUND_BOUND", -1.0)
    with pytest.raises(gb.UserError, match="not as Python's"):
        gb.ship(waveform_run, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_what_cannot_be_shipped_is_refused_in_a_line(waveform_run: gb.Run, tmp_path: Path) -> None:
    points = gb.fit("toy:ring", out=tmp_path / "points", steps=2, measure_every=2, threads=1)
    with pytest.raises(gb.UserError, match="makes points"):
        gb.ship(points, tmp_path / "site")
    with pytest.raises(gb.UserError, match="unknown precision 'fp8'"):
        gb.ship(waveform_run, tmp_path / "site", precision="fp8")  # type: ignore[arg-type]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("my own page")
    with pytest.raises(gb.UserError):
        gb.ship(waveform_run, tmp_path / "mine")
    assert (tmp_path / "mine" / "index.html").read_text() == "my own page"
    assert list((tmp_path / "mine").iterdir()) == [tmp_path / "mine" / "index.html"]


@pytest.mark.soak
def test_ten_million_calls_do_not_grow_memory(shipped: Path) -> None:
    instance = Instance(module_of(shipped))
    before = instance.generate(7).copy()
    size = instance.pages
    for seed in range(10_000_000):
        instance.generate(seed)
    assert instance.pages == size
    assert np.array_equal(instance.generate(7), before)
