"""Laws of a list of files: only they are taken, under whatever name, and nothing stale is."""

import os
from pathlib import Path

import pytest
from source_sounds import fill, snapshot, tone, write

from ganbaru import sources
from ganbaru.errors import UserError
from ganbaru.sources.listed import write_list
from ganbaru.sources.naming import printable


def _files(source: sources.SoundSource) -> set[str]:
    return set(source.train.names) | set(source.held_out.names)


def test_only_what_is_listed_is_taken(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", 20)
    before = snapshot(folder)
    names = [f"{number:03d}.wav" for number in range(4, 16)]
    source = sources.folder(folder, seconds=0.25, files=names)
    assert _files(source) == set(names)
    assert source.skipped == ()
    assert source.recipe["files"] == names
    assert snapshot(folder) == before


def test_a_list_is_as_good_as_a_folder_of_these_files(tmp_path: Path) -> None:
    some = fill(tmp_path / "some", 12)
    whole = fill(tmp_path / "whole", 20)
    kept = [f"{number:03d}.wav" for number in range(12)]
    listed, alone = sources.folder(whole, seconds=0.25, files=kept), sources.folder(some, seconds=0.25)
    assert (listed.train.data == alone.train.data).all()
    assert listed.held_out.names == alone.held_out.names
    assert listed.fingerprint == alone.fingerprint


def test_another_list_is_another_source(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", 14)
    names = [f"{number:03d}.wav" for number in range(14)]
    lists = (None, names[:12], names[2:])
    found = [sources.folder(folder, seconds=0.25, files=files) for files in lists]
    assert len({source.fingerprint for source in found}) == 3
    again = [sources.reopen(source.recipe) for source in found]
    assert [source.fingerprint for source in again] == [source.fingerprint for source in found]


def test_odd_names_are_listed_and_read_back(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", 10)
    odd = ["太鼓 🥁.wav", "line\nbreak.wav", "back\\slash.wav", " space .wav", os.fsdecode(b"raw \xff.wav"), "in/a.wav"]
    for number, name in enumerate(odd, start=20):
        (folder / name).parent.mkdir(exist_ok=True)
        write(folder / "x.wav", tone(number)).rename(folder / name)  # libsndfile writes no name that is no UTF-8
    write_list(tmp_path / "list.txt", [*odd, "000.wav", "001.wav", "002.wav"])
    source = sources.folder(folder, seconds=0.25, files=tmp_path / "list.txt")
    assert _files(source) == {*map(printable, odd), "000.wav", "001.wav", "002.wav"}
    assert sources.reopen(source.recipe).fingerprint == source.fingerprint
    raw = "\n".join(name for name in odd if "\n" not in name) + "\n003.wav\n004.wav\n005.wav\n"
    (tmp_path / "raw.txt").write_bytes(raw.encode("utf-8", "surrogateescape"))  # as `ls` would write it
    assert len(_files(sources.folder(folder, seconds=0.25, files=tmp_path / "raw.txt"))) == 8


def test_what_is_listed_and_not_there_is_named(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", 10)
    source = sources.folder(folder, seconds=0.25, files=[*(f"{n:03d}.wav" for n in range(9)), "gone.wav"])
    assert source.skipped == (("gone.wav", "listed, but not in the folder"),)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a\0b\n"])
def test_a_list_that_names_nothing_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "list.txt").write_bytes(content)
    with pytest.raises(UserError, match="list"):
        sources.folder(fill(tmp_path / "in", 8), files=tmp_path / "list.txt")


def test_worlds_have_no_files() -> None:
    for name in ("toy:ring", "speech:digits"):
        with pytest.raises(UserError, match="no files to list"):
            sources.open(name, files=["a.wav"])
