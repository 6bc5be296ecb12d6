"""Laws of distances between known distributions: they agree with sums, with samples and with each other."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from ganbaru.distances import closed_forms
from ganbaru.distances.densities import Density, Gaussian, Known, Laplace, Uniform
from ganbaru.distances.divergences import chi_squared, hellinger, jensen_shannon, kullback_leibler, total_variation
from ganbaru.distances.energy import energy_distance
from ganbaru.distances.kernel import kernel
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Divergence = Callable[..., Any]

DIVERGENCES: list[Divergence] = [total_variation, kullback_leibler, jensen_shannon, hellinger, chi_squared]
SYMMETRIC: list[Divergence] = [total_variation, jensen_shannon, hellinger, energy_distance, closed_forms.wasserstein]
PLACES = st.floats(-3, 3)
SCALES = st.floats(0.2, 4)
ON_THE_LINE = st.one_of(
    st.builds(lambda mean, deviation: Gaussian(mean, deviation=deviation), PLACES, SCALES),
    st.builds(Laplace, PLACES, SCALES),
    st.builds(lambda low, length: Uniform(low, low + length), PLACES, SCALES),
)
PAIRS = [
    (Gaussian(0), Gaussian(1, deviation=0.5)),
    (Gaussian(0), Laplace(0.5, 1)),
    (Laplace(0, 1), Laplace(1, 2)),
    (Uniform(0, 1), Uniform(-0.5, 2)),
    (Uniform(-1, 1), Gaussian(0.3)),
    (Gaussian(0), Density(stats.t(3))),
    (Density(stats.gamma(2)), Density(stats.expon(scale=2))),
    (Density(lambda x: 2 * x, low=0, high=1), Uniform(0, 1)),
]


def frozen(p: Known) -> Any:
    """scipy's."""
    if isinstance(p, Gaussian):
        return stats.norm(p.mean[0], math.sqrt(p.covariance[0, 0]))
    if isinstance(p, Laplace):
        return stats.laplace(p.centre, p.scale)
    low, high = p.sides[0]  # type: ignore[union-attr]
    return stats.uniform(low, high - low)


def summed(function: Callable[[Array], Array], low: float = -60.0, high: float = 60.0) -> float:
    """By brute force: a million middles."""
    edges = np.linspace(low, high, 1_000_001)
    return float(np.sum(function((edges[1:] + edges[:-1]) / 2)) * (high - low) / 1_000_000)


def moved(p: Known, shift: float, scale: float) -> Known:
    """``shift + scale · x``."""
    if isinstance(p, Gaussian):
        return Gaussian(shift + scale * p.mean, scale**2 * p.covariance)
    if isinstance(p, Laplace):
        return Laplace(shift + scale * p.centre, scale * p.scale)
    return Uniform(shift + scale * p.sides[:, 0], shift + scale * p.sides[:, 1])  # type: ignore[union-attr]


@pytest.mark.parametrize(("p", "q"), PAIRS)
def test_divergences_on_the_line_are_their_integrals(p: Known, q: Known) -> None:
    def densities(x: Array) -> tuple[Array, Array]:
        return np.exp(p.line().log_density(x)), np.exp(q.line().log_density(x))

    def js(x: Array) -> Array:
        ours, theirs = densities(x)
        return sum(special.rel_entr(each, np.maximum((ours + theirs) / 2, 1e-300)) for each in (ours, theirs)) / 2

    assert total_variation(p, q).value == pytest.approx(
        summed(lambda x: np.abs(np.subtract(*densities(x))) / 2), abs=1e-4
    )
    assert jensen_shannon(p, q).value == pytest.approx(summed(js), abs=1e-4)
    assert hellinger(p, q).value ** 2 == pytest.approx(
        summed(lambda x: np.subtract(*np.sqrt(densities(x))) ** 2 / 2), abs=1e-4
    )
    assert kullback_leibler(p, q).value == pytest.approx(
        summed(lambda x: special.rel_entr(densities(x)[0], np.maximum(densities(x)[1], 1e-300))), abs=1e-4
    )


