"""The mel conventions are librosa's, in every combination: an independent oracle, imported by tests only."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbaru import signal

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    librosa = pytest.importorskip("librosa")

RATE = 16_000


def noise(samples: int, *, seed: int = 0) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal(samples).astype(np.float32)


def librosas(sound: np.ndarray, n_fft: int, hop: int, **options: Any) -> np.ndarray:
    """Their mel spectrogram of our frames: theirs would begin half a hop earlier. Their window is not scaled."""
    frames = -(-len(sound) // hop)
    left = (n_fft - hop) // 2
    padded = np.pad(sound, (left, n_fft + (frames - 1) * hop - left - len(sound)))
    found = librosa.feature.melspectrogram(y=padded, n_fft=n_fft, hop_length=hop, center=False, **options)
    return np.asarray(found * (4 / n_fft) ** options["power"])


@pytest.mark.parametrize("scale", ["htk", "slaney"])
@pytest.mark.parametrize("norm", ["none", "slaney"])
@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("floor", [1e-5, 1e-2])
@pytest.mark.parametrize("graded", [False, True])
def test_log_mel_is_librosas(scale: Any, norm: Any, power: int, floor: float, graded: bool) -> None:
    """With and without gradients: two ways that make the same numbers."""
    sound = noise(8_001)
    mine = signal.LogMel(
        rate=RATE,
        bands=40,
        n_fft=512,
        hop=160,
        low=60.0,
        high=7_000.0,
        scale=scale,
        norm=norm,
        power=power,
        floor=floor,
    )
    given_sound = torch.from_numpy(sound)[None].requires_grad_(graded)
    ours = mine.encode(given_sound)[0].detach().numpy()
    theirs = librosas(
        sound, 512, 160, sr=RATE, n_mels=40, fmin=60.0, fmax=7_000.0, htk=scale == "htk",
        norm=None if norm == "none" else norm, power=float(power),
    )  # fmt: skip
    expected = np.log(np.maximum(theirs, floor**power))
    assert np.abs(ours - expected).max() < 1e-5 * max(1.0, np.abs(expected).max())
    plain = signal.Mel(
        rate=RATE, bands=40, n_fft=512, hop=160, low=60.0, high=7_000.0, scale=scale, norm=norm, power=power
    )
    bands = plain.encode(given_sound)[0].detach().numpy()
    assert bands == pytest.approx(theirs, rel=1e-5, abs=1e-7 * float(theirs.max()))


@settings(deadline=None, max_examples=40)
@given(
    rate=st.sampled_from([4_000, 8_000, 22_050, 44_100, 48_000]),
    n_fft=st.integers(64, 2_048),
    bands=st.integers(1, 128),
    low=st.floats(0, 300),
    scale=st.sampled_from(["htk", "slaney"]),
    norm=st.sampled_from(["none", "slaney"]),
)
def test_filters_are_librosas(rate: int, n_fft: int, bands: int, low: float, scale: Any, norm: Any) -> None:
    ours = signal.filter_bank(rate=rate, n_fft=n_fft, bands=bands, low=low, high=rate / 2, scale=scale, norm=norm)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of empty bands
        theirs = librosa.filters.mel(
            sr=rate, n_fft=n_fft, n_mels=bands, fmin=low, htk=scale == "htk", norm=None if norm == "none" else norm
        )
    assert ours == pytest.approx(theirs, abs=1e-5 * max(1e-9, float(np.abs(theirs).max())))


def test_magnitudes_are_librosas_and_griffin_lim_beats_it() -> None:
    time = np.arange(8_000) / RATE
    sound = (0.5 * np.exp(-4 * time) * np.sin(2 * math.pi * (300 + 900 * time) * time)).astype(np.float32)
    sound += 0.02 * noise(8_000)
    ours = signal.stft(torch.from_numpy(sound)[None], n_fft=512, hop=128)
    padded = np.pad(sound, (192, 512))
    theirs = librosa.stft(padded, n_fft=512, hop_length=128, center=False)[:, : ours.shape[1]]
    assert ours[0].T.numpy() == pytest.approx(theirs * 4 / 512, abs=1e-6)
    wanted = librosa.stft(sound, n_fft=512, hop_length=128, pad_mode="constant")
    back = librosa.griffinlim(np.abs(wanted), n_iter=32, hop_length=128, n_fft=512, length=8_000, random_state=0)
    again = librosa.stft(back, n_fft=512, hop_length=128, pad_mode="constant")
    fit = 20 * math.log10(np.linalg.norm(np.abs(again) - np.abs(wanted)) / np.linalg.norm(wanted))
    assert float(signal.recover(ours.abs().mT, n_fft=512, hop=128, samples=8_000).convergence) < fit
