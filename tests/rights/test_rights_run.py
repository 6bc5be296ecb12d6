"""Runs: which clips they were trained on, the ledger of the day, and what changed since."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from righted_sounds import AT, put

from ganbaru import sources
from ganbaru.errors import UserError
from ganbaru.rights.recalling import Untold, keep, kept, of_run, was_in
from ganbaru.rights.verdicts import verdict
from ganbaru.runs import Run

COUNT = 16


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen sounds under CC0, one of them among a copy."""
    folder = tmp_path_factory.mktemp("sounds")
    for number in range(COUNT):
        put(folder / f"{number:02d}.wav", seed=number, licence="CC0-1.0")
    shutil.copyfile(folder / "03.wav", folder / "copy of 03.wav")
    return folder


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of this room's own."""
    monkeypatch.setenv("GANBARU_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def run_on(source: Any, path: Path, *, listed: bool = True) -> Run:
    """A run as `fit` begins it."""
    document = {
        "version": "0.1",
        "source": {
            "name": source.name,
            "kind": source.kind,
            "fingerprint": source.fingerprint,
            "skipped": [{"file": file, "reason": why} for file, why in source.skipped],
            "recipe": dict(source.recipe),
        },
    }
    run = Run.create(path, document)
    if listed and (files := sources.contents(source)) is not None:
        run.write_json("clips", {"schema": "ganbaru.clips/1", "clips": files})
    return run


def test_a_source_lists_its_files_by_hash(sounds: Path) -> None:
    listed = sources.contents(sources.folder(sounds))
    assert listed is not None
    assert {line["file"] for line in listed} == {path.name for path in sounds.iterdir()}
    assert {line["side"] for line in listed} == {"train", "held_out"}
    assert all(len(line["sha256"]) == 64 and line["rows"] >= 1 for line in listed)
    by_name = {line["file"]: line for line in listed}
    assert by_name["03.wav"]["sha256"] == by_name["copy of 03.wav"]["sha256"]
    assert sources.contents(sources.toy("toy:ring")) is None


def test_the_ledger_of_a_run_holds_what_was_trained_on_and_not_what_was_held_out(sounds: Path, tmp_path: Path) -> None:
    run = run_on(sources.folder(sounds), tmp_path / "run")
    listed = run.read_json("clips")
    assert listed is not None
    trained = {line["file"] for line in listed["clips"] if line["side"] == "train"}
    ledger = of_run(run, at=AT)
    assert {clip.path for clip in ledger.clips} == trained
    assert all(clip.grants[0].licence == "CC0-1.0" for clip in ledger.clips)
    assert sum(clip.share for clip in ledger.clips) == pytest.approx(1)
    assert not ledger.notes


def test_was_this_clip_in(sounds: Path, tmp_path: Path) -> None:
    run = run_on(sources.folder(sounds), tmp_path / "run")
    listed = run.read_json("clips")
    assert listed is not None
    for line in listed["clips"]:
        found = was_in(run, sounds / line["file"])
        assert found.answer == ("yes" if line["side"] == "train" else "no")
        assert ("held out" in found.said) == (line["side"] == "held_out")
        assert was_in(run, line["sha256"].upper()).answer == found.answer
    moved = shutil.copyfile(sounds / "00.wav", tmp_path / "elsewhere.wav")
    assert was_in(run, moved).answer == was_in(run, sounds / "00.wav").answer
    other = was_in(run, put(tmp_path / "other" / "00.wav", seed=99))
    assert other.answer == "no"
    assert "a file of that name was, with other bytes" in other.said
    with pytest.raises(UserError, match=r"gone\.wav"):
        was_in(run, tmp_path / "gone.wav")


def test_an_older_run_cannot_tell(sounds: Path, tmp_path: Path) -> None:
    run = run_on(sources.folder(sounds), tmp_path / "run", listed=False)
    assert was_in(run, sounds / "00.wav").answer == "can't tell"
    ledger = of_run(run, at=AT)
    assert len(ledger.clips) == COUNT + 1
    assert any("keeps no list of its clips" in note for note in ledger.notes)


def test_the_speech_world_is_a_programs_output_and_nobody_speaks(tmp_path: Path) -> None:
    pytest.importorskip("espeakng_loader")
    run = run_on(sources.speech("cat,dog", count=40), tmp_path / "run")
    assert run.read_json("clips") is None
    (clip,) = of_run(run, at=AT).clips
    (grant,) = clip.grants
    assert grant.licence == "LicenseRef-output-of-espeak-ng"
    assert "GPL-3.0-or-later" in grant.proof.quote
    assert clip.consent.lamp == "none"
    assert was_in(run, put(tmp_path / "a.wav")).answer == "no"


def test_points_have_no_rights(tmp_path: Path) -> None:
    run = run_on(sources.toy("toy:ring"), tmp_path / "run")
    assert not of_run(run).clips


def test_a_source_of_the_users_own_is_told(tmp_path: Path) -> None:
    document = {"version": "0.1", "source": {"name": "mine", "kind": "sound", "skipped": [], "recipe": {}}}
    run = Run.create(tmp_path / "run", document)
    with pytest.raises(Untold, match="a source of the user's own"):
        of_run(run)
    assert was_in(run, "0" * 64).answer == "can't tell"


def test_what_is_kept_survives_the_folder_and_tells_what_changed(sounds: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sounds, tmp_path / "sounds"))
    run = run_on(sources.folder(folder), tmp_path / "run")
    first = keep(run, of_run(run, at=AT))
    assert kept(run) == first
    later = of_run(run, at="2027-01-01T00:00:00+00:00")
    assert keep(run, later) == first, "nothing has changed, so the first reading stays"
    name = first.clips[0].path
    (folder / "rights.toml").write_text(
        f'version = 1\n[[sounds]]\nfiles = "{name}"\nlicence = "CC-BY-NC-4.0"\noverrules = "the page says so now"\n'
    )
    changed = keep(run, of_run(run, at="2027-01-02T00:00:00+00:00"))
    change = f"{name}: on 2026-11-30 CC0-1.0 was stated, now CC-BY-NC-4.0"
    assert change in changed.notes
    assert keep(run, of_run(run)) == changed, "and stays known"
    for path in folder.iterdir():
        path.unlink()
    gone = keep(run, of_run(run))
    assert gone.clips == changed.clips
    assert "is gone: this was read on 2027-01-02" in gone.notes[-1]
    assert change in gone.notes
    assert keep(run, of_run(run)) == gone


