"""Laws of phase recovery: signs of slopes, two engines alike, no worse with more iterations, stopping, bad input."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ganbaru import signal
from ganbaru.errors import UserError
from ganbaru.signal import filter_bank, griffin_lim, mel_griffin_lim, recover, spectral_convergence, stft
from ganbaru.signal import pghi as pghi_function
from ganbaru.signal.griffin_lim import Engine
from ganbaru.signal.pghi import frames_first, steps

HOW: dict[str, Any] = {"n_fft": 256, "hop": 64}
ENGINES: list[Engine] = ["compiled", "torch"]


def noise(batch: int, samples: int, *, seed: int = 0) -> Tensor:
    return 0.1 * torch.randn(batch, samples, generator=torch.Generator().manual_seed(seed))


def chirp(samples: int, rate: int = 8_000) -> Tensor:
    """A decaying chirp from 200 to 1,800 Hz, ``(1, T)``."""
    time = torch.arange(samples) / rate
    return (torch.exp(-3 * time) * torch.sin(2 * math.pi * (200 * time + 800 * rate / samples * time**2)))[None]


def clicks(samples: int) -> Tensor:
    """Short tones of 2 kHz that die away at once, ``(1, T)``: with slopes over frequency, unlike a chirp."""
    since = torch.arange(samples) % 700
    return (torch.exp(-since / 12.0) * torch.sin(0.5 * math.pi * since + 1))[None]


def magnitude(sound: Tensor, **how: int) -> Tensor:
    return stft(sound, **(how or HOW)).abs().mT


@pytest.mark.parametrize(("make", "which"), [(chirp, "time"), (clicks, "frequency")])
def test_the_slopes_have_the_sign_of_real_phases(make: Any, which: str) -> None:
    """A wrong sign is silent: it still beats a random phase. Each slope is held against the phase of a real sound."""
    transform = stft(make(8_000), **HOW)
    loud = transform.abs() > 0.05 * transform.abs().max()
    axis = 1 if which == "time" else 2
    found = [torch.from_numpy(x) for x in steps(frames_first(transform.abs().mT), **HOW)][axis - 1]
    truth, pairs = torch.diff(transform.angle(), dim=axis), loud.narrow(axis, 1, loud.shape[axis] - 1)

    def agreement(slope: Tensor) -> float:
        return float(torch.cos(truth - slope.narrow(axis, 0, slope.shape[axis] - 1))[pairs].mean())

    bins = torch.arange(129) if which == "time" else torch.zeros(129)
    flat = 2 * math.pi * bins * 64 / 256 if which == "time" else torch.full((129,), -math.pi)
    flat = flat.expand_as(found)
    assert agreement(2 * flat - found) + 0.4 < agreement(flat) + 0.2 < agreement(found)


@pytest.mark.parametrize("make", [chirp, clicks])
def test_a_phase_from_magnitudes_alone_is_far_better_than_a_random_one(make: Any) -> None:
    wanted = magnitude(make(8_000))
    fit = {phase: recover(wanted, samples=8_000, iterations=0, phase=phase, **HOW) for phase in ("pghi", "random")}
    assert float(fit["pghi"].convergence) < -12 < float(fit["random"].convergence)
    assert float(fit["random"].convergence) > -6


def test_a_phase_fits_whatever_the_scale_and_needs_no_neighbours() -> None:
    wanted = magnitude(torch.cat([chirp(4_001), clicks(4_001)]))
    phase = pghi_function(wanted, **HOW)
    fit = [recover(scale * wanted, samples=4_001, iterations=0, **HOW).convergence for scale in (1, 1_000, 1e-6)]
    assert (fit[0] - fit[1]).abs().max() < 0.5
    assert (fit[0] - fit[2]).abs().max() < 0.5
    assert torch.equal(pghi_function(wanted[1:], **HOW)[0], phase[1])
    assert not torch.equal(
        pghi_function(wanted, seed=1, tolerance=0.1, **HOW), pghi_function(wanted, tolerance=0.1, **HOW)
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("phase", ["pghi", "random"])
@pytest.mark.parametrize("make", [chirp, lambda samples: noise(2, samples)], ids=["chirp", "noise"])
def test_more_iterations_are_no_worse(make: Any, phase: Any, engine: Engine) -> None:
    wanted = magnitude(make(4_001))
    found = [
        float(recover(wanted, samples=4_001, iterations=n, phase=phase, engine=engine, **HOW).convergence.max())
        for n in (0, 1, 8, 32, 64)
    ]
    assert found == sorted(found, reverse=True)
    assert found[-1] < -18


@pytest.mark.parametrize("how", [HOW, {"n_fft": 256, "hop": 100}, {"n_fft": 101, "hop": 33}])
@pytest.mark.parametrize("samples", [1, 65, 2_001])
def test_both_engines_do_the_same(how: dict[str, int], samples: int) -> None:
    wanted = magnitude(torch.cat([noise(2, samples), torch.zeros(1, samples)]), **how)
    one, two = (recover(wanted, samples=samples, iterations=4, engine=engine, **how) for engine in ENGINES)
    torch.testing.assert_close(one.waveform, two.waveform, rtol=0, atol=2e-4)
    torch.testing.assert_close(one.convergence.clamp(min=-90), two.convergence.clamp(min=-90), rtol=0, atol=0.2)


@pytest.mark.parametrize("engine", ENGINES)
def test_momentum_is_faster_than_none(engine: Engine) -> None:
    wanted = magnitude(noise(2, 4_001))
    fast, plain = (
        recover(wanted, samples=4_001, momentum=m, phase="random", engine=engine, **HOW) for m in (0.99, 0.0)
    )
    assert (plain.convergence - fast.convergence).min() > 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("iterations", [0, 3])
def test_the_right_phase_is_kept(iterations: int, engine: Engine) -> None:
    sound = noise(2, 1_001)
    phase = stft(sound, **HOW).angle().mT
    found = griffin_lim(magnitude(sound), samples=1_001, iterations=iterations, phase=phase, engine=engine, **HOW)
    torch.testing.assert_close(found, sound, rtol=0, atol=1e-5)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("until", [None, 2.0])
def test_equal_magnitudes_give_equal_sounds_whatever_stands_beside_them(engine: Engine, until: float | None) -> None:
    wanted = magnitude(noise(130, 257))
    how: dict[str, Any] = {"samples": 257, "iterations": 24, "engine": engine, "until": until, **HOW}
    torch.manual_seed(1)
    every = griffin_lim(wanted, **how)
    torch.manual_seed(2)
    assert every.equal(griffin_lim(wanted, **how))
    for i in (0, 127, 128, 129):
        torch.testing.assert_close(griffin_lim(wanted[i : i + 1], **how), every[i : i + 1], rtol=0, atol=1e-3)
    starts = [griffin_lim(wanted[:1], **how, phase="random", seed=seed) for seed in (0, 1)]
    assert not starts[0].allclose(starts[1], atol=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_sound_that_gets_no_better_stops_and_the_others_go_on(engine: Engine) -> None:
    sounds = torch.cat([noise(1, 4_001), chirp(4_001), torch.zeros(1, 4_001)])
    wanted = magnitude(sounds)
    found = recover(wanted, samples=4_001, iterations=400, until=0.5, engine=engine, **HOW)
    assert found.iterations[2] <= 16 < found.iterations[0] < 400
    long = recover(wanted, samples=4_001, iterations=400, engine=engine, **HOW)
    assert (long.iterations == 400).all()
    assert (found.convergence[:2] - long.convergence[:2]).max() < 12
    alone = recover(wanted[:1], samples=4_001, iterations=400, until=0.5, engine=engine, **HOW)
    assert alone.iterations[0] == found.iterations[0]


def test_gradients_go_through_the_engine_in_torch() -> None:
    wanted = magnitude(noise(1, 257)).requires_grad_()
    griffin_lim(wanted, samples=257, iterations=2, **HOW).square().sum().backward()
    assert wanted.grad is not None
    assert wanted.grad.isfinite().all()
    assert wanted.grad.any()


def test_double_precision_stays_double() -> None:
    sound = noise(1, 1_001).double()
    found = griffin_lim(magnitude(sound), samples=1_001, phase=stft(sound, **HOW).angle().mT, iterations=1, **HOW)
    assert found.dtype == torch.float64
    torch.testing.assert_close(found, sound, rtol=0, atol=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_silence_stays_silent_and_no_sounds_are_none(engine: Engine) -> None:
    for phase in ("pghi", "random", "zero"):
        assert griffin_lim(torch.zeros(1, 129, 8), samples=500, phase=phase, engine=engine, **HOW).eq(0).all()
    assert griffin_lim(torch.zeros(0, 129, 8), samples=500, engine=engine, **HOW).shape == (0, 500)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("norm", ["none", "slaney"])
def test_mel_bands_are_met_better_than_by_fixed_magnitudes(engine: Engine, power: int, norm: Any) -> None:
    bank = torch.from_numpy(filter_bank(rate=8_000, n_fft=256, bands=40, low=0, high=4_000, norm=norm))
    sounds = torch.cat([chirp(4_001) + 0.01 * noise(1, 4_001), noise(1, 4_001)])
    bands = bank @ magnitude(sounds) ** power

    def apart(found: Tensor) -> float:
        return float(torch.log((bank @ magnitude(found) ** power + 1e-9) / (bands + 1e-9)).abs().mean())

    fixed = griffin_lim(signal.to_linear(bands, bank) ** (1 / power), samples=4_001, engine=engine, **HOW)
    joint = mel_griffin_lim(bands, bank, samples=4_001, power=power, engine=engine, **HOW)
    assert apart(joint) < 0.6 * apart(fixed)
    early = mel_griffin_lim(bands, bank, samples=4_001, power=power, engine=engine, until=3.0, iterations=200, **HOW)
    assert apart(joint) * 0.3 < apart(early) < apart(fixed)


def test_mel_bands_are_met_alike_by_both_engines() -> None:
    bank = torch.from_numpy(filter_bank(rate=8_000, n_fft=256, bands=40, low=50, high=3_000))
    bands = bank @ magnitude(torch.cat([chirp(2_001), torch.zeros(1, 2_001)]))
    one, two = (mel_griffin_lim(bands, bank, samples=2_001, iterations=3, engine=e, **HOW) for e in ENGINES)
    torch.testing.assert_close(one, two, rtol=0, atol=2e-3)
    assert one[1].abs().max() < 1e-6


@pytest.mark.parametrize("momentum", [1.0, 1.3, -0.1, float("nan")])
def test_a_momentum_that_diverges_is_refused(momentum: float) -> None:
    with pytest.raises(UserError, match="momentum"):
        griffin_lim(torch.ones(1, 129, 8), samples=512, momentum=momentum, **HOW)


@pytest.mark.parametrize("shape", [(1, 128, 8), (1, 129, 7), (129, 8)])
def test_a_magnitude_of_another_shape_is_told_the_shape_wanted(shape: tuple[int, ...]) -> None:
    with pytest.raises(UserError, match=r"wanted \(B, 129, 8\)"):
        griffin_lim(torch.ones(shape), samples=512, **HOW)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"phase": "pgih"}, "'pghi'"),
        ({"engine": "torhc"}, "'torch'"),
        ({"hop": 200}, "half of n_fft"),
        ({"n_fft": 2, "hop": 1}, "half of n_fft"),
    ],
)
def test_what_is_not_known_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(UserError, match=says):
        griffin_lim(torch.ones(1, 129, 8), samples=512, **{**HOW, **options})


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("engine", ENGINES)
def test_numbers_that_are_not_finite_are_refused(bad: float, engine: Engine) -> None:
    wanted = torch.ones(1, 129, 8)
    wanted[0, 3, 3] = bad
    with pytest.raises(UserError, match="1 numbers that are not finite"):
        griffin_lim(wanted, samples=512, engine=engine, **HOW)
    with pytest.raises(UserError, match="finite"):
        pghi_function(wanted, **HOW)


def test_the_compiled_engine_says_what_it_takes() -> None:
    for wanted in (torch.ones(1, 129, 8).double(), torch.ones(1, 129, 8).requires_grad_()):
        with pytest.raises(UserError, match="float32"):
            griffin_lim(wanted, samples=512, engine="compiled", **HOW)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_the_engine_in_torch_runs_on_a_gpu() -> None:
    wanted = magnitude(chirp(4_001)).cuda()
    found = recover(wanted, samples=4_001, **HOW)
    assert found.waveform.is_cuda
    here = recover(wanted.cpu(), samples=4_001, **HOW)
    assert float((found.convergence.cpu() - here.convergence).abs().max()) < 1


def test_spectral_convergence_is_in_decibels_of_the_error() -> None:
    sound = noise(3, 1_001)
    assert (spectral_convergence(sound, magnitude(sound), **HOW) < -120).all()
    for factor, decibels in ((1.1, -20.0), (2.0, 0.0), (11.0, 20.0)):
        found = spectral_convergence(factor * sound, magnitude(sound), **HOW)
        torch.testing.assert_close(found, torch.full((3,), decibels), rtol=0, atol=1e-3)


def test_the_walk_takes_the_loudest_way() -> None:
    """A slow, obvious version: a heap of (loudness, bin), as the paper writes it, on values without ties."""
    import heapq

    from ganbaru.signal import compiled

    rng = np.random.default_rng(0)
    rows, columns, levels = 7, 9, 64
    level = rng.permutation(levels)[: rows * columns].reshape(rows, columns).astype(np.int32)
    level[level < 6] = -1
    dt, df = rng.normal(size=(2, rows, columns)).astype(np.float32)
    phase = np.full((rows, columns), 9.0, np.float32)
    compiled.integrate(level, dt, df, levels, phase)
    expected, done = np.full((rows, columns), 9.0), level < 0
    while not done.all():
        first = np.unravel_index(np.argmax(np.where(done, -1, level)), level.shape)
        expected[first], done[first] = 0.0, True
        heap = [(-level[first], first)]
        while heap:
            _, (row, column) = heapq.heappop(heap)
            for i, j, slope in ((-1, 0, dt), (1, 0, dt), (0, -1, df), (0, 1, df)):
                there = (row + i, column + j)
                if 0 <= there[0] < rows and 0 <= there[1] < columns and not done[there]:
                    start = (row, column) if i + j > 0 else there
                    expected[there] = expected[row, column] + (i + j) * slope[start]
                    done[there] = True
                    heapq.heappush(heap, (-level[there], there))
    assert phase == pytest.approx(expected, abs=1e-5)
