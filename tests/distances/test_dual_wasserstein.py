"""Laws of W1 by critics: not above it but by chance, whatever the critic; each learns a shift; one seed, one answer."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ganbaru.distances.dual import CRITICS, critic_bound, dual_wasserstein, fit_critic, judged, lipschitz_constant
from ganbaru.errors import UserError

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
from distance_critics import Funnels

Array = np.ndarray[Any, Any]
FAST: dict[str, Any] = {"steps": 150, "batch": 128, "width": 64}


def shifted(seed: int, count: int = 600, size: int = 2, shift: float = 2.0) -> tuple[Array, Array]:
    """Unit normals apart by the shift, which is their W1."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, size)) + shift * np.eye(1, size), rng.normal(size=(count, size))


def lines(theta: float, count: int = 1200) -> tuple[Array, Array]:
    """Two parallel unit lines, θ apart, which is their W1 (Arjovsky, Chintala & Bottou 2017, example 1)."""
    rng = np.random.default_rng(0)
    heights = rng.random((2, count))
    return np.stack([np.full(count, theta), heights[0]], axis=1), np.stack([np.zeros(count), heights[1]], axis=1)


@pytest.mark.parametrize("critic", CRITICS)
def test_every_critic_learns_a_shift_and_says_no_more_than_it(critic: str) -> None:
    found = dual_wasserstein(*shifted(1, 1200), critic=critic, **FAST)
    assert found.value > (0.7 if critic == "gradient-penalty" else 1.3)  # the slowest of them
    assert found.low <= 2 <= found.high
    assert found.distinguishable
    assert found.method.startswith(critic)


@pytest.mark.parametrize("critic", ["waves", "1-lipschitz"])
def test_the_lower_end_is_a_lower_bound_as_often_as_it_says(critic: str) -> None:
    found = [
        dual_wasserstein(*shifted(s, 200, 3, 1.0), critic=critic, seed=s, **{**FAST, "steps": 40}) for s in range(6)
    ]
    assert sum(each.low > 1 for each in found) <= 1
    assert all(each.value < 1.4 for each in found)
    assert sum(each.high < 1 for each in found) <= 1


@pytest.mark.parametrize("theta", [0.2, 1.0])
def test_parallel_lines_are_as_far_apart_as_they_are(theta: float) -> None:
    found = dual_wasserstein(*lines(theta), **FAST)
    assert found.low <= theta <= found.high
    assert found.value == pytest.approx(theta, rel=0.25)


def test_two_samples_of_one_distribution_are_not_distinguishable() -> None:
    found = [dual_wasserstein(*shifted(s, shift=0.0), seed=s, **{**FAST, "steps": 60}) for s in range(4)]
    assert sum(bool(each.distinguishable) for each in found) <= 1


def test_a_clipped_critic_says_too_little_until_it_is_rescaled() -> None:
    learnt = fit_critic(*shifted(1, 1200), critic="clip", **FAST)
    a, b = learnt.points.held
    with torch.no_grad():
        raw = critic_bound(learnt.critic(a), learnt.critic(b))
    found = judged(learnt)
    assert raw.high < 0.5
    assert found.value > 1
    assert found.low <= 2 <= found.high
    steepest = lipschitz_constant(learnt.critic, a, b)
    with torch.no_grad():
        assert raw.value < critic_bound(learnt.critic(a), learnt.critic(b), steepest).low < 2


def test_one_seed_gives_one_answer_and_leaves_torchs_own_numbers_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    found = [dual_wasserstein(*shifted(0), seed=seed, **{**FAST, "steps": 20}) for seed in (3, 3, 4)]
    assert found[0] == found[1] != found[2]
    assert torch.equal(before, torch.get_rng_state())


def test_samplers_serve_as_well_as_arrays() -> None:
    def normal(shift: float) -> Any:
        return lambda count, random: torch.randn(count, 2, generator=random) + torch.tensor([shift, 0.0])

    found = dual_wasserstein(normal(2.0), normal(0.0), **FAST)
    assert found.samples == (8192, 8192)
    assert found.low <= 2 <= found.high
    assert found.value > 1.7


def test_what_cannot_be_compared_is_said() -> None:
    a, b = shifted(0, 60)
    with pytest.raises(UserError, match=r"unknown critic 'clips'.*did you mean 'clip'"):
        dual_wasserstein(a, b, critic="clips")
    with pytest.raises(UserError, match="too small"):
        dual_wasserstein(a[:30], b)
    with pytest.raises(UserError, match="cannot be compared"):
        dual_wasserstein(a, b[:, :1])
    with pytest.raises(UserError, match="not finite"):
        dual_wasserstein(np.where(a > 0, np.nan, a), b)
    with pytest.raises(UserError, match="two arrays or two samplers"):
        dual_wasserstein(a, lambda count, random: torch.zeros(count, 2))
    with pytest.raises(UserError, match="steps of"):
        dual_wasserstein(a, b, steps=0)
    with pytest.raises(UserError, match="held out"):
        dual_wasserstein(a, b, held_out=1.0)


@pytest.mark.parametrize(("size", "funnels"), [(2, 16), (8, 64), (32, 4)])
def test_the_benchmarks_points_move_along_rays_so_that_their_mean_move_is_w1(size: int, funnels: int) -> None:
    pair = Funnels(size, funnels)
    points = pair.uniform(4000, torch.Generator().manual_seed(0))
    moved = pair.moved(points)
    lengths = (points - moved).norm(dim=1)
    torch.testing.assert_close(pair.potential(points) - pair.potential(moved), lengths, atol=2e-4, rtol=0)
    assert float(moved.abs().max()) <= 2.5 + 1e-5
    far = lengths > 0.01
    cosine = torch.nn.functional.cosine_similarity(moved - points, pair.downhill(points), dim=1)[far]
    torch.testing.assert_close(cosine, torch.ones_like(cosine), atol=1e-4, rtol=0)


def test_the_benchmarks_funnels_are_the_published_ones() -> None:
    pair = Funnels(2, 4)
    torch.testing.assert_close(pair.tips[0], torch.tensor([0.4718, -2.3439]), atol=1e-4, rtol=0)
    torch.testing.assert_close(pair.heights, torch.tensor([-0.0389, -0.0913, -0.0691, -0.1027]), atol=1e-4, rtol=0)
    assert pair.truth(2**15) == pytest.approx(0.8174, abs=0.01)
