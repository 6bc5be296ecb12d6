"""Laws of the distances of two samples: right where the answer is known, and silent where there is nothing."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ganbaru.distances import frechet, kernel, sliced_wasserstein, transport, wasserstein
from ganbaru.distances.folded import true_share
from ganbaru.distances.sliced import line_costs
from ganbaru.distances.sorting import sorted_rows
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def normal(seed: int, count: int, size: int = 1, shift: float = 0.0) -> Array:
    """Unit normal, moved along its first coordinate."""
    points = np.random.default_rng(seed).standard_normal((count, size))
    points[:, 0] += shift
    return points


def value(a: Array, b: Array, p: int = 1, **options: Any) -> float:
    return sliced_wasserstein(a, b, p, resamples=2, **options).value


def quantile_distance(a: Array, b: Array, p: int) -> float:
    """W_p of two samples on the line, each stretched to as many points as both sizes divide."""
    long = math.lcm(len(a), len(b))
    stretched = [np.sort(np.repeat(x[:, 0], long // len(x))) for x in (a, b)]
    return float((np.abs(stretched[0] - stretched[1]) ** p).mean() ** (1 / p))


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from([1, 2]), st.integers(0, 99))
def test_on_the_line_it_is_the_exact_distance(n: int, m: int, p: int, seed: int) -> None:
    a, b = normal(seed, n), 2 * normal(seed + 1, m, shift=0.5)
    found = value(a, b, p, projections=3)
    assert found == pytest.approx(quantile_distance(a, b, p), rel=1e-9)
    if p == 1:
        assert found == pytest.approx(stats.wasserstein_distance(a[:, 0], b[:, 0]), rel=1e-9)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize("shift", [0.5, -3.0])
def test_a_shift_on_the_line_is_its_length(p: int, shift: float) -> None:
    a = normal(0, 100)
    assert value(a, a + shift, p) == pytest.approx(abs(shift))


def test_a_stretched_gaussian_is_its_closed_form() -> None:
    a, b = normal(0, 20_000), 3 * normal(1, 20_000)
    assert value(a, b, projections=1) == pytest.approx(2 * math.sqrt(2 / math.pi), rel=0.03)
    assert value(a, b, 2, projections=1) == pytest.approx(2, rel=0.03)


@pytest.mark.parametrize("size", [2, 5, 20])
def test_a_shifted_cloud_is_the_mean_shadow_of_the_shift(size: int) -> None:
    """E|θ·δ| = |δ| Γ(d/2) / (√π Γ((d+1)/2)), and the mean of (θ·δ)² is |δ|²/d."""
    a, shift = normal(0, 200, size), np.full(size, 2.0)
    length = 2 * math.sqrt(size)
    shadow = math.exp(math.lgamma(size / 2) - math.lgamma((size + 1) / 2)) / math.sqrt(math.pi)
    assert value(a, a + shift, projections=4_000) == pytest.approx(length * shadow, rel=0.03)
    assert value(a, a + shift, 2, projections=4_000) == pytest.approx(length / math.sqrt(size), rel=0.03)


@pytest.mark.parametrize("p", [1, 2])
def test_it_is_a_distance(p: int) -> None:
    a, b, c = normal(0, 60, 3), normal(1, 45, 3, shift=1), normal(2, 30, 3, shift=-1)
    assert value(a, a, p) == 0
    assert value(a, a[::-1], p) == 0
    assert value(a, b, p) == pytest.approx(value(b, a, p), rel=1e-12)
    assert value(a, c, p) <= value(a, b, p) + value(b, c, p)
    assert value(-5 * a, -5 * b, p) == pytest.approx(5 * value(a, b, p), rel=1e-9)
    assert value(a + 7, b + 7, p) == pytest.approx(value(a, b, p), rel=1e-9)
    assert value(a, b, 1) <= value(a, b, 2)


@pytest.mark.parametrize("p", [1, 2])
def test_two_samples_of_one_distribution_are_not_distinguishable_and_shifted_ones_are(p: int) -> None:
    told = dict.fromkeys((0.0, 1.5), 0)
    for seed in range(20):
        for shift in told:
            a, b = normal(seed, 120, 3), normal(seed + 1_000, 90, 3, shift)
            told[shift] += bool(sliced_wasserstein(a, b, p, projections=16, resamples=40, seed=seed).distinguishable)
    assert told[0.0] <= 1
    assert told[1.5] == 20


@pytest.mark.parametrize(("n", "m", "size"), [(100, 100, 1), (101, 60, 1), (80, 80, 4)])
def test_the_interval_holds_the_truth_about_95_times_in_100(n: int, m: int, size: int) -> None:
    origin = np.zeros((1, size))
    truth = value(origin, origin + 3 * np.eye(1, size), projections=4)
    found = [
        sliced_wasserstein(normal(2 * s, n, size), normal(2 * s + 1, m, size, shift=3), projections=4)
        for s in range(150)
    ]
    share = np.mean([each.low <= truth <= each.high for each in found])
    assert 0.89 <= share <= 0.99


def test_the_interval_is_as_wide_as_the_value_varies() -> None:
    found = [sliced_wasserstein(normal(2 * s, 100), normal(2 * s + 1, 100, shift=3), projections=1) for s in range(100)]
    width = np.mean([each.high - each.low for each in found])
    assert width == pytest.approx(2 * 1.96 * np.std([each.value for each in found]), rel=0.15)
    assert width == pytest.approx(2 * 1.96 * math.sqrt(2 / 100), rel=0.15)


@pytest.mark.parametrize(
    ("change", "size", "within"),
    [
        (lambda x: 1.25 * x, 32, 0.045),  # in squares it is 5 % short
        (lambda x: x + 2 * np.eye(1, 32), 32, 0.06),
        (lambda x: x + 2 * np.eye(1, 2), 2, 0.06),
    ],
    ids=["scale", "shift seen from the side", "shift"],
)
def test_what_chance_adds_is_taken_off_and_no_more(change: Callable[[Array], Array], size: int, within: float) -> None:
    origin = np.random.default_rng(0).standard_normal((4_000, size))
    directions = np.random.default_rng(1).standard_normal((size, 60))
    directions /= np.linalg.norm(directions, axis=0)
    truth = float(line_costs(directions.T @ origin.T, directions.T @ change(origin).T, 1).mean())
    found = []
    for seed in range(12):
        a, b = normal(seed, 300, size), change(normal(50 + seed, 300, size))
        found.append(
            sliced_wasserstein(a, b, projections=directions, debiased=True, resamples=40, floor_from=(a[:4], a[4:8]))
        )
    assert np.mean([each.value for each in found]) == pytest.approx(truth, rel=within)
    assert sum(each.low <= truth <= each.high for each in found) >= 10


@settings(deadline=None, max_examples=15)
@given(st.integers(4, 40), st.integers(4, 300), st.integers(0, 99), st.sampled_from([1e-150, 1.0, 1e150]))
def test_the_share_that_is_no_chance_is_one_far_apart_and_none_where_nothing_differs(
    n: int, m: int, seed: int, unit: float
) -> None:
    a, b = normal(seed, n).T, normal(seed + 100, m).T
    share = true_share(unit * a, unit * b)
    assert 0 <= share <= 1
    assert true_share(a, b) == pytest.approx(share, abs=1e-6)
    assert true_share(b, a) == pytest.approx(share, abs=1e-6)
    assert true_share(a, b + 100) == pytest.approx(1, abs=0.02)
    assert true_share(a, a) == true_share(np.zeros((2, 5)), np.zeros((2, 6))) == 0


def test_a_lower_confidence_is_a_narrower_interval() -> None:
    widths = []
    for confidence in (0.5, 0.8, 0.95):
        found = sliced_wasserstein(normal(0, 100, 2), normal(1, 100, 2, shift=2), confidence=confidence)
        assert found.low <= found.value <= found.high
        assert found.confidence == confidence
        widths.append(found.high - found.low)
    assert widths == sorted(set(widths))


def test_the_floor_falls_as_the_samples_grow() -> None:
    floors = []
    for count in (50, 200, 800):
        floor = sliced_wasserstein(normal(0, count, 3), normal(1, count, 3), projections=32, resamples=2).floor
        assert floor is not None
        floors.append(floor)
    assert floors[0] / floors[1] == pytest.approx(2, rel=0.35)
    assert floors[1] / floors[2] == pytest.approx(2, rel=0.35)


@pytest.mark.parametrize("spare", [40, 400], ids=["fewer than both samples", "enough"])
def test_the_floor_is_what_the_estimator_says_of_one_distribution(spare: int) -> None:
    same = [value(normal(s, 100, 3), normal(s + 500, 60, 3), projections=32) for s in range(200)]
    floor_from = (normal(1_000, spare, 3), normal(1_001, spare, 3))
    found = sliced_wasserstein(
        normal(0, 100, 3), normal(1, 60, 3, shift=5), projections=32, resamples=2, floor_from=floor_from
    )
    pooled = sliced_wasserstein(normal(0, 100, 3), normal(1, 60, 3, shift=5), projections=32, resamples=2)
    assert found.floor is not None
    assert pooled.floor is not None
    assert found.floor == pytest.approx(np.quantile(same, 0.95), rel=0.35)
    assert pooled.floor > 1.3 * found.floor


def test_the_same_seed_gives_the_same_bits() -> None:
    a, b = normal(0, 60, 3), normal(1, 50, 3)
    first, again, other = (sliced_wasserstein(a, b, seed=seed) for seed in (1, 1, 2))
    assert first == again != other
    assert (first.samples, first.method) == ((60, 50), "sliced W1, 128 directions")


def test_more_directions_agree_with_each_other() -> None:
    a, b = normal(0, 60, 8), normal(1, 50, 8, shift=2)
    spread = [np.std([value(a, b, projections=k, seed=s) for s in range(20)]) for k in (4, 256)]
    assert spread[1] < spread[0] / 4


POINTS = normal(0, 10, 3)
HOLED = np.where(np.arange(30).reshape(10, 3) == 4, np.nan, POINTS)


@pytest.mark.parametrize("distance", [sliced_wasserstein, frechet, kernel])
@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (POINTS[:, :2], r"\(10, 2\)"),
        (POINTS[:, 0], r"\(10,\)"),
        (POINTS[:0], r"\(0, 3\)"),
        (HOLED, "not finite"),
        (np.where(np.isnan(HOLED), np.inf, HOLED), "not finite"),
    ],
)
def test_samples_that_cannot_be_compared_are_refused(
    distance: Callable[[Array, Array], object], bad: Array, says: str
) -> None:
    for a, b in ((POINTS, bad), (bad, POINTS)):
        with pytest.raises(UserError, match=says):
            distance(a, b)


@pytest.mark.parametrize("distance", [frechet, kernel])
def test_halves_of_three_points_are_too_few(distance: Callable[[Array, Array], object]) -> None:
    for a, b in ((POINTS, POINTS[:3]), (POINTS[:3], POINTS)):
        with pytest.raises(UserError, match=r"\(3, 3\)"):
            distance(a, b)


@pytest.mark.parametrize("distance", [sliced_wasserstein, frechet, kernel])
def test_no_floor_comes_of_bad_samples(distance: Callable[..., object]) -> None:
    for bad in (HOLED, POINTS[:, :2], POINTS[:0]):
        with pytest.raises(UserError):
            distance(POINTS, POINTS, floor_from=(POINTS, bad))


@pytest.mark.parametrize("p", [0, 3, -1])
def test_only_the_first_and_second_power_are_known(p: int) -> None:
    with pytest.raises(UserError, match=f"p = {p}"):
        sliced_wasserstein(POINTS, POINTS, p)


@settings(deadline=None, max_examples=40)
@given(st.integers(1_990, 2_300), st.integers(1, 3), st.integers(0, 99), st.sampled_from([1e-300, 1e-3, 1.0, 1e300]))
def test_sorting_by_digits_is_sorting(n: int, rows: int, seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    x = scale * rng.standard_normal((rows, n)).round(rng.integers(0, 5))
    x[:, : n // 3] = rng.choice([-0.0, 0.0, 5e-324, -5e-324, 1.7e308, -1.7e308], size=(rows, n // 3))
    found = sorted_rows(x)
    assert (found == np.sort(x, axis=1)).all()
    assert found.base is not x
    assert (sorted_rows(x[:, ::-1]) == found).all()


@settings(deadline=None, max_examples=20)
@given(st.integers(2_000, 3_000), st.integers(0, 99), st.sampled_from([1, 100, 10**6, 2**31]), st.sampled_from([1, -1]))
def test_numbers_that_differ_in_their_last_bits_alone_are_sorted_too(n: int, seed: int, most: int, sign: int) -> None:
    x = sign * (1 + np.finfo(float).eps * np.random.default_rng(seed).integers(0, most, (1, n)))
    assert (sorted_rows(x) == np.sort(x, axis=1)).all()


@pytest.mark.parametrize("p", [1, 1.5, 2, 7])
@pytest.mark.parametrize(("n", "m"), [(30, 30), (2_500, 2_500), (2_100, 40)])
def test_on_the_line_it_is_what_transport_proves(n: int, m: int, p: float) -> None:
    a, b = normal(0, n)[:, 0], 2 * normal(1, m)[:, 0] + 0.5
    found = wasserstein(a, b, p)
    assert found.value == pytest.approx(transport(a[:, None], b[:, None], p=p).distance, rel=1e-9)
    assert (found.low, found.high) == (found.value, found.value)
    assert wasserstein(1e150 * a, 1e150 * b, p).value == pytest.approx(1e150 * found.value, rel=1e-9)
    assert wasserstein(a, a[::-1], p).value == 0
