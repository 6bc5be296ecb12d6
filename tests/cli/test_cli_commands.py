"""What the commands do when all is well."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import soundfile
from commanding import RATE, TINY, Said, process, tones

Say = Callable[..., Said]
COMMANDS = (
    "raise",
    "fit",
    "listen",
    "distance",
    "checkup",
    "treat",
    "study",
    "report",
    "ship",
    "inspect",
    "rights",
    "scout",
)
HEAVY = ("torch", "numpy", "scipy", "lightning_fabric", "soundfile", "vl_convert", "optuna", "ray", "httpcore")


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from ganbaru.cli.app import run; run(['--help']); run(['fit', '--help']); "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    for command in COMMANDS:
        assert command in done.stdout


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = f"import sys, ganbaru; print([name for name in {HEAVY!r} if name in sys.modules], ganbaru.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("[] ")


def test_every_command_listed_has_its_room(ganbaru: Say) -> None:
    for command in COMMANDS:
        said = ganbaru(command, "--help")
        assert said.code == 0
        assert f" {command} [OPTIONS]" in said.out


def test_raise_goes_the_whole_way(ganbaru: Say, sounds: Path) -> None:
    said = ganbaru("raise", sounds, "--rate", str(RATE), "--minutes", "0.5", *TINY)
    assert said.code == 0, said.err
    run, report, page = (line.split(": ", 1)[1] for line in said.out.splitlines()[-3:])
    assert run == "runs/sounds-1"
    for file in (report, page):
        assert Path(file).is_file()
        assert Path(file).is_absolute()
    assert "distance" in said.out
    assert "training in runs/sounds-1" in said.err


def test_a_second_run_gets_the_next_number(ganbaru: Say) -> None:
    for number in (1, 2):
        assert ganbaru("fit", "toy:ring", "--quiet", *TINY).out.splitlines()[-1] == f"run: runs/toy-ring-{number}"


def test_fit_then_listen_then_report(ganbaru: Say, sounds: Path) -> None:
    assert ganbaru("fit", sounds, "--rate", str(RATE), "--out", "r", *TINY).code == 0
    first = ganbaru("listen", "r", "--count", "3", "--seed", "5")
    files = [Path(line) for line in first.out.splitlines()]
    assert [file.name for file in files] == [f"seed5-{index:03d}-sound.wav" for index in range(3)]
    content = [file.read_bytes() for file in files]
    assert soundfile.info(files[0]).samplerate == RATE
    again = ganbaru("listen", "r", "--count", "3", "--seed", "5", "--out", "elsewhere")
    assert [Path(line).read_bytes() for line in again.out.splitlines()] == content
    assert ganbaru("listen", "r", "--count", "1", "--seed", "6").out
    assert Path("r/listen/seed6-000-sound.wav").read_bytes() != content[0]
    said = ganbaru("report", "r")
    assert said.out == "r/report.html\n"
    assert ganbaru("report", "r", "--out", "page.html").out == "page.html\n"
    assert Path("page.html").read_bytes() == Path("r/report.html").read_bytes()


def test_fit_then_ship(ganbaru: Say, sounds: Path) -> None:
    assert ganbaru("fit", sounds, "--rate", str(RATE), "--out", "r", *TINY).code == 0
    said = ganbaru("ship", "r", "site", "--precision", "fp16", "--licence", "CC0-1.0")
    assert said.code == 0, said.err
    assert said.out.splitlines()[-1] == "page: site/index.html"
    assert "fp16" in said.out
    document = json.loads(ganbaru("ship", "r", "site", "--json").out)
    assert document["schema"] == "ganbaru.ship/1"
    written = {str(file.relative_to("site")) for file in Path("site").rglob("*") if file.is_file()}
    assert set(document["files"]) == written
    assert "unknown precision" in ganbaru("ship", "r", "site", "--precision", "fp8").complaint


def test_labels_are_asked_for_by_name(ganbaru: Say, tmp_path: Path) -> None:
    for name in ("kick", "拍手 👏"):
        tones(tmp_path / "drums" / name, 10)
    assert ganbaru("fit", tmp_path / "drums", "--rate", str(RATE), "--out", "r", *TINY).code == 0
    said = ganbaru("listen", "r", "--label", "拍手 👏", "--count", "2")
    assert [Path(line).name for line in said.out.splitlines()] == ["seed0-000-拍手__.wav", "seed0-001-拍手__.wav"]
    wrong = ganbaru("listen", "r", "--label", "kik")
    assert wrong.code == 1
    assert "did you mean 'kick'?" in wrong.complaint


def test_without_labels_the_networks_are_told_none_but_the_judge_may_count(ganbaru: Say, tmp_path: Path) -> None:
    for name in ("low", "high"):
        tones(tmp_path / "two" / name, 30)
    said = ganbaru(
        "fit", tmp_path / "two", "--rate", str(RATE), "--labels", "none", "--out", "r", "--json", "--quiet", *TINY
    )
    figures = json.loads(said.out)["quality"]["figures"]
    assert "labels_covered" in figures
    assert "right_label" not in figures
    assert ganbaru("listen", "r", "--label", "low").code == 1


@pytest.mark.parametrize(
    ("words", "schema"),
    [
        (["fit", "toy:ring", "--out", "r", *TINY], "ganbaru.fit/1"),
        (["raise", "toy:ring", "--minutes", "0.5", *TINY], "ganbaru.fit/1"),
    ],
)
def test_json_is_one_document_on_stdout(words: list[str], schema: str, ganbaru: Say) -> None:
    said = ganbaru(*words, "--json")
    document = json.loads(said.out)
    assert document["schema"] == schema
    assert document["quality"]["figures"]["modes"]["samples"] == [2500, 8]
    run = document["run"]
    assert json.loads(ganbaru("listen", run, "--json").out)["files"] == [f"{run}/listen/points-seed0.csv"]
    assert json.loads(ganbaru("report", run, "--json").out)["file"] == f"{run}/report.html"


def test_the_names_that_outside_checks_rely_on(ganbaru: Say) -> None:
    said = ganbaru(
        "fit", "toy:ring", "--out", "R", "--seed", "7", *TINY, "--set", "objective=wgan", "--set", "n_critic=2"
    )
    assert said.code == 0, said.err
    text = Path("R/run.toml").read_text(encoding="utf-8")
    for line in (
        "seed = 7",
        "n_critic = 2",
        'objective = "wasserstein"',
        'constraint = "clip"',
        "checkpoint_every = 2",
    ):
        assert line in text


def test_a_run_of_its_own_settings_file_can_be_made_again(ganbaru: Say) -> None:
    assert ganbaru("fit", "toy:grid", "--out", "a", "--seed", "3", *TINY).code == 0
    assert ganbaru("fit", "toy:grid", "--out", "b", "--config", "a/run.toml").code == 0
    for file in ("samples/step-000006/points.csv", "checkpoints/step-000006/model.safetensors"):
        assert (Path("a") / file).read_bytes() == (Path("b") / file).read_bytes()


def test_resuming_takes_the_settings_from_the_run(ganbaru: Say, sounds: Path) -> None:
    base = ["fit", sounds, "--rate", str(RATE), "--seconds", "0.25", "--seed", "2", *TINY]
    assert ganbaru(*base, "--out", "whole").code == 0
    assert ganbaru(*base, "--out", "cut", "--set", "steps=4", "--set", "decay=none").code == 0
    said = ganbaru("fit", sounds, "--out", "cut", "--resume")
    assert said.code == 0, said.err
    assert Path("cut/checkpoints/step-000004").is_dir()


def test_tensorboard_files_are_written(ganbaru: Say, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    assert ganbaru("fit", "toy:ring", "--out", "r", "--tensorboard", tmp_path / "tb", *TINY).code == 0
    (file,) = (tmp_path / "tb").iterdir()
    assert b"quality/modes" in file.read_bytes()


def test_colours_stay_out_of_pipes(tmp_path: Path) -> None:
    out, err = process("fit", "toy:nowhere", cwd=tmp_path, NO_COLOR="1").communicate()
    assert out == ""
    assert "\x1b" not in err
    assert err.startswith("error: unknown toy world 'nowhere'")


def test_quiet_says_only_the_result(ganbaru: Say) -> None:
    said = ganbaru("fit", "toy:ring", "--out", "r", "--quiet", *TINY)
    assert said.err == ""
    assert said.out.splitlines()[-1] == "run: r"
