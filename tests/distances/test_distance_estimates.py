"""Laws of an estimate: its interval holds the truth as often as it says, and it survives JSON."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ganbaru.distances import Estimate, bootstrap, proportion
from ganbaru.errors import UserError

NUMBERS = st.floats(width=64)
ESTIMATES = st.builds(
    Estimate,
    value=NUMBERS,
    low=NUMBERS,
    high=NUMBERS,
    confidence=st.floats(0.01, 0.99),
    floor=st.none() | NUMBERS,
    samples=st.none() | st.tuples(st.integers(0), st.integers(0)),
    method=st.text() | st.sampled_from(["inf", "nan", "1.5"]),
)


@given(ESTIMATES)
def test_an_estimate_comes_back_from_strict_json(estimate: Estimate) -> None:
    text = json.dumps(estimate.to_json(), allow_nan=False)
    assert repr(Estimate.from_json(json.loads(text))) == repr(estimate)


def test_it_prints_as_value_interval_and_floor() -> None:
    assert str(Estimate(0.4312, 0.402, 0.4631, floor=0.018)) == "0.431 [0.402, 0.463] (floor 0.018)"
    assert str(Estimate(1.0, 0.5, math.inf)) == "1.000 [0.500, inf]"
    assert str(Estimate(0.0, 0.0, 0.0)) == "0.000 [0.000, 0.000]"
    assert str(Estimate(0.0, 0.0, 2e-5, floor=1e-5)) == "0 [0, 2e-05] (floor 1e-05)"
    assert str(Estimate(2e12, 1e12, 3e12)) == "2e+12 [1e+12, 3e+12]"
    assert Estimate(1.0, 0.5, 2.0)._repr_html_() == "<code>1.000 [0.500, 2.000]</code>"


def test_it_is_distinguishable_when_the_whole_interval_lies_above_the_floor() -> None:
    assert Estimate(2.0, 1.0, 3.0).distinguishable is None
    assert Estimate(2.0, 1.0, 3.0, floor=0.9).distinguishable is True
    assert Estimate(2.0, 1.0, 3.0, floor=1.0).distinguishable is False
    assert Estimate(2.0, 1.0, 3.0, floor=math.nan).distinguishable is False


@pytest.mark.parametrize(("trials", "worst"), [(10, 0.83), (30, 0.83), (100, 0.83), (1_000, 0.9)])
def test_a_shares_interval_holds_the_truth_95_times_in_100(trials: int, worst: float) -> None:
    """By counting every outcome, not by drawing."""
    intervals = [proportion(k, trials) for k in range(trials + 1)]
    low, high = (np.array([getattr(each, end) for each in intervals]) for end in ("low", "high"))
    truths = np.linspace(0.005, 0.995, 397)
    chance = stats.binom.pmf(np.arange(trials + 1), trials, truths[:, None])
    covered = (chance * ((low <= truths[:, None]) & (truths[:, None] <= high))).sum(axis=1)
    assert 0.945 < covered.mean() < 0.965
    assert covered.min() > worst


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95, 0.99])
def test_a_shares_interval_is_wilsons(confidence: float) -> None:
    for successes, trials in ((0, 1), (1, 1), (3, 7), (50, 100), (0, 250), (250, 250)):
        found = proportion(successes, trials, confidence=confidence, method="heads")
        wilson = stats.binomtest(successes, trials).proportion_ci(confidence, method="wilson")
        assert (found.low, found.high) == pytest.approx((wilson.low, wilson.high), abs=1e-9)
        assert found.low <= found.value == successes / trials <= found.high
        assert (found.confidence, found.samples, found.method) == (confidence, (trials, trials), "heads")


@pytest.mark.parametrize(("successes", "trials"), [(0, 0), (2, 1), (-1, 3), (0, -2)])
def test_what_is_no_share_is_refused(successes: int, trials: int) -> None:
    with pytest.raises(UserError, match="not a share"):
        proportion(successes, trials)


def draws(seed: int, count: int) -> np.ndarray:
    return np.random.default_rng(seed).exponential(size=count)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_a_bootstrap_interval_holds_the_truth_about_as_often_as_it_says(confidence: float) -> None:
    intervals = [bootstrap(np.mean, draws(seed, 80), confidence=confidence, seed=seed) for seed in range(200)]
    covered = np.mean([each.low <= 1 <= each.high for each in intervals])
    assert abs(covered - confidence) < 0.05


def test_a_bootstrap_resamples_every_sample_on_its_own() -> None:
    a, b = draws(0, 400), draws(1, 100) + 2
    found = bootstrap(lambda x, y: float(y.mean() - x.mean()), a, b, resamples=400, method="gap")
    expected = math.sqrt(a.var() / 400 + b.var() / 100)
    assert found.value == pytest.approx(b.mean() - a.mean())
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(expected, rel=0.12)
    assert (found.samples, found.method) == ((400, 100), "gap")


def test_a_bootstraps_interval_shrinks_with_the_sample() -> None:
    wide, narrow = (bootstrap(np.mean, draws(0, count)) for count in (100, 1_600))
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(4, rel=0.3)


def test_the_same_seed_resamples_the_same() -> None:
    first, again, other = (bootstrap(np.mean, draws(0, 50), seed=seed) for seed in (3, 3, 4))
    assert first == again != other
    assert first.value == other.value


def test_nothing_to_resample_is_refused() -> None:
    with pytest.raises(UserError, match="empty"):
        bootstrap(np.mean, draws(0, 5), draws(0, 0))
