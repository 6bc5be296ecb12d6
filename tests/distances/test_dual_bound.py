"""Laws of what a critic proves: below W1 whatever the critic, and no critic steeper than it is said to be."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ganbaru.distances.dual import critic_bound, gradient_cosine, lipschitz_constant
from ganbaru.distances.dual.envelope import enveloped
from ganbaru.distances.dual.groupsort import one_lipschitz
from ganbaru.distances.dual.lipschitz import Lipschitz
from ganbaru.distances.dual.perceptron import Sine, extent, perceptron, resolution, waves
from ganbaru.distances.dual.upper import matched
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


@pytest.fixture(autouse=True)
def _one_seed() -> None:
    torch.manual_seed(0)


class Ramp(nn.Module):
    """So many times the first coordinate."""

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.slope * x[:, 0]


class Hill(nn.Module):
    """Steepest, at 3, in one place that no point is near: 3·tanh of how far the first coordinate is beyond 1.5."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 3 * torch.tanh(x[:, 0] - 1.5)


def steepness(critic: nn.Module, size: int, pairs: int = 4000) -> float:
    """The most that f changes over the distance, among far and near pairs of points."""
    x = 3 * torch.randn(pairs, size)
    y = x + torch.randn(pairs, size) * 10 ** torch.empty(pairs, 1).uniform_(-2, 1)
    with torch.no_grad():
        return float(((critic(x) - critic(y)).abs() / (x - y).norm(dim=1)).max())


def built(kind: Callable[[], nn.Module]) -> nn.Sequential:
    return nn.Sequential(nn.Linear(3, 16), kind(), nn.Linear(16, 8), kind(), nn.Linear(8, 1), nn.Flatten(0))


@pytest.mark.parametrize("size", [1, 2, 7])
def test_a_critic_that_is_built_to_be_1_lipschitz_is_so_for_any_weights_and_pair(size: int) -> None:
    critic = one_lipschitz(size, 8, 2)
    with torch.no_grad():
        for weight in critic.parameters():
            weight.add_(torch.randn_like(weight))
    found = lipschitz_constant(critic, torch.randn(9, size), torch.randn(9, size))
    assert found.method == "certified"
    assert found.value == pytest.approx(1, abs=1e-5)
    assert 0.1 < steepness(critic, size) <= found.value * (1 + 1e-3)


@pytest.mark.parametrize("kind", [nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Softplus, nn.SiLU, Sine])
def test_what_is_certified_no_pair_of_points_exceeds(kind: Callable[[], nn.Module]) -> None:
    critic = built(kind)
    found = lipschitz_constant(critic, torch.randn(9, 3), torch.randn(9, 3), method="certified")
    assert 0 < steepness(critic, 3) <= found.value


def test_a_search_finds_a_steep_place_that_no_point_is_at() -> None:
    points = torch.cat([torch.linspace(-3, 0.5, 40), torch.tensor([3.0])])[:, None]
    found = lipschitz_constant(Hill(), points, points, ascents=60)
    assert found.method == "searched"
    assert 2.9 < found.value <= 3.0 + 1e-5
    assert found.high >= found.value


@pytest.mark.parametrize("slope", [0.01, 1.0, 40.0])
def test_a_bound_does_not_depend_on_how_steep_the_critic_is(slope: float) -> None:
    a, b, critic = torch.randn(500, 3) + torch.tensor([1.0, 0, 0]), torch.randn(400, 3), Ramp(slope)
    found = lipschitz_constant(critic, a, b)
    assert found.value == pytest.approx(slope)
    estimate = critic_bound(critic(a), critic(b), found)
    assert estimate.value == pytest.approx(float(a[:, 0].mean() - b[:, 0].mean()), rel=1e-5)
    assert estimate.low < estimate.value < estimate.high
    assert estimate.samples == (500, 400)


def test_the_interval_of_a_bound_holds_it_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    found = [critic_bound(1 + rng.normal(size=40), 3 * rng.normal(size=15), 2.0, confidence=0.9) for _ in range(400)]
    assert 0.86 < np.mean([each.low <= 0.5 <= each.high for each in found]) < 0.94


def test_a_constant_that_is_only_estimated_lowers_the_lower_end_alone() -> None:
    scores = np.random.default_rng(0).normal(size=(2, 50))
    sure = critic_bound(scores[0] + 2, scores[1], 1.5)
    unsure = critic_bound(scores[0] + 2, scores[1], Lipschitz(1.5, 2.0, "searched"))
    assert (unsure.value, unsure.high) == (sure.value, sure.high)
    assert unsure.low == pytest.approx(sure.low * 1.5 / 2)


