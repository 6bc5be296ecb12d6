"""Laws of the distances that papers report: themselves, scale, closed forms, silence, gradients, bad input."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal.cepstrum import mel_cepstral_distortion, mel_cepstrum
from ganbaru.signal.differences import log_mel, log_mel_error, multi_resolution_stft, si_sdr, waveform_l2
from ganbaru.signal.framing import stft

RATE = 8_000
Distance = Callable[[Tensor, Tensor], Tensor]
SPECTRAL: dict[str, Distance] = {
    "multi_resolution_stft": multi_resolution_stft,
    "log_mel_error": lambda a, b: log_mel_error(a, b, rate=RATE),
    "mel_cepstral_distortion": lambda a, b: mel_cepstral_distortion(a, b, rate=RATE),
}
DISTANCES: dict[str, Distance] = {"waveform_l2": waveform_l2, "si_sdr": si_sdr, **SPECTRAL}
EVERY = pytest.mark.parametrize("distance", DISTANCES.values(), ids=DISTANCES)


def noise(batch: int = 3, samples: int = 2_000, *, seed: int = 0, level: float = 0.1) -> Tensor:
    return level * torch.randn(batch, samples, generator=torch.Generator().manual_seed(seed))


def test_a_sound_is_at_no_distance_from_itself() -> None:
    sound = noise()
    for name, distance in DISTANCES.items():
        best = 100.0 if name == "si_sdr" else 0.0
        torch.testing.assert_close(distance(sound, sound), torch.full((3,), best), rtol=0, atol=1e-3)


@EVERY
def test_another_sound_is_worse_and_more_of_it_is_worse_still(distance: Distance) -> None:
    sound = noise()
    values = torch.stack([distance(sound, sound + noise(seed=1, level=level)) for level in (0, 1e-3, 1e-2, 0.1)])
    steps = values.diff(dim=0) * (-1 if distance is si_sdr else 1)
    assert (steps > 0).all()


def test_a_flipped_polarity_is_far_in_waveform_only() -> None:
    sound = noise()
    torch.testing.assert_close(waveform_l2(sound, -sound), torch.full((3,), 2.0))
    torch.testing.assert_close(si_sdr(sound, -sound), torch.full((3,), 100.0), rtol=0, atol=1e-3)
    for distance in SPECTRAL.values():
        torch.testing.assert_close(distance(sound, -sound), torch.zeros(3), rtol=0, atol=1e-6)


@pytest.mark.parametrize("factor", [0.25, 8.0])
def test_a_gain_of_both_changes_nothing_above_the_floor(factor: float) -> None:
    one, other = noise(), noise(seed=1)
    for distance in DISTANCES.values():
        torch.testing.assert_close(distance(factor * one, factor * other), distance(one, other), rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("decibels", [-12.0, 0.5, 6.0])
def test_a_gain_of_the_changed_sound_reads_what_it_must(decibels: float) -> None:
    sound, factor = noise(), 10 ** (decibels / 20)
    expected = {
        waveform_l2: abs(factor - 1),
        multi_resolution_stft: abs(factor - 1) + abs(math.log(factor)),
        SPECTRAL["log_mel_error"]: abs(decibels),
        SPECTRAL["mel_cepstral_distortion"]: 0.0,
        si_sdr: 100.0,
    }
    for distance, value in expected.items():
        torch.testing.assert_close(distance(sound, factor * sound), torch.full((3,), value), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("decibels", [-40.0, 0.0, 20.0, 60.0])
def test_si_sdr_is_the_power_of_what_is_orthogonal(decibels: float) -> None:
    sound, other = noise(1).double(), noise(1, seed=1).double()
    rest = other - sound * (other * sound).sum() / (sound * sound).sum()
    rest *= 10 ** (-decibels / 20) * sound.norm() / rest.norm()
    for factor in (1.0, -3.0):
        value = si_sdr(sound, factor * (sound + rest)).item()
        assert value == pytest.approx(decibels, abs=1e-3)


def test_waveform_l2_of_orthogonal_noise_is_its_relative_amplitude() -> None:
    time = torch.arange(1_000) / 1_000
    tone, other = torch.sin(2 * math.pi * 10 * time)[None], torch.sin(2 * math.pi * 20 * time)[None]
    assert waveform_l2(tone, tone + 0.3 * other).item() == pytest.approx(0.3, rel=1e-4)
    assert waveform_l2(tone, 0 * tone).item() == 1


def test_multi_resolution_stft_is_the_equations_of_the_paper() -> None:
    one, other = noise(1).double(), noise(1, seed=1).double()
    terms = []
    for n_fft in (64, 256):
        a, b = (stft(sound, n_fft=n_fft, hop=n_fft // 4)[0].abs() for sound in (one, other))
        terms.append(((a - b) ** 2).sum().sqrt() / (a**2).sum().sqrt() + (a.log() - b.log()).abs().sum() / a.numel())
    value = multi_resolution_stft(one, other, n_ffts=(64, 256), floor=1e-12).item()
    assert value == pytest.approx(sum(terms).item() / 2, rel=1e-9)


def test_the_cepstrum_gives_the_log_spectrum_back() -> None:
    bands = torch.randn(2, 10, 4, generator=torch.Generator().manual_seed(0)).double()
    cepstrum = mel_cepstrum(bands, coefficients=9)
    place = (torch.arange(10).double() + 0.5) / 10
    cosines = torch.cos(math.pi * torch.arange(1, 10)[:, None].double() * place)
    torch.testing.assert_close(cosines.T @ cepstrum, bands - bands.mean(dim=1, keepdim=True))


def test_distortion_of_all_cepstra_is_the_deviation_of_the_levels_and_of_fewer_is_less() -> None:
    one, other = noise(), noise(seed=1)
    change = log_mel(one, rate=RATE, floor=1e-4) - log_mel(other, rate=RATE, floor=1e-4)
    deviation = 20 / math.log(10) * change.std(dim=1, correction=0).mean(dim=1)
    torch.testing.assert_close(mel_cepstral_distortion(one, other, rate=RATE, coefficients=63), deviation)
    assert (mel_cepstral_distortion(one, other, rate=RATE) < deviation).all()


def test_what_lies_below_the_floor_is_not_told_apart() -> None:
    quiet, quieter = noise(level=1e-6), noise(seed=1, level=1e-7)
    for distance in SPECTRAL.values():
        assert distance(quiet, quieter).eq(0).all()
    assert (log_mel_error(quiet, quieter, rate=RATE, floor=1e-9) > 10).all()
    assert (mel_cepstral_distortion(quiet, quieter, rate=RATE, floor=1e-9) > 1).all()
    assert (multi_resolution_stft(quiet, quieter, floor=1e-9) > 1).all()


@pytest.mark.parametrize("level", [1e-3, 0.1, 1.0])
def test_silence_has_a_defined_place(level: float) -> None:
    silence, sound = torch.zeros(3, 2_000), noise(level=level)
    for name, distance in DISTANCES.items():
        one, other, both = distance(silence, sound), distance(sound, silence), distance(silence, silence)
        if name == "si_sdr":
            assert one.eq(-100).all()
            assert other.eq(-100).all()
            assert both.eq(100).all()
        else:
            assert both.eq(0).all()
            assert ((one > 0) & (one < 2e6)).all()
            assert ((other > 0) & (other < 100)).all()
    assert (multi_resolution_stft(silence, noise(level=1.0)) < 1_000).all()


@EVERY
def test_a_batch_is_its_sounds_one_by_one(distance: Distance) -> None:
    one, other = noise(), noise(seed=1) * torch.tensor([[0.1], [1.0], [0.0]])
    alone = torch.cat([distance(a[None], b[None]) for a, b in zip(one, other, strict=True)])
    torch.testing.assert_close(distance(one, other), alone)


@EVERY
@pytest.mark.parametrize("samples", [1, 2, 100])
def test_a_sound_may_be_shorter_than_a_window(distance: Distance, samples: int) -> None:
    assert distance(noise(2, samples), noise(2, samples, seed=1)).isfinite().all()


@EVERY
def test_gradients_are_finite_for_silence_too(distance: Distance) -> None:
    sound = noise(2, 600)
    for one, other in ((sound, 0 * sound), (0 * sound, sound), (0 * sound, 0 * sound), (sound, sound)):
        pair = [side.clone().requires_grad_() for side in (one, other)]
        for gradient in torch.autograd.grad(distance(*pair).sum(), pair):
            assert gradient.isfinite().all()


@EVERY
def test_the_gradient_is_the_slope(distance: Distance) -> None:
    pair = [noise(1, 150, seed=seed).double().requires_grad_() for seed in range(2)]
    assert torch.autograd.gradcheck(distance, pair)


BAD: dict[str, tuple[object, object, str]] = {
    "one dimension": (torch.zeros(8), torch.zeros(8), r"\(B, T\)"),
    "three dimensions": (torch.zeros(2, 1, 8), torch.zeros(2, 1, 8), r"\(B, T\)"),
    "no samples": (torch.zeros(2, 0), torch.zeros(2, 0), "0 samples"),
    "integers": (torch.zeros(2, 8, dtype=torch.int16), torch.zeros(2, 8), "int16"),
    "half precision": (torch.zeros(2, 8).half(), torch.zeros(2, 8).half(), "float16"),
    "an array": (torch.zeros(2, 8).numpy(), torch.zeros(2, 8), "ndarray"),
    "other lengths": (torch.zeros(2, 8), torch.zeros(2, 9), r"\(2, 8\).*\(2, 9\)"),
    "other batches": (torch.zeros(1, 8), torch.zeros(2, 8), r"\(1, 8\).*\(2, 8\)"),
    "other precision": (torch.zeros(2, 8), torch.zeros(2, 8).double(), "float64"),
    "not a number": (torch.zeros(2, 8), torch.full((2, 8), math.nan), "not finite"),
    "infinite": (torch.full((2, 8), -math.inf), torch.zeros(2, 8), "not finite"),
}


@EVERY
@pytest.mark.parametrize(("reference", "changed", "says"), BAD.values(), ids=BAD)
def test_what_cannot_be_compared_is_refused_in_one_line(
    distance: Distance, reference: Tensor, changed: Tensor, says: str
) -> None:
    with pytest.raises(UserError, match=says) as caught:
        distance(reference, changed)
    assert "\n" not in str(caught.value)


def test_options_that_cannot_be_are_refused_in_one_line() -> None:
    sound = noise()
    for floor in (0.0, -1.0, math.nan):
        with pytest.raises(UserError, match="floor"):
            multi_resolution_stft(sound, sound, floor=floor)
        with pytest.raises(UserError, match="floor"):
            log_mel_error(sound, sound, rate=RATE, floor=floor)
    for coefficients in (0, 64):
        with pytest.raises(UserError, match="take 1 to 63"):
            mel_cepstral_distortion(sound, sound, rate=RATE, coefficients=coefficients)
    with pytest.raises(UserError, match="hop"):
        multi_resolution_stft(sound, sound, n_ffts=(2,))
    with pytest.raises(UserError, match="no window"):
        multi_resolution_stft(sound, sound, n_ffts=())
