"""Laws of cleaning a folder: a list is written, no file is touched, and a set that is all bad is not thinned."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

import ganbaru as gb
from ganbaru.checkup import Finding, Findings
from ganbaru.checkup.treating import clean

NAMES = [f"{number}.wav" for number in range(8)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Eight files that nobody opens, and a current folder beside them."""
    (tmp_path / "sounds").mkdir()
    for name in NAMES:
        (tmp_path / "sounds" / name).write_bytes(b"RIFF")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "sounds"


def bad(*files: str, cause: str = "clipped", verdict: str = "found") -> Finding:
    """A finding that leaves out files."""
    return Finding(cause, verdict, files=files, change={"files.exclude": list(files)})  # type: ignore[arg-type]


def test_the_list_has_what_is_left(folder: Path) -> None:
    findings = Findings([bad("3.wav"), bad("3.wav", "5.wav", cause="noisy"), bad("0.wav", verdict="suspect")])
    cleaning = clean(folder, findings=findings)
    kept = [name for name in NAMES if name not in ("3.wav", "5.wav")]
    assert cleaning.path == Path("sounds-cleaned.txt")
    assert cleaning.path.read_text(encoding="utf-8").splitlines() == kept == list(cleaning.kept)
    assert cleaning.left_out == {"3.wav": ["clipped", "noisy"], "5.wav": ["noisy"]}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == dict.fromkeys(NAMES, b"RIFF")


def test_a_list_that_is_there_is_not_written_over(folder: Path) -> None:
    Path("sounds-cleaned.txt").write_text("mine\n", encoding="utf-8")
    paths = [clean(folder, findings=Findings([bad("3.wav")])).path for _ in range(2)]
    assert paths == [Path("sounds-cleaned-2.txt")] * 2
    assert Path("sounds-cleaned.txt").read_text(encoding="utf-8") == "mine\n"


def test_most_of_a_set_is_not_left_out(folder: Path) -> None:
    findings = Findings([bad(*NAMES[:3]), bad(*NAMES[3:5], cause="noisy")])
    with pytest.raises(gb.UserError, match="5 of 8 files"):
        clean(folder, findings=findings)
    assert not list(Path().iterdir())


def test_without_anything_to_leave_out_there_is_no_list(folder: Path) -> None:
    cleaning = clean(folder, findings=Findings([Finding("level-spread", "found"), Finding("clipped", "fine")]))
    assert (cleaning.path, cleaning.unmended) == (None, ("level-spread",))
    assert not list(Path().iterdir())


def test_a_run_on_a_spoiled_folder_is_trained_without_what_is_bad(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANBARU_CACHE", str(tmp_path / "cache"))
    sounds, rng = tmp_path / "sounds", np.random.default_rng(0)
    sounds.mkdir()
    time = np.arange(2000) / 8000
    for number in range(40):
        sound = 0.5 * np.sin(2 * np.pi * rng.uniform(200, 800) * time) * np.exp(-10 * time)
        soundfile.write(sounds / f"{number:02d}.wav", 0 * sound if number < 4 else sound, 8000)
    source = gb.sources.open(sounds, rate=8000, seconds=0.128)
    tiny = {"generator": {"channels": 4}, "critic": {"channels": 4}}
    run = gb.fit(source, out=tmp_path / "run", steps=2, batch=4, threads=1, measure_sounds=16, **tiny)
    trial = gb.treat(run, source=source, most=1).trials[0]
    bad = set(trial.candidate.change["files.exclude"])
    assert {"00.wav", "01.wav", "02.wav", "03.wav"} <= bad
    assert trial.run is not None
    files = gb.Run.open(trial.run).document["source"]["recipe"]["files"]
    assert sorted({*files, *bad}) == sorted(path.name for path in sounds.iterdir())
    assert not bad & set(files)
    assert len(list(sounds.iterdir())) == 40
