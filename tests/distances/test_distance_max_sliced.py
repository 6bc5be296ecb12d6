"""Laws of the sliced distances: given directions, units of a shift, and the direction of the greatest distance."""

import math
from typing import Any

import numpy as np
import pytest

from ganbaru.distances import max_sliced_wasserstein, sliced_wasserstein
from ganbaru.distances.max_sliced import principal_directions
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def normal(seed: int, count: int, size: int, shift: float = 0.0) -> Array:
    """Unit normal, moved along its first coordinate."""
    return np.random.default_rng(seed).standard_normal((count, size)) + shift * np.eye(1, size)


def heaps(seed: int, count: int, size: int) -> Array:
    """Four heaps in the plane of the first two coordinates, of the mean and covariance of a cloud."""
    points = normal(seed, count, size)
    points[:, :2] = 0.3 * points[:, :2] + np.random.default_rng([seed, 1]).choice([-1, 1], size=(count, 2)) * 0.954
    return points


@pytest.mark.parametrize("p", [1, 2])
def test_directions_that_are_given_are_taken_as_they_are(p: int) -> None:
    a, b = normal(0, 40, 3), normal(1, 30, 3, shift=2)
    along = np.array([[0.0], [2.0], [0.0]])
    found = sliced_wasserstein(a, b, p, projections=along, resamples=0)
    plain = sliced_wasserstein(2 * a[:, 1], 2 * b[:, 1], p, projections=np.ones((1, 1)), resamples=0)
    assert found.value == pytest.approx(plain.value)
    assert (found.low, found.high, found.floor) == (found.value, found.value, None)
    assert found.method == f"sliced W{p}, 1 directions"


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("size", [1, 2, 16])
def test_calibrated_it_reads_a_shift_as_its_length(p: int, size: int) -> None:
    a = normal(0, 300, size)
    found = sliced_wasserstein(a, a + 3 / math.sqrt(size), p, projections=5_000, calibrated=True, resamples=0)
    assert found.value == pytest.approx(3, rel=0.03)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"projections": 0}, "0 projections"),
        ({"projections": np.ones((2, 4))}, "do not fit"),
        ({"projections": np.ones((3, 0))}, "do not fit"),
        ({"p": 3}, "p = 3"),
    ],
)
def test_what_are_no_directions_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        sliced_wasserstein(normal(0, 20, 3), normal(1, 20, 3), **options)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("turn", [0, 7])
def test_the_greatest_distance_of_a_shift_is_its_length_along_any_direction(p: int, turn: int) -> None:
    turned = np.linalg.qr(normal(turn, 8, 8))[0] if turn else np.eye(8)
    found = max_sliced_wasserstein(normal(0, 800, 8) @ turned, normal(1, 800, 8, shift=2) @ turned, p)
    assert found.value == pytest.approx(2, abs=0.15)
    assert found.distinguishable


def test_it_stands_between_the_sliced_and_the_whole_distance() -> None:
    a, b = normal(0, 400, 6), 1.5 * normal(1, 400, 6)
    b[:, 2] *= 2
    sliced, worst = sliced_wasserstein(a, b, resamples=0).value, max_sliced_wasserstein(a, b, resamples=2).value
    assert sliced < worst
    assert worst == pytest.approx(2 * math.sqrt(2 / math.pi), rel=0.15)


def test_a_direction_sought_and_measured_apart_does_not_flatter_itself() -> None:
    """Along its own best direction two samples of one Gaussian in 30 dimensions would be 0.5 apart."""
    own, unseen = [], []
    for seed in range(10):
        a, b = normal(2 * seed, 100, 30), normal(2 * seed + 1, 100, 30)
        best = principal_directions(a, b, 1, np.random.default_rng(seed))
        own.append(sliced_wasserstein(a, b, projections=best, resamples=0).value)
        unseen.append(max_sliced_wasserstein(a, b, resamples=2, seed=seed).value)
    assert np.mean(own) > 0.45
    assert np.mean(unseen) < 0.28


def test_two_samples_of_one_distribution_are_not_distinguishable_and_shifted_ones_are() -> None:
    for shift, most, least in ((0.0, 2, 0), (1.0, 20, 20)):
        told = [
            max_sliced_wasserstein(
                normal(s, 150, 5), normal(s + 99, 120, 5, shift), resamples=30, seed=s
            ).distinguishable
            for s in range(20)
        ]
        assert least <= sum(map(bool, told)) <= most


def test_the_plane_of_the_greatest_difference_is_found_where_mean_and_covariance_are_alike() -> None:
    plane = principal_directions(heaps(0, 1_500, 6), normal(1, 1_500, 6), 2, np.random.default_rng(0))
    assert plane.T @ plane == pytest.approx(np.eye(2), abs=1e-9)
    assert np.square(plane[:2]).sum() > 1.8


def test_the_same_seed_gives_the_same_bits_and_scale_is_carried_through() -> None:
    a, b = normal(0, 60, 3), normal(1, 50, 3)
    first, again, other = (max_sliced_wasserstein(a, b, resamples=5, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert max_sliced_wasserstein(4 * a, 4 * b, resamples=5, seed=1).value == pytest.approx(4 * first.value)
    with pytest.raises(UserError, match="too small"):
        max_sliced_wasserstein(a[:7], b)
