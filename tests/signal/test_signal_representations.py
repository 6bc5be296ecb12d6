"""Laws of every representation: there and back, the shape it says, and the recipe that makes it again."""

import json
import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganbaru import signal
from ganbaru.errors import UserError

RATE = 8_000
OPTIONS: dict[str, dict[str, Any]] = {
    "waveform": {"scale": 0.3},
    "mu-law": {"bits": 10},
    "stft": {"n_fft": 192, "hop": 60},
    "log-magnitude": {"n_fft": 192, "hop": 64, "floor": 0.02, "iterations": 5, "phase": "random"},
    "mel": {
        "bands": 20, "n_fft": 128, "hop": 30, "low": 100.0, "high": 3_000.0, "scale": "slaney", "norm": "slaney",
        "power": 2, "iterations": 4, "phase": "random",
    },
    "log-mel": {
        "bands": 20, "n_fft": 128, "hop": 32, "low": 100.0, "high": 3_000.0, "scale": "slaney", "norm": "slaney",
        "power": 2, "floor": 1e-4, "iterations": 4, "phase": "random",
    },
    "magnitude+if": {"n_fft": 192, "hop": 60, "floor": 1e-4},
    "cqt": {"low": 200.0, "bins_per_octave": 12, "hop": 11, "iterations": 3},
    "log-cqt": {"low": 200.0, "bins_per_octave": 12, "hop": 11, "floor": 0.01, "iterations": 3},
    "mdct": {"hop": 90},
}  # fmt: skip
NAMES = list(OPTIONS)
EXACT = {"waveform": {}, "stft": {"n_fft": 190, "hop": 61}, "magnitude+if": {"floor": 1e-8}, "mdct": {"hop": 34}}
"""Those that lose nothing, with options."""
LINEAR = ["waveform", "mu-law", "stft", "mdct"]
"""Those that silence has a slope in."""
BANDED = ["stft", "log-magnitude", "mel", "log-mel", "cqt", "log-cqt", "mdct"]
LOGARITHMIC = ["log-magnitude", "log-mel", "log-cqt"]


def noise(batch: int, samples: int, *, seed: int = 0) -> Tensor:
    return 0.1 * torch.randn(batch, samples, generator=torch.Generator().manual_seed(seed))


def sine(hz: float, samples: int = RATE, amplitude: float = 0.5) -> Tensor:
    return amplitude * torch.sin(2 * math.pi * hz * torch.arange(samples) / RATE)[None]


def power(sound: Tensor) -> Tensor:
    """Of every whole Hz of a sound of one second."""
    return torch.fft.rfft(sound[0]).abs() ** 2


def made(name: str, fit: bool = False) -> signal.Representation:
    plain = signal.representation(name, rate=RATE, **OPTIONS[name])
    return plain.fitted(noise(20, 1_000, seed=5)) if fit else plain


def test_a_waveform_comes_back_exactly() -> None:
    sound = noise(3, 1_001)
    plain = signal.representation("waveform", rate=RATE)
    assert plain.decode(plain.encode(sound), 1_001).equal(sound)
    fitted = plain.fitted(sound)
    torch.testing.assert_close(fitted.decode(fitted.encode(sound), 1_001), sound, rtol=1e-6, atol=0)


@settings(deadline=None, max_examples=150)
@given(name=st.sampled_from(list(EXACT)), samples=st.integers(1, 5_000), fit=st.booleans())
def test_what_loses_nothing_comes_back_100_decibels_down(name: str, samples: int, fit: bool) -> None:
    sound = noise(2, samples)
    plain = signal.representation(name, rate=RATE, **EXACT[name])
    representation = plain.fitted(noise(9, 800, seed=3)) if fit else plain
    back = representation.decode(representation.encode(sound), samples)
    assert 20 * math.log10(float((back - sound).norm() / sound.norm()) + 1e-30) < -100


@pytest.mark.parametrize("hz", [100, 440, 1_000, 2_500, 3_500])
def test_a_tone_comes_back_from_log_magnitude_at_its_frequency(hz: int) -> None:
    representation = signal.LogMagnitude(rate=RATE)
    tone = sine(hz)
    back = representation.decode(representation.encode(tone), RATE)
    spectrum = power(back)
    assert abs(int(spectrum.argmax()) - hz) <= 4
    assert spectrum[hz - 40 : hz + 41].sum() > 0.98 * spectrum.sum()
    wanted = representation.magnitude(tone)
    found = signal.spectral_convergence(back, wanted, n_fft=representation.n_fft, hop=representation.hop)
    assert found.item() < -18


