"""Comparisons of arms: the exact test and its interval, Holm's correction, and looks that keep the error rate."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ganbaru.errors import UserError
from ganbaru.studies.judging import compare, compare_arms, compare_sequentially
from ganbaru.studies.judging.arms import holm
from ganbaru.studies.judging.sign_flip import ends, flips, p_value, pairs_needed, subset_means
from ganbaru.studies.judging.zone import interval

Array = np.ndarray[Any, Any]


def pair(effect: float, count: int, seed: int = 0, sigma: float = 1.0) -> tuple[Array, Array]:
    """Two arms, the first better by an effect."""
    rng = np.random.default_rng(seed)
    shared = 3 * rng.standard_normal(count)
    return effect + shared + sigma * rng.standard_normal(count), shared + sigma * rng.standard_normal(count)


@settings(max_examples=40, deadline=None)
@given(some.lists(some.floats(-3, 3).map(lambda x: round(x, 3)), min_size=1, max_size=8))
def test_p_is_that_of_all_flips_counted_one_by_one(differences: list[float]) -> None:
    d = np.array(differences)
    sums = np.array([signs @ d for signs in product([1, -1], repeat=len(d))])
    above, below = (sums >= d.sum() - 1e-9).sum(), (sums <= d.sum() + 1e-9).sum()
    assert p_value(subset_means(d)) == pytest.approx(min(1.0, 2 * min(above, below) / len(sums)))


@settings(max_examples=40, deadline=None)
@given(some.lists(some.floats(-3, 3), min_size=6, max_size=10, unique=True), some.sampled_from([0.8, 0.9, 0.95]))
def test_the_interval_is_every_shift_that_the_test_leaves_standing(differences: list[float], confidence: float) -> None:
    d = np.array(differences)
    low, high = ends(subset_means(d), confidence)
    width = high - low
    for inside in np.linspace(low + 1e-3 * width, high - 1e-3 * width, 5):
        assert p_value(subset_means(d - inside)) > 1 - confidence
    for outside in (low - 1e-3 * width - 1e-6, high + 1e-3 * width + 1e-6):
        assert p_value(subset_means(d - outside)) <= 1 - confidence


@pytest.mark.parametrize("count", [8, 20])
def test_the_interval_holds_the_truth_as_often_as_it_says(count: int) -> None:
    held = [(found := compare(*pair(0.7, count, seed)).difference).low <= 0.7 <= found.high for seed in range(300)]
    assert 0.91 < np.mean(held) < 0.985


def test_flips_of_fewer_pairs_begin_those_of_more() -> None:
    assert (flips(20)[:, :16] == flips(16)).all()
    assert len(np.unique(flips(14), axis=0)) == 2**14
    assert (flips(18)[0] == 1).all()


def test_five_pairs_cannot_tell_and_six_can() -> None:
    a, b = pair(100.0, 6)
    assert compare(a, b).verdict == "A is better"
    five = compare(a[:5], b[:5])
    assert five.verdict == "can't tell"
    assert "5 pairs can't reach p < 0.05, 6 are the fewest" in five.said
    assert np.isinf(five.difference.low)
    assert np.isinf(five.smallest_effect), "they would find none, however large"
    assert np.isfinite(compare(a, b).smallest_effect)
    assert interval(five.difference).endswith("(too few seeds for an interval)")
    assert pairs_needed(0.05) == 6


def test_no_pairs_at_all_cannot_tell() -> None:
    judged = compare(np.full(8, np.nan), np.zeros(8))
    assert (judged.verdict, judged.pairs, judged.missing) == ("can't tell", 0, 8)


def test_a_and_b_exchanged_exchange_the_answer() -> None:
    a, b = pair(1.5, 12)
    there, back = compare(a, b), compare(b, a)
    assert (there.verdict, back.verdict) == ("A is better", "B is better")
    assert there.p == back.p
    assert there.difference.low == pytest.approx(-back.difference.high)
    assert there.a_wins.value == pytest.approx(1 - back.a_wins.value)


@pytest.mark.parametrize("count", [7, 18])
def test_order_offset_unit_and_direction_do_not_matter(count: int) -> None:
    a, b = pair(1.0, count)
    judged, order = compare(a, b), np.random.default_rng(1).permutation(count)
    for other in (compare(a[order], b[order]), compare(a + 5, b + 5), compare(-a, -b, higher_is_better=False)):
        assert (other.verdict, other.p) == (judged.verdict, judged.p)
        assert other.difference.low == pytest.approx(judged.difference.low)
    assert compare(1e4 * a, 1e4 * b).difference.high == pytest.approx(1e4 * judged.difference.high)


def test_a_missing_run_takes_its_pair_along() -> None:
    a, b = pair(2.0, 10)
    a[3], b[7] = np.nan, np.nan
    judged, kept = compare(a, b), np.delete(np.arange(10), [3, 7])
    assert (judged.pairs, judged.missing) == (8, 2)
    assert judged.difference == compare(a[kept], b[kept]).difference


def test_collapsed_runs_count_against_their_arm() -> None:
    a, b = pair(0.3, 12, sigma=0.1)
    fell = np.arange(12) % 2 == 0
    judged = compare(np.where(fell, np.nan, a), b, fell)
    assert judged.pairs == 12
    assert judged.a_wins.value <= 0.5 < compare(a, b).a_wins.value


def test_alike_is_said_only_where_what_counts_was_named() -> None:
    a, b = pair(0.0, 16, 3, sigma=0.05)
    assert compare(a, b).verdict == "can't tell"
    assert compare(a, b, worthwhile=0.2).verdict == "alike"


def test_the_smallest_effect_is_found_in_four_of_five_studies() -> None:
    sizes = [compare(*pair(0.0, 10, seed)).smallest_effect for seed in range(50)]
    found = [compare(*pair(float(np.mean(sizes)), 10, seed)).verdict == "A is better" for seed in range(200)]
    assert 0.72 < np.mean(found) < 0.88


def test_holm_is_never_under_p_nor_over_bonferroni() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005])
    assert holm(p) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_the_best_of_arms_is_named_where_it_beats_all() -> None:
    a, b = pair(3.0, 12)
    judged = compare_arms(["good", "plain", "same"], np.stack([a, b, b + 0.01 * np.sin(np.arange(12))]))
    assert judged.best == "good"
    assert judged.leading == ("good",)
    assert 0 < judged.winners_curse < 1
    against = compare_arms(["good", "plain", "same"], np.stack([a, b, b]), reference="plain")
    assert [(pair.a, pair.b) for pair in against.pairs] == [("good", "plain"), ("plain", "same")]


def test_more_arms_need_more_seeds() -> None:
    a, b = pair(100.0, 6)
    judged = compare_arms(["x", "y", "z"], np.stack([a, b, b - 100]))
    assert judged.best is None
    assert "need at least 7 seeds" in judged.said


def test_equal_arms_are_seldom_called_different() -> None:
    rng = np.random.default_rng(0)
    claims = [compare_arms(list("abcd"), rng.standard_normal((4, 10))) for _ in range(150)]
    assert np.mean([any("better" in each.comparison.verdict for each in judged.pairs) for judged in claims]) < 0.09


def test_names_of_arms_must_fit() -> None:
    values = np.zeros((2, 8))
    with pytest.raises(UserError, match="unknown arm"):
        compare_arms(["a", "b"], values, reference="c")
    with pytest.raises(UserError, match="names"):
        compare_arms(["a", "a"], values)
    with pytest.raises(UserError, match="not paired"):
        compare(np.zeros(8), np.zeros(7))


LOOKS = [8, 12, 16, 20]


def looked(effect: float, seed: int) -> tuple[str, str]:
    """Verdicts of a study that looks after every batch, keeping the rate, and by a test of its own each time."""
    a, b = pair(effect, 20, seed)
    kept = next(
        said.verdict for n in LOOKS if (said := compare_sequentially(np.stack([a, b])[:, :n], LOOKS)).verdict != "go on"
    )
    naive = any(compare(a[:n], b[:n]).verdict != "can't tell" for n in LOOKS)
    return kept, "claimed" if naive else "can't tell"


def test_looking_often_keeps_the_error_rate_where_single_tests_do_not() -> None:
    found = [looked(0.0, seed) for seed in range(120)]
    kept, naive = (np.mean([each[side] != "can't tell" for each in found]) for side in (0, 1))
    assert kept < 0.1
    assert naive > kept + 0.03


def test_a_plain_difference_ends_the_study_early() -> None:
    a, b = pair(5.0, 8)
    judged = compare_sequentially(np.stack([a, b]), LOOKS)
    assert (judged.verdict, judged.taken) == ("A is better", 1)
    assert judged.spent <= 0.05 * 8 / 20 + 1e-9


def test_before_the_first_look_and_between_looks_it_goes_on() -> None:
    a, b = pair(0.0, 14)
    assert compare_sequentially(np.stack([a, b])[:, :7], LOOKS).difference is None
    assert compare_sequentially(np.stack([a, b]), LOOKS).verdict == "go on"


def test_what_was_decided_stays_decided() -> None:
    a, b = pair(3.0, 20)
    early = compare_sequentially(np.stack([a, b])[:, :8], LOOKS)
    b[8:] += 50
    late = compare_sequentially(np.stack([a, b]), LOOKS)
    assert early.verdict == "A is better"
    assert late == early


@pytest.mark.parametrize("looks", [[], [0, 8], [8, 8], [12, 8]])
def test_looks_must_ascend(looks: list[int]) -> None:
    with pytest.raises(UserError, match="ascend"):
        compare_sequentially(np.zeros((2, 8)), looks)
