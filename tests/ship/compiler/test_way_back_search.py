"""Laws of Griffin-Lim inside a module: the search in Python, step by step at first, and as good at its end."""

import numpy as np
import pytest
import torch
from bare_ways_back import asked, chirps, difference, way_back
from torch import nn

from ganbaru import signal
from ganbaru.ship.compiler.capture import capture
from ganbaru.ship.compiler.module import compiled
from ganbaru.ship.compiler.way_back import with_way_back
from ganbaru.signal.audible import audible_difference
from ganbaru.signal.griffin_lim import spectral_convergence
from ganbaru.training.counted import normals

CASES = [
    ("log-magnitude", 8000, 700, {"n_fft": 128}),
    ("log-magnitude", 16000, 60, {"n_fft": 128, "hop": 64}),
    ("log-magnitude", 8000, 333, {"n_fft": 512, "hop": 32}),
    ("mel", 22050, 1500, {"n_fft": 256, "hop": 100, "bands": 17}),
    ("mel", 16000, 1000, {"n_fft": 256, "power": 2, "norm": "slaney", "scale": "slaney"}),
    ("log-mel", 8000, 300, {"n_fft": 64, "hop": 7, "bands": 5}),
    ("log-mel", 16000, 4000, {}),
    ("log-mel", 44100, 3000, {"n_fft": 512, "power": 2}),
]


@pytest.mark.parametrize("start", ["zero", "pghi"])
@pytest.mark.parametrize("iterations", [0, 1, 3])
@pytest.mark.parametrize(("name", "rate", "samples", "options"), CASES)
def test_the_first_steps_are_those_of_python(name, rate, samples, options, iterations, start, loaded) -> None:
    representation = signal.representation(name, rate=rate, iterations=iterations, phase=start, **options)
    representation = representation.fitted(chirps(rate, samples, 0))
    encoded = representation.encode(chirps(rate, samples, 1))
    module = loaded(way_back(representation, samples).binary())
    assert difference(asked(module, encoded), representation.decode(encoded, samples)[0].numpy()) <= 1e-3


@pytest.mark.parametrize(("name", "rate", "samples", "options"), CASES)
def test_the_sound_found_fits_as_well_as_that_of_python(name, rate, samples, options, loaded) -> None:
    """Roundings may lead a search elsewhere, but not to what fits less well."""
    representation = signal.representation(name, rate=rate, **options).fitted(chirps(rate, samples, 0))
    module = loaded(way_back(representation, samples).binary())
    for seed in range(2):
        encoded = representation.encode(chirps(rate, samples, seed)) + 0.3 * torch.randn(
            1, *representation.shape(samples), generator=torch.Generator().manual_seed(seed)
        )
        theirs = representation.decode(encoded, samples)
        ours = torch.from_numpy(asked(module, encoded).copy())[None]
        assert _misfit(representation, ours, encoded) <= 1.02 * _misfit(representation, theirs, encoded) + 1e-4
        assert float(audible_difference(theirs, ours, rate=rate).max()) <= 1e-3


def _misfit(representation, sound, encoded) -> float:
    """Of a sound from what was asked for: share of the energy of the bands, or of the magnitudes."""
    bands = representation._standard.back(encoded)
    wanted = bands.clamp(min=0) if representation.floor is None else bands.exp()
    found = representation.magnitude(sound)
    return float((found - wanted).norm() / wanted.norm())


def test_random_phases_are_those_of_numpy(loaded) -> None:
    """Of silent bins nothing else is known: with nothing but those, the sound is what the random phases make."""
    representation = signal.representation("log-magnitude", rate=8000, n_fft=32, iterations=0)
    encoded = torch.full((1, *representation.shape(100)), -6.0)
    encoded[0, 5, 2] = 3.0
    module = loaded(way_back(representation, 100).binary())
    theirs = representation.decode(encoded, 100)[0].numpy()
    assert difference(asked(module, encoded), theirs) <= 1e-5


def test_a_random_start_is_as_good_as_that_of_python(loaded) -> None:
    representation = signal.representation("log-magnitude", rate=8000, n_fft=128, phase="random")
    encoded = representation.encode(chirps(8000, 2000, 3))
    ours = torch.from_numpy(asked(loaded(way_back(representation, 2000).binary()), encoded).copy())[None]
    theirs = representation.decode(encoded, 2000)
    fits = [float(spectral_convergence(sound, encoded.exp(), n_fft=128, hop=64)) for sound in (ours, theirs)]
    assert fits[0] <= fits[1] + 3


def test_the_quicker_kernels_find_a_sound_that_fits_as_well() -> None:
    import wasmtime

    representation = signal.representation("log-mel", rate=8000, n_fft=128)
    encoded = representation.encode(chirps(8000, 2000, 3))
    made = way_back(representation, 2000)
    engine = wasmtime.Engine()
    store = wasmtime.Store(engine)
    plain = wasmtime.Instance(store, wasmtime.Module(engine, made.binary()), []).exports(store)
    fused = wasmtime.Module(engine, bytes(wasmtime.wat2wasm(made.fused)))
    quicker = wasmtime.Instance(store, fused, [plain["memory"], plain["label"]]).exports(store)
    sounds = []
    for run in (plain["run"], quicker["run"]):
        plain["memory"].write(store, encoded[0].numpy().tobytes(), plain["latent"].value(store))
        run(store)
        first = plain["output"].value(store)
        held = plain["memory"].read(store, first, first + 4 * 2000)
        sounds.append(torch.from_numpy(np.frombuffer(held, "<f4").copy())[None])
    one, other = (_misfit(representation, sound, encoded) for sound in sounds)
    assert other <= 1.02 * one
    assert float(audible_difference(*sounds, rate=8000).max()) <= 1e-3


def test_a_generator_of_spectrograms_makes_a_waveform(loaded) -> None:
    torch.manual_seed(0)
    representation = signal.representation("log-mel", rate=8000, n_fft=128, bands=16)
    representation = representation.fitted(chirps(8000, 1024, 0))
    generator = nn.Sequential(
        nn.Linear(7, 64), nn.Unflatten(1, (16, 4)), nn.ReLU(), nn.Upsample(scale_factor=4),
        nn.Conv1d(16, 16, 5, padding=2),
    )  # fmt: skip
    graph = with_way_back(capture(generator, latent=7), representation, 1024)
    module = loaded(compiled(graph, rate=8000).binary())
    assert (module.number("length"), module.number("sample_rate")) == (1024, 8000)
    for seed in range(3):
        with torch.no_grad():
            encoded = generator(torch.from_numpy(normals(seed, 0, 1, 7)))
        theirs = representation.decode(encoded, 1024)
        ours = torch.from_numpy(module.generate(seed).copy())[None]
        assert float(audible_difference(theirs, ours, rate=8000).max()) <= 1e-3
        assert _misfit(representation, ours, encoded) <= 1.02 * _misfit(representation, theirs, encoded)
