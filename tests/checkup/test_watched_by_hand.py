"""Loops that ask for gradients and move the weights in their own way are seen as those with optimizers are."""

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.judging import judge
from ganbaru.checkup.watch import watch

_BOUND = 0.05
Move = Callable[[Sequence[nn.Parameter], Tensor, torch.optim.Optimizer], None]


def _put_into_grad(weights: Sequence[nn.Parameter], loss: Tensor, mover: torch.optim.Optimizer) -> None:
    for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
        weight.grad = gradient
    mover.step()


def _scaled_into_grad(weights: Sequence[nn.Parameter], loss: Tensor, mover: torch.optim.Optimizer) -> None:
    for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
        weight.grad = 0.5 * gradient
    mover.step()


def _subtracted(weights: Sequence[nn.Parameter], loss: Tensor, mover: torch.optim.Optimizer) -> None:
    gradients = torch.autograd.grad(loss, weights)
    with torch.no_grad():
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.sub_(1e-2 * gradient)


def _data_exchanged(weights: Sequence[nn.Parameter], loss: Tensor, mover: torch.optim.Optimizer) -> None:
    for weight, gradient in zip(weights, torch.autograd.grad(loss, weights), strict=True):
        weight.data = weight.data - 1e-2 * gradient


def _backward_and_subtracted(weights: Sequence[nn.Parameter], loss: Tensor, mover: torch.optim.Optimizer) -> None:
    for weight in weights:
        weight.grad = None
    loss.backward()
    for weight in weights:
        assert weight.grad is not None
        weight.data -= 1e-2 * weight.grad
        weight.grad.zero_()


def _seen(move: Move, *, sign: float = 1.0, steps: int = 24) -> Evidence:
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 2))
    critic = nn.Sequential(nn.Linear(2, 32), nn.LeakyReLU(0.2), nn.Linear(32, 1))
    theta, phi = dict(generator.named_parameters()), dict(critic.named_parameters())
    movers = [torch.optim.RMSprop(weights.values(), lr=1e-3) for weights in (theta, phi)]

    def made(latent: Tensor) -> Tensor:
        found = functional_call(generator, theta, (latent,))
        assert isinstance(found, Tensor)
        return found

    def score(x: Tensor) -> Tensor:
        found = functional_call(critic, phi, (x,))
        assert isinstance(found, Tensor)
        return found.mean()

    with watch(generator=generator, critic=critic, optimizers=None, steps=steps) as w:
        for _ in range(steps):
            for _ in range(3):
                real = torch.randn(32, 2) + 2
                loss = sign * (score(made(torch.randn(32, 4)).detach()) - score(real))
                move([*phi.values()], loss, movers[1])
                with torch.no_grad():
                    for weight in phi.values():
                        weight.clamp_(-_BOUND, _BOUND)
            move([*theta.values()], -score(made(torch.randn(32, 4))), movers[0])
            w.step()
    return w.evidence()


_WAYS = [_put_into_grad, _scaled_into_grad, _subtracted, _data_exchanged, _backward_and_subtracted]


@pytest.mark.parametrize("move", _WAYS)
def test_a_game_is_seen_however_its_weights_are_moved(move: Move) -> None:
    evidence = _seen(move)
    facts = evidence.facts
    assert (facts["objective"], facts["n_critic"]) == ("wasserstein", 3)
    assert (facts["constraint"], facts["constraint_strength"]) == ("clip", pytest.approx(_BOUND))
    for name in ("real_score_mean", "batch_distance", "fake_gradient"):
        assert not evidence.lacks(name), name
    for network in ("critic", "generator"):
        assert evidence.series[f"{network}_update_ratio"].late() > 0
        assert evidence.series[f"{network}_gradient"].late() > 0
        assert not evidence.lacks(f"dead_units_{network}")
    bugs = [finding.cause for finding in judge(evidence).found if finding.step == 1]
    assert not bugs


@pytest.mark.parametrize("move", _WAYS)
def test_a_turned_sign_leads_however_its_weights_are_moved(move: Move) -> None:
    leading = judge(_seen(move, sign=-1.0)).leading
    assert leading is not None
    assert leading.cause == "loss-sign"


def test_gradients_that_are_only_looked_at_move_nothing() -> None:
    def looked_at(weights: Sequence[nn.Parameter], loss: Tensor, mover: torch.optim.Optimizer) -> None:
        assert torch.autograd.grad(loss, weights)

    evidence = _seen(looked_at)
    assert "n_critic" not in evidence.facts
    assert evidence.probes["updates"]["generator"]["steps"] == 0