@pytest.mark.parametrize("hz", [150, 440, 1_000, 2_500, 3_500])
def test_a_tone_comes_back_from_log_mel_within_its_band(hz: int) -> None:
    representation = signal.LogMel(rate=RATE)
    tone = sine(hz)
    spectrum = power(representation.decode(representation.encode(tone), RATE))
    band = (hz + 700) * math.log(10) / 2_595 * (2_146 - 78) / 65
    assert abs(int(spectrum.argmax()) - hz) < band / 2
    assert spectrum[hz - 110 : hz + 111].sum() > 0.95 * spectrum.sum()
    assert spectrum.sum().item() == pytest.approx(power(tone).sum().item(), rel=0.4)


@pytest.mark.parametrize("name", ["mu-law", "log-magnitude", "mel", "log-mel", "cqt", "log-cqt"])
def test_what_was_decoded_encodes_to_nearly_the_same(name: str) -> None:
    representation = signal.representation(name, rate=RATE).fitted(noise(8, 4_001, seed=3))
    encoded = representation.encode(noise(4, 4_001))
    again = representation.encode(representation.decode(encoded, 4_001))
    assert (again - encoded).abs().mean() < 0.2 < 0.3 < (encoded.flip(0) - encoded).abs().mean()


@settings(deadline=None, max_examples=60)
@given(name=st.sampled_from(NAMES), samples=st.integers(1, 3_000), plain=st.booleans())
def test_the_shape_is_told_before_encoding(name: str, samples: int, plain: bool) -> None:
    representation = signal.representation(name, rate=RATE) if plain else made(name)
    encoded = representation.encode(noise(2, samples))
    assert tuple(encoded.shape) == (2, *representation.shape(samples))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("samples", [1, 7, 256, 1_001])
def test_a_decoded_sound_has_the_length_asked_for(name: str, samples: int) -> None:
    representation = made(name)
    back = representation.decode(representation.encode(noise(2, samples)), samples)
    assert back.shape == (2, samples)
    assert back.isfinite().all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fit", [False, True])
def test_the_recipe_makes_an_equal_one(name: str, fit: bool) -> None:
    representation = made(name, fit)
    recipe = json.loads(json.dumps(representation.recipe()))
    again = signal.representation(**recipe)
    encoded = representation.encode(noise(2, 1_001))
    assert again.encode(noise(2, 1_001)).equal(encoded)
    assert again.decode(encoded, 1_001).equal(representation.decode(encoded, 1_001))
    assert again.recipe() == representation.recipe()
    assert repr(again) == repr(representation)
    assert {**recipe, **OPTIONS[name]} == recipe or fit


@pytest.mark.parametrize("name", NAMES)
def test_every_option_changes_what_comes_out(name: str) -> None:
    encoded = made(name).encode(noise(1, 500))
    decoded = made(name).decode(encoded, 500)
    for option in OPTIONS[name]:
        rest = {key: value for key, value in OPTIONS[name].items() if key != option}
        other = signal.representation(name, rate=RATE, **rest)
        again = other.encode(noise(1, 500))
        assert not (again.equal(encoded) and other.decode(again, 500).equal(decoded)), option


