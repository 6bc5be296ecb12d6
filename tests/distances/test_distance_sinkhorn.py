"""Laws of entropic transport: proved bounds, a divergence that is 0 for equal samples, and its two limits."""

from typing import Any

import numpy as np
import ot
import pytest
from scipy.spatial.distance import cdist

from ganbaru.distances import energy_distance, entropic_wasserstein, sinkhorn_divergence
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def normal(seed: int, count: int, size: int = 2, shift: float = 0.0) -> Array:
    """Unit normal, moved along its first coordinate."""
    return np.random.default_rng(seed).standard_normal((count, size)) + shift * np.eye(1, size)


def exact(a: Array, b: Array, p: int) -> float:
    return float(ot.emd2([], [], cdist(a, b) ** p)) ** (1 / p)


def plain(a: Array, b: Array, p: int = 2, **options: Any) -> float:
    return sinkhorn_divergence(a, b, p, resamples=0, **options).value


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize(("n", "m", "size"), [(60, 60, 2), (80, 50, 8), (1, 5, 3)])
@pytest.mark.parametrize("rounds", [0, 3, 200])
def test_the_exact_distance_lies_between_the_bounds_settled_or_not(
    p: int, n: int, m: int, size: int, rounds: int
) -> None:
    a, b = normal(0, n, size), normal(1, m, size, shift=1)
    truth = exact(a, b, p)
    found = entropic_wasserstein(a, b, p, rounds=rounds)
    assert found.low - 1e-9 <= truth <= found.high + 1e-9
    assert found.low <= found.value <= found.high


@pytest.mark.parametrize("p", [1, 2])
def test_less_blur_and_more_rounds_bring_the_bounds_together(p: int) -> None:
    a, b = normal(0, 60, 8), normal(1, 60, 8, shift=1)
    wide, narrow = (entropic_wasserstein(a, b, p, blur=blur, rounds=500) for blur in (1.5, 0.15))
    assert narrow.high - narrow.low < 0.25 * (wide.high - wide.low)


@pytest.mark.parametrize("p", [1, 2])
def test_a_sample_diverges_from_itself_by_nothing_and_from_others_by_more(p: int) -> None:
    a, b = normal(0, 70), normal(1, 50, shift=1)
    assert plain(a, a, p) == pytest.approx(0, abs=1e-4)
    assert plain(a, a[::-1], p) == pytest.approx(0, abs=1e-4)
    assert plain(a, b, p) > 0.1
    assert plain(a, b, p) == pytest.approx(plain(b, a, p), rel=1e-3)


@pytest.mark.parametrize("p", [1, 2])
def test_scale_and_place_are_carried_through(p: int) -> None:
    a, b = normal(0, 40), normal(1, 40, shift=1)
    whole = plain(a, b, p, blur=0.5)
    assert plain(3 * a + 7, 3 * b + 7, p, blur=1.5) == pytest.approx(3**p * whole, rel=1e-3)
    for unit in (1e-150, 1e150):
        assert plain(unit * a, unit * b, 1, blur=0.5 * unit) == pytest.approx(unit * plain(a, b, 1, blur=0.5), rel=1e-3)


def test_with_endless_blur_it_is_the_distance_of_means_or_half_an_energy_distance() -> None:
    a, b = normal(0, 80), normal(1, 60, shift=1)
    assert plain(a, b, 2, blur=200) == pytest.approx(np.square(a.mean(axis=0) - b.mean(axis=0)).sum(), rel=0.02)
    biased = 2 * cdist(a, b).mean() - cdist(a, a).mean() - cdist(b, b).mean()
    assert plain(a, b, 1, blur=2_000) == pytest.approx(biased / 2, rel=0.02)
    assert energy_distance(a, b, resamples=2).value == pytest.approx(biased, abs=0.1)


def test_a_shift_diverges_by_its_square_whatever_the_blur() -> None:
    a = normal(0, 60)
    for blur in (0.5, 2.0):
        assert plain(a, a + np.array([3, 0]), 2, blur=blur) == pytest.approx(9, rel=1e-3)


@pytest.mark.long
def test_it_knows_what_is_not_distinguishable() -> None:
    same = [sinkhorn_divergence(normal(s, 60), normal(s + 99, 60), resamples=10, seed=s) for s in range(6)]
    assert sum(bool(each.distinguishable) for each in same) <= 1
    shifted = sinkhorn_divergence(normal(0, 60), normal(1, 60, shift=2), resamples=10)
    assert shifted.distinguishable
    assert shifted.low <= shifted.value <= shifted.high
    assert sinkhorn_divergence(normal(0, 60), normal(1, 60, shift=2), resamples=10) == shifted


@pytest.mark.parametrize("blur", [0.0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("measure", [sinkhorn_divergence, entropic_wasserstein])
def test_a_blur_that_is_no_length_is_refused(measure: Any, blur: float) -> None:
    with pytest.raises(UserError, match="no length"):
        measure(normal(0, 5), normal(1, 5), blur=blur)


def test_a_plan_that_does_not_settle_is_no_answer() -> None:
    with pytest.raises(UserError, match="does not settle"):
        plain(normal(0, 30), normal(1, 30, shift=1), blur=1e-4)
    with pytest.raises(UserError, match="p = 3"):
        plain(normal(0, 5), normal(1, 5), 3)
