"""Wasserstein loops as different people write them are seen through: none of it is taken for a fault."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Findings
from ganbaru.checkup.judging import judge
from ganbaru.checkup.watch import watch
from ganbaru.checkup.watch.watching import Watch

Penalty = Callable[[nn.Module, Tensor, Tensor], Tensor]
Loop = Callable[[Watch, nn.Module, nn.Module, list[torch.optim.Optimizer], int], None]


def _none(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    return torch.zeros(())


def _finite(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    between = torch.lerp(real, fake, torch.rand(len(real), 1))
    way = 0.01 * nn.functional.normalize(torch.randn_like(between), dim=1)
    return ((critic(between + way) - critic(between - way)).abs() / 0.02 - 0.1).relu().square().mean()


def _pairs(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    slopes = (critic(real) - critic(fake)).flatten().abs() / (real - fake).norm(dim=1)
    return (slopes - 0.01).relu().square().mean()


def _usual(penalty: Penalty, *, detached: bool = True, joined: bool = False, tells: bool = True) -> Loop:
    def step(
        watcher: Watch, generator: nn.Module, critic: nn.Module, movers: list[torch.optim.Optimizer], size: int
    ) -> None:
        for _ in range(2):
            real, fake = 3 + torch.randn(size, 2), generator(torch.randn(size, 2))
            fake = fake.detach() if detached else fake
            both = critic(torch.cat([real, fake])) if joined else torch.cat([critic(real), critic(fake)])
            loss = both[size:].mean() - both[:size].mean() + penalty(critic, real, fake.detach())
            movers[0].zero_grad()
            loss.backward()
            movers[0].step()
        movers[1].zero_grad()
        (-critic(generator(torch.randn(size, 2))).mean()).backward()
        movers[1].step()
        watcher.step(critic_loss=loss, **({"real": real, "fake": fake} if tells else {}))

    return step


def _shared(
    watcher: Watch, generator: nn.Module, critic: nn.Module, movers: list[torch.optim.Optimizer], size: int
) -> None:
    """One pass of fakes for both losses, whose gradients are asked for, and put in place one after the other."""
    real, fake = 3 + torch.randn(size, 2), generator(torch.randn(size, 2))
    said = critic(fake)
    losses = said.mean() - critic(real).mean(), -said.mean()
    asked = [
        torch.autograd.grad(loss, list(network.parameters()), retain_graph=True)
        for loss, network in zip(losses, (critic, generator), strict=True)
    ]
    for mover, network, gradients in zip(movers, (critic, generator), asked, strict=True):
        for weight, gradient in zip(network.parameters(), gradients, strict=True):
            weight.grad = gradient
        mover.step()
    watcher.step(critic_loss=losses[0], generator_loss=losses[1], real=real, fake=fake)


def _transformed(
    watcher: Watch, generator: nn.Module, critic: nn.Module, movers: list[torch.optim.Optimizer], size: int
) -> None:
    """Both networks as functions of their weights, and gradients that pass no hook."""
    real, latents = 3 + torch.randn(size, 2), torch.randn(size, 2)
    call, weights = torch.func.functional_call, [dict(each.named_parameters()) for each in (critic, generator)]

    def of_critic(mine: dict[str, nn.Parameter], fake: Tensor) -> Tensor:
        return call(critic, mine, (fake,)).mean() - call(critic, mine, (real,)).mean()

    def of_generator(mine: dict[str, nn.Parameter]) -> Tensor:
        return -call(critic, weights[0], (call(generator, mine, (latents,)),)).mean()

    with torch.no_grad():
        fake = generator(latents)
    found = torch.func.grad(of_critic)(weights[0], fake), torch.func.grad(of_generator)(weights[1])
    for mover, network, gradients in zip(movers, (critic, generator), found, strict=True):
        for name, weight in network.named_parameters():
            weight.grad = gradients[name].detach()
        mover.step()
    watcher.step(real=real, fake=fake)


def _watched(loop: Loop, size: int = 16) -> tuple[Evidence, Findings]:
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
    critic = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    movers: list[torch.optim.Optimizer] = [torch.optim.Adam(each.parameters(), lr=1e-3) for each in (critic, generator)]
    with watch(generator=generator, critic=critic, optimizers=movers) as watcher:
        for _ in range(12):
            loop(watcher, generator, critic, movers, size)
    return watcher.evidence(), judge(watcher.evidence())


def _found(findings: Findings) -> set[str]:
    return {finding.cause for finding in findings if finding.verdict == "found"}


@pytest.mark.parametrize("penalty", [_finite, _pairs])
@pytest.mark.parametrize("tells", [True, False])
def test_a_penalty_on_slopes_between_points_is_told(penalty: Penalty, tells: bool) -> None:
    evidence, _ = _watched(_usual(penalty, tells=tells))
    assert (evidence.facts["objective"], evidence.facts["constraint"]) == ("wasserstein", "lipschitz-penalty")


def test_a_loss_of_consistency_is_no_penalty_on_slopes_and_not_nothing() -> None:
    def consistent(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
        drop = nn.functional.dropout
        return (critic(drop(real, 0.2)) - critic(real)).square().mean()

    evidence, _ = _watched(_usual(consistent))
    assert evidence.facts["objective"] == "wasserstein"
    assert "constraint" not in evidence.facts


def test_where_nothing_is_penalised_that_is_told() -> None:
    evidence, _ = _watched(_usual(_none))
    assert (evidence.facts["objective"], evidence.facts["constraint"]) == ("wasserstein", "none")


def test_fakes_that_were_not_detached_are_scored_in_the_critics_turn() -> None:
    evidence, _ = _watched(_usual(_none, detached=False))
    assert len(evidence.series["w1"]) == 12
    assert not {"w1", "lipschitz"} & set(evidence.missing)


def test_old_fakes_of_a_buffer_are_not_taken_for_reals() -> None:
    buffer = [torch.randn(8, 2)]

    def step(
        watcher: Watch, generator: nn.Module, critic: nn.Module, movers: list[torch.optim.Optimizer], size: int
    ) -> None:
        for _ in range(3):
            real, made = torch.randn(size, 2), generator(torch.randn(size, 2)).detach()
            loss = critic(torch.cat([made[:-8], buffer[0]])).mean() - critic(real).mean()
            movers[0].zero_grad()
            loss.backward()
            movers[0].step()
        movers[1].zero_grad()
        (-critic(generator(torch.randn(size, 2))).mean()).backward()
        movers[1].step()
        watcher.step(critic_loss=loss, real=real)

    evidence, _ = _watched(step)
    assert evidence.facts["objective"] == "wasserstein"
    total, size = evidence.probes["pushes"]["sums"]["real"]
    assert -total > 0.9 * size > 0


@pytest.mark.parametrize("size", [16, 96])
def test_the_reals_of_a_joined_batch_are_counted(size: int) -> None:
    assert _watched(_usual(_none, joined=True, tells=False), size)[0].facts["batch"] == size


def test_gradients_that_were_asked_for_leak_nowhere() -> None:
    evidence, findings = _watched(_shared)
    assert "grad-leak" not in _found(findings)
    assert len(evidence.series["w1"]) == 12


def test_a_generator_whose_gradients_pass_no_hook_is_not_called_detached() -> None:
    _, findings = _watched(_transformed)
    assert not {"generator-detached", "no-update"} & _found(findings)


def test_a_critic_that_is_never_called_is_said_to_be_unheard() -> None:
    def step(
        watcher: Watch, generator: nn.Module, critic: nn.Module, movers: list[torch.optim.Optimizer], size: int
    ) -> None:
        _usual(_none)(watcher, generator, critic.forward, movers, size)  # type: ignore[arg-type]

    evidence, _ = _watched(step)
    assert "critic(x)" in evidence.missing["w1"]
    assert "constraint" not in evidence.facts
