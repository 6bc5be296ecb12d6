"""Learning curves, sweeps and capacity: planted truths, and the laws that every verdict over cells keeps."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from planted_scores import SIZES, power, scores

from ganbaru.distances.estimate import Estimate
from ganbaru.errors import UserError
from ganbaru.studies.judging import capacity, learning_curve, sweep
from ganbaru.studies.judging.power_law import fit
from ganbaru.studies.judging.shape import isotonic

Array = np.ndarray[Any, Any]
Judged = Callable[..., Any]
JUDGES: list[Judged] = [
    lambda y, **more: learning_curve(SIZES, y, **more),
    lambda y, **more: sweep(SIZES, y, SIZES[1], **more),
    lambda y, **more: capacity(SIZES, y, SIZES[1], **more),
]


def main(judged: Any) -> Estimate:
    """The number that a verdict rests on."""
    found = next(getattr(judged, name) for name in ("doubling", "effect", "gain") if hasattr(judged, name))
    assert isinstance(found, Estimate)
    return found


def numbers(judged: Any) -> list[float]:
    """Estimate and interval."""
    return [main(judged).value, main(judged).low, main(judged).high]


@pytest.mark.parametrize("judge", JUDGES)
def test_the_order_of_seeds_does_not_matter(judge: Judged) -> None:
    values = scores(power(0.5), 0.03, 8)
    a, b = judge(values), judge(values[:, ::-1])
    assert a.verdict == b.verdict
    assert numbers(a) == pytest.approx(numbers(b), rel=1e-3)


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("unit", [1e-4, 1.0, 1e5])
def test_unit_and_offset_of_the_scores_do_not_matter(judge: Judged, unit: float) -> None:
    values = scores(power(0.5), 0.03, 8)
    a, b = judge(values), judge(unit * (values + 7))
    assert a.verdict == b.verdict
    assert numbers(a) == pytest.approx(np.array(numbers(b)) / unit, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("judge", JUDGES)
def test_turning_the_direction_changes_nothing(judge: Judged) -> None:
    values = scores(power(0.5), 0.03, 8)
    a, b = judge(values), judge(-values, higher_is_better=False)
    assert (a.verdict, a.said) == (b.verdict, b.said)


def test_the_band_of_lower_is_better_is_that_of_the_turned_scores() -> None:
    values = scores(power(0.5), 0.03, 8)
    a, b = learning_curve(SIZES, values), learning_curve(SIZES, -values, higher_is_better=False)
    assert a.band == pytest.approx(-b.band[:, ::-1])
    assert a.sizes[-1] == 2 * SIZES[-1]


@pytest.mark.parametrize("judge", JUDGES)
def test_the_order_of_cells_does_not_matter(judge: Judged) -> None:
    values, order = scores(power(0.5), 0.03, 8), np.array([3, 0, 5, 1, 4, 2])
    turned = {0: learning_curve, 1: sweep, 2: capacity}[JUDGES.index(judge)]
    extra = () if turned is learning_curve else (SIZES[1],)
    assert turned(SIZES[order], values[order], *extra).said == judge(values).said


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("seeds", [0, 1, 2])
def test_fewer_than_three_seeds_cannot_tell(judge: Judged, seeds: int) -> None:
    assert judge(scores(power(0.5), 0.001, seeds)).verdict == "can't tell"
    missing = scores(power(0.5), 0.001, 6)
    missing[2, seeds:] = np.nan
    assert judge(missing).verdict == "can't tell"


@pytest.mark.parametrize("judge", JUDGES)
def test_a_few_missing_runs_do_not_turn_a_plain_verdict(judge: Judged) -> None:
    values = scores(power(0.3), 0.005, 10)
    holes = values.copy()
    holes[[0, 3, 5], [1, 4, 7]] = np.nan
    assert judge(holes).verdict == judge(values).verdict != "can't tell"


@pytest.mark.long
@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize(("exponent", "claim", "worthwhile"), [(0.3, 0, 0.03), (6.0, 1, 0.15)])
def test_more_seeds_make_the_truth_plainer(judge: Judged, exponent: float, claim: int, worthwhile: float) -> None:
    names = [("still rising", "saturated"), ("matters", "matters"), ("too small", "large enough")][JUDGES.index(judge)]
    rates = []
    for seeds in (4, 8, 24):
        found = [judge(scores(power(exponent), 0.1, seeds, seed), worthwhile=worthwhile).verdict for seed in range(12)]
        rates.append((found.count(names[claim]), found.count(names[1 - claim])))
    assert rates[0][0] <= rates[-1][0] >= 9
    assert names[0] == names[1] or rates[-1][1] <= 1


@settings(max_examples=60, deadline=None)
@given(some.lists(some.floats(-5, 5), min_size=2, max_size=9))
def test_the_nearest_rising_curve_never_falls_and_keeps_the_mean(curve: list[float]) -> None:
    fitted = isotonic(np.array([curve]))[0]
    assert np.all(np.diff(fitted) >= -1e-9)
    assert fitted.mean() == pytest.approx(np.mean(curve), abs=1e-9)
    assert fitted @ (np.array(curve) - fitted) == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("exponent", [0.1, 0.5, 1.0, 2.0])
def test_a_power_law_without_noise_foretells_itself(exponent: float) -> None:
    law = fit(SIZES, power(exponent)[None])
    truth = (SIZES[-1] / SIZES[0]) ** -exponent * (1 - 2**-exponent)
    assert law.doubling()[0] == pytest.approx(truth, rel=0.02)
    assert law.at(SIZES)[0] == pytest.approx(power(exponent), abs=1e-3)


def test_an_exponential_is_over_when_it_is_over() -> None:
    law = fit(SIZES, (1 - np.exp(-8 * SIZES / SIZES[-1]))[None])
    assert law.doubling()[0] == pytest.approx(np.exp(-8), abs=2e-3)


@pytest.mark.parametrize(("truth", "verdict"), [(power(0.3), "still rising"), (power(3.0), "saturated")])
def test_planted_curves_are_judged(truth: Array, verdict: str) -> None:
    found = [learning_curve(SIZES, scores(truth, 0.005, 8, seed), worthwhile=0.03).verdict for seed in range(20)]
    assert found.count(verdict) >= 19


@pytest.mark.parametrize("dent", [[0, 0, 0, 1, 0, 0], [0, 0, 1, 1, 1, 1], [0, 0, 0, 0, 1, 2]])
def test_a_curve_that_falls_is_ill_behaved(dent: list[int]) -> None:
    judged = learning_curve(SIZES, scores(power(0.5) - 0.5 * np.array(dent), 0.05, 6), worthwhile=0.05)
    assert judged.verdict == "ill-behaved"
    assert judged.doubling is None


@pytest.mark.long
def test_noise_alone_is_seldom_called_ill_behaved() -> None:
    found = [learning_curve(SIZES, scores(np.zeros(6), 0.1, 5, seed), worthwhile=1e-6).verdict for seed in range(60)]
    assert found.count("ill-behaved") <= 3
    assert found.count("still rising") <= 3


def test_noise_that_hides_the_curve_cannot_be_told() -> None:
    found = [learning_curve(SIZES, scores(power(0.3), 3.0, 4, seed), worthwhile=0.01).verdict for seed in range(20)]
    assert found.count("can't tell") >= 17


def test_sizes_must_be_positive_and_at_least_five() -> None:
    with pytest.raises(UserError, match="positive"):
        learning_curve(SIZES - SIZES[0], scores(power(0.5), 0.1, 6))
    assert learning_curve(SIZES[:4], scores(power(0.5)[:4], 0.001, 6)).verdict == "can't tell"


RATES = 10.0 ** np.arange(-6.0, 0.0)


def test_an_optimum_is_found_where_it_is_planted() -> None:
    truth = -0.1 * (np.log10(RATES) + 3.3) ** 2
    judged = sweep(RATES, scores(truth, 0.02, 8), 1e-5)
    assert (judged.verdict, judged.edge, judged.present, judged.log) == ("matters", "inside", "worse", True)
    assert judged.optimum is not None
    assert np.log10(judged.optimum.value) == pytest.approx(-3.3, abs=0.15)
    assert judged.optimum.low <= 10**-3.3 <= judged.optimum.high


@pytest.mark.parametrize(("sign", "edge"), [(1, "high"), (-1, "low")])
def test_a_best_value_at_an_end_asks_for_more_range(sign: int, edge: str) -> None:
    judged = sweep(RATES, scores(sign * np.log10(RATES), 0.05, 6))
    assert judged.edge == edge
    assert "try" in judged.said
    assert (judged.present, judged.gain) == (None, None)


def test_a_value_without_effect_does_not_matter() -> None:
    judged = sweep(RATES, scores(np.zeros(6), 0.05, 12), RATES[2], worthwhile=0.2)
    assert (judged.verdict, judged.present, judged.edge) == ("does not matter here", "as good", "can't tell")


def test_the_axis_is_judged_by_the_spacing() -> None:
    values = scores(np.zeros(6), 1.0, 4)
    assert sweep(RATES, values).log
    assert not sweep(np.arange(1.0, 61.0, 10.0), values).log
    assert not sweep(np.arange(6.0), values).log
    assert not sweep(RATES, values, log=False).log


def test_collapse_at_one_value_makes_it_the_worse_one() -> None:
    values, fell = scores(np.zeros(6), 0.05, 12), np.zeros((6, 12), dtype=bool)
    values[4] += 0.5
    values[4, ::2], fell[4, ::2] = np.nan, True
    values[5], fell[5] = np.nan, True
    judged = sweep(RATES, values - 2 * fell, RATES[5], fell)
    assert judged.present in ("worse", "can't tell")
    assert RATES[5] not in judged.equally_good


@pytest.mark.parametrize("judge", [sweep, capacity])
def test_a_present_value_that_was_not_tried_is_refused(judge: Judged) -> None:
    with pytest.raises(UserError, match="was not tried"):
        judge(SIZES, scores(power(0.5), 0.1, 6), 51.0)


def test_the_knee_is_where_more_width_stops_to_pay() -> None:
    truth = np.minimum(np.arange(6), 3) / 3
    small, large = (capacity(SIZES, scores(truth, 0.03, 8), SIZES[at], worthwhile=0.1) for at in (1, 3))
    assert (small.verdict, large.verdict) == ("too small", "large enough")
    assert small.knee is not None
    assert (small.knee.low, small.knee.value, small.knee.high) == (SIZES[3],) * 3


def test_without_a_wider_model_capacity_cannot_be_told() -> None:
    assert capacity(SIZES, scores(power(0.5), 0.01, 6), SIZES[-1]).verdict == "can't tell"


def test_a_law_without_a_head_start_is_fitted_to_the_end() -> None:
    sizes = np.array([16, 32, 64, 128, 256, 512, 1024.0])
    curves = 1 - sizes**-0.4 + 4e-4 * np.random.default_rng(0).normal(size=(20, 7))
    law = fit(sizes, curves)
    assert (law.misfit <= ((curves - (1 - sizes**-0.4)) ** 2).sum(axis=1)).all()