@pytest.mark.parametrize("name", NAMES)
def test_equal_input_gives_equal_output(name: str) -> None:
    outputs = []
    for seed in range(2):
        torch.manual_seed(seed)
        representation = made(name, fit=True)
        encoded = representation.encode(noise(2, 1_001))
        outputs.append((encoded, representation.decode(encoded, 1_001)))
    assert all(a.equal(b) for a, b in zip(*outputs, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_is_its_sounds_one_by_one(name: str) -> None:
    representation = made(name, fit=True)
    sounds = noise(4, 1_001)
    encoded = representation.encode(sounds)
    torch.testing.assert_close(torch.cat([representation.encode(x[None]) for x in sounds]), encoded)
    decoded = representation.decode(encoded, 1_001)
    one_by_one = torch.cat([representation.decode(x[None], 1_001) for x in encoded])
    torch.testing.assert_close(one_by_one, decoded, rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fit", [False, True])
def test_encoding_has_a_finite_gradient_for_silence_too(name: str, fit: bool) -> None:
    representation = made(name, fit)
    for sound, moves in ((noise(2, 500), True), (torch.zeros(2, 500), name in LINEAR)):
        sound.requires_grad_()
        (gradient,) = torch.autograd.grad(representation.encode(sound).sum(), sound)
        assert gradient.isfinite().all()
        assert bool(gradient.any()) == moves


@pytest.mark.parametrize("name", [name for name in NAMES if name != "mu-law"])
def test_the_gradient_is_the_slope(name: str) -> None:
    sound = noise(1, 90).double().requires_grad_()
    assert torch.autograd.gradcheck(made(name, fit=True).encode, (sound,))


@pytest.mark.parametrize("name", ["stft", "magnitude+if", "mdct", "mu-law", "waveform"])
def test_the_way_back_has_gradients_too(name: str) -> None:
    representation = made(name)
    encoded = representation.encode(noise(1, 90)).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: representation.decode(x, 90), (encoded,))


def test_a_fitted_waveform_reaches_one_and_no_farther() -> None:
    sound = 0.03 * noise(20, 1_000)
    fitted = signal.representation("waveform", rate=RATE).fitted(sound)
    assert fitted.encode(sound).abs().max().item() == pytest.approx(1, rel=1e-6)


@pytest.mark.parametrize("name", BANDED)
def test_fitted_bands_have_mean_zero_and_unit_deviation(name: str) -> None:
    sounds = noise(20, 2_000) * torch.logspace(-1, 1, 20)[:, None]
    fitted = signal.representation(name, rate=RATE).fitted(sounds)
    encoded = fitted.encode(sounds)
    bands = encoded.transpose(-2, -1).flatten(0, -2)
    size = bands.square().mean(dim=0).sqrt()
    assert (size < 1.001).all()
    assert (size > 0.999).float().mean() > 0.97, "but for the lowest, nearly empty bands of a constant Q"
    if name not in LINEAR:
        torch.testing.assert_close(bands.mean(dim=0), torch.zeros(bands.shape[1]), rtol=0, atol=1e-3)
    torch.testing.assert_close(fitted.fitted(sounds).encode(sounds), encoded)


@pytest.mark.parametrize("name", NAMES)
def test_silence_is_fitted_and_comes_back_silent(name: str) -> None:
    silence = torch.zeros(3, 1_000)
    fitted = made(name).fitted(silence)
    encoded = fitted.encode(silence)
    assert encoded.isfinite().all()
    assert encoded.abs().max() < 2
    assert fitted.decode(encoded, 1_000).abs().max() <= (1e-5 if name == "mu-law" else 0)


@pytest.mark.parametrize("name", LOGARITHMIC)
def test_what_lies_below_the_floor_is_silent(name: str) -> None:
    representation = signal.representation(name, rate=RATE, floor=0.01)
    for amplitude, heard in ((0.001, False), (0.1, True)):
        tone = sine(440, amplitude=amplitude)
        assert bool(representation.decode(representation.encode(tone), RATE).any()) == heard


@pytest.mark.parametrize("name", NAMES)
def test_a_representation_is_one_and_says_so(name: str) -> None:
    representation = signal.representation(name, rate=RATE)
    assert isinstance(representation, signal.Representation)
    assert (representation.name, representation.rate) == (name, RATE)
    assert str(RATE) in repr(representation)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_windows_are_32_milliseconds_at_every_rate_and_no_band_is_empty(rate: int) -> None:
    mel = signal.LogMel(rate=rate)
    assert 0.7 < mel.n_fft / (0.032 * rate) < 1.5
    assert mel.n_fft == 2 * mel.hop
    white = mel.magnitude(noise(1, rate))
    assert (white.mean(dim=2) > 0).all()


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("log-mell", {}, "did you mean 'log-mel'"),
        ("waveforms", {}, "did you mean 'waveform'"),
        ("xyz", {}, "known: cqt, log-cqt, log-magnitude, log-mel"),
        ("log-mel", {"band": 3}, "did you mean 'bands'"),
        ("log-magnitude", {"bands": 3}, "known: deviation, floor, hop"),
        ("waveform", {"hop": 3}, "known: scale"),
        ("log-mel", {"scale": "slany"}, "did you mean 'slaney'"),
        ("log-mel", {"norm": "non"}, "did you mean 'none'"),
        ("log-mel", {"bands": 0}, "0 mel bands"),
        ("log-mel", {"low": 5_000.0}, "8000 Hz"),
        ("log-mel", {"high": 4_001.0}, "8000 Hz"),
        ("log-mel", {"mean": [0.0] * 64}, "deviation"),
        ("log-magnitude", {"deviation": [1.0] * 129}, "mean"),
        ("log-magnitude", {"floor": 0.0}, "floor"),
        ("log-magnitude", {"floor": -1.0}, "floor"),
        ("log-magnitude", {"floor": math.nan}, "floor"),
        ("log-magnitude", {"hop": 200}, "half of n_fft"),
        ("waveform", {"scale": 0.0}, "scale"),
        ("waveform", {"rate": 0}, "0 Hz"),
        ("waveform", {"rate": -8_000}, "-8000 Hz"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(name: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says) as caught:
        signal.representation(name, **{"rate": RATE, **options})
    assert "\n" not in str(caught.value)