@pytest.mark.parametrize(
    ("p", "q"),
    [(Gaussian(0), Gaussian(0.4, deviation=1.3)), (Uniform(0, 1), Uniform(-1, 2)), (Laplace(0, 1), Laplace(1, 2))],
)
def test_quadrature_is_right_to_the_ninth_digit(p: Known, q: Known) -> None:
    """Of scipy's densities, by quadrature, and of ours, by formula or through other code."""
    ours, theirs = Density(frozen(p)), Density(frozen(q))
    for divergence in DIVERGENCES:
        assert divergence(ours, theirs).value == pytest.approx(divergence(p, q).value, rel=1e-9, abs=1e-12)
    for order in (1, 1.5, 2, 3):
        assert closed_forms.wasserstein(ours, theirs, order).value == pytest.approx(
            closed_forms.wasserstein(p, q, order).value, rel=1e-9
        )
    assert closed_forms.frechet(ours, theirs).value == pytest.approx(closed_forms.frechet(p, q).value, rel=1e-9)


def test_textbook_values_come_out() -> None:
    unit, other = Gaussian(0), Gaussian(1)
    normal = stats.norm()
    assert total_variation(unit, other).value == pytest.approx(2 * normal.cdf(0.5) - 1, rel=1e-11)
    assert kullback_leibler(unit, other).value == pytest.approx(0.5, rel=1e-13)
    assert kullback_leibler(unit, other, base="bits").value == pytest.approx(0.5 / math.log(2), rel=1e-13)
    assert kullback_leibler(Gaussian(1, deviation=2), Gaussian(3, deviation=5)).value == pytest.approx(
        math.log(5 / 2) + (4 + 4) / 50 - 0.5, rel=1e-13
    )
    assert hellinger(unit, other).value == pytest.approx(math.sqrt(1 - math.exp(-1 / 8)), rel=1e-13)
    assert chi_squared(unit, other).value == pytest.approx(math.e - 1, rel=1e-13)
    assert total_variation(Uniform(0, 1), Uniform(0.25, 1.25)).value == pytest.approx(0.25, rel=1e-13)
    assert kullback_leibler(Uniform(0, 1), Uniform(0, 4)).value == pytest.approx(math.log(4), rel=1e-13)
    assert closed_forms.wasserstein(Laplace(0, 1), Laplace(0, 3)).value == pytest.approx(2, rel=1e-11)
    assert closed_forms.wasserstein(Uniform(0, 1), Uniform(0, 3)).value == pytest.approx(1, rel=1e-13)
    assert closed_forms.wasserstein(Gaussian(0), Gaussian(3, deviation=5), 2).value == pytest.approx(5, rel=1e-13)
    assert energy_distance(Uniform(0, 1), Uniform(5, 6)).value == pytest.approx(10 - 2 / 3, rel=1e-12)


def test_what_is_known_has_no_interval_and_says_how() -> None:
    found = jensen_shannon(Gaussian(0), Laplace(0, 1), base="bits")
    assert found.low == found.value == found.high
    assert (found.floor, found.samples) == (None, None)
    assert found.method == "Jensen-Shannon divergence in bits, quadrature"
    assert kullback_leibler(Gaussian(0), Gaussian(1)).method == "Kullback-Leibler divergence in nats, closed form"


@pytest.mark.parametrize("shift", [0.1, 1e-3, 5e-4, 2e-4, 1e-5, 9e-7, 1e-7, 3e-8, 1e-9])
def test_bounds_that_nearly_meet_are_told_from_growth_beside_them(shift: float) -> None:
    for kind in (Uniform, lambda low, high: Density(stats.uniform(low, high - low))):
        p, moved_a_little, wider = kind(0, 1), kind(shift, 1 + shift), kind(-shift, 1 + shift)
        assert total_variation(p, moved_a_little).value == pytest.approx(shift, rel=1e-6)
        assert jensen_shannon(p, moved_a_little).value == pytest.approx(shift * math.log(2), rel=1e-6)
        assert hellinger(p, moved_a_little).value ** 2 == pytest.approx(shift, rel=1e-5)
        assert energy_distance(p, moved_a_little).value == pytest.approx(shift**2 * (2 - shift * 2 / 3), rel=1e-6)
        assert kullback_leibler(p, wider).value == pytest.approx(math.log1p(2 * shift), rel=1e-6)
        assert chi_squared(p, wider).value == pytest.approx(2 * shift, rel=1e-6)
        assert kullback_leibler(wider, p).value == chi_squared(wider, p).value == math.inf


