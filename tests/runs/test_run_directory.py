"""The laws of a run directory: what is stored comes back, and what cannot be stored is refused in one line."""

import logging
import math
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ganbaru.errors import UserError
from ganbaru.runs import Run

DOCUMENT = {"seed": 7, "created": "2025-01-02T03:04:05Z", "config": {"steps": 60, "critic": {"learning_rate": 1e-4}}}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", DOCUMENT)


def record(step: int, **values: object) -> dict[str, object]:
    return {"kind": "step", "step": step, "seconds": step / 8, **values}


def test_the_document_comes_back(run: Run) -> None:
    assert Run.open(run.path).document == run.document == DOCUMENT


def test_create_makes_the_folders_above(tmp_path: Path) -> None:
    assert Run.create(tmp_path / "a" / "b" / "c", DOCUMENT).path.is_dir()


@pytest.mark.parametrize(("left", "words"), [("notes.txt", "is not empty"), ("run.toml", "--resume")])
def test_create_refuses_an_occupied_folder(tmp_path: Path, left: str, words: str) -> None:
    (tmp_path / left).write_text("mine")
    with pytest.raises(UserError, match=words) as caught:
        Run.create(tmp_path, DOCUMENT)
    assert "--out" in caught.value.hint
    assert (tmp_path / left).read_text() == "mine"


def test_create_refuses_a_file_and_a_folder_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError, match="file"):
            Run.create(path, DOCUMENT)


def test_create_goes_on_where_a_killed_create_stopped(tmp_path: Path) -> None:
    (tmp_path / ".saving-run.toml").write_text("half of a")
    assert Run.create(tmp_path, DOCUMENT).document == DOCUMENT


def test_create_names_the_key_that_toml_cannot_hold(tmp_path: Path) -> None:
    with pytest.raises(TypeError, match=r"document\.config\.penalty"):
        Run.create(tmp_path / "run", {"config": {"penalty": None}})
    assert not (tmp_path / "run").exists()


def test_names_that_are_no_utf8_are_kept_readable(tmp_path: Path) -> None:
    Run.create(tmp_path / "run", {"skipped": ["kick\udcff.wav", "音 🥁\n.wav"]})
    assert Run.open(tmp_path / "run").document["skipped"] == ["kick\\udcff.wav", "音 🥁\n.wav"]


@pytest.mark.parametrize("path", ["nothing", "."])
def test_open_refuses_what_is_no_run(tmp_path: Path, path: str) -> None:
    with pytest.raises(UserError, match="is no run"):
        Run.open(tmp_path / path)


def test_an_edited_document_is_named_and_the_way_out_is_said(run: Run) -> None:
    file = run.path / "run.toml"
    file.write_text(file.read_text().replace("steps = 60", "steps = 90"))
    with pytest.raises(UserError, match=r"run\.toml") as caught:
        Run.open(run.path)
    assert "undo the edit" in caught.value.hint
    assert "--set" in caught.value.hint


def test_a_checkpoint_comes_back(run: Run) -> None:
    files = {"model.safetensors": bytes(range(256)) * 99, "state.json": b"{}", "empty": b""}
    path = run.save_checkpoint(12, files, score=0.5)
    assert path == run.path / "checkpoints" / "step-000012"
    loaded = Run.open(run.path).load_checkpoint()
    assert (loaded.step, loaded.files, loaded.score) == (12, files, 0.5)
    assert Run.open(run.path).load_checkpoint(12).files == files


def test_a_run_without_checkpoints_loads_none(run: Run) -> None:
    assert run.load_checkpoint() is None
    assert run.best_step is None


def test_a_step_that_is_not_there_is_refused_with_those_that_are(run: Run) -> None:
    run.save_checkpoint(5, {"a": b"5"})
    with pytest.raises(UserError, match="step 6") as caught:
        run.load_checkpoint(6)
    assert "5" in caught.value.hint


