"""The edges of every representation: silence, DC, Nyquist, one sample, tiny and huge numbers, and what is no sound."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ganbaru import signal
from ganbaru.errors import UserError
from ganbaru.signal.representation import kinds

NAMES = sorted(kinds())
RATE = 8_000


def made(name: str, **options: Any) -> Any:
    return signal.representation(name, rate=RATE, **options)


def sine(hz: float, samples: int = 2_000) -> Tensor:
    return 0.5 * torch.cos(2 * math.pi * hz * torch.arange(samples) / RATE)[None]


SOUNDS = {
    "silence": torch.zeros(1, 2_000),
    "DC": torch.full((1, 2_000), 0.5),
    "Nyquist": sine(RATE / 2),
    "one sample": torch.full((1, 1), 0.5),
    "an impulse": torch.nn.functional.one_hot(torch.tensor([700]), 2_000).float(),
    "denormals": torch.full((1, 2_000), 1e-40),
    "full scale": torch.sign(sine(441)),
    "far too loud": 1e5 * sine(441),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("what", SOUNDS)
def test_finite_sounds_make_finite_numbers_and_finite_sounds(name: str, what: str) -> None:
    sound = SOUNDS[what]
    for representation in (made(name), made(name).fitted(sound)):
        encoded = representation.encode(sound)
        assert encoded.isfinite().all()
        back = representation.decode(encoded, sound.shape[1])
        assert back.shape == sound.shape
        assert back.isfinite().all()
        assert (back.abs() < 1e-4).all() or what not in ("silence", "denormals")


@pytest.mark.parametrize("name", NAMES)
def test_sounds_within_full_scale_lie_within_the_range_that_is_told(name: str) -> None:
    generator = torch.Generator().manual_seed(0)
    loud = torch.sign(torch.randn(4, 2_000, generator=generator))
    every = torch.cat([loud, *(SOUNDS[what] for what in SOUNDS if SOUNDS[what].shape[1] == 2_000 and what[0] != "f")])
    for representation in (made(name), made(name).fitted(0.1 * loud)):
        low, high = representation.range
        encoded = representation.encode(every)
        slack = 1e-5 * max(abs(float(encoded.min())), abs(float(encoded.max())), 1)
        assert low - slack <= encoded.min()
        assert encoded.max() <= high + slack
    assert representation.loses
    assert representation.hop >= 1


@pytest.mark.parametrize("name", NAMES)
def test_wild_numbers_of_a_network_decode_to_finite_sounds(name: str) -> None:
    representation = made(name)
    shape = representation.shape(500)
    generator = torch.Generator().manual_seed(0)
    for size in (1.0, 30.0, 1e6):
        wild = size * torch.randn(2, *shape, generator=generator)
        assert representation.decode(wild, 500).isfinite().all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("sound", "says"),
    [
        (torch.full((1, 500), math.nan), "500 numbers that are not finite"),
        (torch.cat([torch.zeros(1, 499), torch.full((1, 1), math.inf)], dim=1), "1 numbers"),
        (torch.full((1, 500), 1e20), "million times full scale"),
        (torch.zeros(500), r"\(B, T\)"),
        (torch.zeros(1, 1, 500), r"\(B, T\)"),
        (torch.zeros(1, 500, dtype=torch.int16), "int16"),
        (torch.zeros(1, 0), "0 samples"),
        (np.zeros((1, 500), np.float32), "tensor"),
    ],
    ids=["NaN", "infinity", "1e20", "no batch", "three axes", "int16", "empty", "numpy"],
)
def test_what_is_no_sound_is_refused_in_one_line(name: str, sound: Any, says: str) -> None:
    for door in (made(name).encode, made(name).fitted):
        with pytest.raises(UserError, match=says) as caught:
            door(sound)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_what_another_recipe_encoded_is_refused(name: str) -> None:
    representation = made(name)
    encoded = representation.encode(SOUNDS["an impulse"])
    with pytest.raises(UserError, match=rf"{name.replace('+', '.')} of 1000 samples has shape \(B,"):
        representation.decode(encoded, 1_000)
    with pytest.raises(UserError, match="finite"):
        representation.decode(torch.full_like(encoded, math.nan), 2_000)


@pytest.mark.parametrize("name", NAMES)
def test_double_precision_stays_double(name: str) -> None:
    sound = SOUNDS["an impulse"].double()
    representation = made(name)
    encoded = representation.encode(sound)
    assert encoded.dtype == torch.float64
    assert representation.decode(encoded, 2_000).dtype == torch.float64


@pytest.mark.parametrize("name", ["waveform", "stft", "mdct"])
def test_what_is_linear_is_linear(name: str) -> None:
    a, b = torch.randn(2, 1, 700, generator=torch.Generator().manual_seed(0)).unbind(0)
    representation = made(name)
    parts = [representation.encode(x) for x in (a, b, 2 * a - 3 * b)]
    torch.testing.assert_close(parts[2], 2 * parts[0] - 3 * parts[1], rtol=0, atol=1e-4)


def test_the_mdct_keeps_energy_and_has_as_many_numbers_as_samples() -> None:
    sound = torch.randn(2, 10 * 128, generator=torch.Generator().manual_seed(0))
    encoded = made("mdct", hop=128).encode(sound)
    torch.testing.assert_close(encoded.square().sum(dim=(1, 2)), sound.square().sum(dim=1))
    assert encoded[0].numel() == sound.shape[1] + 128


def test_the_mdct_is_the_cosine_sum_of_its_definition() -> None:
    n = np.arange(32)
    sound = torch.randn(1, 32, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    window = np.sin(math.pi * (n + 0.5) / 32)
    sums = [
        math.sqrt(2 / 16) * (window * sound[0].numpy() * np.cos(math.pi / 16 * (n + 0.5 + 8) * (k + 0.5))).sum()
        for k in range(16)
    ]
    assert made("mdct", hop=16).encode(sound)[0, :, 1].numpy() == pytest.approx(np.array(sums), abs=1e-12)


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_mu_law_has_its_levels_and_its_curve(bits: int) -> None:
    representation = made("mu-law", bits=bits)
    sound = torch.linspace(-1.2, 1.2, 4_001)[None]
    codes = representation.codes(sound)
    assert codes.min() == 0
    assert codes.max() == 2**bits - 1
    assert (codes.diff() >= 0).all()
    back = representation.from_codes(codes)
    torch.testing.assert_close(back, representation.decode(representation.encode(sound), 4_001), rtol=0, atol=1e-6)
    mu = 2**bits - 1
    half_step = math.log1p(mu) * (1 + mu * sound.clamp(-1, 1).abs()) / mu / mu
    assert ((back - sound.clamp(-1, 1)).abs() <= 1.03 * half_step + 1e-6).all()
    with pytest.raises(UserError, match="lie between"):
        representation.from_codes(torch.tensor([[2**bits]]))


def test_mu_law_has_the_slope_of_its_curve_at_silence_too() -> None:
    representation, mu = made("mu-law"), 255
    sound = torch.tensor([[0.0, 0.3, -0.7]], requires_grad=True)
    (slope,) = torch.autograd.grad(representation.encode(sound).sum(), sound)
    expected = mu / (1 + mu * sound.detach().abs()) / math.log(256)
    torch.testing.assert_close(slope, expected)


def test_a_steady_tone_has_a_steady_colour_in_instantaneous_frequency() -> None:
    representation = made("magnitude+if", hop=64)
    encoded = representation.encode(sine(1_000, 4_000))[0]
    band = int(encoded[0].mean(dim=1).argmax())
    turns = encoded[1, band, 4:-4]
    assert turns.std() < 1e-3
    assert float(turns.mean()) == pytest.approx((2 * 1_000 * 64 / RATE + 1) % 2 - 1, abs=1e-3)


def test_a_constant_q_tone_stands_in_its_band() -> None:
    representation = made("cqt")
    hz = representation.frequencies()[60]
    assert hz == pytest.approx(65.40639 * 2 ** (59 / 24))
    bands = representation.encode(2 * sine(hz, 8_000))[0][:, 40:-40].mean(dim=1)
    assert int(bands.argmax()) == 60
    assert float(bands[60]) == pytest.approx(1.0, rel=0.02)
    octave = representation.frequencies()[84] / hz
    assert octave == pytest.approx(2)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"low": 2_000.0}, "does not fit"),
        ({"low": 0.0}, "does not fit"),
        ({"bins_per_octave": 0}, "bands in an octave"),
        ({"hop": 400}, "too long"),
        ({"hop": 0}, "too long"),
    ],
)
def test_a_constant_q_that_cannot_be_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says):
        made("cqt", **options)


@pytest.mark.parametrize(("name", "options"), [("mu-law", {"bits": 7}), ("mdct", {"hop": 5}), ("mel", {"power": 3})])
def test_other_options_that_cannot_be_are_refused(name: str, options: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        made(name, **options)


def test_constant_q_transforms_are_inverted_by_their_transpose() -> None:
    for samples in (1, 100, 1_001, 5_000):
        sound = torch.randn(2, samples, dtype=torch.float64, generator=torch.Generator().manual_seed(samples))
        representation = made("cqt", bins_per_octave=12)
        back = representation.inverse(representation.transform(sound), samples)
        torch.testing.assert_close(back, sound, rtol=0, atol=1e-12)


def test_magnitudes_of_a_constant_q_come_back_as_a_sound_that_has_them() -> None:
    time = torch.arange(8_000) / RATE
    sound = (torch.exp(-3 * time) * torch.sin(2 * math.pi * (300 + 200 * time) * time))[None]
    representation = made("cqt")
    wanted = representation.encode(sound)
    found = representation.encode(representation.decode(wanted, 8_000))
    assert 20 * math.log10(float((found - wanted).norm() / wanted.norm())) < -25