@settings(max_examples=25, deadline=None)
@given(ON_THE_LINE, ON_THE_LINE)
def test_inequalities_between_divergences_hold(p: Known, q: Known) -> None:
    tv, kl, js, h, chi = (divergence(p, q).value for divergence in DIVERGENCES)
    slack = 1e-10
    assert 0 <= tv <= 1
    assert tv <= math.sqrt(kl / 2) + slack  # Pinsker
    assert h * h - slack <= tv <= h * math.sqrt(2 - h * h) + slack  # Le Cam
    assert tv * tv / 2 - slack <= js <= math.log(2) * tv + slack  # Lin 1991
    assert kl <= math.log1p(chi) + 1e-9 * (1 + kl)
    w1, w2 = (closed_forms.wasserstein(p, q, order).value for order in (1, 2))
    assert w1 <= w2 * (1 + 1e-9) + 1e-12


@settings(max_examples=15, deadline=None)
@given(ON_THE_LINE, ON_THE_LINE, ON_THE_LINE)
def test_what_is_a_metric_obeys_the_triangle_and_is_symmetric(p: Known, q: Known, r: Known) -> None:
    for distance in SYMMETRIC:
        power = 0.5 if distance in (jensen_shannon, energy_distance) else 1
        pq, qr, pr, qp = (distance(x, y).value ** power for x, y in ((p, q), (q, r), (p, r), (q, p)))
        assert pr <= pq + qr + 1e-9
        assert pq == pytest.approx(qp, rel=1e-8, abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(ON_THE_LINE)
def test_nothing_is_at_no_distance_from_itself(p: Known) -> None:
    for distance in (*DIVERGENCES, energy_distance, closed_forms.wasserstein, closed_forms.frechet):
        assert distance(p, p).value == pytest.approx(0, abs=1e-12)
    assert closed_forms.kernel(p, p, 1.0).value == pytest.approx(0, abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(ON_THE_LINE, ON_THE_LINE, st.floats(-5, 5), st.sampled_from([1e-100, 0.01, 7.0, 1e100]))
def test_lengths_scale_and_divergences_do_not(p: Known, q: Known, shift: float, scale: float) -> None:
    ours, theirs = moved(p, shift * scale, scale), moved(q, shift * scale, scale)
    for divergence in DIVERGENCES:
        assert divergence(ours, theirs).value == pytest.approx(divergence(p, q).value, rel=1e-6, abs=1e-8)
    for length in (closed_forms.wasserstein, energy_distance, lambda x, y: closed_forms.wasserstein(x, y, 2)):
        assert length(ours, theirs).value / scale == pytest.approx(length(p, q).value, rel=1e-6, abs=1e-8)
    assert closed_forms.kernel(ours, theirs, scale).value == pytest.approx(
        closed_forms.kernel(p, q, 1.0).value, abs=1e-10
    )


def test_huge_and_tiny_scales_neither_overflow_nor_vanish() -> None:
    assert total_variation(Gaussian(0, deviation=1e-150), Gaussian(1e-150, deviation=1e-150)).value == pytest.approx(
        2 * stats.norm.cdf(0.5) - 1
    )
    for scale in (1e-150, 1e150):
        assert closed_forms.wasserstein(Laplace(0, scale), Gaussian(scale, deviation=scale)).value == pytest.approx(
            scale * closed_forms.wasserstein(Laplace(0, 1), Gaussian(1)).value
        )
    needle, broad = Gaussian(5, deviation=1e-20), Gaussian(0)
    assert total_variation(needle, broad).value == pytest.approx(1)
    assert jensen_shannon(Gaussian(1e150), Laplace(0, 1)).value == pytest.approx(math.log(2))
    assert closed_forms.wasserstein(Gaussian(1e150), Laplace(0, 1)).value == pytest.approx(1e150)


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (Gaussian(0), Uniform(-50, 50)),
        (Uniform(0, 1), Uniform(0, 0.999)),
        (Laplace(0, 1), Uniform(0, 9)),
        (Density(stats.cauchy()), Gaussian(0)),
        (Density(stats.cauchy()), Laplace(0, 1)),
        (Uniform((0, 0), (0, 1)), Uniform((1, 0), (1, 1))),
    ],
)
def test_kl_and_chi_squared_are_infinite_where_they_are(p: Known, q: Known) -> None:
    assert kullback_leibler(p, q).value == chi_squared(p, q).value == math.inf


