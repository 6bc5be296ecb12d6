"""A critic that is called inside `torch.func` is watched on: its penalty is told, and the rest of the loop is seen."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call, grad, jacrev, jvp, vmap

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch

Slopes = Callable[[nn.Module, Tensor], Tensor]


def _each(critic: nn.Module, points: Tensor) -> Tensor:
    weights = dict(critic.named_parameters())
    return vmap(grad(lambda point: functional_call(critic, weights, (point[None],)).squeeze()))(points).norm(dim=1)


def _bare(critic: nn.Module, points: Tensor) -> Tensor:
    return vmap(grad(lambda point: critic(point).squeeze()))(points).norm(dim=1)


def _all(critic: nn.Module, points: Tensor) -> Tensor:
    return grad(lambda some: critic(some).sum())(points).norm(dim=1)


def _jacobians(critic: nn.Module, points: Tensor) -> Tensor:
    return vmap(jacrev(lambda point: critic(point)))(points).norm(dim=(1, 2))


def _along(critic: nn.Module, points: Tensor) -> Tensor:
    slopes: Tensor = jvp(critic, (points,), (torch.ones_like(points),))[1]
    return slopes.flatten()


def _watched(slopes: Slopes, *, at_reals: bool = False, weight: float = 1.0) -> Evidence:
    torch.manual_seed(0)
    generator, critic = nn.Linear(2, 2), nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
    movers = [torch.optim.Adam(network.parameters(), lr=1e-3) for network in (critic, generator)]
    with watch(generator=generator, critic=critic, optimizers=movers) as watcher:
        for _ in range(8):
            real, fake = 3 + torch.randn(16, 2), generator(torch.randn(16, 2)).detach()
            found = slopes(critic, real if at_reals else torch.lerp(real, fake, torch.rand(16, 1)))
            loss = critic(fake).mean() - critic(real).mean() + weight * (found - 1).square().mean()
            movers[0].zero_grad()
            loss.backward()
            movers[0].step()
            movers[1].zero_grad()
            (-critic(generator(torch.randn(16, 2))).mean()).backward()
            movers[1].step()
            watcher.step(real=real, fake=fake)
    return watcher.evidence()


@pytest.mark.filterwarnings("ignore:.*torch.jit.script")
@pytest.mark.parametrize("slopes", [_each, _bare, _all, _jacobians, _along])
def test_a_penalty_by_a_transform_is_told(slopes: Slopes) -> None:
    evidence = _watched(slopes)
    assert (evidence.facts["constraint"], evidence.facts["objective"]) == ("gradient-penalty", "wasserstein")
    assert len(evidence.series["w1"]) == 8
    assert not {"transforms", "passes_of_the_critic", "w1"} & set(evidence.missing)


def test_a_penalty_at_reals_by_a_transform_is_told() -> None:
    assert _watched(_each, at_reals=True).facts["constraint"] == "r1"


def test_slopes_that_are_only_looked_at_are_no_penalty() -> None:
    def looked_at(critic: nn.Module, points: Tensor) -> Tensor:
        with torch.no_grad():
            return _each(critic, points)

    assert _watched(looked_at).facts.get("constraint") != "gradient-penalty"


def test_a_transform_that_differentiates_nothing_is_no_penalty() -> None:
    evidence = _watched(lambda critic, points: vmap(critic)(points).flatten(), weight=0.0)
    assert evidence.facts.get("constraint") != "gradient-penalty"
