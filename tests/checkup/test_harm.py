"""Harm, and the causes of failure that are told by it: by how far it came, and not by any scale."""

from typing import Any

import numpy as np
import pytest

from ganbaru.checkup.causes.amount import source_memorised
from ganbaru.checkup.causes.blocked import (
    critic_too_strong,
    critic_too_weak,
    dead_units,
    late_degradation,
    mode_collapse,
    mode_dropping,
    oscillation,
    vanishing_gradient,
)
from ganbaru.checkup.causes.standing import Standing, by_harm, standing
from ganbaru.checkup.causes.travelled import travelled
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

COUNT = 64
AS_REAL = {"coverage": 0.9, "precision": 0.9, "spread": 1.0}


def evidence(distance: object, floor: float = 0.2, *, objective: str = "nonsaturating", **numbers: object) -> Evidence:
    """A training with these series, each a number or ``COUNT`` of them; what is not given is as good as real."""
    given = {**AS_REAL, "batch_distance": distance, "batch_distance_real": floor, **numbers}
    given |= {"coverage_real": 0.9, "precision_real": 0.9}
    steps = np.arange(1, COUNT + 1)
    series = {name: Series.of(steps, np.broadcast_to(np.asarray(each, float), COUNT)) for name, each in given.items()}
    return Evidence("t", {"kind": "gan", "objective": objective, "batch": 64}, series)