def test_other_infinities_are_told_from_large_numbers() -> None:
    assert (
        chi_squared(Laplace(0, 1), Gaussian(0)).value == math.inf > kullback_leibler(Laplace(0, 1), Gaussian(0)).value
    )
    assert chi_squared(Gaussian(0, deviation=1.5), Gaussian(0)).value == math.inf
    assert chi_squared(Gaussian(0, deviation=1.4), Gaussian(0)).value < 10
    assert (
        chi_squared(Laplace(0, 1), Laplace(0, 0.49)).value
        == math.inf
        > chi_squared(Laplace(0, 1), Laplace(0, 0.51)).value
    )
    assert chi_squared(Density(stats.expon()), Density(stats.gamma(2))).value == math.inf  # 1/x at 0
    falling = Density(lambda x: np.exp(-x), low=0)
    assert chi_squared(falling, Density(stats.gamma(2))).value == math.inf
    assert chi_squared(falling, Density(stats.gamma(1.5))).value < 10  # 1/√x
    split = Density(lambda x: np.abs(x - 0.3), low=-0.7, high=1.3, breaks=[0.3])  # 0 at one point
    assert kullback_leibler(Uniform(-0.7, 1.3), split).value == pytest.approx(1 - math.log(2), rel=1e-9)
    assert chi_squared(Uniform(-0.7, 1.3), split).value == math.inf
    heavy = Density(stats.cauchy())
    assert closed_forms.wasserstein(heavy, Density(stats.cauchy(3))).value == pytest.approx(3)
    assert closed_forms.wasserstein(heavy, Density(stats.cauchy(0, 2))).value == math.inf
    with pytest.raises(UserError, match="no variance"):
        closed_forms.frechet(heavy, Gaussian(0))


def turned(seed: int, size: int) -> Gaussian:
    rng = np.random.default_rng(seed)
    root = rng.standard_normal((size, size))
    return Gaussian(rng.standard_normal(size), root @ root.T / size + np.eye(size))


@pytest.mark.parametrize("size", [2, 5])
def test_formulas_of_gaussians_agree_with_samples(size: int) -> None:
    p, q = turned(0, size), turned(1, size)
    ours, theirs = (stats.multivariate_normal(each.mean, each.covariance) for each in (p, q))
    x, y = p.sample(200_000, seed=1), q.sample(200_000, seed=2)
    ratio = ours.logpdf(x) - theirs.logpdf(x)
    assert kullback_leibler(p, q).value == pytest.approx(ratio.mean(), abs=5 * ratio.std() / math.sqrt(len(x)))
    root = np.exp((theirs.logpdf(x) - ours.logpdf(x)) / 2)
    assert hellinger(p, q).value ** 2 == pytest.approx(1 - root.mean(), abs=5 * root.std() / math.sqrt(len(x)))
    narrow = Gaussian(p.mean, p.covariance / 8)
    square = np.exp(2 * stats.multivariate_normal(narrow.mean, narrow.covariance).logpdf(y) - 2 * theirs.logpdf(y))
    assert chi_squared(narrow, q).value == pytest.approx(square.mean() - 1, abs=5 * square.std() / math.sqrt(len(y)))
    lengths = [np.linalg.norm(u - v, axis=1) for u, v in ((x, y), (x[::2], x[1::2]), (y[::2], y[1::2]))]
    assert energy_distance(p, q).value == pytest.approx(
        2 * lengths[0].mean() - lengths[1].mean() - lengths[2].mean(), abs=0.04
    )
    alike = [np.exp(-(length**2) / 8).mean() for length in lengths]
    assert closed_forms.kernel(p, q, 2.0).value == pytest.approx(alike[1] + alike[2] - 2 * alike[0], abs=0.006)


