"""Augmentation keeps a sound the sound it was, lets the gradient through, and resumes exactly."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from trainings import evidence, stop_at, trained_bytes

import ganbaru as gb
from ganbaru import signal
from ganbaru.errors import UserError
from ganbaru.training import Config
from ganbaru.training.augment import Augment
from ganbaru.training.augmenting import overfitting
from ganbaru.training.augmenting.form import Form
from ganbaru.training.augmenting.transforms import (
    DECIBELS,
    OCTAVES,
    SEMITONES,
    SHARE,
    TRANSFORMS,
    gain,
    noise,
    pitch,
    polarity,
    shift,
    specaugment,
    time_stretch,
)

RATE = 16_000
KINDS = ("waveform", "mu-law", "log-mel", "mel", "log-magnitude", "log-cqt", "cqt", "stft", "mdct", "magnitude+if")
Train = Callable[..., gb.Run]


def tones(count: int = 12, samples: int = 4000) -> Tensor:
    """Sines of one pitch each, ``(N, T)``."""
    time = torch.arange(samples) / RATE
    pitches = torch.linspace(300, 1500, count)[:, None]
    return 0.3 * torch.sin(2 * torch.pi * pitches * time)


def encoded(name: str) -> tuple[Any, Tensor, Form]:
    representation = signal.representation(name, rate=RATE).fitted(tones())
    return representation, representation.encode(tones()), Form.of(representation.recipe())


EVERY = [(name, transform) for name in KINDS for transform in Form(name).suits]


@pytest.mark.parametrize(("name", "transform"), EVERY)
def test_a_transform_keeps_shape_and_numbers_and_lets_the_gradient_through(name: str, transform: str) -> None:
    _, samples, form = encoded(name)
    samples = samples.requires_grad_()
    torch.manual_seed(3)
    changed = TRANSFORMS[transform](samples, form)
    assert changed.shape == samples.shape
    assert changed.dtype == samples.dtype
    assert torch.isfinite(changed).all()
    assert not torch.equal(changed, samples)
    (gradient,) = torch.autograd.grad(changed.square().sum(), samples)
    assert torch.isfinite(gradient).all()
    assert all(bool((each != 0).any()) for each in gradient)
    torch.manual_seed(3)
    assert torch.equal(TRANSFORMS[transform](samples, form), changed), "the random state alone decides"


@pytest.mark.parametrize("name", ["waveform", "stft", "log-mel", "mel", "log-magnitude"])
def test_a_gain_is_the_gain_of_the_sound(name: str) -> None:
    """Encoding a louder sound and making an encoded sound louder are one, but for what lay under the floor before."""
    representation, samples, form = encoded(name)
    torch.manual_seed(0)
    changed = gain(samples, form)
    torch.manual_seed(0)
    factors = 10 ** (DECIBELS * (2 * torch.rand(len(samples), 1) - 1) / 20)
    expected = representation.encode(factors * tones())
    least = math.log(form.floor) + 1e-3 if form.logarithmic else -math.inf
    known = form.raw(samples) > least
    assert known.double().mean() > 0.02
    assert (changed - expected)[known].abs().max() < 1e-3


def test_polarity_and_gain_leave_all_else_as_it_was() -> None:
    _, samples, form = encoded("waveform")
    turned = polarity(samples, form)
    signs = (turned * samples).sum(dim=(1, 2)).sign()
    assert set(signs.tolist()) == {-1.0, 1.0}
    assert torch.equal(turned, samples * signs[:, None, None])
    ratio = gain(samples, form).square().sum(dim=(1, 2)) / samples.square().sum(dim=(1, 2))
    assert (10 * torch.log10(ratio)).abs().max() <= DECIBELS + 1e-3


def test_a_pitch_moves_what_is_heard_by_two_semitones_at_most() -> None:
    _, samples, form = encoded("waveform")
    torch.manual_seed(1)
    moved = pitch(samples, form)
    before, after = (torch.fft.rfft(x[:, 0, :2000], n=1 << 16).abs().argmax(dim=1).double() for x in (samples, moved))
    semitones = 12 * torch.log2(after / before)
    assert 0.5 < semitones.abs().max() <= SEMITONES + 0.05
    assert semitones.std() > 0.3


@pytest.mark.parametrize("name", ["log-mel", "log-cqt"])
def test_a_pitch_moves_bands_and_not_frames(name: str) -> None:
    _, samples, form = encoded(name)
    torch.manual_seed(1)
    raw, moved = form.raw(samples), form.raw(pitch(samples, form))
    centre = torch.arange(raw.shape[1], dtype=torch.float32)
    peaks = [
        (x.exp().mean(dim=2) ** 4 * centre).sum(dim=1) / (x.exp().mean(dim=2) ** 4).sum(dim=1) for x in (raw, moved)
    ]
    assert 0.3 < (peaks[1] - peaks[0]).abs().max() <= SEMITONES + 0.5


def test_a_tempo_moves_an_onset_and_not_the_bands() -> None:
    form = Form("log-mel")
    sounds = torch.zeros(32, 8, 100)
    sounds[:, 3, 50:] = 1.0
    torch.manual_seed(0)
    changed = time_stretch(sounds, form)
    onsets = (changed[:, 3] < 0.5).sum(dim=1).double()
    assert ((onsets / 50).log2().abs() <= OCTAVES + 0.05).all()
    assert onsets.std() > 2
    assert torch.equal(changed[:, :3], sounds[:, :3])


def test_specaugment_masks_one_stripe_of_each_axis_with_the_mean() -> None:
    ones = torch.ones(200, 64, 80)
    torch.manual_seed(0)
    masked = specaugment(ones, Form("log-mel")) == 0
    bands, frames = masked.all(dim=2), masked.all(dim=1)
    assert torch.equal(masked, bands[:, :, None] | frames[:, None])
    for stripes, length in ((bands, 64), (frames, 80)):
        widths = stripes.sum(dim=1)
        assert widths.max() <= SHARE * length + 1
        assert widths.float().std() > 1
        assert ((stripes[:, 1:] != stripes[:, :-1]).sum(dim=1) <= 2).all()


def test_noise_is_white_and_small_and_a_shift_is_an_eighth_at_most() -> None:
    form, flat = Form("log-mel"), torch.zeros(400, 16, 32)
    level = noise(flat, form).std(dim=(1, 2))
    assert level.max() < 0.12
    assert level.min() < 0.02
    ramp = torch.arange(32.0).expand(400, 16, 32)
    assert (shift(ramp, form)[:, 0, 16] - 16).abs().max() == 4


def test_what_has_no_meaning_is_refused_by_name(tmp_path: Any) -> None:
    with pytest.raises(UserError, match=r"augment: 'pitch' has no meaning for points.*it takes noise"):
        gb.fit("toy:ring", out=tmp_path / "run", augment=["pitch"], steps=1)
    with pytest.raises(UserError, match=r"setting augment\.0 = 'louder'"):
        gb.fit("toy:ring", out=tmp_path / "run", augment=["louder"], steps=1)
    assert not (tmp_path / "run").exists()


def test_each_sample_goes_through_with_its_probability() -> None:
    augment = Augment(Config(augment=("polarity",), augment_probability=0.3), {"name": "waveform"})
    torch.manual_seed(0)
    turned = (augment(torch.ones(20_000, 1, 2)) < 0).all(dim=2).double().mean()
    assert turned == pytest.approx(0.15, abs=0.01)


def test_nothing_asked_for_draws_nothing() -> None:
    augment = Augment(Config(), {"name": "log-mel"})
    before = torch.get_rng_state()
    sounds = torch.ones(3, 4, 5)
    assert augment(sounds) is sounds
    assert torch.equal(torch.get_rng_state(), before)
    adaptive = Augment(Config(augment=("adaptive",)), {"name": "log-mel"})
    assert adaptive.probability == 0.0
    assert adaptive(sounds) is sounds


def test_the_signs_of_overfitting() -> None:
    real, fake = torch.tensor([2.0, 1.0, 3.0]), torch.tensor([-2.0, -1.0, -3.0])
    assert overfitting.sign_of_real(real, 0.0) == 1.0
    assert overfitting.sign_of_real(fake, 0.0) == -1.0
    assert overfitting.sign_of_real(real, 2.0) == 0.0
    assert overfitting.gap(real, real, fake) == 0.0
    assert overfitting.gap(real, fake, fake) == 1.0
    assert overfitting.gap(real, (real + fake) / 2, fake) == 0.5
    assert overfitting.gap(real + 7, (real + fake) / 2 + 7, fake + 7) == pytest.approx(0.5), "no matter the offset"
    assert overfitting.gap(real, fake, real) == 0.0


def test_the_probability_follows_the_sign_within_its_bounds() -> None:
    assert overfitting.moved(0.2, 0.9, 0.6, overfitting.SHOWN // 10, 0.8) == pytest.approx(0.3)
    assert overfitting.moved(0.2, 0.1, 0.6, overfitting.SHOWN // 10, 0.8) == pytest.approx(0.1)
    assert overfitting.moved(0.2, 0.6, 0.6, overfitting.SHOWN, 0.8) == 0.2
    assert overfitting.moved(0.2, float("nan"), 0.6, overfitting.SHOWN, 0.8) == 0.2
    assert overfitting.moved(0.75, 1.0, 0.6, overfitting.SHOWN, 0.8) == 0.8
    assert overfitting.moved(0.05, -1.0, 0.6, overfitting.SHOWN, 0.8) == 0.0


ADAPTED: dict[str, dict[str, Any]] = {
    "fixed": {"augment": ["noise"]},
    "by the signs": {"augment": ["adaptive"], "objective": "nonsaturating", "critic.learning_rate": 0.05, "batch": 64},
    "by what is held out": {"augment": ["adaptive", "noise"], "objective": "wgan", "batch": 64},
}


@pytest.mark.parametrize("kind", sorted(ADAPTED))
@pytest.mark.long
def test_resumed_equals_uninterrupted(tiny: Train, kind: str) -> None:
    settings = {**ADAPTED[kind], "record_every": 1}
    whole = tiny("whole", **settings)
    tiny("cut", callbacks=[stop_at(7)], **settings)
    resumed = tiny("cut", resume=True, **settings)
    assert trained_bytes(whole) == trained_bytes(resumed)
    assert evidence(whole) == evidence(resumed)
    plain = tiny("plain", **{key: value for key, value in settings.items() if key != "augment"})
    seen = [line["augment_probability"] for line in evidence(whole) if "augment_probability" in line]
    if kind == "by what is held out" and not any(seen):
        return
    assert trained_bytes(whole)["model.safetensors"] != trained_bytes(plain)["model.safetensors"]
    assert len(set(seen)) > 1 or kind == "fixed"
