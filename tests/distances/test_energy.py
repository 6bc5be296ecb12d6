"""Laws of the energy distance: its double sum, no bias, its closed form, and nothing lost at any scale."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from ganbaru.distances import energy
from ganbaru.distances.densities import Gaussian
from ganbaru.distances.energy import energy_distance
from ganbaru.distances.histograms import Histogram
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def normal(seed: int, count: int, size: int, shift: float = 0.0) -> Array:
    """Unit normal, moved along its first coordinate."""
    return np.random.default_rng(seed).standard_normal((count, size)) + shift * np.eye(1, size)


def slowly(a: Array, b: Array) -> float:
    """Mean distances of different points, by the sums themselves."""
    n, m = len(a), len(b)
    within = cdist(a, a).sum() / (n * (n - 1)) + cdist(b, b).sum() / (m * (m - 1))
    return float(2 * cdist(a, b).mean() - within)


@pytest.mark.parametrize(("n", "m"), [(4, 4), (13, 7), (40, 90)])
@pytest.mark.parametrize("size", [1, 2, 5])
def test_it_is_its_double_sum(n: int, m: int, size: int) -> None:
    a, b = normal(0, n, size) + 1e3, normal(1, m, size, 1.0) + 1e3
    assert energy_distance(a, b).value == pytest.approx(slowly(a, b), abs=1e-9)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = normal(0, 50, 3), normal(1, 30, 3, 1.0)
    whole = energy_distance(a, b)
    monkeypatch.setattr(energy, "_BLOCK", 700)
    parts = energy_distance(a, b)
    for name in ("value", "low", "high", "floor"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("size", [1, 4])
def test_it_has_no_bias_and_its_interval_holds_the_truth(size: int) -> None:
    truth = energy_distance(Gaussian([0] * size), Gaussian([1] + [0] * (size - 1))).value
    found = [
        energy_distance(normal(seed, 60, size), normal(500 + seed, 80, size, 1.0), resamples=60) for seed in range(60)
    ]
    values = np.array([each.value for each in found])
    assert abs(values.mean() - truth) < 3 * values.std() / math.sqrt(len(values))
    assert np.mean([each.low <= truth <= each.high for each in found]) >= 0.85


@pytest.mark.parametrize("size", [1, 3])
def test_samples_of_one_distribution_do_not_clear_their_floor(size: int) -> None:
    found = [energy_distance(normal(seed, 60, size), normal(99 + seed, 40, size), resamples=40) for seed in range(30)]
    assert sum(bool(each.distinguishable) for each in found) <= 2
    assert np.mean([each.value for each in found]) == pytest.approx(0, abs=0.02)
    assert energy_distance(normal(0, 300, size), normal(1, 300, size, 1.0)).distinguishable


@pytest.mark.parametrize("scale", [1e-150, 1e-3, 1e150])
@pytest.mark.parametrize("size", [1, 3])
def test_it_is_a_length_and_does_not_mind_where(scale: float, size: int) -> None:
    a, b = normal(0, 30, size), normal(1, 20, size, 1.0)
    plain, scaled = energy_distance(a, b), energy_distance(a * scale, b * scale)
    for name in ("value", "low", "high", "floor"):
        assert getattr(scaled, name) / scale == pytest.approx(getattr(plain, name), rel=1e-9, abs=1e-12)
    assert energy_distance(a + 100, b + 100).value == pytest.approx(plain.value, rel=1e-9)
    assert energy_distance(b, a).value == pytest.approx(plain.value, rel=1e-9)


def test_duplicates_are_points_like_others() -> None:
    a, b = np.repeat(normal(0, 5, 2), 3, axis=0), normal(1, 12, 2)
    assert energy_distance(a, b).value == pytest.approx(slowly(a, b))
    assert energy_distance(np.zeros(10), np.zeros(8)).value == 0
    assert energy_distance(np.zeros(10), np.ones(8)).value == 2


@pytest.mark.parametrize("size", [1, 2])
def test_histograms_of_the_points_have_the_distance_with_its_bias(size: int) -> None:
    a, b = normal(0, 12, size), normal(1, 9, size, 1.0)
    weighted = [Histogram(np.ones(len(x)), positions=x) for x in (a, b)]
    biased = 2 * cdist(a, b).mean() - cdist(a, a).mean() - cdist(b, b).mean()
    found = energy_distance(*weighted)
    assert found.value == pytest.approx(biased)
    assert found.low == found.high == found.value
    if size == 1:
        assert found.value == pytest.approx(stats.energy_distance(a[:, 0], b[:, 0]) ** 2)


def test_the_floor_can_come_from_elsewhere() -> None:
    a, b = normal(0, 40, 2), normal(1, 40, 2, 2.0)
    narrow = energy_distance(a, b, floor_from=(normal(2, 40, 2) * 0.1, normal(3, 40, 2) * 0.1))
    assert narrow.floor < energy_distance(a, b).floor / 3
    assert energy_distance(a, b, seed=1) == energy_distance(a, b, seed=1) != energy_distance(a, b, seed=2)


def test_too_few_points_are_refused() -> None:
    with pytest.raises(UserError, match="too small"):
        energy_distance([1.0, 2, 3], [1.0, 2, 3, 4])
    with pytest.raises(UserError, match="no interval"):
        energy_distance(np.zeros(9), np.zeros(9), resamples=1)
