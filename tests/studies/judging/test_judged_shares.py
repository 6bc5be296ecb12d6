"""Importance against a dummy, and shares of runs and steps."""

from typing import Any

import numpy as np
import pytest

from ganbaru.distances.estimate import proportion
from ganbaru.errors import UserError
from ganbaru.studies.judging import importance, share

Array = np.ndarray[Any, Any]
NAMES = ["rate", "batch", "clip", "momentum"]


def trials(count: int, noise: float, seed: int = 0) -> tuple[Array, Array]:
    """Random settings of which the first matters most, the second a little and the others not."""
    rng = np.random.default_rng(seed)
    settings = rng.random((count, 4))
    return settings, 3 * settings[:, 0] - 1.5 * np.abs(settings[:, 1] - 0.5) + noise * rng.standard_normal(count)


def test_what_matters_is_told_from_dummies() -> None:
    judged = importance(NAMES, *trials(150, 0.2))
    assert [each.name for each in judged.parameters if each.verdict == "matters"] == ["rate", "batch"]
    assert judged.leading == ("rate",)
    assert judged.unexplained < 0.25


def test_dummies_seldom_matter() -> None:
    rng = np.random.default_rng(0)
    found = [importance(NAMES, rng.random((60, 4)), rng.random(60), resamples=20).verdict for _ in range(60)]
    assert found.count("some matter") <= 3


def test_scales_of_settings_and_scores_do_not_matter() -> None:
    settings, scores = trials(100, 0.5)
    judged = importance(NAMES, settings, scores, resamples=30)
    other = importance(NAMES, 10.0 ** (6 * settings), np.exp(scores), resamples=30)
    turned = importance(NAMES, settings, -scores, higher_is_better=False, resamples=30)
    assert other == judged == turned


def test_few_values_are_bins_of_their_own() -> None:
    rng = np.random.default_rng(0)
    settings = np.stack([rng.integers(0, 3, 90), rng.random(90), np.ones(90)], axis=1)
    judged = importance(["kind", "size", "fixed"], settings, np.array([0.0, 5.0, 1.0])[settings[:, 0].astype(int)])
    verdicts = {each.name: each.verdict for each in judged.parameters}
    assert verdicts == {"kind": "matters", "size": "not above a dummy", "fixed": "can't tell"}


def test_missing_trials_are_left_out_and_collapsed_ones_counted() -> None:
    settings, scores = trials(120, 0.2)
    holes = scores.copy()
    holes[:20] = np.nan
    assert importance(NAMES, settings, holes) == importance(NAMES, settings[20:], scores[20:])
    fell = settings[:, 2] > 0.8
    judged = importance(NAMES, settings, np.where(fell, np.nan, scores), fell)
    assert {each.name: each.verdict for each in judged.parameters}["clip"] == "matters"


def test_seeds_of_a_trial_are_averaged() -> None:
    settings, scores = trials(80, 0.0)
    noisy = scores[:, None] + np.array([-1.0, 0.0, 1.0])
    assert importance(NAMES, settings, noisy, resamples=20) == importance(NAMES, settings, scores, resamples=20)


def test_too_few_trials_cannot_tell() -> None:
    judged = importance(NAMES, *trials(29, 0.0))
    assert judged.verdict == "can't tell"
    assert {each.verdict for each in judged.parameters} == {"can't tell"}


def test_trials_that_all_came_to_the_same_tell_nothing_of_any_setting() -> None:
    settings, _ = trials(40, 0.0)
    judged = importance(NAMES, settings, np.ones(40))
    assert judged.said == "can't tell: all 40 trials came to the same"
    assert {each.verdict for each in judged.parameters} == {"can't tell"}
    one = importance(NAMES, settings, np.arange(40) == 7, resamples=30)
    assert all(np.isfinite((each.share.low, each.share.high)).all() for each in one.parameters)


def test_settings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UserError, match="do not fit"):
        importance(NAMES, np.zeros((40, 3)), np.zeros(40))


@pytest.mark.parametrize(("hits", "count"), [(0, 20), (3, 20), (20, 20), (7, 50)])
def test_independent_runs_have_wilson_s_interval(hits: int, count: int) -> None:
    found, known = share(np.arange(count) < hits).runs, proportion(hits, count)
    assert (found.low, found.high) == pytest.approx((known.low, known.high))


@pytest.mark.parametrize("verdict", ["rare", "common"])
def test_plain_shares_are_named(verdict: str) -> None:
    affected = np.arange(200) < {"rare": 1, "common": 60}[verdict]
    assert share(affected).verdict == verdict
    assert share(affected[:20] & False).verdict == "can't tell"


def test_runs_of_one_setting_are_not_independent() -> None:
    affected = np.repeat(np.arange(10) < 3, 20)
    apart, tied = share(affected).runs, share(affected, groups=np.repeat(np.arange(10), 20)).runs
    assert apart.value == tied.value
    assert tied.high - tied.low > 2 * (apart.high - apart.low)
    assert share(np.repeat([True], 100), groups=np.zeros(100)).verdict == "can't tell"


def test_the_interval_of_steps_holds_the_truth_where_runs_differ() -> None:
    rng = np.random.default_rng(0)
    held = []
    for _ in range(300):
        steps = rng.integers(100, 400, 20)
        affected = rng.binomial(steps, rng.beta(0.5, 2.0, 20))
        found = share(affected > 0, affected, steps).steps
        assert found is not None
        held.append(found.low <= 0.2 <= found.high)
    assert np.mean(held) > 0.9


def test_nothing_affected_is_as_sure_as_there_are_runs_not_steps() -> None:
    judged = share(np.zeros(20, dtype=bool), np.zeros(20), np.full(20, 10_000))
    assert judged.steps is not None
    assert judged.steps.high == pytest.approx(proportion(0, 20).high)


def test_shares_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UserError, match="at least one run"):
        share(np.zeros(0, dtype=bool))
    with pytest.raises(UserError, match="steps"):
        share(np.ones(3, dtype=bool), np.array([5, 5, 5]), np.array([4, 4, 4]))
    with pytest.raises(UserError, match="steps"):
        share(np.ones(3, dtype=bool), np.array([1, 1, 1]))
