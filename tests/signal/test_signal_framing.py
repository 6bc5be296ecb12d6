"""Laws of the frames: as many as hops, a sine's height is its amplitude, and the inverse gives the sound back."""

import math

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal import frames_of, framing, griffin_lim, istft, spectral_convergence, stft

FRAMES = [(256, 64), (256, 128), (255, 51), (15, 5), (8, 1), (3, 1)]


def noise(batch: int, samples: int, *, seed: int = 0) -> Tensor:
    return 0.1 * torch.randn(batch, samples, generator=torch.Generator().manual_seed(seed))


def sweep(samples: int, rate: int = 8_000) -> Tensor:
    """A decaying chirp from 200 to 1,800 Hz, ``(1, T)``."""
    time = torch.arange(samples) / rate
    return (torch.exp(-3 * time) * torch.sin(2 * math.pi * (200 * time + 800 * rate / samples * time**2)))[None]


@pytest.mark.parametrize(("n_fft", "hop"), FRAMES)
@pytest.mark.parametrize("samples", [1, 2, 17, 1_001])
def test_the_inverse_gives_the_sound_back(n_fft: int, hop: int, samples: int) -> None:
    sound = noise(2, samples).double()
    transform = stft(sound, n_fft=n_fft, hop=hop)
    assert transform.shape == (2, frames_of(samples, hop), n_fft // 2 + 1)
    torch.testing.assert_close(istft(transform, n_fft=n_fft, hop=hop, samples=samples), sound, rtol=0, atol=1e-13)
    single = istft(stft(sound.float(), n_fft=n_fft, hop=hop), n_fft=n_fft, hop=hop, samples=samples)
    torch.testing.assert_close(single, sound.float(), rtol=0, atol=2e-6)


@settings(deadline=None, max_examples=50)
@given(parts=st.integers(2, 9), hop=st.integers(1, 40), samples=st.integers(1, 400))
def test_any_window_that_the_hop_divides_is_inverted(parts: int, hop: int, samples: int) -> None:
    assume(parts * hop > 2)
    sound = noise(1, samples).double()
    transform = stft(sound, n_fft=parts * hop, hop=hop)
    assert transform.shape[1] == math.ceil(samples / hop) == frames_of(samples, hop)
    back = istft(transform, n_fft=parts * hop, hop=hop, samples=samples)
    torch.testing.assert_close(back, sound, rtol=0, atol=1e-10)


def test_a_frame_is_the_fourier_sum_of_its_window() -> None:
    n_fft, hop, frame = 16, 4, 5
    sound = noise(1, 64).double()
    start = frame * hop - (n_fft - hop) // 2
    time = torch.arange(n_fft, dtype=torch.float64)
    part = sound[0, start : start + n_fft] * (0.5 - 0.5 * torch.cos(2 * math.pi * time / n_fft)) * 4 / n_fft
    sums = [(part * torch.exp(-2j * math.pi * k * time / n_fft)).sum() for k in range(n_fft // 2 + 1)]
    torch.testing.assert_close(stft(sound, n_fft=n_fft, hop=hop)[0, frame], torch.stack(sums))


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


@pytest.mark.parametrize(("n_fft", "hop"), [(256, 100), (256, 256), (256, 0), (256, -64), (64, 128), (2, 1)])
def test_frames_that_do_not_overlap_evenly_are_refused(n_fft: int, hop: int) -> None:
    with pytest.raises(UserError, match="divide"):
        framing.check(n_fft, hop)
    with pytest.raises(UserError, match="divide"):
        griffin_lim(torch.ones(1, n_fft // 2 + 1, 4), n_fft=n_fft, hop=hop, samples=400)


HOW = {"n_fft": 256, "hop": 64}


def magnitude(sound: Tensor) -> Tensor:
    return stft(sound, **HOW).abs().mT


@pytest.mark.parametrize("sound", [noise(2, 4_001), sweep(4_001)], ids=["noise", "sweep"])
def test_more_iterations_are_no_worse(sound: Tensor) -> None:
    wanted = magnitude(sound)
    found = [
        spectral_convergence(griffin_lim(wanted, samples=4_001, iterations=n, **HOW), wanted, **HOW).max().item()
        for n in (0, 1, 8, 32, 64)
    ]
    assert found == sorted(found, reverse=True)
    assert found[-1] < -18


def test_momentum_is_faster_than_none() -> None:
    wanted = magnitude(noise(2, 4_001))
    fast, plain = (griffin_lim(wanted, samples=4_001, momentum=m, **HOW) for m in (0.99, 0.0))
    gap = spectral_convergence(plain, wanted, **HOW) - spectral_convergence(fast, wanted, **HOW)
    assert gap.min() > 1


@pytest.mark.parametrize("iterations", [0, 3])
def test_the_right_phase_is_kept(iterations: int) -> None:
    sound = noise(2, 1_001)
    phase = stft(sound, **HOW).angle().mT
    found = griffin_lim(magnitude(sound), samples=1_001, iterations=iterations, phase=phase, **HOW)
    torch.testing.assert_close(found, sound, rtol=0, atol=1e-5)


def test_equal_magnitudes_give_equal_sounds_whatever_stands_beside_them() -> None:
    wanted = magnitude(noise(130, 257))
    torch.manual_seed(1)
    every = griffin_lim(wanted, samples=257, iterations=8, **HOW)
    torch.manual_seed(2)
    assert every.equal(griffin_lim(wanted, samples=257, iterations=8, **HOW))
    for i in (0, 127, 128, 129):
        alone = griffin_lim(wanted[i : i + 1], samples=257, iterations=8, **HOW)
        torch.testing.assert_close(alone, every[i : i + 1], rtol=0, atol=1e-4)
    other = griffin_lim(wanted[:1], samples=257, iterations=8, seed=1, **HOW)
    assert not other.allclose(every[:1], atol=1e-3)


def test_silence_stays_silent() -> None:
    assert griffin_lim(torch.zeros(1, 129, 8), samples=500, **HOW).eq(0).all()


@pytest.mark.parametrize("momentum", [1.0, 1.3, -0.1, float("nan")])
def test_a_momentum_that_diverges_is_refused(momentum: float) -> None:
    with pytest.raises(UserError, match="momentum"):
        griffin_lim(torch.ones(1, 129, 8), samples=512, momentum=momentum, **HOW)


@pytest.mark.parametrize("shape", [(1, 128, 8), (1, 129, 7), (129, 8)])
def test_a_magnitude_of_another_shape_is_told_the_shape_wanted(shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match=r"wanted \(B, 129, 8\)"):
        griffin_lim(torch.ones(shape), samples=512, **HOW)


def test_spectral_convergence_is_in_decibels_of_the_error() -> None:
    sound = noise(3, 1_001)
    assert (spectral_convergence(sound, magnitude(sound), **HOW) < -120).all()
    for factor, decibels in ((1.1, -20.0), (2.0, 0.0), (11.0, 20.0)):
        found = spectral_convergence(factor * sound, magnitude(sound), **HOW)
        torch.testing.assert_close(found, torch.full((3,), decibels), rtol=0, atol=1e-3)
