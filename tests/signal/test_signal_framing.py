"""Laws of the frames: as many as hops, a sine's height is its amplitude, and the inverse gives the sound back."""

import math

import numpy as np
import pytest
import scipy.signal
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal import frames_of, framing, istft, stft

FRAMES = [(256, 64), (256, 128), (256, 100), (255, 51), (101, 37), (15, 5), (8, 1), (3, 1)]


def noise(batch: int, samples: int, *, seed: int = 0) -> Tensor:
    return 0.1 * torch.randn(batch, samples, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("n_fft", "hop"), FRAMES)
@pytest.mark.parametrize("samples", [1, 2, 17, 1_001])
def test_the_inverse_gives_the_sound_back(n_fft: int, hop: int, samples: int) -> None:
    sound = noise(2, samples).double()
    transform = stft(sound, n_fft=n_fft, hop=hop)
    assert transform.shape == (2, frames_of(samples, hop), n_fft // 2 + 1)
    torch.testing.assert_close(istft(transform, n_fft=n_fft, hop=hop, samples=samples), sound, rtol=0, atol=1e-13)
    single = istft(stft(sound.float(), n_fft=n_fft, hop=hop), n_fft=n_fft, hop=hop, samples=samples)
    torch.testing.assert_close(single, sound.float(), rtol=0, atol=2e-6)


@settings(deadline=None, max_examples=200)
@given(n_fft=st.integers(3, 700), share=st.floats(0, 1), samples=st.integers(1, 5_000))
def test_every_length_and_hop_comes_back_100_decibels_down(n_fft: int, share: float, samples: int) -> None:
    hop = max(1, round(share * (n_fft // 2)), n_fft // 40)
    sound = noise(1, samples)
    transform = stft(sound, n_fft=n_fft, hop=hop)
    assert transform.shape[1] == math.ceil(samples / hop) == frames_of(samples, hop)
    back = istft(transform, n_fft=n_fft, hop=hop, samples=samples)
    assert 20 * math.log10(float((back - sound).norm() / sound.norm()) + 1e-30) < -100


def test_a_frame_is_the_fourier_sum_of_its_window() -> None:
    n_fft, hop, frame = 16, 4, 5
    sound = noise(1, 64).double()
    start = frame * hop - (n_fft - hop) // 2
    time = torch.arange(n_fft, dtype=torch.float64)
    part = sound[0, start : start + n_fft] * (0.5 - 0.5 * torch.cos(2 * math.pi * time / n_fft)) * 4 / n_fft
    sums = [(part * torch.exp(-2j * math.pi * k * time / n_fft)).sum() for k in range(n_fft // 2 + 1)]
    torch.testing.assert_close(stft(sound, n_fft=n_fft, hop=hop)[0, frame], torch.stack(sums))


@pytest.mark.parametrize(("n_fft", "hop"), [(256, 64), (200, 90), (128, 33)])
def test_frames_are_those_of_scipy(n_fft: int, hop: int) -> None:
    sound = noise(1, 1_001).double()
    ours = stft(sound, n_fft=n_fft, hop=hop)[0]
    window = scipy.signal.get_window("hann", n_fft) * 4 / n_fft
    padded = np.pad(sound[0].numpy(), ((n_fft - hop) // 2, n_fft))
    theirs = [np.fft.rfft(padded[start : start + n_fft] * window) for start in range(0, 1_001, hop)]
    assert ours.numpy() == pytest.approx(np.stack(theirs), abs=1e-12)


@pytest.mark.parametrize("amplitude", [1.0, 0.25])
def test_a_sines_magnitude_is_its_amplitude(amplitude: float) -> None:
    sound = amplitude * torch.sin(2 * math.pi * torch.arange(4_096) * 20 / 256 + 0.3)[None]
    magnitude = stft(sound, n_fft=256, hop=64).abs()[0, 4:-4]
    torch.testing.assert_close(magnitude[:, 20], torch.full((len(magnitude),), amplitude), rtol=1e-4, atol=0)
    assert (magnitude.argmax(dim=1) == 20).all()


def test_the_transform_is_linear() -> None:
    a, b = noise(1, 500), noise(1, 500, seed=1)
    parts = [stft(x, n_fft=64, hop=16) for x in (a, b, 2 * a - 3 * b)]
    torch.testing.assert_close(parts[2], 2 * parts[0] - 3 * parts[1], rtol=0, atol=1e-6)


@pytest.mark.parametrize(("n_fft", "hop"), [(256, 129), (256, 256), (256, 0), (256, -64), (64, 128), (2, 1)])
def test_frames_that_do_not_overlap_by_half_are_refused(n_fft: int, hop: int) -> None:
    for door in (
        lambda: framing.check(n_fft, hop),
        lambda: stft(noise(1, 500), n_fft=n_fft, hop=hop),
        lambda: istft(torch.zeros(1, 2, n_fft // 2 + 1) + 0j, n_fft=n_fft, hop=hop, samples=2),
    ):
        with pytest.raises(UserError, match="half of n_fft"):
            door()


def test_shapes_that_do_not_fit_are_refused() -> None:
    for sound in (torch.zeros(500), torch.zeros(1, 1, 500), torch.zeros(1, 0)):
        with pytest.raises(UserError, match=r"\(B, T\)"):
            stft(sound, n_fft=64, hop=16)
    for shape, samples in (((1, 4, 32), 64), ((1, 4, 33), 65), ((4, 33), 64)):
        with pytest.raises(UserError, match=r"wanted \(B, [45], 33\)"):
            istft(torch.zeros(shape) + 0j, n_fft=64, hop=16, samples=samples)
