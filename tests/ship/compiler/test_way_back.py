"""A law: the way back inside a module is the way back in Python, for every representation that has one."""

import math

import numpy as np
import pytest
import torch
from bare_ways_back import asked, chirps, difference, encoded_as, way_back

from ganbaru import signal
from ganbaru.errors import UserError
from ganbaru.ship.compiler.way_back import with_way_back

EXACT = [
    ("waveform", 8000, 500, {}),
    ("waveform", 8000, 500, {"scale": 0.25}),
    ("mu-law", 16000, 333, {}),
    ("mu-law", 16000, 333, {"bits": 16}),
    ("stft", 8000, 1000, {}),
    ("stft", 8000, 5, {"n_fft": 8, "hop": 3}),
    ("stft", 22050, 777, {"n_fft": 512, "hop": 100}),
    ("stft", 8000, 130, {"n_fft": 64, "hop": 1}),
    ("magnitude+if", 8000, 1000, {}),
    ("magnitude+if", 22050, 777, {"n_fft": 512, "hop": 100}),
    ("mdct", 8000, 1000, {}),
    ("mdct", 22050, 777, {"hop": 64}),
]


@pytest.mark.parametrize(("name", "rate", "samples", "options"), EXACT)
def test_what_needs_no_search_comes_back_as_in_python(name, rate, samples, options, loaded) -> None:
    representation = signal.representation(name, rate=rate, **options)
    if "scale" not in options:
        representation = representation.fitted(torch.cat([chirps(rate, samples, seed) for seed in range(3)]))
    module = loaded(way_back(representation, samples).binary())
    for seed in range(3):
        encoded = representation.encode(chirps(rate, samples, seed))
        assert difference(asked(module, encoded), representation.decode(encoded, samples)[0].numpy()) <= 1e-5
        noise = torch.randn(encoded.shape, generator=torch.Generator().manual_seed(seed))
        assert difference(asked(module, noise), representation.decode(noise, samples)[0].numpy()) <= 1e-4


def test_numbers_that_are_none_are_silent_and_leave_no_trace(loaded) -> None:
    representation = signal.representation("log-mel", rate=8000, n_fft=64, bands=8, iterations=4)
    module = loaded(way_back(representation, 300).binary())
    encoded = representation.encode(chirps(8000, 300, 0))
    before = asked(module, encoded)
    broken = encoded.clone()
    broken[0, 2, 3:5], broken[0, 4, 1], broken[0, 5, 1] = math.nan, math.inf, -math.inf
    expected = representation.decode(torch.nan_to_num(broken), 300)[0].numpy()
    assert difference(asked(module, broken), expected) <= 1e-3
    assert np.array_equal(asked(module, encoded), before)


@pytest.mark.parametrize("name", ["log-mel", "log-magnitude"])
def test_silence_comes_back_as_silence(name, loaded) -> None:
    representation = signal.representation(name, rate=8000, n_fft=64, iterations=3)
    module = loaded(way_back(representation, 200).binary())
    made = asked(module, torch.full((1, *representation.shape(200)), -30.0))
    assert made.shape == (200,)
    assert not made.any()


@pytest.mark.parametrize("name", ["cqt", "log-cqt"])
def test_a_representation_without_a_way_back_is_refused_by_name(name) -> None:
    representation = signal.representation(name, rate=8000)
    with pytest.raises(UserError, match=name) as refused:
        with_way_back(encoded_as(representation.shape(1000)), representation, 1000)
    assert "log-mel" in str(refused.value.hint)


def test_a_window_that_is_no_power_of_two_is_refused() -> None:
    representation = signal.representation("log-mel", rate=8000, n_fft=300)
    with pytest.raises(UserError, match="300"):
        with_way_back(encoded_as(representation.shape(1000)), representation, 1000)


def test_a_generator_of_another_shape_is_refused() -> None:
    representation = signal.representation("log-mel", rate=8000)
    with pytest.raises(UserError, match="makes"):
        with_way_back(encoded_as((3, 5)), representation, 1000)
