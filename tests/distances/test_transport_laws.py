"""Laws of exact transport: what POT and scipy say, a proof with every answer, and no scale or place that matters."""

from typing import Any

import numpy as np
import ot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from ganbaru.distances.transport import Transport, transport, transport_many
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


def cloud(seed: int, count: int, size: int, shift: float = 0.0) -> Array:
    points = np.random.default_rng(seed).standard_normal((count, size))
    points[:, 0] += shift
    return points


def weights(seed: int, count: int) -> Array:
    return np.random.default_rng(seed).exponential(size=count) + 1e-3


def by_pot(a: Array, b: Array, p: float, a_weights: Array | None = None, b_weights: Array | None = None) -> float:
    u, v = (np.full(len(x), 1 / len(x)) if w is None else w / w.sum() for x, w in ((a, a_weights), (b, b_weights)))
    return float(ot.emd2(u, v, cdist(a, b) ** p, numItermax=10**8))


def certified(found: Transport, a: Array, b: Array, p: float, u: Array | None = None, v: Array | None = None) -> None:
    """The plan has the marginals and the cost that it says, and the potentials are feasible and prove the bound."""
    costs = cdist(a, b) ** p
    u, v = (np.full(len(x), 1.0) if w is None else w for x, w in ((a, u), (b, v)))
    u, v = u / u.sum(), v / v.sum()
    plan = np.zeros(costs.shape)
    np.add.at(plan, (found.rows, found.columns), found.mass)
    scale = costs.max()
    np.testing.assert_allclose(plan.sum(axis=1), u, atol=1e-12)
    np.testing.assert_allclose(plan.sum(axis=0), v, atol=1e-12)
    assert (found.mass > 0).all()
    assert found.mass.sum() == pytest.approx(1, abs=1e-12)
    assert found.cost == pytest.approx(float((plan * costs).sum()), rel=1e-9, abs=1e-14 * scale)
    slack = costs - found.a_potential[:, None] - found.b_potential
    assert slack.min() >= -1e-11 * scale
    assert found.bound <= found.cost
    assert found.bound == pytest.approx(float(found.a_potential @ u + found.b_potential @ v), abs=1e-11 * scale)
    assert found.distance == pytest.approx(found.cost ** (1 / p), rel=1e-12)


