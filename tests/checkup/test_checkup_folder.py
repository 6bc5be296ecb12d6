"""A folder of sounds is heard once, and what is wrong with it is named."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from folder_spoilers import SPOILERS, fragment, nearly, noised, scaled, upsampled, write

from ganbaru.checkup.causes.data import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding
from ganbaru.checkup.folder import gather
from ganbaru.errors import UserError

RATE = 22_050
Judged = dict[str, Finding]


def voice(number: int, *, seconds: float = 0.5) -> np.ndarray:
    """A sound with noise up to half the rate, moving tones and an end that dies away: ``(T, 1)``."""
    rng = np.random.default_rng(number)
    clock = np.arange(round(seconds * RATE)) / RATE
    hertz = rng.uniform(150, 500)
    tones = sum(
        rng.uniform(0.2, 1)
        * np.sin(2 * np.pi * k * (hertz * clock + rng.uniform(5, 50) * clock**2) + rng.uniform(0, 6))
        for k in range(1, 9)
    )
    noise = rng.standard_normal(len(clock)) * rng.uniform(0.3, 0.6)
    envelope = np.minimum(1, clock / 0.01) * np.exp(-clock * rng.uniform(14, 18) / seconds * 0.5)
    return scaled(((tones + noise) * envelope)[:, None], rng.uniform(0.5, 0.9))


def fill(folder: Path, count: int = 24) -> Path:
    """So many clean voices."""
    for number in range(count):
        write(folder / f"{number:03d}", voice(number), RATE)
    return folder


def judged(evidence: Evidence) -> Judged:
    """All findings of this step."""
    return {cause.slug: cause.examine(evidence) for cause in CAUSES}


def checked(folder: Path) -> Judged:
    """All findings about a folder."""
    return judged(gather(folder))


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """Clean voices, and one or two of every kind of fault that can stand beside the others."""
    folder = fill(tmp_path_factory.mktemp("spoilt"), 30)
    rng = np.random.default_rng(7)
    beside = ("corrupt-files", "clipped", "dc-offset", "silence", "mixed-rates", "wrong-scale", "noisy")
    for first, cause in enumerate(beside):
        for second, (way, spoil) in enumerate(SPOILERS[cause].items()):
            spoil(folder / f"{cause} {way.replace('/', '')}", voice(100 + 10 * first + second), RATE, rng)
    fragment(0.006)(folder / "too-short", voice(200), RATE, rng)
    upsampled(8000)(folder / "upsampled", voice(201), RATE, rng)
    write(folder / "level-spread", 0.02 * voice(202), RATE)
    write(folder / "duplicates", voice(3), RATE, "flac")
    return checked(folder)


@pytest.mark.parametrize(
    "cause", ["corrupt-files", "clipped", "dc-offset", "silence", "mixed-rates", "wrong-scale", "noisy"]
)
def test_every_way_to_spoil_a_sound_is_named(spoilt: Judged, cause: str) -> None:
    assert spoilt[cause].verdict == "found"
    wrong = {f"{cause} {way.replace('/', '')}" for way in SPOILERS[cause]}
    assert {name.rpartition(".")[0] for name in spoilt[cause].files} >= wrong - {"mixed-rates 22.05 kHz"}


@pytest.mark.parametrize("cause", ["too-short", "upsampled", "level-spread", "duplicates"])
def test_one_spoilt_file_is_named(spoilt: Judged, cause: str) -> None:
    assert spoilt[cause].verdict == "found"
    assert cause in {name.rpartition(".")[0] for name in spoilt[cause].files}


def test_a_finding_says_what_to_do_and_which_files_to_leave_out(spoilt: Judged) -> None:
    for finding in spoilt.values():
        if finding.verdict == "found":
            assert finding.remedy.endswith(".")
            assert finding.change is None or set(finding.change["files.exclude"]) <= set(finding.files)
            assert any(name.endswith("_limit") for name in finding.evidence) or finding.cause == "near-duplicates"


def test_no_clean_sound_is_named(tmp_path: Path) -> None:
    findings = checked(fill(tmp_path))
    assert {cause: finding.files for cause, finding in findings.items() if finding.verdict == "found"} == {}
    assert {finding.verdict for finding in findings.values()} == {"fine"}


def test_of_copies_one_is_kept(tmp_path: Path) -> None:
    fill(tmp_path, 8)
    for ending in ("wav", "flac"):
        write(tmp_path / "copy", voice(2), RATE, ending)
    change = checked(tmp_path)["duplicates"].change
    assert change == {"files.exclude": ["copy.flac", "copy.wav"]}


@pytest.mark.parametrize(
    "way",
    [
        nearly(gain=0.3),
        nearly(to=8000),
        nearly(to=48_000),
        nearly(ending="ogg"),
        nearly(ending="mp3"),
        nearly(subtype="PCM_U8"),
        nearly(trim=0.03),
        nearly(pad=0.4),
        nearly(keep=0.5),
        nearly(gain=-1.0),
    ],
)
def test_a_sound_that_was_changed_is_known_again(tmp_path: Path, way: Callable[..., Path]) -> None:
    fill(tmp_path, 12)
    way(tmp_path / "again", voice(5), RATE, np.random.default_rng(0))
    finding = checked(tmp_path)["near-duplicates"]
    assert finding.verdict == "found"
    assert {name.partition(".")[0] for name in finding.files} == {"005", "again"}
    assert finding.change == {"files.exclude": [finding.files[1]]}


def test_sounds_on_both_sides_of_the_split_leak(tmp_path: Path) -> None:
    fill(tmp_path, 24)
    for number in range(24):
        nearly(gain=0.5)(tmp_path / f"{number:03d}-again", voice(number), RATE, np.random.default_rng(0))
    evidence = gather(tmp_path)
    files = evidence.probes["files"]
    side = dict(zip(files["name"], files["side"], strict=True))
    crossing = [f"{n:03d}" for n in range(24) if side[f"{n:03d}.wav"] != side[f"{n:03d}-again.wav"]]
    finding = judged(evidence)["split-leak"]
    assert finding.verdict == ("found" if crossing else "fine")
    assert sorted({name[:3] for name in finding.files}) == crossing
    assert finding.change is not None
    assert all(side[name] == "train" for name in finding.change["files.exclude"])


def test_the_split_is_the_one_that_the_source_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganbaru import sources

    monkeypatch.setenv("GANBARU_CACHE", str(tmp_path / "cache"))
    fill(tmp_path / "sounds", 20)
    for seed in (0, 3):
        source = sources.folder(tmp_path / "sounds", seed=seed)
        files = gather(tmp_path / "sounds", seed=seed).probes["files"]
        held = {name for name, side in zip(files["name"], files["side"], strict=True) if side == "held-out"}
        assert held == {name.partition(" @")[0] for name in source.held_out.names}


def test_a_sound_of_another_world_is_an_outlier(tmp_path: Path) -> None:
    fill(tmp_path, 40)
    clock = np.arange(3 * RATE) / RATE
    write(tmp_path / "whistle", 0.5 * np.sin(2 * np.pi * 3000 * clock)[:, None], RATE)
    assert checked(tmp_path)["outliers"].files == ("whistle.wav",)


def test_a_hum_a_noise_and_a_whistle_among_voices_of_two_kinds_are_outliers(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for number in range(60):
        seconds = rng.uniform(0.4, 0.8) if number < 40 else rng.uniform(1.0, 1.6)
        sound = voice(number, seconds=seconds)
        if number >= 40:  # the other kind: with a flutter
            sound = sound * (1 + 0.8 * np.sin(2 * np.pi * 7 * np.arange(len(sound)) / RATE))[:, None]
        write(tmp_path / f"{number:03d}", scaled(sound), RATE)
    clock = np.arange(RATE) / RATE
    strange = {
        "hum": 0.5 * np.sin(2 * np.pi * 50 * clock) + 0.001 * rng.standard_normal(RATE),
        "noise": 0.2 * rng.standard_normal(RATE),
        "whistle": 0.5 * np.sin(2 * np.pi * 2500 * clock),
    }
    for name, sound in strange.items():
        write(tmp_path / name, sound[:, None], RATE)
    assert sorted(checked(tmp_path)["outliers"].files) == ["hum.wav", "noise.wav", "whistle.wav"]


def test_old_recordings_that_are_all_alike_are_no_fault_of_some(tmp_path: Path) -> None:
    for number in range(12):
        upsampled(8000)(tmp_path / f"{number}", voice(number), RATE, np.random.default_rng(0))
    finding = checked(tmp_path)["upsampled"]
    assert finding.verdict == "suspect"
    assert finding.change is None


def test_square_waves_are_not_clipped(tmp_path: Path) -> None:
    for number in range(12):
        clock = np.arange(RATE // 2) / RATE * (80 + 31 * number)
        write(tmp_path / f"{number}", np.sign(np.sin(2 * np.pi * clock))[:, None], RATE)
    assert checked(tmp_path)["clipped"].verdict != "found"


def test_noise_is_heard_in_pauses_only(tmp_path: Path) -> None:
    fill(tmp_path, 6)
    write(tmp_path / "waterfall", 0.2 * np.random.default_rng(0).standard_normal((RATE, 1)), RATE)
    noised(10)(tmp_path / "noisy", voice(50), RATE, np.random.default_rng(0))
    assert checked(tmp_path)["noisy"].files == ("noisy.wav",)


def test_nothing_is_said_of_one_file_beside_others(tmp_path: Path) -> None:
    write(tmp_path / "one", voice(0), RATE)
    findings = checked(tmp_path)
    for cause in ("level-spread", "split-leak", "outliers"):
        assert findings[cause].verdict == "not-checked"
        assert findings[cause].reason
    assert findings["corrupt-files"].verdict == "fine"


def test_a_folder_of_broken_files_says_only_that(tmp_path: Path) -> None:
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.flac").write_text("not a sound")
    (tmp_path / "foreign.m4a").write_bytes(b"x")
    findings = checked(tmp_path)
    assert findings["corrupt-files"].files == ("empty.wav", "foreign.m4a", "text.flac")
    assert {finding.verdict for cause, finding in findings.items() if cause != "corrupt-files"} == {"not-checked"}


@pytest.mark.parametrize("make", [lambda path: path / "none", lambda path: path])
def test_a_folder_without_sounds_is_the_users_error(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(UserError, match=r"no such folder|is empty"):
        gather(make(tmp_path))


def test_odd_names_are_written_so_that_they_can_be_read(tmp_path: Path) -> None:
    fill(tmp_path, 4)
    odd = os.fsencode(tmp_path) + b"/\xff\n.wav"
    write(tmp_path / "odd", voice(1), RATE).rename(os.fsdecode(odd))
    evidence = gather(tmp_path)
    assert "\\xff\\n.wav" in evidence.probes["files"]["name"]
    assert "\\xff\\n.wav" in judged(evidence)["duplicates"].files
    assert Evidence.from_json(__import__("json").loads(evidence.dumps())).dumps() == evidence.dumps()


def test_the_folder_is_only_read_and_progress_is_told(tmp_path: Path) -> None:
    fill(tmp_path, 5)
    before = [(entry.name, entry.stat().st_mtime_ns) for entry in sorted(tmp_path.iterdir())]
    told: list[tuple[str, int, int]] = []
    gather(tmp_path, progress=lambda *what: told.append(what))
    assert [(entry.name, entry.stat().st_mtime_ns) for entry in sorted(tmp_path.iterdir())] == before
    assert told[-1] == ("listening to sounds", 5, 5)


def test_channels_that_cancel_each_other_are_heard(tmp_path: Path) -> None:
    fill(tmp_path, 4)
    sound = voice(9)
    soundfile.write(tmp_path / "opposed.wav", np.concatenate([sound, -sound], axis=1), RATE)
    row = (files := gather(tmp_path).probes["files"])["name"].index("opposed.wav")
    assert files["channels"][row] == 2
    assert files["peak"][row] > 0.4


@pytest.mark.parametrize("rate", [1000, 2000, 4000, 6000, 7350, 192_000])
def test_sounds_of_any_rate_are_listened_to(tmp_path: Path, rate: int) -> None:
    random = np.random.default_rng(0)
    for number in range(12):
        mine = rate if number < 3 else 22_050
        soundfile.write(tmp_path / f"{number}.wav", 0.1 * random.standard_normal(mine // 2), mine)
    findings = checked(tmp_path)
    assert findings["corrupt-files"].verdict == "fine"
    assert findings["mixed-rates"].verdict == ("found" if rate < 8000 else "suspect")
