"""Laws of the Fréchet distance: its closed form, and no bias left."""

import math
from typing import Any

import numpy as np
import pytest

from ganbaru.distances import Estimate, frechet

Array = np.ndarray[Any, Any]


def normal(seed: int, count: int, size: int, shift: float = 0.0) -> Array:
    """Unit normal, moved along its first coordinate."""
    return np.random.default_rng(seed).standard_normal((count, size)) + shift * np.eye(1, size)


def exactly(mean: list[float], covariance: Array, seed: int, count: int = 50) -> Array:
    """A sample that has this very mean and covariance."""
    x = normal(seed, count, len(mean))
    x -= x.mean(axis=0)
    white = x @ np.linalg.inv(np.linalg.cholesky(np.cov(x, rowvar=False).reshape(len(mean), -1))).T
    return white @ np.linalg.cholesky(covariance).T + mean


def plain(a: Array, b: Array) -> float:
    return frechet(a, b, extrapolate=False, resamples=2).value


def test_on_the_line_it_is_the_difference_of_mean_and_deviation() -> None:
    a, b = exactly([1.0], np.array([[4.0]]), 0), exactly([-2.0], np.array([[9.0]]), 1, 30)
    assert plain(a, b) == pytest.approx(3**2 + (3 - 2) ** 2)


def test_of_gaussians_it_is_their_closed_form() -> None:
    first, second = np.array([[2.0, 0.6], [0.6, 1.0]]), np.array([[1.0, -0.4], [-0.4, 3.0]])
    a, b = exactly([0, 1], first, 0), exactly([2, -1], second, 1)
    # In the plane tr (AB)^½ = (tr AB + 2 (det A det B)^½)^½.
    root = math.sqrt(np.trace(first @ second) + 2 * math.sqrt(np.linalg.det(first) * np.linalg.det(second)))
    assert plain(a, b) == pytest.approx(4 + 4 + 3 + 4 - 2 * root)
    assert plain(b, a) == pytest.approx(plain(a, b))


def test_a_set_is_at_no_distance_from_itself_even_where_it_is_flat() -> None:
    cloud = normal(0, 40, 5)
    flat = np.concatenate([cloud, cloud @ np.ones((5, 3))], axis=1)
    for x in (cloud, flat, flat[:4]):
        assert plain(x, x[::-1]) == pytest.approx(0, abs=1e-6)
    turned = np.linalg.qr(normal(3, 5, 5))[0]
    other = normal(1, 30, 5, shift=2)
    assert plain(cloud @ turned, other @ turned) == pytest.approx(plain(cloud, other))
    assert plain(3 * cloud, 3 * other) == pytest.approx(9 * plain(cloud, other))


@pytest.mark.parametrize(("shift", "scale"), [(0.0, 1.0), (1.0, 1.0), (0.0, 1.5)])
@pytest.mark.parametrize(("n", "m"), [(100, 100), (400, 150)])
def test_what_halves_tell_takes_the_bias_off(shift: float, scale: float, n: int, m: int) -> None:
    """In 20 dimensions, where the plain formula is off by more than 1."""
    pairs = [(normal(2 * s, n, 20), scale * normal(2 * s + 1, m, 20, shift / scale)) for s in range(20)]
    truth = shift**2 + 20 * (scale - 1) ** 2
    biased = np.mean([plain(a, b) for a, b in pairs]) - truth
    left = np.mean([frechet(a, b, resamples=10).value for a, b in pairs]) - truth
    assert biased > 0.8
    assert abs(left) < 0.15 * biased


def many(shift: float, n: int, m: int, size: int) -> list[Estimate]:
    return [frechet(normal(2 * s, n, size), normal(2 * s + 1, m, size, shift), seed=s) for s in range(50)]


@pytest.mark.parametrize(("n", "m", "size"), [(100, 100, 2), (120, 80, 10)])
@pytest.mark.long
def test_two_samples_of_one_distribution_are_not_distinguishable_and_shifted_ones_are(
    n: int, m: int, size: int
) -> None:
    same, other = many(0, n, m, size), many(2, n, m, size)
    assert sum(bool(each.distinguishable) for each in same) <= 2
    assert all(each.distinguishable for each in other)
    assert np.mean([each.low <= 0 <= each.high for each in same]) >= 0.9
    assert np.mean([each.low <= 4 <= each.high for each in other]) >= 0.88
    width = np.mean([each.high - each.low for each in other])
    assert width == pytest.approx(2 * 1.96 * np.std([each.value for each in other]), rel=0.3)


@pytest.mark.parametrize("spare", [60, 1_000], ids=["fewer than both samples", "enough"])
@pytest.mark.parametrize("extrapolate", [True, False])
def test_the_floor_is_what_the_estimator_says_of_one_distribution(spare: int, extrapolate: bool) -> None:
    options = {"extrapolate": extrapolate, "resamples": 4}
    same = [frechet(normal(s, 100, 6), normal(s + 500, 60, 6), **options).value for s in range(100)]  # type: ignore[arg-type]
    floor_from = (normal(1_000, spare, 6), normal(1_001, spare, 6))
    floors = [
        frechet(normal(0, 100, 6), normal(1, 60, 6, shift=5), floor_from=floor_from, seed=s, **options).floor  # type: ignore[arg-type]
        for s in range(5)
    ]
    assert np.mean([floor or 0 for floor in floors]) == pytest.approx(np.quantile(same, 0.95), rel=0.4)


def test_with_fewer_points_than_dimensions_the_bias_that_stays_is_in_the_floor_too() -> None:
    found = [frechet(normal(2 * s, 20, 40), normal(2 * s + 1, 20, 40), resamples=10, seed=s) for s in range(10)]
    assert np.mean([each.value for each in found]) > 1
    assert not any(each.distinguishable for each in found)


def test_the_same_seed_gives_the_same_bits() -> None:
    a, b = normal(0, 60, 3), normal(1, 50, 3)
    first, again, other = (frechet(a, b, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert first.samples == (60, 50)
    assert first.method == "Fréchet, 3 dimensions, extrapolated to endless samples"
    assert first.low <= first.value <= first.high