def way(start: float, end: float) -> np.ndarray:
    """From one number to another, half of the way; there it stays."""
    return np.concatenate([np.linspace(start, end, COUNT // 2), np.full(COUNT // 2, end)])


def stands(each: Evidence) -> Standing:
    found = standing(each)
    assert found is not None
    return found


def untrained_first(late: float) -> np.ndarray:
    """Nothing at first, then this much."""
    return way(0.0, late)


def test_nothing_is_left_of_the_way_at_the_floor_and_all_of_it_at_the_start() -> None:
    assert stands(evidence(way(2.0, 0.2))).left == pytest.approx(0.0)
    assert stands(evidence(2.0)).left == pytest.approx(1.0)


def test_twice_as_far_as_reals_is_harm_only_where_little_of_the_way_was_made() -> None:
    """A thin world seen in batches, covered to a tenth and come near from far away; and one that never set out."""
    assert not stands(evidence(way(2.0, 0.4), coverage=0.08, precision=untrained_first(0.1))).suffers
    assert stands(evidence(0.8, floor=0.4)).suffers


def test_what_looks_right_and_leaves_out_much_is_harm_and_what_untrained_looks_right_tells_nothing() -> None:
    assert stands(evidence(way(2.0, 0.5), coverage=0.3, precision=untrained_first(0.9))).suffers
    assert not stands(evidence(way(2.0, 0.5), coverage=0.3, precision=0.9)).suffers


def test_quality_that_was_measured_goes_before_what_a_batch_shows() -> None:
    seen = evidence(1.0)
    measured = {
        "quality.distance": Series.of([0, 30, 60], [1.0, 0.3, 0.1]),
        "quality.distance.floor": Series.of([0, 30, 60], [0.1, 0.1, 0.1]),
    }
    assert stands(seen).suffers
    assert not stands(seen.with_(series=measured)).suffers


def test_a_symptom_is_found_where_samples_suffer_and_suspected_where_none_were_seen() -> None:
    assert by_harm(evidence(1.5), {}, "critic").verdict == "found"
    assert by_harm(evidence(way(2.0, 0.2)), {}, "critic").verdict == "fine"
    assert by_harm(Evidence(), {}, "critic").verdict == "suspect"


def sure(**numbers: object) -> Evidence:
    given = {
        "precision": 0.0,
        "real_score_mean": 5.0,
        "fake_score_mean": -5.0,
        "real_score_std": 1.0,
        "fake_score_std": 1.0,
        "critic_update_ratio": 0.05,
        "generator_update_ratio": 0.005,
    }
    return evidence(1.5, **{**given, **numbers})  # type: ignore[arg-type]


def test_a_sure_critic_is_too_strong_while_the_generator_tries_in_vain() -> None:
    assert critic_too_strong.CAUSE.examine(sure()).verdict == "found"
    assert critic_too_strong.CAUSE.examine(sure(real_score_mean=-4.0)).verdict == "fine"
    assert critic_too_strong.CAUSE.examine(sure(critic_update_ratio=0.005)).verdict == "suspect"
    assert critic_too_strong.CAUSE.examine(sure(spread=0.01)).verdict == "fine"
    assert critic_too_strong.CAUSE.examine(sure(precision=untrained_first(0.9))).verdict == "fine"
    assert critic_too_strong.CAUSE.examine(sure(objective="wasserstein")).verdict == "not-checked"


@pytest.mark.parametrize("scale", [1e-1, 1.0, 1e3])
def test_a_message_that_fades_with_the_critics_slope_has_not_vanished(scale: float) -> None:
    fading = scale * np.geomspace(1.0, 1e-4, COUNT)
    judge = vanishing_gradient.CAUSE.examine
    assert judge(evidence(1.5, fake_gradient=0.5 * fading, lipschitz=fading)).verdict != "found"
    found = judge(evidence(1.5, fake_gradient=fading, lipschitz=scale))
    assert found.verdict == "found"
    assert found.since is not None
    assert found.since > COUNT // 4
    assert judge(evidence(way(2.0, 0.2), fake_gradient=fading, lipschitz=scale)).verdict == "fine"


def test_a_gradient_that_does_not_come_through_the_generators_layers_has_vanished() -> None:
    seen = evidence(1.5, fake_gradient=1.0, lipschitz=1.0, gradient_reach=1e-7)
    assert vanishing_gradient.CAUSE.examine(seen).verdict == "found"


def test_going_round_is_found_where_it_makes_up_the_distance() -> None:
    turns = np.sin(np.arange(COUNT) * 0.6)
    circling: dict[str, Any] = {"drift_0": turns, "drift_1": np.roll(turns, 3)}
    assert oscillation.CAUSE.examine(evidence(0.7, floor=0.05, **circling)).verdict == "found"
    assert oscillation.CAUSE.examine(evidence(2.5, floor=0.05, **circling)).verdict == "fine"
    assert oscillation.CAUSE.examine(evidence(0.7, floor=0.05, drift_0=turns * 0, drift_1=turns * 0)).verdict == "fine"


def test_what_became_alike_has_collapsed_and_what_never_varied_may_not_have_begun() -> None:
    assert mode_collapse.CAUSE.examine(evidence(1.0, spread=way(0.8, 0.02))).verdict == "found"
    assert mode_collapse.CAUSE.examine(evidence(1.0, spread=0.02)).verdict == "suspect"
    assert mode_collapse.CAUSE.examine(evidence(1.0, spread=way(0.02, 0.9))).verdict == "fine"


def test_what_never_varied_has_collapsed_where_the_generator_went_far_and_was_told_clearly() -> None:
    """Neither one that stands still, nor one whose critic is unsure, nor one whom no message reaches."""
    told: dict[str, Any] = {
        "real_score_mean": 6.0,
        "fake_score_mean": 0.0,
        "real_score_std": 1.0,
        "fake_score_std": 1.0,
    }
    told |= {"spread": 0.02, "generator_update_ratio": 0.05, "fake_gradient": 1.0}
    judge = mode_collapse.CAUSE.examine
    assert judge(evidence(1.0, **told)).verdict == "found"
    for lacking in ({"generator_update_ratio": 1e-4}, {"real_score_mean": 0.5}, {"gradient_reach": 1e-7}):
        assert judge(evidence(1.0, **(told | lacking))).verdict == "suspect"


def test_the_way_of_a_generator_is_the_same_however_often_it_was_recorded() -> None:
    often = evidence(1.0, generator_update_ratio=0.02)
    steps = np.arange(1, COUNT + 1)[[0, 20, -1]]
    seldom = Evidence("t", {}, {"generator_update_ratio": Series.of(steps, [0.02] * 3)})
    assert travelled(often, "generator") == pytest.approx(0.02 * COUNT)
    assert travelled(seldom, "generator") == pytest.approx(0.02 * COUNT)


def test_units_are_not_dead_where_no_gradient_came_to_the_network() -> None:
    flat = np.arange(COUNT) % 3 > 0  # a hinge that two batches of three meet wholly
    dead, gradient = flat.astype(float), np.where(flat, 0.0, 1.0)
    judge = dead_units.CAUSE.examine
    assert judge(evidence(2.0, dead_units_critic=dead, critic_gradient=gradient)).verdict == "fine"
    assert judge(evidence(2.0, dead_units_critic=dead, critic_gradient=1.0)).verdict == "found"
    assert judge(evidence(2.0, dead_units_critic=1.0, critic_gradient=0.0)).verdict == "not-checked"


def test_going_round_after_it_had_been_good_is_part_of_a_late_degradation() -> None:
    """It began far off, rested near the reals, and swings since: its first steps are no part of the swing."""
    swings = np.where(np.arange(COUNT) < COUNT // 2, 0.0, np.sin(np.arange(COUNT) * 0.8))
    swings[0] = 2.0
    near = np.concatenate([way(1.0, 0.1)[: COUNT // 4], np.full(COUNT // 4, 0.1), np.full(COUNT // 2, 0.7)])
    near[: COUNT // 4] = np.linspace(1.0, 0.1, COUNT // 4)
    judge = oscillation.CAUSE.examine
    late = judge(evidence(near, floor=0.05, drift_0=swings, drift_1=swings))
    assert (late.verdict, late_degradation.CAUSE.examine(evidence(near, floor=0.05)).verdict) == ("suspect", "found")
    assert late.since is not None
    assert late.since > COUNT // 2
    always = np.sin(np.arange(COUNT) * 0.8)
    assert judge(evidence(0.7, floor=0.05, drift_0=always, drift_1=always)).verdict == "found"


def test_a_critic_without_a_slope_is_too_weak_wherever_much_of_the_way_is_left() -> None:
    scores: dict[str, Any] = {
        "real_score_mean": 0.0,
        "fake_score_mean": 0.0,
        "real_score_std": 0.0,
        "fake_score_std": 0.0,
    }
    judge = critic_too_weak.CAUSE.examine
    assert judge(evidence(0.4, **scores, lipschitz=1e-12)).verdict == "found"
    assert judge(evidence(way(2.0, 0.2), **scores, lipschitz=1e-12)).verdict != "found"
    assert judge(
        evidence(0.4, **(scores | {"real_score_mean": 9.0, "real_score_std": 1.0}), lipschitz=1.0)
    ).verdict == ("fine")


def test_what_comes_much_nearer_to_training_samples_than_others_do_was_learned_by_heart() -> None:
    few = {"value": 0.0, "low": 0.0, "high": 0.05}
    judge = source_memorised.CAUSE.examine
    memory = {"memory": {"copied": few, "memorised": few}}
    assert judge(evidence(way(2.0, 0.1), floor=0.3).with_(probes=memory)).verdict == "found"
    assert judge(evidence(way(2.0, 0.3), floor=0.3).with_(probes=memory)).verdict == "fine"
    assert judge(Evidence("t", probes=memory)).verdict == "fine"


def test_kinds_that_are_missing_show_in_the_distance() -> None:
    """Coverage alone falls where data are thin or modes narrow; and what covers as reals do lacks nothing."""
    thin: dict[str, Any] = {"precision": untrained_first(0.9), "coverage": 0.4}
    assert not stands(evidence(way(2.0, 0.22), **thin)).lacks_kinds
    assert stands(evidence(way(2.0, 0.5), **thin)).lacks_kinds
    assert not stands(evidence(way(2.0, 0.5), precision=untrained_first(3.0), coverage=0.8)).lacks_kinds


def test_kinds_are_dropped_by_what_looks_right_and_varies() -> None:
    right: dict[str, Any] = {"precision": untrained_first(0.9), "coverage": 0.3}
    assert mode_dropping.CAUSE.examine(evidence(0.9, **right)).verdict == "found"
    assert mode_dropping.CAUSE.examine(evidence(0.9, **right, spread=0.05)).verdict == "fine"
    assert mode_dropping.CAUSE.examine(evidence(0.9, precision=0.0, coverage=0.0)).verdict == "fine"


def test_what_came_near_and_went_away_degraded_late_in_whatever_size_of_batch() -> None:
    judge = late_degradation.CAUSE.examine
    away = np.concatenate([way(1.0, 0.45)[: COUNT // 2], np.full(COUNT // 4, 0.45), np.full(COUNT // 4, 1.2)])
    assert judge(evidence(away, floor=0.4)).verdict == "found"
    assert judge(evidence(way(1.0, 0.45), floor=0.4)).verdict == "fine"
    assert judge(evidence(way(1.0, 3.0), floor=0.4)).verdict == "fine"


def test_a_trouble_is_part_of_a_late_degradation_only_where_it_began_after_the_best() -> None:
    away = np.concatenate([way(1.0, 0.45)[: COUNT // 2], np.full(COUNT // 4, 0.45), np.full(COUNT // 4, 1.2)])
    seen = evidence(away, floor=0.4)
    assert late_degradation.begins(seen, COUNT - 5)
    assert not late_degradation.begins(seen, 1)
    assert not late_degradation.begins(evidence(way(1.0, 0.45), floor=0.4), COUNT - 5)


def test_a_model_with_one_loss_degrades_by_its_training_loss() -> None:
    steps = np.arange(1, COUNT + 1)
    lost = np.concatenate([way(1.0, 0.01)[: COUNT // 2], np.full(COUNT // 2, 0.8)])
    losses = {"loss": Series.of(steps, lost)}
    assert late_degradation.CAUSE.examine(Evidence("t", {"kind": "plain"}, losses)).verdict == "found"
    fell = {"loss": Series.of(steps, way(1.0, 0.01)), "held_out_loss": Series.of(steps, lost)}
    assert late_degradation.CAUSE.examine(Evidence("t", {"kind": "plain"}, fell)).verdict == "fine"
