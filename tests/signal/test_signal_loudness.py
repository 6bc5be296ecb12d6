"""Laws of loudness by BS.1770, and of the gains that make sounds equally loud."""

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch

from ganbaru.errors import UserError
from ganbaru.signal.loudness import equal_loudness_gains, loudness

RATE = 8_000
TIME = np.arange(RATE // 2) / RATE


def tone(hertz: float, amplitude: float, time: Any = TIME) -> Any:
    return amplitude * np.sin(2 * np.pi * hertz * time)


def burst(seconds: float) -> Any:
    """A tone of 700 Hz that lasts so long in half a second."""
    return np.pad(tone(700, 0.5)[: round(seconds * RATE)], (RATE // 10, RATE // 2 - RATE // 10))[: RATE // 2]


@pytest.mark.parametrize(("rate", "within"), [(48_000, 0.1), (44_100, 0.1), (16_000, 0.1), (8_000, 0.2)])
def test_a_sine_of_full_scale_has_what_the_standard_says(rate: int, within: float) -> None:
    sound = tone(997, 1.0, np.arange(2 * rate) / rate)
    assert loudness(sound, rate) == pytest.approx(-3.01, abs=within)
    assert loudness(torch.from_numpy(sound).float(), rate) == pytest.approx(loudness(sound, rate), abs=1e-3)


@pytest.mark.parametrize("decibels", [-20.0, 6.0, 12.0])
def test_a_gain_is_a_gain_of_loudness_beyond_full_scale_too(decibels: float) -> None:
    sound = tone(500, 0.5)
    assert loudness(sound * 10 ** (decibels / 20), RATE) == pytest.approx(loudness(sound, RATE) + decibels, abs=1e-3)


def test_low_rumble_is_hardly_loud() -> None:
    assert loudness(tone(20, 0.5), RATE) < loudness(tone(1_000, 0.5), RATE) - 10


@pytest.mark.parametrize("samples", [1, 37, 799, 801, 3_199, 3_200, 3_201])
def test_a_short_sound_has_a_block_that_fits(samples: int) -> None:
    sound = np.full(RATE, 0.5) * np.where(np.arange(RATE) % 4 < 2, 1, -1)
    quieter = max(1.0, 800 / samples)
    whole = loudness(sound, RATE)
    assert loudness(sound[:samples], RATE) == pytest.approx(
        whole - 10 * np.log10(quieter), abs=1.0 if samples > 1 else 5
    )


def test_silence_is_infinitely_quiet() -> None:
    for sound in (np.zeros(RATE), np.zeros(10), np.zeros(0), 1e-5 * tone(500, 1.0)):
        assert loudness(sound, RATE) == -np.inf


def test_silence_around_a_sound_hardly_counts() -> None:
    padded = np.concatenate([np.zeros(RATE), tone(300, 0.5), np.zeros(RATE)])
    assert loudness(padded, RATE, block=0.1) == pytest.approx(loudness(tone(300, 0.5), RATE, block=0.1), abs=0.8)


@pytest.mark.parametrize(("seconds", "ear"), [(0.2, 0.0), (0.1, 0.0), (0.05, -3.0), (0.02, -7.0), (0.005, -13.0)])
def test_short_blocks_follow_short_bursts_as_the_ear_does(seconds: float, ear: float) -> None:
    whole = loudness(tone(700, 0.5), RATE)
    assert loudness(burst(seconds), RATE, block=0.1) - whole == pytest.approx(ear, abs=2.5)
    assert loudness(burst(seconds), RATE) - whole < ear - 2.5


@pytest.mark.parametrize(
    ("sound", "says"),
    [
        (np.zeros((2, 100)), r"\(2, 100\)"),
        (np.zeros(100, dtype=np.int16), "int16"),
        (np.full(100, np.nan), "not finite"),
        (torch.full((100,), torch.inf), "not finite"),
    ],
)
def test_what_is_no_sound_is_refused_in_one_line(sound: Any, says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        loudness(sound, RATE)
    assert "\n" not in str(caught.value)
    with pytest.raises(UserError, match=says):
        equal_loudness_gains([sound], RATE)


@pytest.mark.parametrize("block", [0.0, 0.05, -1.0, float("nan")])
def test_blocks_too_short_for_hearing_are_refused(block: float) -> None:
    with pytest.raises(UserError, match="block"):
        loudness(tone(300, 0.5), RATE, block=block)


def test_after_their_gains_all_sounds_are_equally_loud_and_none_clips() -> None:
    rng = np.random.default_rng(0)
    sounds = [tone(300, 0.9), tone(800, 0.02), 0.1 * rng.normal(size=len(TIME)), burst(0.05), tone(200, 0.5)[:500]]
    sounds.append(tone(200, 0.5) * np.exp(-6 * TIME))
    levelled = [gain * sound for gain, sound in zip(equal_loudness_gains(sounds, RATE), sounds, strict=True)]
    levels = [loudness(sound, RATE, block=0.1) for sound in levelled]
    assert max(levels) - min(levels) < 0.1
    assert max(np.abs(sound).max() for sound in levelled) <= 1
    assert max(levels) > -25


def test_a_lone_click_does_not_silence_the_others() -> None:
    click = np.zeros(len(TIME))
    click[100] = 1.0
    first, _ = equal_loudness_gains([tone(300, 0.5), click], RATE)
    assert loudness(first * tone(300, 0.5), RATE, block=0.1) >= -35.1


def test_silence_stays_as_it_is_and_counts_for_nothing() -> None:
    quiet, loud = equal_loudness_gains([np.zeros(100), tone(300, 0.5)], RATE)
    assert quiet == 1.0
    assert [loud] == equal_loudness_gains([tone(300, 0.5)], RATE)
    assert equal_loudness_gains([], RATE) == []
    assert equal_loudness_gains([1e-5 * tone(300, 1.0), np.zeros(0)], RATE) == [1.0, 1.0]


def test_the_slow_import_waits_until_it_is_needed() -> None:
    code = "import sys, ganbaru.signal.loudness; print('pyloudnorm' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
