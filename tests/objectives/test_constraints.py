"""Laws of the constraints, each on a critic whose gradient is known."""

import pytest
import torch
from torch import nn

from ganbaru import objectives


def linear_critic(norm: float) -> nn.Linear:
    """A critic whose gradient has this norm everywhere."""
    critic = nn.Linear(3, 1, bias=False).double()
    with torch.no_grad():
        critic.weight.copy_(torch.tensor([[norm, 0.0, 0.0]]))
    return critic


def penalty(name: str, norm: float, strength: float | None = None) -> float:
    critic = linear_critic(norm)
    real, fake = torch.randn(5, 3).double(), torch.randn(5, 3).double()
    constraint = objectives.constraint(name, strength)
    return constraint.penalty(lambda x: critic(x).flatten(), real, fake).item()


@pytest.mark.parametrize(("norm", "expected"), [(1.0, 0.0), (3.0, 40.0), (0.0, 10.0), (0.5, 2.5)])
def test_the_two_sided_penalty_asks_for_slope_one(norm: float, expected: float) -> None:
    assert penalty("gradient-penalty", norm) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize(("norm", "expected"), [(1.0, 0.0), (3.0, 40.0), (0.0, 0.0), (0.5, 0.0)])
def test_the_one_sided_penalty_lets_small_slopes_be(norm: float, expected: float) -> None:
    assert penalty("lipschitz-penalty", norm) == pytest.approx(expected, abs=1e-4)


def test_r1_is_half_gamma_times_the_squared_slope_and_r1_r2_twice_that() -> None:
    assert penalty("r1", 3.0, strength=2.0) == pytest.approx(9.0)
    assert penalty("r1+r2", 3.0, strength=2.0) == pytest.approx(18.0)


@pytest.mark.parametrize("name", ["gradient-penalty", "lipschitz-penalty", "r1", "r1+r2"])
def test_a_penalty_moves_the_critics_weights(name: str) -> None:
    critic = linear_critic(3.0)
    x = torch.randn(5, 3).double()
    objectives.constraint(name).penalty(lambda s: critic(s).flatten(), x, x + 1).backward()
    assert critic.weight.grad is not None
    assert critic.weight.grad[0, 0] > 0


def test_clipping_bounds_every_weight_and_leaves_the_small_ones() -> None:
    critic = nn.Linear(4, 4)
    before = critic.weight.detach().clone()
    objectives.constraint("clip", 0.1).project(critic)
    assert critic.weight.abs().max() <= 0.1
    small = before.abs() < 0.1
    assert torch.equal(critic.weight[small], before[small])


def test_spectral_projection_makes_the_norm_at_most_one_and_keeps_what_is_small() -> None:
    critic = nn.Sequential(nn.Conv1d(3, 5, 7), nn.Linear(2, 2))
    with torch.no_grad():
        critic[0].weight.mul_(10)
        critic[1].weight.mul_(0.01)
    small = critic[1].weight.detach().clone()
    objectives.constraint("spectral-norm").project(critic)
    assert torch.linalg.matrix_norm(critic[0].weight.flatten(1), ord=2).item() == pytest.approx(1, abs=1e-5)
    assert torch.equal(critic[1].weight, small)


def test_no_constraint_does_nothing() -> None:
    critic = nn.Linear(3, 1)
    before = critic.weight.detach().clone()
    free = objectives.constraint("none")
    assert free.penalty(lambda x: critic(x).flatten(), torch.ones(2, 3), torch.ones(2, 3)) == 0
    free.project(critic)
    assert torch.equal(before, critic.weight)


def test_every_published_recipe_names_parts_that_exist_and_its_source() -> None:
    for alias in objectives.ALIASES.values():
        objectives.objective(alias.objective)
        objectives.constraint(alias.constraint, alias.strength)
        assert "20" in alias.source