def test_w2_of_gaussians_is_that_of_their_optimal_map() -> None:
    """``x → μ + T (x − μ)`` with T symmetric and positive is optimal (Brenier), so its length is known from T alone."""
    p = turned(3, 4)
    stretch = turned(4, 4).covariance
    q = Gaussian(p.mean + 1, stretch @ p.covariance @ stretch)
    moves = (stretch - np.eye(4)) @ p.covariance @ (stretch - np.eye(4))
    assert closed_forms.wasserstein(p, q, 2).value == pytest.approx(math.sqrt(4 + np.trace(moves)), rel=1e-12)
    assert closed_forms.frechet(p, q).value == pytest.approx(4 + np.trace(moves), rel=1e-12)
    assert closed_forms.wasserstein(p, p, 2).value == 0
    flat = Gaussian([0, 0], [[1, 1], [1, 1]])
    assert closed_forms.wasserstein(flat, Gaussian([0, 0], [[4, 4], [4, 4]]), 2).value == pytest.approx(math.sqrt(2))


def test_gaussians_that_differ_along_one_direction_are_those_on_the_line() -> None:
    rng = np.random.default_rng(5)
    axes = np.linalg.qr(rng.standard_normal((3, 3)))[0] * [1, 2, 3]
    for mean, deviation in ((0.7, 1.0), (0.0, 1.6), (0.7, 1.6)):
        p, q = (
            Gaussian(axes @ [0, mean, 0], axes @ np.diag([1, deviation**2, 1]) @ axes.T),
            Gaussian([0] * 3, axes @ axes.T),
        )
        for divergence in DIVERGENCES:
            expected = divergence(Gaussian(mean, deviation=deviation), Gaussian(0)).value
            assert divergence(p, q).value == pytest.approx(expected, rel=1e-8)


def test_energy_of_gaussians_is_the_same_in_a_line_through_the_plane() -> None:
    plane = energy_distance(Gaussian([0, 0], [[1, 0], [0, 0]]), Gaussian([2, 0], [[9, 0], [0, 0]])).value
    assert plane == pytest.approx(energy_distance(Gaussian(0), Gaussian(2, deviation=3)).value, rel=1e-10)
    far = energy_distance(Gaussian([0] * 64), Gaussian([10] + [0] * 63)).value
    assert 0 < far < 20


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (Gaussian(0), Laplace(1, 0.5)),
        (Laplace(0, 1), Uniform(0, 2)),
        (Uniform(0, 1), Uniform(3, 3)),
        (Uniform(0, 0.001), Laplace(0, 30)),
    ],
)
@pytest.mark.parametrize("width", [0.3, 2.0])
def test_kernel_and_transport_agree_with_evenly_spaced_quantiles(p: Known, q: Known, width: float) -> None:
    shares = (np.arange(4_000) + 0.5) / 4_000
    x, y = (np.full(4_000, 3.0) if getattr(each, "high", 0) == 3 else frozen(each).ppf(shares) for each in (p, q))

    def alike(x: Array, y: Array) -> float:
        return float(np.exp(-((x[:, None] - y) ** 2) / (2 * width**2)).mean())

    assert closed_forms.kernel(p, q, width).value == pytest.approx(
        alike(x, x) + alike(y, y) - 2 * alike(x, y), abs=2e-4
    )
    assert closed_forms.wasserstein(p, q).value == pytest.approx(stats.wasserstein_distance(x, y), rel=2e-3)


def test_the_kernel_distance_of_samples_goes_to_that_of_the_distributions() -> None:
    p, q = Uniform((0, 0), (1, 1)), Uniform((0.2, 0), (1.2, 2))
    found = kernel(p.sample(1_000), q.sample(1_000, seed=1), bandwidth=0.5)
    assert found.low < closed_forms.kernel(p, q, 0.5).value < found.high


def test_boxes_overlap_as_counted() -> None:
    p, q = Uniform((0, 0), (1, 1)), Uniform((0.3, 0), (2, 3))
    held = np.mean((q.sample(100_000) <= 1).all(axis=1))
    assert total_variation(p, q).value == pytest.approx(1 - held, abs=0.01)
    assert closed_forms.wasserstein(p, q, 2).value == pytest.approx(
        math.hypot(
            closed_forms.wasserstein(Uniform(0, 1), Uniform(0.3, 2), 2).value,
            closed_forms.wasserstein(Uniform(0, 1), Uniform(0, 3), 2).value,
        )
    )
    shift = closed_forms.wasserstein(Uniform((0, 0), (1, 2)), Uniform((3, 4), (4, 6)))
    assert shift.value == pytest.approx(5)


