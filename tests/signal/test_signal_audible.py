"""Laws of the audible difference: what is not heard reads nothing, silence reads 1, what is worse reads more."""

import itertools
import math
from pathlib import Path

import pytest
import soundfile
import torch
import torch.nn.functional as F
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.audible import advanced, audible_difference, band_power, delay

RATE = 16_000
RECORDINGS = (
    Path(__file__).resolve().parents[3] / "shared" / "sounds" / "drums",
    Path("/usr/share/sonic-pi/samples"),
)


def noise(batch: int, samples: int = RATE // 2, *, seed: int = 0, level: float = 0.1) -> Tensor:
    return level * torch.randn(batch, samples, generator=torch.Generator().manual_seed(seed))


def plucked(batch: int = 1, samples: int = RATE // 2) -> Tensor:
    """Decaying harmonic tones with silence around, ``(B, T)``, each of another pitch."""
    time = torch.arange(samples) / RATE
    hertz = 200.0 * torch.arange(1, batch + 1)[:, None]
    tones = sum(torch.sin(2 * math.pi * k * hertz * time + k) * torch.exp(-4 * k * time) / k for k in range(1, 7))
    return F.pad(0.3 * torch.as_tensor(tones), (1_000, 1_000))


def recorded() -> Tensor:
    """A tom, ``(1, T)``; skips where there is no recording."""
    for folder in RECORDINGS:
        if (file := folder / "drum_tom_hi_hard.flac").exists():
            sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
            assert rate == 44_100
            return F.pad(torch.from_numpy(sound[:, 0])[None], (2_000, 2_000))
    pytest.skip("there are no recordings (on Debian: apt-get install sonic-pi-samples)")


def difference(reference: Tensor, changed: Tensor, rate: int = RATE) -> Tensor:
    return audible_difference(reference, changed, rate=rate)


def later(sound: Tensor, samples: int) -> Tensor:
    return F.pad(sound, (samples, 0))[:, : sound.shape[1]]


def turned(sound: Tensor) -> Tensor:
    """All frequencies shifted by 90 degrees."""
    spectrum = torch.fft.rfft(F.pad(sound, (0, sound.shape[1])))
    return torch.fft.irfft(spectrum * -1j)[:, : sound.shape[1]]


def dull(sound: Tensor, hertz: float, rate: int) -> Tensor:
    """Without what lies above a frequency."""
    spectrum = torch.fft.rfft(sound)
    bins = torch.fft.rfftfreq(sound.shape[1], 1 / rate)
    return torch.fft.irfft(spectrum * (bins < hertz), n=sound.shape[1])


def noisy(sound: Tensor, decibels: float) -> Tensor:
    """With white noise so many dB below the sound."""
    white = noise(*sound.shape)
    return sound + white * sound.norm() / white.norm() * 10 ** (-decibels / 20)


@pytest.mark.parametrize("kind", ["synthetic", "recorded"])
def test_changes_are_ordered_as_by_ear(kind: str) -> None:
    sound, rate, high = (plucked(), RATE, 1_100) if kind == "synthetic" else (recorded(), 44_100, 4_000)
    tiers = [
        [-sound, turned(sound), later(sound, 1), later(sound, rate // 1_000), later(sound, rate // 200), 1.01 * sound],
        [(127 * sound).round() / 127, dull(sound, high, rate)],
        [noisy(sound, 20)],
        [noisy(sound, 10)],
        [noisy(sound, 0)],
        [0 * sound],
    ]
    values = [torch.cat([difference(sound, changed, rate) for changed in tier]) for tier in tiers]
    for better, worse in itertools.pairwise(values):
        assert better.max() < worse.min()
    assert values[0].max() < 2e-3


def test_a_sound_has_no_difference_from_itself_and_silence_has_all() -> None:
    sound = torch.cat([plucked(2), noise(1, plucked().shape[1])])
    assert difference(sound, sound).eq(0).all()
    torch.testing.assert_close(difference(sound, 0 * sound), torch.ones(3))
    torch.testing.assert_close(difference(0 * sound, sound), torch.ones(3))
    assert difference(0 * sound, 0 * sound).eq(0).all()


@pytest.mark.parametrize("rate", [8_000, 22_050, 48_000])
def test_another_sound_lies_between_nothing_and_all(rate: int) -> None:
    values = difference(noise(4, seed=1), plucked(4, RATE // 2 - 2_000), rate)
    assert ((values > 0.3) & (values < 1)).all()


@pytest.mark.parametrize("factor", [1e-3, 0.1, 30.0])
def test_a_gain_of_both_changes_nothing(factor: float) -> None:
    one, other = noise(3), noise(3, seed=1, level=0.05)
    torch.testing.assert_close(difference(factor * one, factor * other), difference(one, other), rtol=1e-3, atol=1e-6)


def test_more_is_worse() -> None:
    sound = plucked()
    families = [
        [noisy(sound, decibels) for decibels in (40, 30, 20, 10, 0, -10)],
        [dull(sound, hertz, RATE) for hertz in (2_200, 1_100, 500, 100)],
        [(sound * 2 ** (bits - 1)).round() / 2 ** (bits - 1) for bits in (14, 12, 10, 8, 6, 4)],
        [sound * 10 ** (-decibels / 20) for decibels in (0.2, 1, 3, 6, 12)],
    ]
    for family in families:
        values = torch.cat([difference(sound, changed) for changed in family])
        assert (values.diff() > 0).all()


def test_noise_under_the_sounds_own_spectrum_is_masked() -> None:
    sound = plucked()
    shaped = torch.fft.irfft(torch.fft.rfft(sound).abs() * torch.fft.rfft(noise(*sound.shape)), n=sound.shape[1])
    white = noise(*sound.shape)
    quiet = [0.1 * sound.norm() * kind / kind.norm() for kind in (shaped, white)]
    masked, plain = (difference(sound, sound + added).item() for added in quiet)
    assert masked < 0.6 * plain


def test_what_lies_below_the_threshold_of_hearing_adds_nothing() -> None:
    sound = plucked()
    rounded = (sound * 2**15).round() / 2**15
    assert difference(sound, rounded).item() < 1e-4


def test_a_tone_too_high_or_too_low_to_be_heard_adds_little() -> None:
    sound, time = F.pad(plucked(samples=24_000), (0, 22_000)), torch.arange(48_000) / 48_000
    low, heard, high = (
        difference(sound, sound + 0.01 * torch.sin(2 * math.pi * hertz * time), 48_000).item()
        for hertz in (25, 3_000, 19_000)
    )
    assert low < 0.1 * heard
    assert high < 0.1 * heard


@pytest.mark.parametrize("sign", [1, -1])
def test_the_delay_is_found_whatever_the_phase(sign: int) -> None:
    sound = noise(4)
    lags = torch.tensor([0, 3, -7, 160])
    for moved in (advanced(sound, -lags), turned(advanced(sound, -lags))):
        assert delay(sound, sign * moved, longest=160).equal(lags)
    inner = F.pad(sound, (160, 160))
    assert advanced(advanced(inner, -lags), lags).equal(inner)


def test_a_sine_of_amplitude_one_has_power_one() -> None:
    for hertz in (300, 1_000, 5_000):
        sound = torch.sin(2 * math.pi * hertz * torch.arange(RATE) / RATE)[None]
        power = band_power(sound, rate=RATE).sum(dim=2)[0, 8:-8]
        torch.testing.assert_close(power, torch.ones_like(power), rtol=2e-2, atol=0)


def test_a_batch_is_its_sounds_one_by_one() -> None:
    one = plucked(4)
    other = torch.stack([noisy(one[:1], 10)[0], later(one[1:2], 40)[0], 0 * one[2], -one[3]])
    alone = torch.cat([difference(a[None], b[None]) for a, b in zip(one, other, strict=True)])
    torch.testing.assert_close(difference(one, other), alone, rtol=1e-4, atol=1e-6)


def test_gradients_are_finite_for_silence_too() -> None:
    sound = noise(2, 1_000)
    loud, quiet = 1e4 * sound, 1e-9 * sound
    silence = 0 * sound
    for one, other in ((sound, silence), (silence, loud), (silence, silence), (sound, sound), (quiet, loud)):
        pair = [side.clone().requires_grad_() for side in (one, other)]
        value = difference(*pair)
        assert ((value >= 0) & (value <= 1 + 1e-6)).all()
        for gradient in torch.autograd.grad(value.sum(), pair):
            assert gradient.isfinite().all()


def test_the_gradient_is_the_slope() -> None:
    pair = [noise(1, 120, seed=seed).double().requires_grad_() for seed in range(2)]
    assert torch.autograd.gradcheck(lambda a, b: difference(a, b, 2_000), pair)


def test_following_the_gradient_brings_a_sound_nearer() -> None:
    sound = plucked(1, 2_000)
    changed = noisy(sound, 10).requires_grad_()
    start = difference(sound, changed)
    (gradient,) = torch.autograd.grad(start.sum(), changed)
    step = 1e-2 * changed.norm() / gradient.norm()
    assert difference(sound, changed - step * gradient).item() < start.item()


@pytest.mark.parametrize("samples", [1, 2, 100])
def test_a_sound_may_be_shorter_than_a_window(samples: int) -> None:
    sound = noise(2, samples)
    values = difference(sound, noise(2, samples, seed=1))
    assert ((values >= 0) & (values <= 1)).all()
    torch.testing.assert_close(difference(0 * sound, sound), torch.ones(2))  # no delay shifts it out of the frames


def test_what_cannot_be_compared_is_refused_in_one_line() -> None:
    for bad, says in ((noise(2, 7), r"\(2, 8\).*\(2, 7\)"), (noise(2, 8) * math.nan, "not finite")):
        with pytest.raises(UserError, match=says) as caught:
            difference(noise(2, 8), bad)
        assert "\n" not in str(caught.value)
    for rate in (0, 999, math.nan):
        with pytest.raises(UserError, match="Hz"):
            audible_difference(noise(2, 8), noise(2, 8), rate=rate)  # type: ignore[arg-type]