def exact(found: Transport) -> bool:
    return found.cost - found.bound <= 1e-9 * found.cost


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 25),
    st.integers(1, 25),
    st.integers(1, 9),
    st.sampled_from([1, 1.5, 2, 3]),
    st.booleans(),
    st.integers(0, 999),
)
def test_few_points_cost_what_pot_says_and_the_proof_holds(
    n: int, m: int, size: int, p: float, weighted: bool, seed: int
) -> None:
    a, b = cloud(seed, n, size), cloud(seed + 1, m, size, shift=1)
    u, v = (weights(seed, n), weights(seed + 1, m)) if weighted else (None, None)
    found = transport(a, b, p=p, a_weights=u, b_weights=v)
    assert found.cost == pytest.approx(by_pot(a, b, p, u, v), rel=1e-9)
    certified(found, a, b, p, u, v)
    assert exact(found)


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 12), st.integers(1, 3), st.sampled_from([1, 2]), st.booleans(), st.integers(0, 999))
def test_points_of_a_lattice_that_tie_everywhere_are_no_trouble(
    n: int, size: int, p: float, weighted: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    a, b = (rng.integers(0, 3, (count, size)).astype(float) for count in (n, n + seed % 3))
    u, v = (rng.integers(0, 3, len(x)) + (np.arange(len(x)) == 0) if weighted else None for x in (a, b))
    found = transport(a, b, p=p, a_weights=u, b_weights=v)
    assert found.cost == pytest.approx(by_pot(a, b, p, u, v), rel=1e-9, abs=1e-12)
    certified(found, a, b, p, u, v)


@pytest.mark.parametrize("p", [1, 2])
@pytest.mark.parametrize(("n", "m", "size"), [(600, 600, 2), (700, 450, 3), (500, 500, 16), (300, 800, 64)])
@pytest.mark.parametrize("weighted", [False, True])
def test_many_points_cost_what_pot_says_and_the_proof_holds(
    n: int, m: int, size: int, p: float, weighted: bool
) -> None:
    a, b = cloud(0, n, size), cloud(1, m, size, shift=1)
    u, v = (weights(2, n), weights(3, m)) if weighted else (None, None)
    found = transport(a, b, p=p, a_weights=u, b_weights=v, method="column generation")
    assert found.cost == pytest.approx(by_pot(a, b, p, u, v), rel=1e-9)
    certified(found, a, b, p, u, v)
    assert exact(found)


@pytest.mark.parametrize("size", [2, 30])
def test_all_methods_agree_with_scipy(size: int) -> None:
    a, b = cloud(0, 320, size), cloud(1, 320, size, shift=1)
    costs = cdist(a, b)
    expected = costs[linear_sum_assignment(costs)].mean()
    for method in ("assignment", "network simplex", "column generation"):
        found = transport(a, b, method=method)
        assert found.method == method
        assert found.cost == pytest.approx(expected, rel=1e-12)
        certified(found, a, b, 1)


@pytest.mark.parametrize("method", ["auto", "network simplex", "column generation"])
@pytest.mark.parametrize("size", [1, 2, 12])
@pytest.mark.parametrize("scale", [1e-150, 1e150])
@pytest.mark.parametrize("p", [1, 2])
def test_a_change_of_unit_changes_the_distance_by_it(method: str, size: int, scale: float, p: int) -> None:
    a, b = cloud(0, 300, size), cloud(1, 300, size, shift=1)
    found, stretched = transport(a, b, p=p, method=method), transport(a * scale, b * scale, p=p, method=method)
    assert stretched.distance == pytest.approx(found.distance * scale, rel=1e-12)
    assert stretched.cost == pytest.approx(found.cost * scale**p, rel=1e-11)


def test_a_distance_whose_powers_overflow_is_right_all_the_same() -> None:
    a, b = np.array([[0.0, 0.0], [1e200, 0.0]]), np.array([[0.0, 3e200], [1e200, 3e200]])
    found = transport(a, b, p=2)
    assert found.distance == pytest.approx(3e200, rel=1e-12)
    assert found.cost == np.inf
    assert not np.isnan(found.a_potential).any()
    assert transport(a[:, :1], b[:, 1:], p=2).distance == pytest.approx(np.sqrt((9 + 4) / 2) * 1e200, rel=1e-12)
    assert transport(a * 1e-199, b * 1e-199, p=400).distance == pytest.approx(30, rel=1e-12)


@pytest.mark.parametrize(("n", "size"), [(40, 1), (40, 3), (600, 2), (600, 20)])
def test_a_translation_of_both_changes_nothing_and_of_one_is_its_length(n: int, size: int) -> None:
    a, b = cloud(0, n, size), cloud(1, n, size)
    moved = transport(a + 1e6, b + 1e6)
    assert moved.cost == pytest.approx(transport(a, b).cost, rel=1e-8)
    assert transport(a, a + 0.5, p=2).cost == pytest.approx(0.25 * size, rel=1e-12)


@pytest.mark.parametrize("method", ["auto", "network simplex", "column generation"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("n", "size"), [(1, 2), (50, 1), (300, 2), (300, 40)])
def test_a_set_is_at_no_distance_from_itself(method: str, weighted: bool, n: int, size: int) -> None:
    a = cloud(0, n, size)
    u = weights(1, n) if weighted else None
    found = transport(a, a.copy(), a_weights=u, b_weights=u, method=method)
    assert found.cost == found.bound == found.distance == 0
    order = np.random.default_rng(2).permutation(n)
    assert transport(a, a[order], method=method).cost == 0


def test_points_that_are_all_one_are_apart_by_their_distance() -> None:
    a, b = np.zeros((500, 3)), np.full((300, 3), 2.0)
    for found in (transport(a, b), transport(a, b, method="column generation")):
        assert found.cost == pytest.approx(np.sqrt(12), rel=1e-12)
        certified(found, a, b, 1)
    assert transport(a, a[:300]).cost == 0
    assert transport(a, a[:300]).mass.sum() == pytest.approx(1)


@pytest.mark.parametrize("size", [2, 16])
def test_doubled_points_are_points_of_double_weight(size: int) -> None:
    a, b = cloud(0, 250, size), cloud(1, 400, size, shift=1)
    twice = transport(np.concatenate([a, a[:100]]), b, method="column generation")
    weighted = transport(a, b, a_weights=1.0 + (np.arange(250) < 100), method="column generation")
    assert twice.cost == pytest.approx(weighted.cost, rel=1e-9)


def test_points_without_weight_move_nothing_and_have_potentials() -> None:
    a, b = cloud(0, 60, 2), cloud(1, 70, 2, shift=1)
    u, v = weights(2, 60) * (np.arange(60) % 3 > 0), weights(3, 70) * (np.arange(70) % 2)
    found = transport(a, b, a_weights=u, b_weights=v)
    certified(found, a, b, 1, u, v)
    assert found.cost == pytest.approx(by_pot(a, b, 1, u, v), rel=1e-9)


@pytest.mark.parametrize("tolerance", [1e-1, 1e-3])
@pytest.mark.parametrize("size", [2, 16])
def test_a_tolerance_bounds_the_proved_gap(tolerance: float, size: int) -> None:
    a, b = cloud(0, 800, size), cloud(1, 800, size, shift=1)
    found = transport(a, b, tolerance=tolerance, method="column generation")
    true = transport(a, b, method="column generation").cost
    certified(found, a, b, 1)
    assert found.cost - found.bound <= tolerance * found.cost
    assert found.bound <= true * (1 + 1e-12)
    assert true <= found.cost * (1 + 1e-12)


@pytest.mark.parametrize("size", [2, 16])
@pytest.mark.parametrize("p", [1, 2])
def test_blocks_and_threads_give_the_same_distance(size: int, p: int) -> None:
    a, b = cloud(0, 700, size), cloud(1, 500, size, shift=1)
    whole = transport(a, b, p=p)
    for options in ({"blocked": True}, {"threads": 2}, {"blocked": True, "threads": 2}):
        other = transport(a, b, p=p, **options)
        assert other.cost == pytest.approx(whole.cost, rel=1e-9)
        certified(other, a, b, p)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_samples_give_the_same_bits(threads: int) -> None:
    a, b = cloud(0, 700, 10), cloud(1, 700, 10, shift=1)
    one, other = (transport(a, b, threads=threads, method="column generation") for _ in range(2))
    for name in ("cost", "bound", "rows", "columns", "mass", "a_potential", "b_potential"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize(("n", "m", "size"), [(20, 20, 5), (30, 20, 2), (30, 30, 1), (10, 400, 3)])
@pytest.mark.parametrize("p", [1, 2])
def test_many_pairs_cost_what_each_does(n: int, m: int, size: int, p: int) -> None:
    a = np.stack([cloud(k, n, size) for k in range(6)])
    b = np.stack([cloud(k + 9, m, size, shift=k) for k in range(6)])
    a[4], b[4] = a[4] * 1e-140, b[4] * 1e-140
    b[5, :], a[5, :] = 0, 0
    each = [transport(x, y, p=p).cost for x, y in zip(a, b, strict=True)]
    for threads in (1, 2):
        np.testing.assert_allclose(transport_many(a, b, p=p, threads=threads), each, rtol=1e-12)


def test_few_against_many_is_no_special_case() -> None:
    a, b = cloud(0, 7, 4), cloud(1, 15_000, 4, shift=1)
    found = transport(a, b)
    assert found.method == "column generation"
    nearest = transport(b, a)
    assert found.cost == pytest.approx(nearest.cost, rel=1e-9)
    assert exact(found)


def test_data_of_few_dimensions_in_many_is_solved_as_well() -> None:
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.standard_normal((40, 2)))[0]
    a, b = cloud(0, 900, 2), cloud(1, 900, 2, shift=1)
    flat, turned = transport(a, b), transport(a @ turn.T, b @ turn.T)
    assert turned.cost == pytest.approx(flat.cost, rel=1e-9)
    assert exact(turned)


def test_clusters_far_apart_keep_their_digits() -> None:
    rng = np.random.default_rng(0)
    centres = 1e6 * rng.standard_normal((4, 12))
    a, b = (centres[np.arange(400) % 4] + rng.standard_normal((400, 12)) for _ in range(2))
    found = transport(a, b, method="column generation")
    assert found.cost == pytest.approx(by_pot(a, b, 1), rel=1e-9)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"p": 0.5}, "no distance"),
        ({"method": "sorted"}, "sorting"),
        ({"method": "sorting"}, "cannot be sorted"),
        ({"method": "assignment"}, "cannot be assigned"),
        ({"a_weights": np.ones(3)}, "do not fit"),
        ({"b_weights": -np.ones(5)}, "not negative"),
        ({"a_weights": np.zeros(4)}, "not all 0"),
    ],
)
def test_what_cannot_be_is_said(options: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        transport(np.zeros((4, 2)), np.ones((5, 2)), **options)


def test_pairs_that_do_not_fit_are_said() -> None:
    with pytest.raises(UserError, match="do not fit"):
        transport_many(np.zeros((3, 4, 2)), np.zeros((2, 4, 2)))
