"""Laws of the embedding of sounds: what each number is, and what it does not depend on."""

import math
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.embedding import embedding
from ganbaru.signal.mel import filter_bank, hz_to_mel

Array = np.ndarray[Any, Any]
RATE = 8_000
MEAN, DEVIATION, MODULATION, RISE, LENGTH = slice(0, 32), slice(32, 64), slice(64, 80), slice(80, 84), slice(84, 85)
EDGES_HZ = (1.0, 4.0, 8.0, 16.0, 32.0)


def noise(count: int, samples: int, seed: int = 0) -> Tensor:
    """Quiet white noise that swells at 3 and at 11 Hz."""
    time = torch.arange(samples) / RATE
    swell = (0.6 + 0.4 * torch.sin(2 * math.pi * 3 * time)) * (0.7 + 0.3 * torch.sin(2 * math.pi * 11 * time))
    return 0.1 * swell * torch.randn(count, samples, generator=torch.Generator().manual_seed(seed))


def kind(points: Tensor, which: slice) -> Tensor:
    """The numbers of one kind in decibels, without the factor that makes distances of them."""
    return points[:, which] * math.sqrt(which.stop - which.start)


def slowly(sound: Array, rate: int) -> Array:
    """The same by the book, frame by frame and filter by filter."""
    hop = 8 * round(rate / 1000)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(4 * hop) / (4 * hop))
    bank = filter_bank(rate=rate, n_fft=4 * hop, bands=32, low=50, high=rate / 2).astype(np.float64)
    padded = np.concatenate([np.zeros(4 * hop), sound, np.zeros(4 * hop)])
    frames = -(-len(padded) // hop)
    padded = np.concatenate([np.zeros(3 * hop // 2), padded, np.zeros(8 * hop)])
    spectra = [np.abs(np.fft.rfft(padded[i * hop : (i + 4) * hop] * window)) / hop for i in range(frames)]
    level = np.array([20 * np.log10(np.maximum(bank @ spectrum, 1e-4)) + 80 for spectrum in spectra])
    loudest = level.max(axis=1)
    weight = np.clip((loudest - max(0.0, loudest.max() - 40)) / 20, 0, 1)
    mean = np.average(level, axis=0, weights=weight)
    deviation = np.sqrt(np.average((level - mean) ** 2, axis=0, weights=weight))
    moved = (level - mean) * weight[:, None]
    modulation = np.zeros((32, 4))
    for band in range(32):
        long = np.zeros(1 << 14)
        long[:frames] = moved[:, band]
        hz = np.fft.fftfreq(len(long), hop / rate)
        for i in range(4):
            low, high = (1 / (1 + (hz / edge) ** 8) for edge in EDGES_HZ[i : i + 2])
            filtered = np.fft.ifft(np.fft.fft(long) * np.sqrt(np.maximum(high - low, 0))).real
            modulation[band, i] = (filtered**2).sum() / weight.sum()
    time = np.arange(frames) - np.average(np.arange(frames), weights=weight)
    spread = np.sqrt(np.average(time**2, weights=weight))
    rise = np.average((level - mean) * time[:, None] / spread, axis=0, weights=weight)
    return np.concatenate(
        [
            mean / np.sqrt(32),
            deviation / np.sqrt(32),
            np.sqrt(modulation.reshape(4, 8, 4).mean(axis=1)).ravel() / 4,
            rise.reshape(4, 8).mean(axis=1) / 2,
            [10 * np.log10(1 + weight.sum() * hop / rate / 0.01)],
        ]
    )


@pytest.mark.parametrize(("rate", "samples"), [(8_000, 4_096), (4_000, 1_000), (11_025, 3_333), (44_100, 20_000)])
def test_it_is_what_it_is_said_to_be(rate: int, samples: int) -> None:
    sound = noise(1, samples).double()
    sound[:, samples // 2 :] *= torch.linspace(1, 0, samples - samples // 2)
    assert embedding(sound, rate=rate)[0].numpy() == pytest.approx(slowly(sound[0].numpy(), rate), abs=2e-3)


def test_a_sound_is_embedded_alike_alone_and_in_company() -> None:
    sounds = noise(5, 3_000)
    together = embedding(sounds, rate=RATE)
    assert together.shape == (5, 85)
    alone = torch.cat([embedding(sound[None], rate=RATE) for sound in sounds])
    assert torch.allclose(together, alone, atol=1e-4)


def test_silence_before_and_after_is_not_part_of_the_sound() -> None:
    sounds = noise(4, 4_096)
    points = embedding(sounds, rate=RATE)
    for before, after in ((0, 1), (0, 999), (0, 40_000), (640, 0), (6_400, 5_000)):
        assert torch.allclose(embedding(F.pad(sounds, (before, after)), rate=RATE), points, atol=1e-3)
    shifted = embedding(F.pad(sounds, (37, 0)), rate=RATE)
    assert (shifted - points).norm(dim=1).max() < 1


def test_a_gain_moves_a_sound_by_itself() -> None:
    sounds = noise(3, 4_000)
    points, halves = embedding(sounds, rate=RATE), embedding(sounds / 2, rate=RATE)
    assert (kind(points, MEAN) - kind(halves, MEAN)).numpy() == pytest.approx(6.02, abs=0.1)
    assert (points - halves).norm(dim=1).numpy() == pytest.approx(6.02, abs=0.1)
    assert torch.allclose(points[:, 32:], halves[:, 32:], atol=0.1)


def test_a_tone_is_loudest_in_its_own_band() -> None:
    hz, time = np.array([150, 500, 1_000, 2_000, 3_500]), torch.arange(8_000) / RATE
    means = kind(embedding(torch.stack([torch.sin(2 * math.pi * each * time) for each in hz]), rate=RATE), MEAN)
    low, high = hz_to_mel(np.array([50, 4_000]), "htk")
    own = np.round((hz_to_mel(hz, "htk") - low) / (high - low) * 33) - 1
    assert np.abs(means.argmax(dim=1).numpy() - own).max() <= 1
    assert means.amax(dim=1).numpy() == pytest.approx(82.5, abs=3)  # 80 above the floor, and the skirts of the window


@pytest.mark.parametrize(("hz", "which"), [(2.5, 0), (6, 1), (11, 2), (22, 3)])
def test_a_swelling_is_modulation_of_its_own_range(hz: float, which: int) -> None:
    time = torch.arange(16_000) / RATE
    swell = 10 ** (6 / 20 * torch.sin(2 * math.pi * hz * time))
    modulation = kind(embedding(0.02 * swell * noise(1, 16_000).sign(), rate=RATE), MODULATION).view(4, 4)
    steady = kind(embedding(0.02 * noise(1, 16_000).sign(), rate=RATE), MODULATION).view(4, 4)
    more = (modulation.square() - steady.square()).clamp(min=0).sqrt()
    assert (more.argmax(dim=1) == which).all()
    if hz < 16:  # a window of 32 ms smooths what is faster
        assert more[:, which].numpy() == pytest.approx(6 / math.sqrt(2), rel=0.2)


def test_a_sound_said_backwards_only_rises_where_it_fell() -> None:
    sounds = noise(3, 4_096) * torch.linspace(1, 0.2, 4_096)
    there, back = embedding(sounds, rate=RATE), embedding(sounds.flip(1), rate=RATE)
    assert torch.allclose(there[:, RISE], -back[:, RISE], atol=0.05)
    assert (there[:, RISE] < -1).all()
    for which in (MEAN, DEVIATION, MODULATION, LENGTH):
        assert torch.allclose(there[:, which], back[:, which], atol=0.1)


def test_twice_as_long_is_three_decibels() -> None:
    short, long = (float(embedding(noise(1, samples), rate=RATE)[0, 84]) for samples in (8_000, 16_000))
    assert short == pytest.approx(20, abs=0.3)
    assert long - short == pytest.approx(3, abs=0.1)


@pytest.mark.parametrize("rate", [4_000, 8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 192_000])
def test_it_is_finite_with_a_finite_slope_at_any_rate(rate: int) -> None:
    tone = torch.zeros(1, 400)
    tone[0, ::2] = 1
    for sound in (noise(1, 3_000), torch.zeros(2, 500), torch.zeros(1, 1), torch.ones(1, 1), tone, 1e-5 * tone):
        sound = sound.clone().requires_grad_()
        points = embedding(sound, rate=rate)
        points.sum().backward()
        assert points.shape[1] == 85
        assert points.isfinite().all()
        assert sound.grad is not None
        assert sound.grad.isfinite().all()


def test_silence_is_the_origin_and_a_dying_sound_comes_to_it() -> None:
    assert (embedding(torch.zeros(1, 900), rate=RATE) == 0).all()
    lengths = [float(embedding(noise(1, 900) * gain, rate=RATE).norm()) for gain in (1, 1e-1, 1e-2, 3e-3, 1e-3, 1e-4)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] == 0


def test_its_slope_is_the_derivative() -> None:
    sound = noise(1, 300).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: embedding(x, rate=4_000), (sound,), atol=1e-3, rtol=1e-3, eps=1e-7)


@pytest.mark.parametrize(
    ("sound", "rate", "says"),
    [
        (torch.zeros(100), 8_000, r"\(100,\)"),
        (torch.zeros(1, 1, 100), 8_000, r"\(1, 1, 100\)"),
        (torch.full((1, 100), torch.nan), 8_000, "not finite"),
        (torch.zeros(1, 100), 3_999, "3999 Hz"),
    ],
)
def test_what_is_no_sound_is_refused(sound: Tensor, rate: int, says: str) -> None:
    with pytest.raises(UserError, match=says):
        embedding(sound, rate=rate)