def test_a_moved_folder_is_found_where_the_user_says(sounds: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sounds, tmp_path / "sounds"))
    run = run_on(sources.folder(folder), tmp_path / "run")
    expected = of_run(run, at=AT)
    folder.rename(tmp_path / "moved")
    without = of_run(run, at=AT)
    assert len(without.unknown) == len(expected.clips)
    assert "nothing is known of the clips" in without.notes[0]
    moved = of_run(run, sounds=tmp_path / "moved", at=AT)
    assert replace(moved, name="") == replace(expected, name="")


def test_a_contradiction_follows_a_clip_that_has_another_name_now(sounds: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sounds, tmp_path / "sounds"))
    run = run_on(sources.folder(folder), tmp_path / "run")
    name, other = (clip.path for clip in of_run(run, at=AT).clips[:2])
    (folder / name).rename(folder / "renamed.wav")
    put(folder / other, seed=78, licence="CC-BY-4.0")
    for now in ("renamed.wav", other):
        (folder / f"{now}.license").write_text("SPDX-License-Identifier: CC-BY-NC-4.0\n")
    ledger = of_run(run, at=AT)
    assert [conflict.clip for conflict in ledger.conflicts] == [name], "not what lies under another's name now"
    assert verdict(ledger, "train").answer == "ask"


def test_a_clip_that_was_replaced_in_the_folder_is_unknown(sounds: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sounds, tmp_path / "sounds"))
    run = run_on(sources.folder(folder), tmp_path / "run")
    name = of_run(run, at=AT).clips[0].path
    put(folder / name, seed=77, licence="CC0-1.0")
    ledger = of_run(run, at=AT)
    assert ledger.unknown == (name,)
    assert any(note.startswith(f"{name}: what was trained on is not in the folder") for note in ledger.notes)
