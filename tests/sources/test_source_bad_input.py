"""A table of what users hand in that is no good: refused in one line, or named and stepped over."""

import os
import re
import socket
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from source_sounds import fill, snapshot, tone, write

from ganbaru import sources
from ganbaru.errors import UserError

WAVE = struct.Struct("<4sI4s4sIHHIIHH4sI")


def wave_header(rate: int = 16_000, channels: int = 1, data: int = 0) -> bytes:
    block = 2 * channels & 0xFFFF
    speed = rate * block & 0xFFFFFFFF
    return WAVE.pack(b"RIFF", 36 + data, b"WAVE", b"fmt ", 16, 1, channels, rate, speed, block, 16, b"data", data)


def _halve(path: Path) -> None:
    rng = np.random.default_rng(0)
    data = write(path, rng.uniform(-0.5, 0.5, (32_000, 1))).read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _write_nan(path: Path, value: float) -> None:
    sound = tone()
    sound[1_000] = value
    write(path, sound, subtype="FLOAT")


BAD = {
    "empty.wav": (lambda path: path.write_bytes(b""), "empty: 0 bytes"),
    "header-only.wav": (lambda path: path.write_bytes(wave_header()), "0 frames"),
    "text.wav": (lambda path: path.write_text("this is no sound\n" * 100), "not a sound file"),
    "text.mp3": (lambda path: path.write_text("this is no sound\n" * 100), "not a sound file"),
    "half.wav": (_halve, "truncated"),
    "half.flac": (_halve, "lost sync|truncated"),
    "half.ogg": (_halve, "truncated|0 frames"),
    "half.mp3": (_halve, "truncated"),
    "half.aiff": (_halve, "truncated"),
    "nan.wav": (lambda path: _write_nan(path, np.nan), "NaN or infinite"),
    "infinite.wav": (lambda path: _write_nan(path, -np.inf), "NaN or infinite"),
    "huge.wav": (lambda path: _write_nan(path, 1e30), "not a sound"),
    "one-sample.wav": (lambda path: write(path, np.ones((1, 1))), "too short"),
    "short.flac": (lambda path: write(path, tone(seconds=0.005)), "too short"),
    "silence.wav": (lambda path: write(path, np.zeros((8_000, 1))), "all silence"),
    "whisper.wav": (lambda path: write(path, 1e-6 * tone(), subtype="FLOAT"), "all silence"),
    "cancels.wav": (lambda path: write(path, tone() * [1, -1], subtype="FLOAT"), "all silence"),
    "apple.m4a": (lambda path: path.write_bytes(b"\0\0\0 ftypM4A "), "convert it to WAV"),
    "pipe.wav": (lambda path: os.mkfifo(path), "not opened"),
    "folder.wav": (lambda path: path.symlink_to("/usr"), "not followed"),
    "loop.wav": (lambda path: path.symlink_to(path), "cannot be reached"),
    "nowhere.wav": (lambda path: path.symlink_to(path.parent / "missing"), "cannot be reached"),
    "device.wav": (lambda path: path.symlink_to("/dev/zero"), "not opened"),
    "slow-rate.wav": (lambda path: path.write_bytes(wave_header(7, data=8_000) + b"\1\2" * 4_000), "rate of 7 Hz"),
    "fast-rate.wav": (lambda path: path.write_bytes(wave_header(2**31 - 1, data=8_000) + b"\1\2" * 4_000), "rate of"),
    "channels.wav": (
        lambda path: path.write_bytes(wave_header(channels=1_024, data=8_192) + b"\1\2" * 4_096),
        "channels",
    ),
}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, sources.SoundSource]:
    """Every bad file among nine good ones, opened once."""
    folder = fill(tmp_path_factory.mktemp("mixed") / "in", 8)
    write(folder / "good-8ch.wav", tone(9, rate=192_000, channels=8), 192_000)
    for name, (make, _) in BAD.items():
        make(folder / name)
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(folder / "socket.wav"))
    before = snapshot(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANBARU_CACHE", str(folder.parent / "cache"))
        source = sources.open(folder, seconds=0.3)
    server.close()
    assert snapshot(folder) == before
    return folder, source


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_its_reason(mixed: tuple[Path, sources.SoundSource], name: str) -> None:
    reasons = dict(mixed[1].skipped)
    assert re.search(BAD[name][1], reasons[name]), reasons[name]
    assert "\n" not in reasons[name]


def test_the_rest_is_used(mixed: tuple[Path, sources.SoundSource]) -> None:
    source = mixed[1]
    used = {*source.train.names, *source.held_out.names}
    assert used == {"good-8ch.wav", *(f"{number:03d}.wav" for number in range(8))}
    assert {name for name, _ in source.skipped} == {*BAD, "socket.wav"}
    assert source.skipped[0][0] in source._repr_html_()


def _only_bad(path: Path) -> Path:
    for number in range(5):
        (path / f"{number}.wav").write_text("no")
    return path


ERRORS = {
    "missing": (lambda path: path / "nothing-here", "no such folder"),
    "odd": (lambda path: str(path) + "\0", "name of a folder"),
    "sound": (lambda path: write(path / "a.wav", tone()), "single sound file.*give the folder"),
    "file": (lambda path: _text(path / "a.txt"), "not a folder of sounds"),
    "empty": (lambda path: path, "is empty"),
    "others": (lambda path: _text(path / "a.txt").parent, "no sound file"),
    "only-bad": (_only_bad, "0.wav: not a sound.*1.wav: .*2.wav: .*and 2 more"),
    "few": (lambda path: fill(path, 7), "only 7 usable"),
    "copies": (lambda path: _copies(path), "only 1 usable sound .8 more are copies"),
}


def _text(path: Path) -> Path:
    path.write_text("hello")
    return path


def _copies(path: Path) -> Path:
    for number in range(9):
        write(path / f"{number}.wav", tone())
    return path


@pytest.mark.parametrize("case", ERRORS)
def test_what_cannot_be_used_is_said_in_one_line(tmp_path: Path, case: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    given = ERRORS[case][0](folder)
    before = snapshot(folder)
    with pytest.raises(UserError, match=ERRORS[case][1]) as caught:
        sources.open(given)
    assert "\n" not in str(caught.value)
    assert caught.value.hint
    assert snapshot(folder) == before


@pytest.mark.parametrize(
    "options",
    [
        {"rate": 0},
        {"rate": 10**9},
        {"rate": 8_000.5},
        {"seconds": 0},
        {"seconds": 1e9},
        {"seconds": float("nan")},
        {"seed": -1},
    ],
)
def test_options_out_of_range_are_refused(tmp_path: Path, options: dict[str, float]) -> None:
    with pytest.raises(UserError, match=re.escape(f"{next(iter(options.values()))}")):
        sources.open(fill(tmp_path / "in", 8), **options)  # type: ignore[arg-type]


def test_a_streamed_wave_without_length_is_whole(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", 8)
    data = bytearray(write(tmp_path / "x.wav", tone(20)).read_bytes())
    data[4:8] = data[40:44] = b"\xff" * 4  # as written by a program whose output was a pipe
    (folder / "piped.wav").write_bytes(data)
    data = bytearray(write(tmp_path / "x.wav", tone(21)).read_bytes())
    data[4:8] = len(data).to_bytes(4, "little")  # as written by programs that count the first 8 bytes too
    (folder / "counted.wav").write_bytes(data + b"\0")
    assert sources.open(folder).skipped == ()


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in", 9)
    (folder / "003.wav").chmod(0)
    script = "from ganbaru import sources; s = sources.open('in'); print(len(s.train) + len(s.held_out), s.skipped)"
    if os.geteuid() == 0:  # root reads everything, until it gives up the two capabilities that let it
        script = (
            "import ctypes, os, sys; p = ctypes.CDLL(None).prctl; assert p(24, 1) == p(24, 2) == 0; "
            f"os.execv(sys.executable, [sys.executable, '-c', {script!r}])"
        )
    cache = tmp_path / "locked"
    cache.mkdir(mode=0o500)
    result = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**os.environ, "GANBARU_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    if "AssertionError" in result.stderr:
        pytest.skip("this system does not let root give up capabilities")
    assert result.stdout == "8 (('003.wav', 'cannot be read: Permission denied'),)\n", result.stderr
    assert "cannot be written" in result.stderr  # and no cache: a temporary one, with a warning
