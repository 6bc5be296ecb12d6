"""Gauges of a batch: laws that hold for any samples, and what they say where the answer is known."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganbaru.training import gauges

_APART = ("coverage", "precision", "batch_distance")


def _points(seed: int, count: int = 64, dimensions: int = 3) -> Tensor:
    return torch.randn(count, dimensions, generator=torch.Generator().manual_seed(seed))


@given(st.integers(0, 1000), st.sampled_from([0.01, 1.0, 300.0]), st.sampled_from([-50.0, 0.0, 7.0]))
@settings(max_examples=20, deadline=None)
def test_neither_unit_nor_origin_matters(seed: int, scale: float, shift: float) -> None:
    real, fake = _points(seed), 0.8 * _points(seed + 1) + 0.2
    plain = gauges.of_batch(real, fake, _points(seed + 2))
    moved = gauges.of_batch(scale * (real + shift), scale * (fake + shift), scale * (_points(seed + 2) + shift))
    for name in ("spread", "drift_0", "drift_1", *_APART, *(f"{name}_real" for name in _APART)):
        assert moved[name] == pytest.approx(plain[name], rel=1e-2, abs=2e-3), name
    assert moved["fake_std"] == pytest.approx(scale * plain["fake_std"], rel=1e-2)


@given(st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_samples_against_themselves_are_covered_precise_and_not_apart(seed: int) -> None:
    real = _points(seed)
    found = gauges.of_batch(real, real.clone())
    assert found["coverage"] == found["precision"] == 1.0
    assert found["batch_distance"] == pytest.approx(0, abs=1e-6)
    assert found["spread"] == pytest.approx(1, abs=1e-6)


def test_one_point_made_again_and_again_has_no_spread_and_covers_nothing() -> None:
    real = _points(0)
    found = gauges.of_batch(real, real[:1].expand(64, -1))
    assert found["spread"] == pytest.approx(0, abs=1e-3)
    assert found["coverage"] < 0.2
    assert found["precision"] == 1.0


def test_other_reals_are_as_good_as_fakes_can_be() -> None:
    found = gauges.of_batch(_points(1, 128), _points(2, 128), _points(3, 128))
    for name in _APART:
        assert found[name] == pytest.approx(found[f"{name}_real"], abs=0.15), name


def test_coverage_and_precision_equal_their_slow_definitions() -> None:
    real, fake = _points(5, 20), 1.4 * _points(6, 20)
    reach = [sorted(float((x - y).norm()) for y in real)[3] for x in real]
    inside = [[float((x - g).norm()) < radius for g in fake] for x, radius in zip(real, reach, strict=True)]
    found = gauges.of_batch(real, fake)
    assert found["coverage"] == pytest.approx(sum(map(any, inside)) / 20)
    assert found["precision"] == pytest.approx(sum(map(any, zip(*inside, strict=True))) / 20)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_finite_leaves_only_ranges(bad: float) -> None:
    fake = _points(1)
    fake[3, 1] = bad
    found = gauges.of_batch(_points(0), fake)
    assert "spread" not in found
    assert math.isfinite(found["real_std"])


def test_few_samples_leave_only_ranges() -> None:
    assert set(gauges.of_batch(_points(0, 4), _points(1, 64))) == {
        *("real_low", "real_high", "real_std", "fake_low", "fake_high", "fake_std")
    }


def test_a_linear_critic_is_as_steep_as_its_slope() -> None:
    slope = torch.tensor([3.0, 4.0])
    real, fake = _points(0, 128, 2), _points(1, 128, 2) + 1.5
    steep = gauges.lipschitz(real, fake, real @ slope, fake @ slope)
    assert 4.5 < steep <= 5.0 + 1e-4


def test_only_samples_of_one_label_are_set_against_each_other() -> None:
    labels = torch.arange(64) % 2
    offset = 1e6 * labels
    real, fake = _points(0, 64, 2), _points(1, 64, 2)
    steep = gauges.lipschitz(real, fake, real[:, 0] + offset, fake[:, 0] + offset, labels=labels)
    assert steep == pytest.approx(1, abs=0.1)


def test_the_message_to_one_sample_does_not_depend_on_the_batch() -> None:
    for count in (4, 32):
        fake = torch.zeros(count, 3, requires_grad=True)
        (fake @ torch.tensor([2.0, 0.0, 0.0])).mean().backward()
        assert gauges.message(fake.grad) == pytest.approx(2.0)
    assert gauges.message(None) is None


def test_nothing_random_is_drawn() -> None:
    state = torch.random.get_rng_state()
    gauges.of_batch(_points(0), _points(1), _points(2))
    assert torch.equal(state, torch.random.get_rng_state())
