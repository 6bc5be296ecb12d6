"""Laws of the phase network: it begins as PGHI, fits every length and scale, and its file makes it again."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.signal import PhaseNetwork, griffin_lim, pghi, recover, stft
from ganbaru.signal.learned_phase import synchronised

HOW = {"n_fft": 128, "hop": 32}


def noise(batch: int, samples: int, *, seed: int = 0) -> Tensor:
    return 0.1 * torch.randn(batch, samples, generator=torch.Generator().manual_seed(seed))


def magnitude(sound: Tensor) -> Tensor:
    return stft(sound, **HOW).abs().mT


def shaken(seed: int = 0) -> PhaseNetwork:
    """A network of random weights: one that says something else than PGHI."""
    torch.manual_seed(seed)
    network = PhaseNetwork(**HOW, channels=4, layers=3)
    for weight in network.parameters():
        torch.nn.init.normal_(weight, std=0.1)
    return network


def test_before_its_first_step_it_says_what_pghi_says() -> None:
    wanted = magnitude(noise(3, 2_001))
    network = PhaseNetwork(**HOW)
    assert torch.cos(network(wanted, sweeps=0) - pghi(wanted, **HOW)).min() > 0.999
    fits = [
        recover(wanted, samples=2_001, iterations=0, phase=phase, **HOW).convergence.mean()
        for phase in (network(wanted), "pghi")
    ]
    assert fits[0] < fits[1], "turning bins to what their neighbours say makes it better already"


def test_the_true_steps_and_phase_are_left_as_they_are() -> None:
    spectrum = stft(noise(2, 2_001), **HOW)
    angle = spectrum.angle()
    steps = [torch.diff(angle, dim=axis, append=torch.zeros_like(angle).narrow(axis, 0, 1)) for axis in (1, 2)]
    found = synchronised(spectrum.abs(), angle, *steps, sweeps=20)
    assert (1 - torch.cos(found - angle))[spectrum.abs() > 1e-3].max() < 1e-3


def test_a_sound_has_its_phase_whatever_stands_beside_it() -> None:
    wanted = magnitude(noise(20, 700))
    network = shaken()
    torch.testing.assert_close(network(wanted[17:18]), network(wanted)[17:18], rtol=0, atol=1e-3)


@pytest.mark.parametrize("samples", [1, 31, 33, 500])
def test_every_length_and_silence_have_a_phase(samples: int) -> None:
    wanted = magnitude(torch.cat([noise(1, samples), torch.zeros(1, samples)]))
    phase = shaken()(wanted)
    assert phase.shape == wanted.shape
    assert phase.isfinite().all()
    assert griffin_lim(wanted, samples=samples, phase=shaken(), **HOW).equal(
        griffin_lim(wanted, samples=samples, phase=phase, **HOW)
    )
    sound = griffin_lim(wanted, samples=samples, iterations=2, phase=phase, **HOW)
    assert sound[1].eq(0).all()


def test_the_steps_have_gradients() -> None:
    network = shaken()
    steps = network.steps(magnitude(noise(2, 500)).mT)
    sum(step.square().sum() for step in steps).backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in network.parameters())


def test_its_file_makes_it_again(tmp_path: Path) -> None:
    network, wanted = shaken(), magnitude(noise(2, 500))
    again = PhaseNetwork.load(network.save(tmp_path / "phase.safetensors"))
    assert again.options == network.options
    assert again(wanted).equal(network(wanted))
    assert network.save(tmp_path / "b").read_bytes() == (tmp_path / "phase.safetensors").read_bytes()


def test_what_is_not_its_file_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no network")
    whole = shaken().save(tmp_path / "whole").read_bytes()
    (tmp_path / "cut").write_bytes(whole[:200])
    for name in ("text", "cut", "missing"):
        with pytest.raises(UserError, match="phase network") as caught:
            PhaseNetwork.load(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_what_does_not_fit_is_refused() -> None:
    network = shaken()
    with pytest.raises(UserError, match=r"wanted \(B, 65, L\)"):
        network(torch.ones(1, 64, 3))
    with pytest.raises(UserError, match="finite"):
        network(torch.full((1, 65, 3), torch.nan))
    with pytest.raises(UserError, match="layers"):
        PhaseNetwork(**HOW, layers=1)
    with pytest.raises(UserError, match="half of n_fft"):
        PhaseNetwork(n_fft=64, hop=40)
