"""Laws of the players: equally loud, pictured truly, and never too much for one page."""

import base64
import struct
import zlib
from typing import Any

import numpy as np
import pytest

import ganbaru as gb
from ganbaru.report import players
from ganbaru.report.facts import gather, spread
from ganbaru.report.loudness import gains, loudness
from ganbaru.report.pictures import png, spectrogram

RATE = 8000
TIME = np.arange(RATE // 2) / RATE


def _tone(hertz: float, amplitude: float) -> Any:
    return amplitude * np.sin(2 * np.pi * hertz * TIME)


def test_after_their_gains_all_sounds_are_equally_loud_and_none_clips() -> None:
    rng = np.random.default_rng(0)
    sounds = [_tone(300, 0.9), _tone(800, 0.02), 0.1 * rng.normal(size=len(TIME)), _tone(200, 0.5) * np.exp(-6 * TIME)]
    levelled = [gain * sound for gain, sound in zip(gains(sounds, RATE), sounds, strict=True)]
    levels = [loudness(sound, RATE) for sound in levelled]
    assert max(levels) - min(levels) < 0.1
    assert max(np.abs(sound).max() for sound in levelled) <= 1


def test_a_lone_click_does_not_silence_the_others() -> None:
    click = np.zeros(len(TIME))
    click[100] = 1.0
    first, _ = gains([_tone(300, 0.5), click], RATE)
    assert loudness(first * _tone(300, 0.5), RATE) >= -35.1


def test_silence_around_a_sound_does_not_count() -> None:
    padded = np.concatenate([np.zeros(RATE), _tone(300, 0.5), np.zeros(RATE)])
    assert loudness(padded, RATE) == pytest.approx(loudness(_tone(300, 0.5), RATE), abs=0.2)


def test_silence_has_a_gain() -> None:
    assert gains([np.zeros(100), _tone(300, 0.5)], RATE)[0] == 1.0


def test_a_tone_is_a_bright_line_at_its_height() -> None:
    low, high = (_rows(spectrogram(_tone(hertz, 0.5), RATE)).mean(axis=1).argmax() for hertz in (200, 3000))
    assert high < low  # rows are counted from the top


def test_a_louder_sound_has_the_same_picture() -> None:
    quiet, loud = (_rows(spectrogram(_tone(500, amplitude), RATE)).astype(int) for amplitude in (0.1, 0.9))
    assert np.abs(quiet - loud).max() <= 1


def test_the_picture_is_a_whole_png() -> None:
    shades = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert (_rows(png(shades)) == shades).all()


def _rows(uri: str) -> Any:
    """The shades of a palette PNG, its checksums checked."""
    data = base64.b64decode(uri.partition(",")[2])
    chunks, at = {}, 8
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + content)
        chunks[kind] = content
        at += 12 + size
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    raw = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(height, width + 1)
    assert not raw[:, 0].any()
    return raw[:, 1:]


def test_a_page_holds_only_so_many_bytes_of_sound(sound_run: gb.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = gather(sound_run)
    one = len(next(iter(facts.real.values())))
    monkeypatch.setattr(players, "_SOUND_BYTES", 9 * one)
    fewer_steps = players.table(facts)
    assert fewer_steps.count('class="sound') == 8  # real and the last step
    assert "2 of the steps" in fewer_steps
    monkeypatch.setattr(players, "_SOUND_BYTES", 3 * one)
    fewer_rows = players.table(facts)
    assert fewer_rows.count('class="sound') == 2
    assert "3 of the 4 sounds" in fewer_rows


@pytest.mark.parametrize(("count", "kept"), [(1, [0]), (2, [0, 9]), (3, [0, 4, 9]), (20, list(range(10)))])
def test_steps_are_spread_from_first_to_last(count: int, kept: list[int]) -> None:
    assert spread(list(range(10)), count) == kept or count == 1
