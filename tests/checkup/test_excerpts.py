"""The stretch that shows a finding is the one where the fault lies; no file is touched, what is gone shows nothing."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from treatments import everything

import ganbaru as gb
from ganbaru.checkup import Evidence, excerpts
from ganbaru.checkup.excerpts.clicking import sharpest
from ganbaru.checkup.excerpts.cutting import KINDS
from ganbaru.checkup.excerpts.outline import COLUMNS
from ganbaru.checkup.finding import Finding, Findings

RATE = 8000
TIME = np.arange(RATE) / RATE
TONE = (0.4 * np.sin(2 * np.pi * 220 * TIME) * np.exp(-3 * TIME)).astype(np.float32)


def sought(cause: str, sound: np.ndarray) -> dict[str, Any]:
    """The excerpt of a sound ``(T,)`` or ``(T, channels)``, read in blocks of unequal sizes."""
    sound = sound.reshape(len(sound), -1).astype(np.float32)
    seeker = KINDS[cause](len(sound), RATE)
    for block in np.split(sound, [1000, 1001, len(sound) // 2]):
        seeker.add(block)
    return seeker.finish()


def test_the_clipped_moment_is_found_wherever_it_lies() -> None:
    for start in (0, 5000, 7700):
        sound = TONE.copy()
        burst = 1.5 * np.sin(2 * np.pi * 300 * TIME[:200])
        sound[start : start + 200] = np.clip(burst, -0.9, 0.9)
        found = sought("clipped", np.stack([0.5 * TONE, sound], axis=1))
        assert start - 200 <= found["start"] * RATE <= start + 200
        assert max(found["high"]) == pytest.approx(0.9, abs=1e-3)
        assert found["marks"]
        assert all(start - 1 <= at * RATE <= start + 201 for mark in found["marks"] for at in mark)


def test_the_mean_is_that_of_the_channel_farthest_from_zero() -> None:
    found = sought("dc-offset", np.stack([TONE, TONE - 0.2], axis=1))
    assert found["level"] == pytest.approx(float(TONE.mean()) - 0.2, abs=1e-4)
    assert min(found["low"]) == pytest.approx(float(TONE.min()) - 0.2, abs=1e-4)


def test_the_longest_silence_is_marked() -> None:
    sound = np.concatenate([TONE[:2000], np.zeros(800, np.float32), TONE[:2000], np.zeros(8000, np.float32)])
    ((begin, end),) = sought("silence", sound)["marks"]
    assert begin * RATE == pytest.approx(4800, abs=2 * len(sound) / COLUMNS)
    assert end * RATE == pytest.approx(len(sound), abs=1)
    assert sought("silence", np.zeros(500, np.float32))["marks"] == [[0.0, 500 / RATE]]


def test_the_pause_in_which_noise_is_heard_is_marked() -> None:
    noise = 0.02 * np.random.default_rng(0).normal(size=12_000)
    sound = noise.copy()
    sound[:3000] += 0.5 * np.sin(np.arange(3000))
    sound[9000:] += 0.5 * np.sin(np.arange(3000))
    ((begin, end),) = sought("noisy", sound)["marks"]
    assert 2900 <= begin * RATE < end * RATE <= 9100


def test_an_outline_is_small_and_never_below_what_it_shows() -> None:
    for count in (1, 2, COLUMNS, COLUMNS + 1, 3 * COLUMNS - 1):
        sound = np.random.default_rng(count).normal(size=count)
        found = sought("outliers", sound)
        assert len(found["low"]) == len(found["high"]) == min(count, COLUMNS)
        assert max(found["high"]) == pytest.approx(sound.max(), rel=1e-3)
        assert min(found["low"]) == pytest.approx(sound.min(), rel=1e-3)


def test_a_click_is_found_and_a_tone_has_none() -> None:
    clicking = TONE.copy()
    clicking[5000] += 0.5
    sharp, found = sharpest(clicking, RATE)
    assert found is not None
    ((begin, end),) = found["marks"]
    assert begin * RATE - 3 <= 5000 <= end * RATE + 3
    assert found["start"] <= begin < end <= found["start"] + found["seconds"]
    assert sharpest(TONE, RATE)[1] is None
    assert sharpest(TONE[:50], RATE) == (0.0, None)
    assert sharp > sharpest(TONE, RATE)[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sounds, one of them clipped and oddly named."""
    (tmp_path / "sounds" / "deep").mkdir(parents=True)
    soundfile.write(tmp_path / "sounds" / "deep" / "a\n<b>.wav", np.clip(5 * TONE, -0.8, 0.8), RATE)
    soundfile.write(tmp_path / "sounds" / "fine.wav", TONE, RATE)
    return tmp_path / "sounds"


def test_files_are_read_by_the_names_of_the_findings_and_left_as_they_are(folder: Path) -> None:
    before = everything(folder)
    names = ("deep/a\\n<b>.wav", "gone.wav")
    findings = Findings(
        [
            Finding("clipped", "found", files=names),
            Finding("silence", "found", files=("gone.wav",)),
            Finding("dc-offset", "fine", files=("fine.wav",)),
            Finding("duplicates", "found", files=("fine.wav",)),
        ]
    )
    (found,) = excerpts.of_files(findings, folder)
    assert (found["cause"], found["file"]) == ("clipped", names[0])
    assert found["marks"]
    assert everything(folder) == before


def test_a_run_is_shown_by_what_is_there(folder: Path, tmp_path: Path) -> None:
    run = gb.Run.create(tmp_path / "run", {"source": {"kind": "sound", "recipe": {"name": str(folder)}}})
    clicking = TONE.copy()
    clicking[5000] += 0.5
    for step, sound in ((0, TONE), (8, TONE), (16, clicking)):
        run.save_samples(f"step-{step:06d}", {"00-a.wav": _wav(TONE), "01-b.wav": _wav(sound)})
    findings = Findings([Finding("clicks", "found"), Finding("clipped", "found", files=("deep/a\\n<b>.wav",))])
    document = excerpts.gather(findings, run)
    assert [each["file"] for each in document["excerpts"]] == ["deep/a\\n<b>.wav", "samples/step-000016/01-b.wav"]
    run.write_json("excerpts", document)
    assert run.read_json("excerpts") == document
    assert excerpts.gather(Findings([Finding("clipped", "found", files=("a",))]), _moved(run)) == {
        "schema": excerpts.SCHEMA,
        "excerpts": [],
    }
    assert excerpts.gather(Findings([Finding("clicks", "fine")]), run)["excerpts"] == []


def test_a_checkup_of_a_run_keeps_what_shows_it(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(folder)
    monkeypatch.setattr("ganbaru.checkup.run.gather", lambda *given, **options: Evidence("a run", {"kind": "gan"}))
    run = gb.Run.create(tmp_path / "run", {"source": {"kind": "sound", "recipe": {"name": str(folder)}}})
    gb.checkup(run, write=False)
    assert run.read_json("excerpts") is None
    findings = gb.checkup(run)
    clipped = findings.of("clipped")
    assert clipped
    document = run.read_json("excerpts")
    assert document is not None
    assert (clipped.cause, clipped.files[0]) in {(each["cause"], each["file"]) for each in document["excerpts"]}
    assert everything(folder) == before


def _moved(run: gb.Run) -> gb.Run:
    """A run whose sounds are gone."""
    return gb.Run(run.path, {"source": {"kind": "sound", "recipe": {"name": str(run.path / "gone")}}})


def _wav(sound: np.ndarray) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, sound, RATE, format="WAV")
    return file.getvalue()
