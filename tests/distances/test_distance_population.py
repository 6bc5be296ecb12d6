"""What samples say of the distance between distributions: right on shifts, scales, rotations and mixtures, and sure."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ganbaru.distances import Estimate, closer, wasserstein
from ganbaru.distances.population import SMALL_BLOCK, in_blocks, interval, samples_for, squared
from ganbaru.distances.resampling import half
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Draw = Callable[[np.random.Generator, int, int], Array]


def cloud(rng: np.random.Generator, n: int, d: int) -> Array:
    return rng.standard_normal((n, d))


def shifted(length: float) -> Draw:
    return lambda rng, n, d: cloud(rng, n, d) + length / math.sqrt(d)


def scaled(by: float) -> Draw:
    return lambda rng, n, d: by * cloud(rng, n, d)


def stretched(axis: int) -> Draw:
    """Twice as wide along one axis."""

    def draw(rng: np.random.Generator, n: int, d: int) -> Array:
        points = cloud(rng, n, d)
        points[:, axis] *= 2
        return points

    return draw


def mixed(share: float) -> Draw:
    """Two heaps 4 apart, the first with that share of the points."""

    def draw(rng: np.random.Generator, n: int, d: int) -> Array:
        points = cloud(rng, n, d)
        points[:, 0] += np.where(rng.random(n) < share, -2, 2)
        return points

    return draw


def mean_length(d: int) -> float:
    """E‖x‖ of a unit Gaussian."""
    return math.sqrt(2) * math.exp(math.lgamma((d + 1) / 2) - math.lgamma(d / 2))


def values(a: Draw, b: Draw, p: int, n: int, d: int, draws: int) -> Array:
    """Value, low and high of each draw, ``(draws, 3)``."""
    found = []
    for seed in range(draws):
        rng = np.random.default_rng([seed, d, n])
        x, y, unit = samples_for(a(rng, n, d), b(rng, n, d), p)
        found.append(np.array(interval(x, y, p, 30, 0.95, rng)) * unit)
    return np.array(found)


CASES = {
    "shift": (cloud, shifted(1.0), lambda p, d: 1.0),
    "grown": (cloud, scaled(1.3), lambda p, d: 0.3 * (mean_length(d) if p == 1 else math.sqrt(d))),
    "shrunk": (cloud, scaled(0.75), lambda p, d: 0.25 * (mean_length(d) if p == 1 else math.sqrt(d))),
    "rotated": (stretched(0), stretched(1), lambda p, d: 1.132 if p == 1 else math.sqrt(2)),
    "mixture": (mixed(0.5), mixed(0.1), lambda p, d: 1.6),
}
"""Two distributions and W_p between them; that of the rotation for p = 1 is of 32,000 points in the plane."""

SIZES = [(1, 2), (1, 16), (2, 16), (1, 64), (2, 64)]
KNOWN = [(case, p, d) for case in CASES for p, d in SIZES if (case, p) != ("mixture", 2)]


@pytest.mark.parametrize(("case", "p", "d"), KNOWN)
def test_it_is_right_on_changes_whose_distance_is_known(case: str, p: int, d: int) -> None:
    a, b, truth = CASES[case]
    expected = truth(p, d)
    found = values(a, b, p, 500, d, 6)
    assert math.sqrt(np.square(found[:, 0]).mean()) == pytest.approx(expected, rel=0.12)
    assert ((found[:, 1] <= expected) & (expected <= found[:, 2])).sum() >= 4


@pytest.mark.parametrize("d", [1, 3])
def test_the_interval_holds_the_truth_about_95_times_in_100(d: int) -> None:
    found = values(cloud, shifted(1.0), 1, 150, d, 80)
    held = (found[:, 1] <= 1) & (found[:, 2] >= 1)
    assert held.mean() >= 0.88
    width = np.median(found[:, 2] - found[:, 1])
    assert width == pytest.approx(2 * 1.96 * math.sqrt(2 / 150), rel=0.25 if d == 1 else 0.35)


@pytest.mark.parametrize("d", [1, 2, 16])
def test_samples_of_one_distribution_are_not_distinguishable(d: int) -> None:
    told = []
    for seed in range(10):
        rng = np.random.default_rng(seed)
        told.append(wasserstein(cloud(rng, 80, d), cloud(rng, 100, d), of="distributions", resamples=20, seed=seed))
    assert sum(bool(each.distinguishable) for each in told) <= 1
    far = wasserstein(told_cloud(d), told_cloud(d) + 3, of="distributions", resamples=20)
    assert far.distinguishable


def test_the_interval_of_w1_reaches_up_to_where_chance_added_only_across_the_moves() -> None:
    rng = np.random.default_rng(0)
    a, b = cloud(rng, 200, 2), 0.6 * cloud(rng, 200, 2)
    first, second = (squared(a, b, p, np.random.default_rng(1)) for p in (1, 2))
    assert second.most == second.value
    taken_off = wasserstein(a, b).value ** 2 - first.value
    assert 0.35 * taken_off < first.most - first.value < 0.5 * taken_off
    same = squared(a, cloud(rng, 200, 2), 1, rng)
    assert same.most - same.value < 0.1 * taken_off


@pytest.mark.parametrize("d", [2, 16])
@pytest.mark.parametrize("change", [shifted(1.5), scaled(0.7)], ids=["shift", "scale"])
def test_halves_in_small_blocks_vary_no_less_than_whole(d: int, change: Draw) -> None:
    rng = np.random.default_rng(d)
    plane = np.linalg.qr(rng.standard_normal((d, 2)))[0]
    a, b = cloud(rng, 400, d) @ plane, change(rng, 400, d) @ plane
    parts = [(a[half(400, rng)], b[half(400, rng)]) for _ in range(30)]
    small, whole = (np.std([in_blocks(*part, 1, block) for part in parts]) for block in (SMALL_BLOCK, 200))
    assert 0.9 * whole < small < 1.5 * whole


def told_cloud(d: int) -> Array:
    return cloud(np.random.default_rng(d), 80, d)


@pytest.mark.parametrize("d", [1, 3, 8])
def test_scale_and_place_are_carried_through(d: int) -> None:
    rng = np.random.default_rng(0)
    a, b = cloud(rng, 60, d), cloud(rng, 70, d) + 1

    def found(x: Array, y: Array) -> Estimate:
        return wasserstein(x, y, of="distributions", resamples=5, seed=3)

    plain = found(a, b)
    assert found(a + 100, b + 100).value == pytest.approx(plain.value, rel=1e-9)
    for unit in (2.0, 1e-150, 1e150):
        scaled_up = found(unit * a, unit * b)
        for name in ("value", "low", "high", "floor"):
            assert getattr(scaled_up, name) == pytest.approx(unit * getattr(plain, name), rel=1e-6)


def test_the_floor_can_be_drawn_from_a_third_sample() -> None:
    rng = np.random.default_rng(0)
    a, b = cloud(rng, 60, 2), cloud(rng, 60, 2) + 5
    spare = (cloud(rng, 100, 2), cloud(rng, 100, 2))
    pooled = wasserstein(a, b, of="distributions", resamples=5)
    known = wasserstein(a, b, of="distributions", resamples=5, floor_from=spare)
    assert known.floor is not None
    assert pooled.floor is not None
    assert known.floor < 0.6 * pooled.floor


def test_what_it_has_no_use_for_is_refused() -> None:
    a = told_cloud(2)
    with pytest.raises(UserError, match="weights and tolerance"):
        wasserstein(a, a, tolerance=0.1, of="distributions")
    with pytest.raises(UserError, match="p = 1 and 2"):
        wasserstein(a, a, 3, of="distributions")
    with pytest.raises(UserError, match="too small"):
        wasserstein(a[:15], a, of="distributions")
    with pytest.raises(UserError, match="question"):
        wasserstein(a, a, of="sample")  # type: ignore[arg-type]


@pytest.mark.parametrize("d", [1, 16])
def test_of_two_models_of_the_same_latents_the_closer_one_is_told(d: int) -> None:
    told = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        latent, reference = cloud(rng, 200, d), cloud(rng, 200, d)
        near, far = (latent + step * np.eye(1, d) for step in (0.4, 0.8))
        told.append((closer(near, far, to=reference, seed=seed).verdict, closer(far, near, to=reference).verdict))
    assert told.count(("A", "B")) >= 7
    assert not any("B" in first or "A" in second for first, second in told if "can't tell" not in (first, second))


def test_on_the_line_a_model_wider_than_another_is_told_nearly_as_often_as_the_distances_allow() -> None:
    """By the difference of squares it was told in 25 of 40."""
    told, plain = [], []
    for seed in range(40):
        rng = np.random.default_rng([seed, 1])
        reference, narrow, wide = (scale * cloud(rng, 500, 1) for scale in (1, 1.1, 1.35))
        told.append(closer(narrow, wide, to=reference, seed=seed).verdict)
        plain.append(wasserstein(narrow, reference).value - wasserstein(wide, reference).value)
    assert abs(np.mean(plain)) / np.std(plain) > 3
    assert told.count("B") == 0
    assert told.count("A") >= 30


@pytest.mark.parametrize("paired", [True, False])
def test_on_the_line_different_changes_as_far_are_neither_closer(paired: bool) -> None:
    wrong = 0
    for seed in range(60):
        rng = np.random.default_rng([seed, 2])
        latent, reference = cloud(rng, 300, 1), cloud(rng, 300, 1)
        other = latent if paired else cloud(rng, 300, 1)
        as_far = 0.2 * mean_length(1)
        wrong += closer(1.2 * latent, other + as_far, to=reference, resamples=30, seed=seed).verdict != "can't tell"
    assert wrong <= 6


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("unit", [1e-100, 1.0, 1e100])
def test_the_difference_is_of_squares_and_decides(d: int, unit: float) -> None:
    rng = np.random.default_rng(0)
    a, b, reference = (unit * scale * cloud(rng, 100, d) for scale in (1.5, 3, 1))
    found = closer(a, b, to=reference, resamples=10)
    assert found.verdict == "A"
    assert found.difference.low < found.difference.value < found.difference.high < 0
    assert found.difference.value == pytest.approx(found.a.value**2 - found.b.value**2)


@pytest.mark.parametrize(("d", "paired"), [(1, True), (1, False), (8, True), (8, False)])
def test_of_two_models_equally_close_neither_is(d: int, paired: bool) -> None:
    wrong = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        latent, reference = cloud(rng, 120, d), cloud(rng, 120, d)
        other = latent if paired else cloud(rng, 120, d)
        step = 0.8 * np.eye(1, d)
        wrong += closer(latent + step, other - step, to=reference, resamples=30, seed=seed).verdict != "can't tell"
    assert wrong <= 4


def test_a_comparison_says_what_it_found() -> None:
    rng = np.random.default_rng(0)
    reference, a, b = cloud(rng, 100, 2), cloud(rng, 100, 2) + 3, cloud(rng, 90, 2) + 0.5
    found = closer(a, b, to=reference)
    assert found.verdict == "B"
    assert str(found).startswith("B is closer: A 4.")
    assert found.difference.low > 0
    assert found.difference.value == pytest.approx(found.a.value**2 - found.b.value**2)
    assert closer(a, b, to=reference) == found
    assert set(found.to_json()) == {"verdict", "a", "b", "difference"}
    assert str(closer(a, a, to=reference)).startswith("can't tell which is closer")
    with pytest.raises(UserError):
        closer(a[:, 0], b[:, :1], to=reference)
