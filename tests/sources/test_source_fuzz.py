"""Hostile files: refused by name, or decoded with every invariant true; no crash, no hang, no memory beyond the cap."""

import io
import itertools
import resource
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from source_mutations import KINDS, good, mutants
from source_sounds import fill, tone, write

from ganbaru import sources
from ganbaru.sources import crew

MEGABYTE = 1 << 20
BASELINE = 60 * MEGABYTE  # a worker that has decoded nothing yet
FAULTS = ("crashed", "far longer", "memory")


def children_peak() -> int:
    """The most memory (bytes, resident) that any child that has ended ever held."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def alone(body: Callable[..., None], *given: Path | int) -> None:
    """Run a function of this file in a process that has had no children yet: ``children_peak`` is then its own."""
    words = ", ".join(repr(str(value) if isinstance(value, Path) else value) for value in given)
    here = str(Path(__file__).parent)
    code = f"import sys; sys.path.insert(0, {here!r}); import {__name__} as t; t.{body.__name__}({words})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def check_folder(folder: Path) -> sources.SoundSource:
    """Open a folder of hurt files and hold it against every invariant."""
    source = sources.folder(folder, seconds=0.5)
    files = {path.name for path in folder.iterdir()}
    refused = dict(source.skipped)
    used = {str(file) for split in (source.train, source.held_out) for file in split.attributes["file"]}
    assert used | set(refused) == files
    assert not used & set(refused)
    assert [name for name, why in refused.items() if any(fault in why for fault in FAULTS)] == []
    assert all(why and "\n" not in why for why in refused.values())
    for split in (source.train, source.held_out):
        peaks = np.abs(split.data.astype(np.int32)).max(axis=1)
        assert (peaks > 0).all()
        assert (peaks <= 0.9 * 32_767 + 1).all()
        assert (split.attributes["original_rate"] >= 1_000).all()
        assert (split.attributes["original_rate"] <= 768_000).all()
        assert (split.attributes["channels"] >= 1).all()
        assert (split.attributes["channels"] <= 64).all()
    for name in used:  # a second opinion on what was accepted
        with soundfile.SoundFile(folder / name) as file:
            sound = file.read(dtype="float32")
            assert len(sound) == file.frames
            assert np.isfinite(sound).all()
    return source


def hurt(folder: Path, count: int, seed: int) -> Path:
    """``count`` hurt files and ten good ones."""
    fill(folder, 10)
    for name, data in mutants(count, seed):
        (folder / name).write_bytes(data)
    return folder


def test_two_thousand_hurt_files(tmp_path: Path) -> None:
    alone(two_thousand_hurt_files, tmp_path)


def two_thousand_hurt_files(place: str) -> None:
    folder = hurt(Path(place) / "in", 2_000, seed=1)
    began = time.monotonic()
    source = check_folder(folder)
    assert time.monotonic() - began < 120
    assert children_peak() < BASELINE + 200 * MEGABYTE
    assert {name for name, _ in source.skipped}.isdisjoint(f"{number:03d}.wav" for number in range(10))
    assert len(source.skipped) > 1_000


def test_what_follows_a_damaged_place_is_not_believed(tmp_path: Path) -> None:
    """libsndfile stops short there, and goes on when asked once more: together as many frames as were declared."""
    name, data = next(itertools.islice(mutants(4_000, 21), 3_867, None))
    fill(tmp_path, 8)
    (tmp_path / name).write_bytes(data)
    assert sources.folder(tmp_path).skipped == ((name, "truncated: 1,137 frames declared, 768 read"),)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 22))
def test_a_hundred_thousand_hurt_files(tmp_path: Path, seed: int) -> None:
    alone(five_thousand_hurt_files, tmp_path, seed)


def five_thousand_hurt_files(place: str, seed: int) -> None:
    check_folder(hurt(Path(place) / "in", 5_000, seed))
    assert children_peak() < BASELINE + 200 * MEGABYTE


def _silence(container: str, subtype: str, channels: int, seconds: int) -> bytes:
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 48_000, channels, subtype, format=container) as out:
        for _ in range(seconds):
            out.write(np.zeros((48_000, channels), np.int16))
    return file.getvalue()


def _flac_claiming(frames: int) -> bytes:
    data = bytearray(good("16.flac"))
    data[21] = data[21] & 0xF0 | frames >> 32
    data[22:26] = struct.pack(">I", frames & 0xFFFFFFFF)
    return bytes(data)


def _put(kind: str, at: int, value: bytes) -> bytes:
    data = bytearray(good(kind))
    data[at : at + len(value)] = value
    return bytes(data)


BOMBS = {
    "silence-8ch.flac": lambda: _silence("FLAC", "PCM_16", 8, 60),
    "silence-2ch.flac": lambda: _silence("FLAC", "PCM_16", 2, 60),
    "silence.ogg": lambda: _silence("OGG", "VORBIS", 2, 60),
    "silence.opus": lambda: _silence("OGG", "OPUS", 2, 60),
    "unknown-length.flac": lambda: _flac_claiming(0),
    "most-frames.flac": lambda: _flac_claiming(2**36 - 1),
    "2^63.w64": lambda: (
        good("pcm.w64").replace(b"data\xf3\xac", b"data\xf3\xac", 1)[:104]
        + b"data\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
        + struct.pack("<Q", 2**63 - 1)
    ),
    "frames.aiff": lambda: _put("pcm.aiff", 22, b"\xff\xff\xff\xff"),
    "block-align.wav": lambda: _put("ms.wav", 32, b"\xff\xff\xff\xff"),
}


def test_bombs_are_refused_at_once(tmp_path: Path) -> None:
    alone(bombs_are_refused_at_once, tmp_path)


def bombs_are_refused_at_once(place: str) -> None:
    tmp_path = Path(place)
    write(tmp_path / "0.wav", tone())
    (tmp_path / "spools").mkdir()
    for name, make in BOMBS.items():
        (tmp_path / f"1-{name}").write_bytes(make())
    files = [path for path in sorted(tmp_path.iterdir()) if path.is_file()]
    jobs = [
        {"path": str(path), "size": (s := path.stat()).st_size, "mtime_ns": s.st_mtime_ns, "rate": 16_000, "seconds": 5}
        for path in files
    ]
    clock: list[float] = []
    answers = crew.run(
        jobs,
        task="decode",
        spools=tmp_path / "spools",
        workers=1,
        what="",
        progress=lambda *_: clock.append(time.monotonic()),
    )
    assert "done" in answers[0]
    for path, answer, seconds in zip(files[1:], answers[1:], np.diff(clock)[1:], strict=True):
        assert "refused" in answer, path.name
        assert seconds < 1, (path.name, seconds)
    assert children_peak() < BASELINE + 200 * MEGABYTE


@pytest.mark.parametrize("kind", KINDS)
def test_the_caps_let_real_sounds_through(tmp_path: Path, kind: str) -> None:
    for number in range(8):
        (tmp_path / f"{number}.{kind.rpartition('.')[2]}").write_bytes(good(kind, number))
    assert sources.folder(tmp_path).skipped == ()


@pytest.mark.long
def test_a_long_file_is_streamed(tmp_path: Path) -> None:
    alone(a_long_file_is_streamed, tmp_path)


def a_long_file_is_streamed(place: str) -> None:
    tmp_path = Path(place)
    fill(tmp_path / "in", 8)
    rng = np.random.default_rng(0)
    with soundfile.SoundFile(tmp_path / "in" / "long.wav", "w", 44_100, 2, "PCM_16") as file:
        for _ in range(20 * 6):
            file.write(rng.uniform(-0.5, 0.5, (44_100 * 10, 1)).repeat(2, axis=1))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    source = sources.folder(tmp_path / "in", seconds=0.5)
    assert len(source.train) + len(source.held_out) == 8 + 20 * 60 * 2
    assert children_peak() < BASELINE + 200 * MEGABYTE
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 200 * MEGABYTE
