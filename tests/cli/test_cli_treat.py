"""What ``treat``, ``--files`` and ``raise --treat`` do, as they are typed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from commanding import RATE, TINY, Said, tones

from ganbaru.checkup import Finding, Findings
from ganbaru.cli import way
from ganbaru.runs import Run

Say = Callable[..., Said]


def _advised(path: str) -> None:
    """Writes findings into a run as a checkup does."""
    fault = Finding("learning-rate-high", "found", change={"critic.learning_rate": 1e-4}, remedy="Lower it.")
    Run.open(path).write_json("findings", Findings([fault, Finding("dead-units", "fine")]).to_json())


@pytest.mark.long
def test_treat_says_whether_it_helped(ganbaru: Say) -> None:
    assert ganbaru("fit", "toy:ring", "--out", "r", "--quiet", *TINY).code == 0
    _advised("r")
    said = ganbaru("treat", "r", "--most", "1")
    assert said.code == 0, said.err
    assert said.out.startswith("Treatment of r: ")
    assert "1. learning-rate-high: critic.learning_rate=0.0001" in said.out
    assert "training in r-treated-1" in said.err
    assert Path("r-treated-1/quality.json").is_file()
    again = ganbaru("treat", "r", "--most", "1", "--json", "--quiet")
    document = json.loads(again.out)
    assert (again.err, document["schema"]) == ("", "ganbaru.treatment/1")
    assert document["trials"][0]["run"] == "../r-treated-1"
    stored = Run.open("r").read_json("treatment")
    assert stored == document


def test_treat_of_a_folder_lists_what_is_clean(ganbaru: Say, tmp_path: Path) -> None:
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    rng, time = np.random.default_rng(0), np.arange(RATE // 2) / RATE
    for number in range(16):
        tone = np.sin(2 * np.pi * (211.3 + 40.7 * number) * time) + 0.3 * rng.standard_normal(len(time))
        soundfile.write(sounds / f"{number}.wav", 0.4 * tone * np.exp(-12 * time), RATE)
    shutil.copy(sounds / "3.wav", sounds / "copy of 3.wav")
    (sounds / "broken.wav").write_bytes(b"RIFF of nothing")
    before = {path.name: path.read_bytes() for path in sounds.iterdir()}
    said = ganbaru("treat", sounds)
    assert said.code == 0, said.err
    assert {path.name: path.read_bytes() for path in sounds.iterdir()} == before
    listed = Path("sounds-cleaned.txt").read_text(encoding="utf-8").splitlines()
    assert {"broken.wav", "copy of 3.wav"}.isdisjoint(listed)
    assert "3.wav" in listed
    for word in ("corrupt-files", "broken.wav", "duplicates", "copy of 3.wav", "--files sounds-cleaned.txt"):
        assert word in said.out
    document = json.loads(ganbaru("treat", sounds, "--json", "--quiet").out)
    assert document["list"] == "sounds-cleaned.txt"
    assert document["left_out"]["broken.wav"] == ["corrupt-files"]


@pytest.mark.long
def test_a_list_is_trained_on_and_kept_at_resuming(ganbaru: Say, sounds: Path) -> None:
    Path("list.txt").write_text("".join(f"{number}.wav\n" for number in range(12)), encoding="utf-8")
    fit = ("fit", sounds, "--rate", str(RATE), "--out", "r", "--quiet")
    assert ganbaru(*fit, "--files", "list.txt", *TINY).code == 0
    source = Run.open("r").document["source"]
    assert sum(source["counts"].values()) == 12
    assert source["recipe"]["files"] == sorted(f"{number}.wav" for number in range(12))
    assert ganbaru(*fit, "--resume").code == 0


@pytest.mark.long
def test_raise_treats_where_asked(ganbaru: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    def examined(run: Run, *, quiet: bool) -> Findings:
        _advised(str(run.path))
        return Findings.from_json(run.read_json("findings") or {})

    monkeypatch.setattr(way, "_examined", examined)
    said = ganbaru("raise", "toy:ring", "--treat", "--minutes", "1", "--json", *TINY)
    assert said.code == 0, said.err
    document = json.loads(said.out)
    assert document["treatment"]["trials"][0]["run"] == "../toy-ring-1-treated-1"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("treat", "nowhere"), "there is no such folder"),
        (("fit", "toy:ring", "--files", "list.txt"), "no files to list"),
        (("fit", "SOUNDS", "--files", "absent.txt"), "absent.txt"),
        (("fit", "SOUNDS", "--files", "empty.txt"), "names none"),
        (("fit", "SOUNDS", "--files", "other.txt"), "none of the 1 listed files is there"),
    ],
)
def test_what_cannot_be_treated_or_listed_is_said(
    ganbaru: Say, sounds: Path, words: tuple[str, ...], said: str
) -> None:
    for name, text in (("list", "0.wav\n"), ("empty", "\n\n"), ("other", "zz.wav\n")):
        Path(f"{name}.txt").write_text(text, encoding="utf-8")
    answer = ganbaru(*(sounds if word == "SOUNDS" else word for word in words))
    assert answer.code == 1
    assert said in answer.complaint


def test_a_folder_that_is_mostly_bad_gets_no_list(ganbaru: Say, tmp_path: Path) -> None:
    folder = tones(tmp_path / "bad", 3)
    for number in range(8):
        (folder / f"broken {number}.wav").write_bytes(b"RIFF of nothing")
    answer = ganbaru("treat", folder)
    assert answer.code == 0
    assert "leaving out files does not mend: corrupt-files" in answer.out
    assert not list(Path().glob("*.txt"))
