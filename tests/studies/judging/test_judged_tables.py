"""Laws of the means and of the noise in them: what seeds share cancels, missing runs cost nothing but width."""

import numpy as np
import pytest
from planted_scores import SIZES, power, scores

from ganbaru.errors import UserError
from ganbaru.studies.judging.best import behind
from ganbaru.studies.judging.table import tabulate


def test_what_all_cells_of_a_seed_share_changes_no_difference() -> None:
    values = scores(power(0.5), 0.1, 8)
    moved = values + 100 * np.random.default_rng(1).standard_normal(8)
    a, b = (tabulate(SIZES, each, None, higher_is_better=True) for each in (values, moved))
    assert np.diff(a.means) == pytest.approx(np.diff(b.means), abs=1e-9)
    assert a.covariance == pytest.approx(b.covariance, abs=1e-9)
    assert b.spread > 10 * a.spread


def test_a_missing_run_takes_its_seed_s_share_with_it() -> None:
    values = scores(np.zeros(6), 0.01, 8) + np.array([100.0] + 7 * [0.0])
    values[2, 0] = np.nan
    table = tabulate(SIZES, values, None, higher_is_better=True)
    assert np.ptp(table.means) < 0.1
    assert table.counts.tolist() == [8, 8, 7, 8, 8, 8]


@pytest.mark.parametrize("tied", [0.0, 0.9])
def test_the_drawn_errors_are_as_wide_as_the_real_ones(tied: float) -> None:
    rng = np.random.default_rng(0)
    real, drawn = [], []
    for _ in range(300):
        noise = rng.standard_normal((5, 8))
        for cell in range(1, 5):
            noise[cell] = tied * noise[cell - 1] + np.sqrt(1 - tied**2) * noise[cell]
        table = tabulate(SIZES[:5], noise, None, higher_is_better=True)
        real.append((table.means[4] - table.means[0]) ** 2)
        drawn.append(np.quantile(table.errors()[:, 4] - table.errors()[:, 0], 0.975) ** 2)
    inside = np.mean(np.array(real) < np.array(drawn))
    assert 0.9 < inside < 0.985


def test_a_collapsed_run_counts_as_the_worst_score_or_its_own() -> None:
    values = scores(power(0.5), 0.1, 8)
    fell = np.zeros(values.shape, dtype=bool)
    fell[0, 0], fell[1, 1] = True, True
    values[0, 0], values[1, 1] = np.nan, -50.0
    table = tabulate(SIZES, values, fell, higher_is_better=True)
    filled = values.copy()
    filled[0, 0] = -50.0
    assert table.means == pytest.approx(tabulate(SIZES, filled, None, higher_is_better=True).means)
    assert table.counts.min() == 8


def test_of_equal_cells_the_subset_holds_each_as_often_as_promised() -> None:
    kept = [
        behind(
            tabulate(SIZES, scores(np.zeros(6), 1.0, 6, seed), None, higher_is_better=True), confidence=0.95
        ).together[0]
        for seed in range(200)
    ]
    assert np.mean(kept) > 0.93


@pytest.mark.parametrize(
    ("x", "values"),
    [
        (SIZES[:5], np.zeros((6, 3))),
        (SIZES, np.zeros(6)),
        (np.ones(6), np.zeros((6, 3))),
        (SIZES, np.full((6, 3), np.inf)),
    ],
)
def test_scores_that_do_not_fit_are_refused(x: np.ndarray, values: np.ndarray) -> None:
    with pytest.raises(UserError):
        tabulate(x, values, None, higher_is_better=True)
