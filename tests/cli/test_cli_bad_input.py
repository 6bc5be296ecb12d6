"""Bad input: one clear line, the right exit code, nothing written where it should not be."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from commanding import RATE, TINY, Said, process, tones

Say = Callable[..., Said]


def _bytes(folder: Path) -> dict[str, tuple[int, int]]:
    """What lies in a folder, and when it was written."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns) for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fit", "nowhere/at/all"], "nowhere/at/all"),
        (["fit", "toy:rong"], "did you mean 'ring'?"),
        (["fit", "speech:"], "names no word"),
        (["fit", "toy:ring", "--set", "critic.lerning_rate=1"], "did you mean 'critic.learning_rate'?"),
        (["fit", "toy:ring", "--set", "steps"], "is not KEY=VALUE"),
        (["fit", "toy:ring", "--set", "steps=many"], "steps"),
        (["fit", "toy:ring", "--set", "objective=wassertein"], "did you mean 'wasserstein'?"),
        (["fit", "toy:ring", "--set", "constraint=clipp"], "did you mean 'clip'?"),
        (["fit", "toy:ring", "--set", "critic.optimizer=adamm"], "did you mean 'adam'?"),
        (["fit", "toy:ring", "--labels", "foldr"], "did you mean 'folder'?"),
        (["fit", "toy:ring", "--device", "abacus"], "abacus"),
        (["fit", "toy:ring", "--seed", "-1"], "seed"),
        (["fit", "toy:ring", "--resume"], "--out"),
        (["fit", "toy:ring", "--out", "none", "--resume"], "is no run"),
        (["fit", "toy:ring", "--config", "none.toml"], "none.toml"),
        (["listen", "none"], "is no run"),
        (["report", "none"], "is no run"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(words: list[str], said: str, ganbaru: Say) -> None:
    answer = ganbaru(*words)
    assert answer.code == 1
    assert said in answer.complaint
    assert answer.out == ""
    assert not list(Path().rglob("run.toml"))


@pytest.mark.parametrize(
    "words",
    [
        ["fit"],
        ["fti", "toy:ring"],
        ["fit", "toy:ring", "--stps", "3"],
        ["listen", "r", "--count", "0"],
        ["listen", "r", "--count", "many"],
        ["raise", "toy:ring", "--minutes", "0"],
    ],
)
def test_wrong_usage_exits_with_2(words: list[str], ganbaru: Say) -> None:
    answer = ganbaru(*words)
    assert answer.code == 2
    assert "Traceback" not in answer.err


def _empty(folder: Path) -> None:
    folder.mkdir()


def _only_text(folder: Path) -> None:
    folder.mkdir()
    for index in range(9):
        (folder / f"{index}.wav").write_text("no sound at all")


def _too_few(folder: Path) -> None:
    tones(folder, 7)


def _a_loop_of_links(folder: Path) -> None:
    folder.mkdir()
    (folder / "again").symlink_to(folder, target_is_directory=True)


@pytest.mark.parametrize("make", [_empty, _only_text, _too_few, _a_loop_of_links])
def test_a_folder_that_cannot_be_learned_from(make: Callable[[Path], None], ganbaru: Say, tmp_path: Path) -> None:
    folder = tmp_path / "sounds"
    make(folder)
    before = _bytes(folder)
    answer = ganbaru("raise", folder)
    assert answer.code == 1
    assert str(folder) in answer.complaint
    assert _bytes(folder) == before
    assert not Path("runs").exists()


def test_bad_files_are_named_and_the_rest_is_used(ganbaru: Say, sounds: Path) -> None:
    rng = np.random.default_rng(0)
    good = (sounds / "0.wav").read_bytes()
    (sounds / "empty.wav").write_bytes(b"")
    (sounds / "cut.wav").write_bytes(good[:20])
    (sounds / "text.wav").write_text("RIFF? no")
    soundfile.write(sounds / "nan.wav", np.full(4000, np.nan), RATE, subtype="FLOAT")
    soundfile.write(sounds / "one.wav", np.array([0.5]), RATE)
    soundfile.write(sounds / "eight.wav", 0.1 * rng.normal(size=(48_000, 8)), 192_000)
    soundfile.write(sounds / "new\nline.wav", 0.1 * rng.normal(size=4000), RATE)
    shutil.copy(sounds / "0.wav", os.fsencode(sounds) + b"/\xff\xfe.wav")
    (sounds / "loop").symlink_to(sounds, target_is_directory=True)
    before = _bytes(sounds)
    answer = ganbaru("fit", sounds, "--rate", str(RATE), "--seconds", "0.25", "--out", "r", *TINY)
    assert answer.code == 0, answer.err
    for name in ("empty.wav", "cut.wav", "text.wav", "nan.wav"):
        assert name in answer.err
    assert _bytes(sounds) == before
    assert ganbaru("report", "r").code == 0


def test_a_run_in_the_way_is_left_alone(ganbaru: Say) -> None:
    assert ganbaru("fit", "toy:ring", "--out", "r", *TINY).code == 0
    before = _bytes(Path("r"))
    answer = ganbaru("fit", "toy:ring", "--out", "r", *TINY)
    assert answer.code == 1
    assert "--resume" in answer.complaint
    assert _bytes(Path("r")) == before


def test_a_changed_setting_at_resume_is_named(ganbaru: Say) -> None:
    assert ganbaru("fit", "toy:ring", "--out", "r", *TINY).code == 0
    answer = ganbaru("fit", "toy:ring", "--out", "r", "--resume", "--set", "critic.learning_rate=0.1")
    assert answer.code == 1
    assert "critic.learning_rate" in answer.complaint


def test_a_corrupt_newest_checkpoint_is_said_and_stepped_over(ganbaru: Say, caplog: pytest.LogCaptureFixture) -> None:
    assert ganbaru("fit", "toy:ring", "--out", "r", *TINY).code == 0
    newest = Path("r/checkpoints/step-000006/model.safetensors")
    data = bytearray(newest.read_bytes())
    data[len(data) // 2] ^= 1
    newest.write_bytes(data)
    answer = ganbaru("fit", "toy:ring", "--out", "r", "--resume", "--set", "steps=8")
    assert answer.code == 0, answer.err
    assert "step-000006" in caplog.text
    assert "stepping back" in caplog.text
    assert Path("r/checkpoints/step-000008").is_dir()


def test_a_report_that_cannot_be_written_is_said(ganbaru: Say) -> None:
    assert ganbaru("fit", "toy:ring", "--out", "r", *TINY).code == 0
    Path("file").write_text("in the way")
    answer = ganbaru("report", "r", "--out", "file/page.html")
    assert answer.code == 1
    assert "file" in answer.complaint


def test_too_short_a_budget_is_said(ganbaru: Say, sounds: Path) -> None:
    answer = ganbaru("raise", sounds, "--minutes", "0.1")
    assert answer.code == 1
    assert "--minutes" in answer.complaint


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_and_prints_how_to_go_on(number: signal.Signals, tmp_path: Path) -> None:
    with process("fit", "toy:ring", "--out", "a run", *TINY, "--set", "steps=100000", cwd=tmp_path) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith("step 3:"):
                break
        running.send_signal(number)
        rest = running.stderr.read()
        assert running.wait(60) == 130
    command = next(line.strip() for line in rest.splitlines() if line.strip().startswith("ganbaru fit"))
    assert command == "ganbaru fit toy:ring --out 'a run' --resume"
    assert "Traceback" not in rest
    steps = sorted(int(path.name[5:]) for path in (tmp_path / "a run" / "checkpoints").glob("step-*"))
    resumed = process(
        "fit", "toy:ring", "--out", "a run", "--resume", "--set", f"steps={steps[-1] + 2}", "--quiet", cwd=tmp_path
    )
    _, err = resumed.communicate(timeout=60)
    assert resumed.returncode == 0, err
    assert (tmp_path / "a run" / "checkpoints" / f"step-{steps[-1] + 2:06d}").is_dir()


def test_a_fault_of_ours_is_one_line_too(ganbaru: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    from ganbaru.cli import way

    def broken(*given: object, **named: object) -> None:
        raise ZeroDivisionError("by nought")

    monkeypatch.setattr(way, "fit_model", broken)
    answer = ganbaru("fit", "toy:ring")
    assert answer.code == 1
    assert "ZeroDivisionError: by nought" in answer.complaint
    assert "--debug" in answer.complaint
