"""Laws of divergences over cells, and of what samples tell of them."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from ganbaru.distances import histograms
from ganbaru.distances.densities import Gaussian
from ganbaru.distances.divergences import chi_squared, hellinger, jensen_shannon, kullback_leibler, total_variation
from ganbaru.distances.energy import energy_distance
from ganbaru.distances.histograms import Grid, Histogram
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Divergence = Callable[..., Any]

DIVERGENCES: list[Divergence] = [total_variation, kullback_leibler, jensen_shannon, hellinger, chi_squared]
BOUNDED: list[Divergence] = [total_variation, jensen_shannon, hellinger]


def masses(size: int) -> st.SearchStrategy[Array]:
    """Of so many cells, some of them empty."""
    weights = st.lists(st.just(0.0) | st.floats(1e-6, 1), min_size=size, max_size=size)
    return weights.filter(lambda w: sum(w) > 0).map(lambda w: np.array(w) / sum(w))


SIZES = st.integers(2, 7)
TWO = SIZES.flatmap(lambda size: st.tuples(masses(size), masses(size)))
THREE = SIZES.flatmap(lambda size: st.tuples(masses(size), masses(size), masses(size)))


def normal(seed: int, count: int, size: int = 1, shift: float = 0.0, scale: float = 1.0) -> Array:
    """Unit normal, changed along its first coordinate."""
    points = np.random.default_rng(seed).standard_normal((count, size))
    points[:, 0] = points[:, 0] * scale + shift
    return points


@given(TWO)
def test_divergences_of_probabilities_are_scipys(pair: tuple[Array, Array]) -> None:
    p, q = pair
    assert total_variation(p, q).value == pytest.approx(np.abs(p - q).sum() / 2, abs=1e-12)
    assert kullback_leibler(p, q).value == pytest.approx(stats.entropy(p, q), abs=1e-12)
    assert kullback_leibler(p, q, base="bits").value == pytest.approx(stats.entropy(p, q, base=2), abs=1e-12)
    assert jensen_shannon(p, q).value == pytest.approx(jensenshannon(p, q) ** 2, abs=1e-12)
    assert hellinger(p, q).value == pytest.approx(np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / math.sqrt(2), abs=1e-9)
    held = q > 0
    pearson = ((p - q)[held] ** 2 / q[held]).sum() + (math.inf if (p[~held] > 0).any() else 0)
    assert chi_squared(p, q).value == pytest.approx(pearson, rel=1e-9, abs=1e-12)


@given(TWO)
def test_inequalities_between_divergences_hold_over_cells(pair: tuple[Array, Array]) -> None:
    tv, kl, js, h, chi = (divergence(*pair).value for divergence in DIVERGENCES)
    slack = 1e-12
    assert 0 <= tv <= 1
    assert 0 <= js <= math.log(2)
    assert tv <= math.sqrt(kl / 2) + slack
    assert h * h - slack <= tv <= h * math.sqrt(max(2 - h * h, 0)) + slack
    assert js <= math.log(2) * tv + slack
    assert kl <= math.log1p(chi) + slack


@given(THREE)
def test_metrics_over_cells_obey_the_triangle_and_are_symmetric(three: tuple[Array, Array, Array]) -> None:
    p, q, r = three
    for divergence, power in ((total_variation, 1), (hellinger, 1), (jensen_shannon, 0.5)):
        pq, qr, pr = (divergence(x, y).value ** power for x, y in ((p, q), (q, r), (p, r)))
        assert pr <= pq + qr + 1e-7
        assert divergence(q, p).value ** power == pytest.approx(pq, abs=1e-7)


@given(TWO, st.data())
def test_to_merge_cells_brings_nothing_farther_apart(pair: tuple[Array, Array], data: st.DataObject) -> None:
    """The data processing inequality."""
    into = data.draw(st.lists(st.integers(0, 2), min_size=len(pair[0]), max_size=len(pair[0])))
    merged = [np.bincount(into, each, 3) for each in pair]
    for divergence in DIVERGENCES:
        assert divergence(*merged).value <= divergence(*pair).value * (1 + 1e-9) + 1e-9


@given(SIZES.flatmap(masses), st.floats(1e-150, 1e150))
def test_weights_of_any_scale_are_shared_out(p: Array, scale: float) -> None:
    for divergence in DIVERGENCES:
        assert divergence(Histogram(p), Histogram(p * scale)).value == pytest.approx(0, abs=1e-12)
        assert divergence(p, p).value == 0


def test_empty_cells_make_kl_infinite_one_way() -> None:
    assert kullback_leibler([0.5, 0.5, 0], [0.25, 0.25, 0.5]).value == pytest.approx(math.log(2))
    assert kullback_leibler([0.25, 0.25, 0.5], [0.5, 0.5, 0]).value == math.inf
    found = jensen_shannon([1, 0], [0, 1], base="bits")
    assert (found.value, found.low, found.high, found.floor) == (1, 1, 1, None)


def test_two_sequences_of_probabilities_are_histograms_and_others_are_samples() -> None:
    p, q = [0.2, 0.3, 0.5], [0.5, 0.25, 0.25]
    assert total_variation(p, q).samples is None
    assert total_variation(np.array(p), tuple(q)).value == pytest.approx(0.3)
    for other in ([0.5, 0.25, 0.26], [0.5, 0.5], [0.5, 0.75, -0.25], [1]):
        assert total_variation(p, other).samples == (3, len(other))
    columns = np.array(p)[:, None], np.array(q)[:, None]
    assert total_variation(*columns).samples == (3, 3)


def test_histograms_with_edges_are_densities_that_are_cut_at_each_others_edges() -> None:
    p, q = Histogram([1, 3], edges=[0, 1, 2]), Histogram([1, 1], edges=[0, 0.5, 2])
    fine = np.array([0.125, 0.125, 0.75]), np.array([0.5, 1 / 6, 1 / 3])
    for divergence in DIVERGENCES:
        assert divergence(p, q).value == pytest.approx(divergence(*fine).value)
    assert total_variation(p, Histogram([1], edges=[5, 6])).value == 1
    assert (
        kullback_leibler(p, Histogram([1], edges=[0, 2])).value
        < kullback_leibler(p, Histogram([1], edges=[-1, 2])).value
    )


def test_points_are_the_same_where_their_positions_are() -> None:
    p = Histogram([1, 1, 2], positions=[[0, 0], [1, 0], [1, 0]])
    q = Histogram([3, 1], positions=[[1, 0], [7, 7]])
    assert total_variation(p, q).value == pytest.approx(0.25)
    assert total_variation(p, Histogram([1, 3], positions=[[0, 0], [1, 0]])).value == 0


def test_a_grid_of_a_density_has_its_divergences() -> None:
    axes = [np.linspace(-6, 7, 131), np.linspace(-6, 6, 100)]
    x, y = np.meshgrid(*axes, indexing="ij")
    p, q = (Grid(np.exp(-((x - shift) ** 2 + y**2) / 2), axes=axes) for shift in (0, 1))
    for divergence in DIVERGENCES:
        assert divergence(p, q).value == pytest.approx(divergence(Gaussian(0), Gaussian(1)).value, rel=2e-3)
    uneven = np.concatenate([np.linspace(-6, 0, 50, endpoint=False), np.linspace(0, 7, 300)])
    p, q = (Grid(stats.norm.pdf(uneven, shift), axes=[uneven]) for shift in (0, 1))
    assert total_variation(p, q).value == pytest.approx(total_variation(Gaussian(0), Gaussian(1)).value, rel=2e-3)
    assert histograms.wasserstein(p, q).value == pytest.approx(1, rel=2e-3)


PLACES = st.floats(-100, 100).map(lambda x: round(x, 3))


@st.composite
def atoms(draw: st.DrawFn) -> Histogram:
    size = draw(st.integers(1, 6))
    weights = draw(masses(size)) if size > 1 else np.ones(1)
    return Histogram(weights, positions=draw(st.lists(PLACES, min_size=size, max_size=size)))


@st.composite
def steps(draw: st.DrawFn) -> Histogram:
    edges = sorted(draw(st.lists(PLACES, min_size=3, max_size=6, unique=True)))
    return Histogram(draw(masses(len(edges) - 1)), edges=edges)


@given(atoms(), atoms())
def test_distances_of_points_on_the_line_are_scipys(a: Histogram, b: Histogram) -> None:
    (p, x), (q, y) = a.atoms(), b.atoms()
    w1 = stats.wasserstein_distance(x[:, 0], y[:, 0], p, q)
    assert histograms.wasserstein(a, b).value == pytest.approx(w1, rel=1e-9, abs=1e-9)
    energy = stats.energy_distance(x[:, 0], y[:, 0], p, q) ** 2
    assert energy_distance(a, b).value == pytest.approx(energy, rel=1e-9, abs=1e-9)


@given(steps(), steps() | atoms(), st.sampled_from([1, 1.5, 2, 3]))
def test_mass_between_edges_lies_evenly(a: Histogram, b: Histogram, order: float) -> None:
    """Against points at the middles of slices of each distribution."""
    levels = (np.arange(4_000) + 0.5) / 4_000
    x, y = (slowly(each, levels) for each in (a, b))
    expected = np.mean(np.abs(x - y) ** order) ** (1 / order)
    assert histograms.wasserstein(a, b, order).value == pytest.approx(expected, rel=1e-3, abs=0.1)
    energy = stats.energy_distance(x, y) ** 2
    assert energy_distance(a, b).value == pytest.approx(energy, rel=1e-3, abs=0.05)


def slowly(a: Histogram, levels: Array) -> Array:
    """Quantiles."""
    if a.edges is not None:
        return np.interp(levels, np.concatenate([[0], np.cumsum(a.masses)]) + 1e-15 * np.arange(len(a.edges)), a.edges)
    p, x = a.atoms()
    order = np.argsort(x[:, 0])
    return x[order, 0][np.minimum(np.searchsorted(np.cumsum(p[order]), levels), len(p) - 1)]


@given(steps(), steps(), st.sampled_from([1e-150, 1e-3, 1e150]), st.sampled_from([1, 2, 3]))
def test_lengths_between_histograms_scale(a: Histogram, b: Histogram, scale: float, order: float) -> None:
    scaled = [Histogram(each.masses, edges=each.edges * scale) for each in (a, b)]
    plain = histograms.wasserstein(a, b, order).value
    assert histograms.wasserstein(*scaled, order).value / scale == pytest.approx(plain, rel=1e-9)
    assert energy_distance(*scaled).value / scale == pytest.approx(energy_distance(a, b).value, rel=1e-6, abs=1e-9)
    assert histograms.wasserstein(a, a, order).value == 0


@given(atoms(), steps(), atoms(), st.sampled_from([1, 2]))
def test_transport_obeys_the_triangle(a: Histogram, b: Histogram, c: Histogram, order: float) -> None:
    ab, bc, ac = (histograms.wasserstein(x, y, order).value for x, y in ((a, b), (b, c), (a, c)))
    assert ac <= ab + bc + 1e-9
    assert histograms.wasserstein(b, a, order).value == pytest.approx(ab, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("size", "shift", "scale"), [(1, 0.5, 1.0), (1, 1.0, 1.0), (1, 0.0, 1.5), (2, 0.5, 1.0), (2, 1.0, 1.0)]
)
def test_samples_tell_the_divergence_of_what_they_are_drawn_from(size: int, shift: float, scale: float) -> None:
    a, b = normal(0, 4_000, size), normal(1, 4_000, size, shift, scale)
    for divergence in DIVERGENCES[:4]:
        found = divergence(a, b)
        truth = divergence(Gaussian(0), Gaussian(shift, deviation=scale)).value
        assert found.value == pytest.approx(truth, rel=0.15)
        assert found.low <= found.value <= found.high
        assert found.distinguishable
        assert found.samples == (4_000, 4_000)


@pytest.mark.parametrize("divergence", DIVERGENCES)
@pytest.mark.parametrize("size", [1, 3])
def test_samples_of_one_distribution_do_not_clear_their_floor(divergence: Divergence, size: int) -> None:
    found = [divergence(normal(seed, 300, size), normal(100 + seed, 200, size)) for seed in range(12)]
    assert sum(bool(each.distinguishable) for each in found) <= 1
    assert all(each.value >= 0 and each.floor >= 0 for each in found)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    for divergence in (total_variation, kullback_leibler, jensen_shannon, hellinger):
        truth = divergence(Gaussian(0), Gaussian(1)).value
        found = [divergence(normal(seed, 1_000), normal(1_000 + seed, 1_000, 1, 1.0)) for seed in range(30)]
        assert sum(each.low <= truth <= each.high for each in found) >= 25


def test_the_interval_of_total_variation_holds_a_change_that_chance_nearly_hides() -> None:
    """1.2 times as wide: 0.088, where chance alone puts 0.1 between the histograms of 500 points each."""
    truth = total_variation(Gaussian(0), Gaussian(0, deviation=1.2)).value
    found = [total_variation(normal(seed, 500), normal(500 + seed, 500, scale=1.2), resamples=50) for seed in range(40)]
    assert sum(each.low <= truth <= each.high for each in found) >= 36
    assert np.median([each.high - each.low for each in found]) < 0.2


def test_extrapolation_takes_off_what_chance_adds() -> None:
    same = [(normal(seed, 400), normal(50 + seed, 400)) for seed in range(12)]
    for divergence in DIVERGENCES:
        with_it, without = (
            np.mean([divergence(*pair, bins=20, extrapolate=choice).value for pair in same]) for choice in (True, False)
        )
        assert with_it < 0.75 * without


def test_without_extrapolation_it_is_the_divergence_of_two_histograms() -> None:
    a, b = normal(0, 500)[:, 0], normal(1, 400, 1, 0.5)[:, 0]
    edges = np.linspace(-5, 6, 23)
    p, q = (np.histogram(x, edges)[0] / len(x) for x in (a, b))
    for divergence in DIVERGENCES:
        assert divergence(a, b, edges=edges, extrapolate=False).value == pytest.approx(divergence(p, q).value)
    x, y = normal(0, 500, 2), normal(1, 400, 2, 0.5)
    sides = [edges, np.linspace(-5, 5, 7)]
    p, q = (np.histogram2d(*points.T, sides)[0].ravel() / len(points) for points in (x, y))
    assert total_variation(x, y, edges=sides, extrapolate=False).value == pytest.approx(total_variation(p, q).value)


def test_points_beyond_the_edges_are_counted_and_the_last_edge_is_in_its_bin() -> None:
    assert total_variation([1.0, 2, 3, 9], [1.0, 2, 3, -9], edges=[0, 2, 4], extrapolate=False).value == pytest.approx(
        0.25
    )
    assert total_variation([2.0, 2, 2], [1.5, 1.5, 1.5], edges=[0, 1, 2], extrapolate=False).value == 0


def test_equal_mass_bins_see_order_only() -> None:
    a, b = normal(0, 600), normal(1, 500, 1, 0.7)
    for change in (np.exp, lambda x: 1e150 * x, lambda x: 1e-150 * x - 1e-149):
        found = total_variation(change(a), change(b))
        plain = total_variation(a, b)
        assert (found.value, found.low, found.high, found.floor) == (plain.value, plain.low, plain.high, plain.floor)


def test_bins_say_how_wide_they_are() -> None:
    a, b = normal(0, 1_000), normal(1, 1_000)
    assert "20 bins of equal mass an axis" in total_variation(a, b).method
    assert "bins 0.5 wide" in total_variation(a, b, edges=np.arange(-4, 4, 0.5)).method
    assert "in bits" in jensen_shannon(a, b, base="bits").method


def test_what_is_too_fine_for_the_bins_is_not_seen_and_chance_is_not_taken_for_it() -> None:
    a = np.random.default_rng(0).integers(0, 500, 2_000) * 2.0
    b = np.random.default_rng(1).integers(0, 500, 2_000) * 2.0 + 1
    assert not total_variation(a, b).distinguishable
    fine = total_variation(a, b, edges=np.arange(-0.5, 1_001))
    assert fine.value == 1 == fine.low


def test_far_apart_is_far_apart_for_any_sizes() -> None:
    for n, m in ((1, 1), (20, 20), (300, 300)):
        a, b = normal(0, n), normal(1, m) + 100
        assert total_variation(a, b).value == pytest.approx(1)
        assert jensen_shannon(a, b).value == pytest.approx(math.log(2))
        assert hellinger(a, b).value == pytest.approx(1)


def test_an_infinite_kl_of_samples_has_a_finite_lower_end_that_grows_with_them() -> None:
    few, many = (kullback_leibler(normal(0, n), normal(1, n) + 100) for n in (50, 5_000))
    for found in (few, many):
        assert found.value == found.high == math.inf
    assert 0 < few.low < many.low < math.inf
    truth = kullback_leibler(Gaussian(0), Gaussian(3)).value
    touching = [kullback_leibler(normal(seed, 300), normal(50 + seed, 300, 1, 3.0)) for seed in range(10)]
    assert all(each.low < truth for each in touching)
    assert any(each.value == math.inf for each in touching)


def test_the_lower_end_of_kl_stays_below_where_b_hardly_reaches() -> None:
    truth = kullback_leibler(Gaussian(0), Gaussian(2)).value
    found = [
        kullback_leibler(normal(seed, 1_000), normal(900 + seed, 1_000, 1, 2.0), resamples=40) for seed in range(60)
    ]
    assert sum(each.low > truth for each in found) <= 1
    assert np.median([each.low for each in found]) > 0.7 * truth


@pytest.mark.parametrize("size", [1, 4])
def test_neighbours_tell_kl_without_bins(size: int) -> None:
    truth = kullback_leibler(Gaussian([1] + [0] * (size - 1)), Gaussian([0] * size)).value
    a, b = normal(0, 1_500, size, 1.0), normal(1, 1_500, size)
    found = kullback_leibler(a, b, estimator="neighbours", resamples=40)
    assert found.value == pytest.approx(truth, abs=0.06 if size == 1 else 0.12)
    assert found.distinguishable
    bits = kullback_leibler(a, b, estimator="neighbours", resamples=40, base="bits")
    assert bits.value == pytest.approx(found.value / math.log(2))
    far = kullback_leibler(a, b + 100, estimator="neighbours", resamples=10)
    assert math.isfinite(far.high)
    assert far.low > 5
    assert not kullback_leibler(b, normal(5, 900, size), estimator="neighbours", resamples=40).distinguishable


def test_the_floor_can_come_from_two_samples_of_one_distribution() -> None:
    a, b = normal(0, 300), normal(1, 300, 1, 3.0)
    pooled = total_variation(a, b).floor
    own = total_variation(a, b, floor_from=(normal(2, 300), normal(3, 300))).floor
    assert 0 < own < 0.25
    assert own != pooled


def test_the_same_seed_draws_the_same() -> None:
    a, b = normal(0, 100), normal(1, 100)
    assert total_variation(a, b, seed=3) == total_variation(a, b, seed=3) != total_variation(a, b, seed=4)


@pytest.mark.parametrize("divergence", [*DIVERGENCES, energy_distance])
@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([], [1.0, 2]),
        ([1.0, math.nan, 2, 3], [1.0, 2, 3, 4]),
        ([1.0, math.inf, 2, 3], [1.0, 2, 3, 4]),
        (np.zeros((5, 2)), np.zeros((5, 3))),
        (np.zeros((5, 2, 2)), np.zeros((5, 2, 2))),
        (np.zeros(5), np.zeros((5, 1))),
        ("abc", [1.0, 2]),
        ([[1.0], [2, 3]], [1.0, 2]),
        (Histogram([1, 2]), [0.5, 0.5]),
        (Histogram([1, 2]), Histogram([1, 2, 3])),
        (Histogram([1, 2], positions=[0, 1]), Histogram([1, 2])),
        (Histogram([1, 2], positions=[0, 1]), Histogram([1], positions=[[0, 1]])),
        (Grid(np.ones((2, 2))), Gaussian(0)),
        (Grid(np.ones((2, 2))), Grid(np.ones(3))),
        (None, None),
    ],
)
def test_what_cannot_be_compared_is_said_in_one_line(divergence: Divergence, a: Any, b: Any) -> None:
    with pytest.raises(UserError) as raised:
        divergence(a, b)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "options",
    [
        {"bins": 0},
        {"edges": [1]},
        {"edges": [2, 1]},
        {"edges": []},
        {"edges": [[0, 1], [0, 1]]},
        {"edges": "abc"},
        {"edges": [0, math.nan]},
        {"resamples": 0},
        {"confidence": 1.0},
        {"floor_from": (np.zeros((3, 2)), np.zeros((3, 2)))},
    ],
)
def test_bins_that_are_none_are_said_in_one_line(options: dict[str, Any]) -> None:
    with pytest.raises(UserError) as raised:
        total_variation(normal(0, 20), normal(1, 20), **options)
    assert "\n" not in str(raised.value)


def test_other_mistakes_are_said_in_one_line() -> None:
    cloud = normal(0, 50, 4)
    with pytest.raises(UserError, match="4 dimensions"):
        total_variation(cloud, cloud)
    with pytest.raises(UserError, match="unknown estimator 'neighbors'"):
        kullback_leibler(cloud, cloud, estimator="neighbors")
    with pytest.raises(UserError, match="unknown unit"):
        jensen_shannon([0.5, 0.5], [0.1, 0.9], base="nat")
    with pytest.raises(UserError, match="repeat"):
        kullback_leibler(np.zeros(50), cloud[:, 0], estimator="neighbours")
    with pytest.raises(UserError, match="too small"):
        kullback_leibler(cloud[:5], cloud, estimator="neighbours")
    with pytest.raises(UserError, match="for samples"):
        total_variation([0.5, 0.5], [0.1, 0.9], bins=3)
    with pytest.raises(UserError, match="no places"):
        energy_distance([0.5, 0.5], [0.1, 0.9])
    for make in (
        lambda: Histogram([0, 0]),
        lambda: Histogram([-1, 2]),
        lambda: Histogram([1, math.nan]),
        lambda: Histogram([1, 2], edges=[0, 1]),
        lambda: Histogram([1, 2], edges=[0, 1, 1]),
        lambda: Histogram([1, 2], positions=[0, 1], edges=[0, 1, 2]),
        lambda: Histogram([1, 2], positions=[0]),
        lambda: Grid(np.ones((2, 2)), [1, 2, 3]),
        lambda: Grid(np.ones((2, 2)), axes=[[0, 1]]),
        lambda: Grid(np.ones((2, 2)), -1.0),
        lambda: Grid(5.0),
        lambda: histograms.wasserstein(Histogram([1, 2], positions=[0, 1]), Histogram([1], positions=[0]), 0.5),
    ):
        with pytest.raises(UserError):
            make()


def test_a_grid_in_the_plane_is_transported_whole() -> None:
    axes = [np.linspace(-4, 5, 13), np.linspace(-4, 4, 9)]
    x, y = np.meshgrid(*axes, indexing="ij")
    p = Grid(np.exp(-(x**2 + y**2) / 2), axes=axes)
    q = Grid(np.roll(p.masses, 2, axis=0), axes=axes)
    for order in (1, 2):
        found = histograms.wasserstein(p, q, order)
        assert found.value == found.low == pytest.approx(1.5, rel=1e-3)
        assert histograms.wasserstein(p, p, order).value == pytest.approx(0, abs=1e-9)
    assert histograms.wasserstein(Grid([[1.0, 0]], 3.0), Grid([[0, 1.0]], 3.0)).value == pytest.approx(3)
    corners = [Histogram([1], positions=[place]) for place in ([0.0, 0], [3.0, 4])]
    assert histograms.wasserstein(*corners).value == pytest.approx(5)
    assert energy_distance(*corners).value == pytest.approx(10)