@pytest.mark.parametrize("slope", [0.5, 1.0, 3.0, 20.0])
def test_an_envelope_is_never_under_the_critic_and_pays_for_slopes_above_one(slope: float) -> None:
    a, b = torch.randn(300, 2) + torch.tensor([1.0, 0]), torch.randn(300, 2)
    values = enveloped(Ramp(slope), a, b)
    assert bool((values.under >= slope * b[:, 0] - 1e-5).all())
    gap = float(a[:, 0].mean() - b[:, 0].mean())
    assert values.bound <= max(1.0, slope) * gap
    assert values.bound == pytest.approx(slope * gap, abs=1e-5) if slope <= 1 else values.bound < gap


def test_an_envelope_is_the_critic_where_that_is_1_lipschitz() -> None:
    critic, a, b = one_lipschitz(3, 16, 2), torch.randn(200, 3), torch.randn(100, 3)
    torch.testing.assert_close(enveloped(critic, a, b).under, critic(b).detach(), atol=1e-4, rtol=0)


def test_matched_batches_are_no_nearer_than_the_distributions() -> None:
    rng = np.random.default_rng(0)
    for size in (1, 2, 8):
        a, b = rng.normal(size=(2, 400, size))
        found = matched(a + 2 * np.eye(1, size), b)
        assert found.high > 2
        assert found.value < found.high


def test_waves_are_as_short_as_the_points_lie_and_as_long_as_the_sample() -> None:
    points = torch.rand(400, 2, generator=torch.Generator().manual_seed(0))
    other = torch.rand(400, 2, generator=torch.Generator().manual_seed(1))
    assert resolution(points, other) == pytest.approx(0.5 / 20, rel=0.2)
    assert extent(points) == pytest.approx((2 / 12) ** 0.5, rel=0.1)
    assert resolution(points, points + torch.tensor([0.0, 9.0])) == pytest.approx(8.4, rel=0.1)
    first = waves(2, 256, 2, points, (0.02, 2.0), torch.Generator().manual_seed(0))[0]
    assert isinstance(first, nn.Linear)
    fineness = first.weight.detach().square().sum(dim=1).div(2).sqrt()
    assert float(fineness[:32].mean()) == pytest.approx(0.886 * 50, rel=0.25)
    assert float(fineness[-4:].mean()) < 2
    rises = torch.diagonal(first(points[:256]).detach())
    torch.testing.assert_close(rises, torch.zeros(256), atol=1e-3, rtol=0)


def test_a_cosine_is_one_along_minus_one_against_and_nothing_across() -> None:
    points = torch.randn(50, 3)
    for wanted, cosine in (([2.0, 0, 0], 1), ([-0.1, 0, 0], -1), ([0, 1.0, 0], 0), ([1.0, 1, 0], math.sqrt(0.5))):
        directions = torch.tensor(wanted).expand(50, 3)
        assert gradient_cosine(Ramp(7.0), points, directions) == pytest.approx(cosine, abs=1e-6)
        assert gradient_cosine(Ramp(7.0), points, lambda x, d=directions: d) == pytest.approx(cosine, abs=1e-6)


def test_what_bounds_nothing_is_said() -> None:
    with pytest.raises(UserError, match="bounds nothing"):
        critic_bound(np.ones(5), np.zeros(5), 0.0)
    with pytest.raises(UserError, match="make no bound"):
        critic_bound(np.ones(1), np.zeros(5))
    with pytest.raises(UserError, match="make no bound"):
        critic_bound(np.array([1.0, np.nan]), np.zeros(5))
    with pytest.raises(UserError, match="unknown way"):
        lipschitz_constant(Ramp(1.0), np.zeros((3, 1)), np.ones((3, 1)), method="guessed")
    with pytest.raises(UserError, match="no chain"):
        lipschitz_constant(Ramp(1.0), np.zeros((3, 1)), np.ones((3, 1)), method="certified")


def test_a_perceptron_has_as_many_layers_as_asked() -> None:
    critic = perceptron(5, 8, 3, nn.ReLU)
    assert [tuple(layer.weight.shape) for layer in critic if isinstance(layer, nn.Linear)] == [
        (8, 5), (8, 8), (8, 8), (1, 8),
    ]  # fmt: skip
    assert critic(torch.randn(4, 5)).shape == (4,)
