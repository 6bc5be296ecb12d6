"""Laws of the prepared store: whole or not at all, and every bit of it is watched."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from source_sounds import fill

from ganbaru import sources
from ganbaru.errors import UserError
from ganbaru.sources import store
from ganbaru.sources.cache import cache_folder

ROWS = np.arange(40, dtype=np.int16).reshape(8, 5)


def make(place: Path) -> store.Stored:
    return store.save(place, samples=5, rows=iter([ROWS[:3], ROWS[3:]]), count=8, index={"hello": ["\udcff", 1]})


def test_what_is_written_is_read(tmp_path: Path) -> None:
    place = tmp_path / "cache" / "key"
    assert store.load(place) is None
    for stored in (make(place), store.load(place)):
        assert stored is not None
        assert np.array_equal(stored.sounds, ROWS)
        assert stored.index == {"hello": ["\udcff", 1]}
        assert isinstance(stored.sounds, np.memmap)
        assert not stored.sounds.flags.writeable
    assert [path.name for path in place.parent.iterdir()] == ["key"]


def test_every_bit_is_watched(tmp_path: Path) -> None:
    place = tmp_path / "key"
    make(place)
    for path in sorted(place.iterdir()):
        whole = path.read_bytes()
        for bit in np.random.default_rng(0).permutation(8 * len(whole))[:400]:
            flipped = bytearray(whole)
            flipped[bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            with pytest.raises(store.Damaged, match="key"):
                store.load(place)
        for cut in (whole[:-1], whole + b" ", b""):
            path.write_bytes(cut)
            with pytest.raises(store.Damaged):
                store.load(place)
        path.unlink()
        with pytest.raises(store.Damaged):
            store.load(place)
        path.write_bytes(whole)
    assert store.load(place) is not None


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    def rows() -> object:
        yield ROWS
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match="No space left"):
        store.save(tmp_path / "key", samples=5, rows=rows(), count=8, index={})  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_the_first_of_two_is_kept_unless_it_is_damaged(tmp_path: Path) -> None:
    place = tmp_path / "key"
    make(place)
    inode = place.stat().st_ino
    make(place)
    assert place.stat().st_ino == inode
    (place / "sounds.npy").write_bytes(b"")
    make(place)
    assert place.stat().st_ino != inode
    assert store.load(place) is not None


def test_what_the_dead_have_left_is_swept_after_a_day(tmp_path: Path) -> None:
    old, new = tmp_path / ".a.1-x.unfinished", tmp_path / ".b.2-y.unfinished"
    for left in (old, new):
        left.mkdir()
        (left / "1.f32").write_bytes(b"x")
    os.utime(old, (time.time() - 90_000,) * 2)
    make(tmp_path / "key")
    assert not old.exists()
    assert new.exists()


@pytest.mark.parametrize("file", ["sounds.npy", "index.json", "manifest.json"])
def test_a_damaged_store_is_said_and_made_anew(
    tmp_path: Path, cache: Path, caplog: pytest.LogCaptureFixture, file: str
) -> None:
    inside = fill(tmp_path / "in", 9)
    first = sources.folder(inside)
    data, fingerprint = first.train.data.copy(), first.fingerprint
    (path,) = cache.rglob(file)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    again = sources.folder(inside)
    assert np.array_equal(again.train.data, data)
    assert again.fingerprint == fingerprint
    assert "damaged" in caplog.text
    assert path.parent.name in caplog.text
    caplog.clear()
    sources.folder(inside)
    assert caplog.text == ""


def test_a_damaged_memo_of_the_length_is_not_believed(tmp_path: Path, cache: Path) -> None:
    inside = fill(tmp_path / "in", 9)
    shape = sources.folder(inside).shape
    (memo,) = (path for path in cache.rglob("*.json") if path.parent.name.startswith("prepared"))
    memo.write_text(memo.read_text().replace(str(shape[0]), str(shape[0] + 1024)))
    assert sources.folder(inside).shape == shape


SCRIPT = "import sys; from ganbaru import sources; s = sources.open(sys.argv[1]); print(s.fingerprint, len(s.train))"


def start(folder: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_processes_that_prepare_at_once_do_not_hurt_each_other(tmp_path: Path, cache: Path) -> None:
    inside = fill(tmp_path / "in", 40)
    running = [start(inside) for _ in range(4)]
    running[0].send_signal(signal.SIGSTOP)
    time.sleep(0.3)
    running[1].kill()
    running[0].send_signal(signal.SIGCONT)
    said = [process.communicate(timeout=60) for process in running]
    outputs = {out for out, _ in (said[0], *said[2:])}
    assert len(outputs) == 1, said
    assert outputs.pop().split()[1] == "34"
    assert np.array_equal(sources.open(inside).shape, (5_120,))
    assert len(list(cache.rglob("sounds.npy"))) in (1, 2)  # the killed one's may lie unfinished


@pytest.mark.long
def test_a_kill_at_any_time_leaves_a_whole_store_or_none(tmp_path: Path, cache: Path) -> None:
    inside = fill(tmp_path / "in", 30)
    began = time.monotonic()
    expected = start(inside).communicate()[0]
    whole = time.monotonic() - began
    for share in np.linspace(0.4, 1.0, 4):
        shutil.rmtree(cache)
        process = start(inside)
        time.sleep(whole * share)
        process.kill()
        process.communicate()
        after = start(inside)
        assert after.communicate()[0] == expected
    assert not list(tmp_path.glob("in/*.f32"))


def test_a_disk_that_fills_up_is_said_in_one_line(tmp_path: Path, cache: Path) -> None:
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))\n"
        "from ganbaru import UserError, sources\n"
        "try: sources.open(sys.argv[1])\n"
        "except UserError as error: print(error)\n"
    )
    inside = fill(tmp_path / "in", 20)
    done = subprocess.run([sys.executable, "-c", script, str(inside)], capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1, done
    assert "could not be written" in done.stdout
    assert [path for path in cache.rglob("*") if path.is_file()] == []
    assert len(sources.open(inside).train) == 16


def test_the_cache_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANBARU_CACHE", str(tmp_path / "own"))
    assert cache_folder().parent == tmp_path / "own"
    monkeypatch.delenv("GANBARU_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder().parent == tmp_path / "xdg" / "ganbaru"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache_folder().parent == tmp_path / "home" / ".cache" / "ganbaru"


def test_an_unwritable_cache_falls_back_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("GANBARU_CACHE", str(tmp_path / "file"))
    source = sources.folder(fill(tmp_path / "in", 8))
    assert len(source.train) == 4
    assert "GANBARU_CACHE" in caplog.text
