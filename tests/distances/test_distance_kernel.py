"""Laws of the kernel distance: its closed form, no bias, and a kernel that the real sample alone decides."""

from typing import Any

import numpy as np
import pytest
from scipy.spatial.distance import pdist

from ganbaru.distances import Estimate, frechet, kernel
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def normal(seed: int, count: int, size: int, shift: float = 0.0) -> Array:
    """Unit normal, moved along its first coordinate."""
    return np.random.default_rng(seed).standard_normal((count, size)) + shift * np.eye(1, size)


def truth(shift: float, size: int, width: float) -> float:
    """Of two unit normals: ``E k`` over their difference, a normal of variance 2, in closed form."""
    alike = (width**2 / (width**2 + 2)) ** (size / 2)
    return float(2 * alike * (1 - np.exp(-(shift**2) / (2 * (width**2 + 2)))))


def slowly(a: Array, b: Array, width: float) -> float:
    """Eq. 3 of Gretton et al. 2012, pair by pair."""

    def k(x: Array, y: Array) -> float:
        return float(np.exp(-((x - y) ** 2).sum() / (2 * width**2)))

    def within(points: Array) -> float:
        return float(np.mean([k(x, y) for i, x in enumerate(points) for j, y in enumerate(points) if i != j]))

    return within(a) + within(b) - 2 * float(np.mean([k(x, y) for x in a for y in b]))


@pytest.mark.parametrize(("n", "m"), [(4, 4), (13, 7), (8, 20)])
def test_it_is_equation_3(n: int, m: int) -> None:
    a, b = normal(0, n, 3) + 1e3, normal(1, m, 3, shift=1) + 1e3
    assert kernel(a, b, bandwidth=1.5).value == pytest.approx(slowly(a, b, 1.5), abs=1e-9)
    assert kernel(a, b).value == pytest.approx(slowly(a, b, float(np.median(pdist(b)))), abs=1e-9)


def test_the_kernel_is_the_real_samples_and_so_scale_turn_and_place_do_not_matter() -> None:
    a, b = normal(0, 40, 4, shift=1), normal(1, 30, 4)
    turned = np.linalg.qr(normal(3, 4, 4))[0]
    found = kernel(a, b).value
    for x, y in ((9 * a, 9 * b), (a + 5, b + 5), (a @ turned, b @ turned), (a[::-1], b[::-1])):
        assert kernel(x, y).value == pytest.approx(found)
    assert kernel(a, b, bandwidth=2).value == pytest.approx(kernel(b, a, bandwidth=2).value)
    assert kernel(1e6 + a, b).value == pytest.approx(kernel(-1e7 + a, b).value, rel=0.05)


def test_points_that_are_all_one_have_a_kernel_too() -> None:
    point = np.ones((6, 2))
    assert kernel(point, point).value == pytest.approx(0, abs=1e-12)
    assert kernel(point + 1, point).value == pytest.approx(2 * (1 - np.exp(-1)))


def many(shift: float, n: int, m: int, size: int) -> list[Estimate]:
    return [
        kernel(normal(2 * s, n, size), normal(2 * s + 1, m, size, shift), bandwidth=size**0.5, seed=s)
        for s in range(80)
    ]


@pytest.mark.parametrize(("n", "m", "size"), [(60, 60, 2), (100, 70, 10)])
def test_it_has_no_bias_and_its_interval_holds_the_truth(n: int, m: int, size: int) -> None:
    for shift in (0.0, 2.0):
        found = many(shift, n, m, size)
        values = np.array([each.value for each in found])
        right = truth(shift, size, size**0.5)
        assert abs(values.mean() - right) < 3 * values.std() / np.sqrt(len(found))
        assert np.mean([each.low <= right <= each.high for each in found]) >= 0.89
        width = np.mean([each.high - each.low for each in found]) / (2 * 1.96 * values.std())
        assert 0.8 < width < (2.3 if shift == 0 else 1.35)


def test_two_samples_of_one_distribution_are_not_distinguishable_and_shifted_ones_are() -> None:
    assert sum(bool(each.distinguishable) for each in many(0, 40, 50, 2)) <= 3
    assert all(each.distinguishable for each in many(3, 40, 50, 2))


def test_it_sees_what_has_the_same_mean_and_covariance() -> None:
    """Four heaps against one cloud as wide: Gaussians fitted to them are alike, a kernel of the heaps' size is not."""
    rng = np.random.default_rng(0)
    heaps = 0.1 * rng.standard_normal((300, 2)) + rng.choice([-1, 1], size=(300, 2))
    cloud = rng.standard_normal((300, 2)) * np.sqrt(1.01)
    assert kernel(heaps, cloud, bandwidth=0.3).distinguishable
    assert not frechet(heaps, cloud).distinguishable


@pytest.mark.parametrize("spare", [40, 400], ids=["fewer than both samples", "enough"])
def test_the_floor_is_what_the_estimator_says_of_one_distribution(spare: int) -> None:
    same = [kernel(normal(s, 100, 3), normal(s + 500, 60, 3), bandwidth=2, resamples=2).value for s in range(300)]
    floor_from = (normal(1_000, spare, 3), normal(1_001, spare, 3))
    a, b = normal(0, 100, 3, shift=5), normal(1, 60, 3)
    found = kernel(a, b, bandwidth=2, resamples=300, floor_from=floor_from).floor
    assert found == pytest.approx(np.quantile(same, 0.95), rel=0.4)


def test_the_same_seed_gives_the_same_bits() -> None:
    a, b = normal(0, 60, 3), normal(1, 50, 3)
    first, again, other = (kernel(a, b, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert first.value == other.value
    assert first.samples == (60, 50)
    assert first.method.startswith("unbiased MMD², Gaussian kernel, bandwidth ")


@pytest.mark.parametrize("bandwidth", [0, -1, np.nan])
def test_a_bandwidth_that_is_no_length_is_refused(bandwidth: float) -> None:
    with pytest.raises(UserError, match="no length"):
        kernel(normal(0, 5, 2), normal(1, 5, 2), bandwidth=bandwidth)
