"""What is measured of one sound: texture, character, where its spectrum ends; and how far it lies from others."""

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbaru.checkup.folder.character import WEIGHTS, character
from ganbaru.checkup.folder.cutoff import cutoff
from ganbaru.checkup.folder.spectra import Spectra
from ganbaru.checkup.folder.strange import strangeness
from ganbaru.checkup.folder.traits import levels

RATE = 44_100
FOUND_CLIFF = 24.0


def heard(sound: np.ndarray, rate: int = RATE) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Bands, mel bands and texture of a sound ``(T,)``."""
    spectra = Spectra(rate, len(sound))
    spectra.add(sound.astype(np.float32))
    return spectra.finish()


def ending(sound: np.ndarray) -> tuple[float, float, float]:
    linear, _, _ = heard(sound)
    return cutoff(linear, levels(linear))


def upsampled(sound: np.ndarray, rate: int) -> np.ndarray:
    low = np.round(soxr.resample(sound, RATE, rate) * 32767) / 32767
    return np.round(soxr.resample(low, rate, RATE) * 32767) / 32767


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100])
def test_the_texture_of_noise_is_flat_and_that_of_a_tone_is_one_peak(rate: int) -> None:
    clock = np.arange(rate) / rate
    noise = heard(0.2 * np.random.default_rng(0).standard_normal(rate), rate)[2].mean(axis=0)
    assert noise[0] == pytest.approx(-2.5, abs=0.3)  # the mean logarithm of an exponential variable
    assert noise[1] < 0.6
    assert noise[2] > -1.5
    tone = heard(0.5 * np.sin(2 * np.pi * 440 * clock), rate)[2][:-1]
    assert tone[:, 0].max() < -20
    assert tone[:, 1].min() > 0.9
    assert tone[:, 2].max() < -20
    np.testing.assert_allclose(tone[:, 3], 0, atol=0.5)


@settings(deadline=None, max_examples=15)
@given(gain=st.floats(0.05, 0.9))
def test_the_character_of_a_sound_does_not_change_with_its_gain(gain: float) -> None:
    rng = np.random.default_rng(1)
    sound = rng.standard_normal(RATE // 2) * np.exp(-6 * np.arange(RATE // 2) / RATE)
    told = []
    for each in (0.3 * sound, 0.3 * gain * sound):
        linear, mel, texture = heard(each)
        told.append(character(mel, texture, levels(linear)))
    assert len(told[0]) == len(WEIGHTS)
    np.testing.assert_allclose(told[0], told[1], atol=0.05)


def test_a_click_shows_that_a_dull_sound_was_upsampled() -> None:
    clock = np.arange(RATE // 2) / RATE
    drum = 0.8 * np.sin(2 * np.pi * 60 * clock) * np.exp(-6 * clock)
    drum[:300] += 0.2 * np.random.default_rng(0).standard_normal(300)
    place, depth, height = ending(upsampled(drum, 16_000))
    assert place == pytest.approx(16_000 / RATE, abs=0.05)
    assert depth >= FOUND_CLIFF
    assert height > -66
    assert ending(drum)[1] < FOUND_CLIFF


def test_a_narrow_band_of_its_own_is_no_cut() -> None:
    rng = np.random.default_rng(0)
    spectrum = np.fft.rfft(rng.standard_normal(RATE))
    spectrum[np.abs(np.arange(len(spectrum)) - 9000) > 1200] = 0
    buzz = np.fft.irfft(spectrum, RATE)
    buzz = 0.5 * buzz / np.abs(buzz).max() + 1e-5 * rng.standard_normal(RATE)
    assert ending(buzz)[1] == 0
    full = np.fft.rfft(rng.standard_normal(RATE))
    full[10_200:] = 0
    assert ending(0.5 * np.fft.irfft(full, RATE) + 1e-5 * rng.standard_normal(RATE))[1] >= FOUND_CLIFF


def test_bands_that_a_codec_leaves_out_now_and_then_are_not_cut_off() -> None:
    rng = np.random.default_rng(0)
    pieces = []
    for number in range(20):
        spectrum = np.fft.rfft(rng.standard_normal(8192))
        spectrum /= 1 + (np.arange(len(spectrum)) / 400) ** 1.5
        if number % 5:
            spectrum[1600:] = 0
        pieces.append(np.fft.irfft(spectrum, 8192))
    assert ending(0.1 * np.concatenate(pieces))[1] < FOUND_CLIFF
    assert ending(0.1 * upsampled(np.concatenate(pieces), 16_000))[1] >= FOUND_CLIFF


@settings(deadline=None, max_examples=15)
@given(scale=st.floats(0.8, 50), seed=st.integers(0, 20))
def test_how_far_a_point_lies_apart_does_not_depend_on_the_unit(scale: float, seed: int) -> None:
    points = 4 * np.random.default_rng(seed).standard_normal((80, 5))
    np.testing.assert_allclose(strangeness(scale * points, 0), strangeness(points, 0), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("together", [1, 3])
def test_points_apart_do_not_vouch_for_each_other(together: int) -> None:
    rng = np.random.default_rng(4)
    points = rng.standard_normal((100, 8))
    points[:together, 2:5] = 9 + 0.01 * rng.standard_normal((together, 3))
    told = strangeness(points, 0)
    assert told[:together].min() > 3.1 > told[together:].max()


def test_a_weight_of_nothing_leaves_a_coordinate_out() -> None:
    points = np.random.default_rng(5).standard_normal((60, 6))
    apart = points.copy()
    apart[7, 0] = 40.0
    weights = np.array([0.0, 1, 1, 1, 1, 1])
    np.testing.assert_allclose(strangeness(apart, 0, (), weights), strangeness(points, 0, (), weights))
    assert strangeness(apart, 0)[7] > 3.1