def test_drawn_points_have_the_moments_of_what_they_are_drawn_from() -> None:
    for p in (
        turned(0, 3),
        Laplace(1, 2),
        Uniform((0, 5), (1, 9)),
        Density(stats.gamma(2)),
        Density(stats.norm(3).pdf, breaks=[3]),
    ):
        x = p.sample(40_000, seed=3)
        assert x.shape == (40_000, p.dimensions)
        fitted = Gaussian(x.mean(axis=0), np.cov(x, rowvar=False).reshape(p.dimensions, -1))
        assert closed_forms.frechet(fitted, p).value < 0.002 * np.trace(fitted.covariance)
        assert (p.sample(5, seed=3) != p.sample(5, seed=4)).all()


def test_a_density_given_as_a_function_is_looked_at() -> None:
    narrow = Density(
        lambda x: stats.norm.pdf(x, 1e6, 1e-3), breaks=[1e6], log_density=lambda x: stats.norm.logpdf(x, 1e6, 1e-3)
    )
    assert kullback_leibler(narrow, Gaussian(1e6 + 1e-3, deviation=1e-3)).value == pytest.approx(0.5, rel=1e-6)
    with pytest.raises(UserError, match="comes to 2"):
        Density(lambda x: np.where((x > 0) & (x < 2), 1.0, 0.0), low=0, high=2)
    with pytest.raises(UserError, match="nowhere below 0"):
        Density(lambda x: np.sin(x), low=0, high=7)
    with pytest.raises(UserError, match="no density"):
        Density([1, 2, 3])


@pytest.mark.parametrize(
    "make",
    [
        lambda: Gaussian([0, 0], [1, 2, 3]),
        lambda: Gaussian(0, -1),
        lambda: Gaussian([0, 0], [[1, 2], [2, 1]]),
        lambda: Gaussian([0, 0], [[1, 0.5], [0, 1]]),
        lambda: Gaussian(math.nan),
        lambda: Gaussian(0, 1, deviation=1),
        lambda: Gaussian("zero"),
        lambda: Laplace(0, 0),
        lambda: Laplace(math.inf, 1),
        lambda: Uniform(1, 0),
        lambda: Uniform((0, 0), (1, 1, 1)),
        lambda: Uniform(0, math.inf),
        lambda: total_variation(Gaussian(0), Gaussian([0, 0])),
        lambda: total_variation(turned(0, 3), turned(1, 3)),
        lambda: total_variation(Gaussian([0, 0], [[1, 1], [1, 1]]), Gaussian([0, 0])),
        lambda: total_variation(Uniform(1, 1), Gaussian(0)),
        lambda: total_variation(Gaussian(0), [0.1, 0.2]),
        lambda: total_variation(Gaussian(0), Gaussian(1), bins=4),
        lambda: kullback_leibler(Gaussian(0), Gaussian(1), base="bans"),
        lambda: closed_forms.wasserstein(Gaussian(0), Gaussian(1), 0.5),
        lambda: closed_forms.wasserstein(turned(0, 2), turned(1, 2), 1),
        lambda: closed_forms.wasserstein(Uniform((0, 0), (1, 1)), Uniform((0, 0), (2, 3)), 1),
        lambda: closed_forms.kernel(Gaussian(0), Gaussian(1), 0),
        lambda: closed_forms.kernel(Density(stats.norm()), Gaussian(1), 1),
        lambda: energy_distance(Uniform((0, 0), (1, 1)), Gaussian([0, 0])),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_line(make: Callable[[], Any]) -> None:
    with pytest.raises(UserError) as raised:
        make()
    assert "\n" not in str(raised.value)


def test_they_print_as_what_they_are() -> None:
    assert repr(Gaussian(0, deviation=2)) == "Gaussian(mean=[0.], covariance=[[4.]])"
    assert repr(Laplace(0, 1)) == "Laplace(centre=0, scale=1)"
    assert repr(Uniform((0, 0), (0, 1))) == "Uniform(low=[0., 0.], high=[0., 1.])"
    assert repr(Density(stats.gamma(2))) == "Density(around 1.67835)"