def test_the_newest_two_and_the_best_are_kept(run: Run) -> None:
    for step, score in [(10, 3.0), (20, 1.0), (30, 2.0), (40, math.nan), (50, 1.5), (60, None)]:
        Run.open(run.path).save_checkpoint(step, {"a": b"%d" % step}, score=score)
    assert run.steps == [20, 50, 60]
    assert Run.open(run.path).best_step == 20


def test_a_step_can_be_saved_again(run: Run) -> None:
    run.save_checkpoint(10, {"a": b"old", "gone": b""}, score=1.0)
    run.save_checkpoint(10, {"a": b"new"}, score=2.0)
    assert run.load_checkpoint().files == {"a": b"new"}
    assert run.load_checkpoint().score == 2.0
    assert sorted(path.name for path in (run.path / "checkpoints").iterdir()) == ["step-000010"]


def test_steps_are_ordered_as_numbers(run: Run) -> None:
    for step in (999_999, 1_000_000):
        run.save_checkpoint(step, {"a": b"%d" % step})
    assert run.load_checkpoint().step == 1_000_000


def test_a_damaged_checkpoint_is_named_and_stepped_over(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    for step in (10, 20):
        run.save_checkpoint(step, {"model": b"%d" % step})
    (run.path / "checkpoints" / "step-000020" / "model").write_bytes(b"21")
    with caplog.at_level(logging.WARNING, "ganbaru.runs"):
        assert run.load_checkpoint().step == 10
    assert "step-000020/model" in caplog.text
    with pytest.raises(UserError, match="step-000020/model"):
        run.load_checkpoint(20)
    (run.path / "checkpoints" / "step-000010" / "model").unlink()
    with pytest.raises(UserError, match=r"step-000020/model.*step-000010/model is missing"):
        run.load_checkpoint()


def test_a_damaged_checkpoint_does_not_push_a_good_one_out(run: Run) -> None:
    for step in (10, 20):
        run.save_checkpoint(step, {"model": b"%d" % step})
    (run.path / "checkpoints" / "step-000020" / "model").write_bytes(b"21")
    again = Run.open(run.path)
    again.save_checkpoint(15, {"model": b"15"})
    assert again.steps == [10, 15, 20]
    again.save_checkpoint(20, {"model": b"20"})
    assert again.steps == [15, 20]
    assert again.load_checkpoint().step == 20


def test_a_checkpoint_under_another_steps_name_is_refused(run: Run) -> None:
    path = run.save_checkpoint(10, {"a": b"10"})
    path.rename(path.with_name("step-000011"))
    with pytest.raises(UserError, match=r"manifest\.json.*of step 10"):
        run.load_checkpoint()


def test_strange_things_in_the_folder_do_not_count(run: Run) -> None:
    path = run.save_checkpoint(10, {"a": b"10"})
    (path / ".DS_Store").write_bytes(b"?")
    (path.parent / "step-1").mkdir()
    (path.parent / "notes").write_text("mine")
    (path.parent / ".saving-step-000020").mkdir()
    (path.parent / ".removing-step-000005").mkdir()
    assert run.steps == [10]
    run.save_checkpoint(20, {"a": b"20"})
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["notes", "step-000010", "step-000020", "step-1"]


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "a\0b", "a\nb", "manifest.json", "x" * 256])
def test_names_that_could_leave_the_folder_are_refused(run: Run, name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        run.save_checkpoint(1, {name: b""})
    with pytest.raises(ValueError, match="name"):
        run.save_samples("real", {name: b""})


def test_a_hostile_manifest_cannot_name_files_elsewhere(run: Run) -> None:
    from ganbaru.runs.seal import digest, seal_json

    (run.path / "secret").write_bytes(b"s")
    path = run.save_checkpoint(1, {"a": b""})
    entry = {"bytes": 1, "sha256": digest(b"s")}
    for hostile in ({"../../secret": entry}, {"a": {}}, {"a": 3}, []):
        (path / "manifest.json").write_bytes(seal_json({"step": 1, "files": hostile}))
        with pytest.raises(UserError, match=r"manifest\.json"):
            run.load_checkpoint()


def test_a_pipe_instead_of_a_file_does_not_hang(run: Run) -> None:
    import os

    path = run.save_checkpoint(1, {"a": b""})
    (path / "a").unlink()
    os.mkfifo(path / "a")
    with pytest.raises(UserError, match="not a regular file"):
        run.load_checkpoint()


def test_samples_come_back_checked(run: Run) -> None:
    run.save_samples("real", {"01-two.wav": b"r1", "00-one.wav": b"r0"})
    run.save_samples("step-000010", {"00-ひとつ.wav": b"g"})
    found = run.samples()
    assert {name: [path.name for path in paths] for name, paths in found.items()} == {
        "real": ["00-one.wav", "01-two.wav"],
        "step-000010": ["00-ひとつ.wav"],
    }
    assert found["real"][0].read_bytes() == b"r0"
    assert run.read_samples("real") == {"00-one.wav": b"r0", "01-two.wav": b"r1"}
    found["real"][1].write_bytes(b"R1")
    with pytest.raises(UserError, match=r"samples/real/01-two\.wav"):
        run.samples()


def test_sealed_json_comes_back(run: Run) -> None:
    value = {"figures": {"w1": [0.1, -math.inf, None], "text": "NaN", "more": "\\Infinity"}, "語": True, "empty": {}}
    assert run.read_json("quality") is None
    run.write_json("quality", {"first": 1})
    run.write_json("quality", value)
    assert run.read_json("quality") == value
    run.write_json("findings", {})
    assert run.read_json("findings") == {}


def test_a_moved_and_a_copied_run_work(run: Run, tmp_path: Path) -> None:
    run.metrics.append(record(1))
    run.save_checkpoint(1, {"a": b"1"})
    run.save_samples("real", {"a.wav": b""})
    shutil.copytree(run.path, tmp_path / "copy")
    run.path.rename(tmp_path / "moved 🥁")
    for name in ("copy", "moved 🥁"):
        other = Run.open(tmp_path / name)
        assert other.problems() == []
        assert other.load_checkpoint().files == {"a": b"1"}
        other.save_checkpoint(2, {"a": b"2"})


def test_problems_names_every_damaged_file(run: Run) -> None:
    run.metrics.append(record(1))
    run.save_checkpoint(1, {"a": b"1"})
    run.save_samples("real", {"a.wav": b"1"})
    run.write_json("quality", {"a": 1})
    assert run.problems() == []
    files = sorted(path for path in run.path.rglob("*") if path.is_file())
    for path in files:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 4
        path.write_bytes(data)
    said = run.problems()
    assert len(said) == 5  # a damaged manifest speaks for its folder
    for name in ("run.toml", "metrics.jsonl", "step-000001/manifest.json", "real/manifest.json", "quality.json"):
        assert any(name in line for line in said), name


def test_it_prints_usefully(run: Run) -> None:
    run.save_checkpoint(3, {"a": b""}, score=1.0)
    assert "checkpoints=[3], best=3" in repr(run)
    assert "Checkpoint(step=3" in repr(run.load_checkpoint())
    run.document["created"] = "<script>"
    assert "&lt;script&gt;" in run._repr_html_()
    assert str(run.path) in repr(run.metrics)


def test_messages_are_one_line_whatever_the_name(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "two\nlines", DOCUMENT)
    (run.path / "run.toml").write_bytes(b"")
    with pytest.raises(UserError) as caught:
        Run.open(run.path)
    assert "\n" not in str(caught.value)


def test_the_room_needs_no_torch_and_no_numpy() -> None:
    code = "import sys, ganbaru.runs; print(sorted({'torch', 'numpy', 'safetensors'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said == "[]\n"
