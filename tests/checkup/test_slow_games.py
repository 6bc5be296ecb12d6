"""Games that came near late, units that were built dead, and what two findings say of each other."""

from typing import Any

import numpy as np
import pytest
from constrained import LOST, RECORDS, game

from ganbaru.checkup.causes.blocked import critic_too_weak, dead_units, late_degradation
from ganbaru.checkup.causes.bugs import generator_detached, known_domain_failed, loss_sign
from ganbaru.checkup.causes.hyper import (
    batch_too_small,
    clip_too_small,
    learning_rate_high,
    learning_rate_low,
    momentum_high,
)
from ganbaru.checkup.causes.hyper.late import began_late
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.run.facts import facts
from ganbaru.checkup.series import Series

PARTS = np.arange(RECORDS)


def falls_at(share: float, to: float = 0.25) -> np.ndarray:
    """Distances that fall from 1.0 to what is left at a share of the training."""
    return to + (1 - to) / (1 + np.exp((PARTS / RECORDS - share) * 40))


def moving(way: float, distance: object, *, constraint: str = "none", **more: Any) -> Evidence:
    """A game of 400 steps whose generator goes so many norms of its weights, all in all."""
    known = {"step": 400, "steps": 400, **more.pop("facts", {})}
    moves = {"generator_update_ratio": way / 400, "critic_update_ratio": 0.01}
    return game(constraint, "nonsaturating", facts=known, batch_distance=distance, **{**moves, **more})


@pytest.mark.parametrize(
    ("way", "share", "verdict"), [(0.6, 0.6, "found"), (0.6, 0.15, "fine"), (1.5, 0.6, "fine"), (0.6, 2.0, "fine")]
)
def test_short_steps_are_too_short_where_half_of_the_way_was_done_late(way: float, share: float, verdict: str) -> None:
    evidence = moving(way, falls_at(share))
    ruling = learning_rate_low.CAUSE.examine(evidence)
    assert ruling.verdict == verdict
    if verdict == "found":
        assert ruling.evidence["half_way"] == pytest.approx(share, abs=0.1)
        assert ruling.evidence["generator_path"] == pytest.approx(way, rel=1e-6)


def test_a_game_that_strayed_far_before_it_came_near_took_no_short_steps() -> None:
    strayed = falls_at(0.6) * np.where(PARTS < RECORDS // 2, 1.6, 1.0)
    strayed[0] = 1.0
    assert learning_rate_low.CAUSE.examine(moving(0.6, strayed)).verdict == "suspect"


def test_what_came_near_after_all_had_a_rate_that_would_do() -> None:
    assert learning_rate_low.CAUSE.examine(moving(0.6, falls_at(0.6, to=0.11))).verdict == "fine"


def test_a_rate_that_may_be_too_high_for_the_critic_is_not_too_low_for_the_generator() -> None:
    evidence = moving(0.6, falls_at(0.6), critic_update_ratio=np.where(PARTS < 4, 2.0, 0.01))
    assert learning_rate_high.CAUSE.examine(evidence).verdict in ("found", "suspect")
    assert learning_rate_low.CAUSE.examine(evidence).verdict == "suspect"


def test_a_momentum_that_averages_steps_away_is_to_blame_before_the_rate() -> None:
    slow = moving(0.6, falls_at(0.6), facts={"generator_momentum": 0.9, "critic_momentum": 0.9})
    assert momentum_high.CAUSE.examine(slow).verdict == "found"
    assert learning_rate_low.CAUSE.examine(slow).verdict == "suspect"
    well = moving(0.6, falls_at(0.15), facts={"generator_momentum": 0.9, "critic_momentum": 0.9})
    assert momentum_high.CAUSE.examine(well).verdict == "fine"


def test_a_bound_that_slows_a_game_is_too_small_though_the_game_ends_near() -> None:
    more = {"facts": {"constraint_strength": 5e-4}, "fake_gradient": 1e-7, "clipped_share": 0.5}
    slow, well = (moving(0.5, falls_at(share, to=0.15), constraint="clip", **more) for share in (0.6, 0.15))
    assert clip_too_small.CAUSE.examine(slow).verdict == "found"
    assert learning_rate_low.CAUSE.examine(slow).verdict == "fine"
    assert clip_too_small.CAUSE.examine(well).verdict == "suspect"


def test_few_records_tell_of_no_half_way() -> None:
    evidence = moving(0.5, falls_at(0.6))
    few = {name: Series.of(each.steps[::4], each.values[::4]) for name, each in evidence.series.items()}
    assert began_late(evidence)
    assert not began_late(Evidence("t", evidence.facts, few))


def test_a_training_that_broke_off_had_no_time_to_go_far() -> None:
    losses = np.where(PARTS < 2, 1.0, np.nan)
    broken = moving(0.01, 1.0, critic_loss=losses, **{k: v for k, v in LOST.items() if k != "batch_distance"})
    assert learning_rate_low.CAUSE.examine(broken).verdict == "suspect"


def test_a_loss_that_leapt_before_another_broke_is_of_a_rate_and_not_of_a_formula() -> None:
    leaps = np.where(PARTS < 1, 1.0, 1e4)
    broken = np.where(PARTS < 1, 1.0, np.nan)
    strides = {"generator_update_ratio": 0.5, "critic_update_ratio": 0.05}
    rate = game("r1", "nonsaturating", critic_loss=leaps, generator_loss=broken, **strides, **LOST)
    formula = game("r1", "nonsaturating", critic_loss=broken, generator_loss=broken, **strides, **LOST)
    assert learning_rate_high.CAUSE.examine(rate).verdict == "found"
    assert learning_rate_high.CAUSE.examine(formula).verdict == "suspect"


@pytest.mark.parametrize(
    ("first", "late", "verdict"), [(0.5, 0.4, "found"), (0.1, 0.4, "fine"), (0.5, 0.2, "fine"), (0.0, 0.0, "fine")]
)
def test_units_that_were_dead_before_anything_was_learned_were_built_so(
    first: float, late: float, verdict: str
) -> None:
    dead = np.linspace(first, late, RECORDS)
    ruling = dead_units.CAUSE.examine(game("none", dead_units_generator=dead, fake_gradient=0.1))
    assert (ruling.verdict, ruling.where) == (verdict, "generator" if verdict == "found" else "")


def test_a_best_time_at_the_beginning_makes_no_late_degradation() -> None:
    early = np.concatenate([[1.0, 0.3, 0.12, 0.12], np.full(RECORDS - 4, 0.6)])
    late = np.concatenate([[1.0, 0.3], np.full(RECORDS // 2, 0.12), np.full(RECORDS // 2 - 2, 0.6)])
    assert late_degradation.CAUSE.examine(game("none", batch_distance=early)).verdict == "fine"
    assert late_degradation.CAUSE.examine(game("none", batch_distance=late)).verdict == "found"


def test_a_critic_that_went_blind_when_it_got_worse_was_not_too_weak() -> None:
    worse = np.concatenate([[1.0, 0.4], np.full(16, 0.12), np.full(RECORDS - 18, 0.8)])
    far = {**LOST, "batch_distance": worse}
    blind = np.where(PARTS < 18, 1.0, 0.0)
    then = game("none", "nonsaturating", real_score_mean=blind, **far)
    assert critic_too_weak.CAUSE.examine(then).verdict == "suspect"
    always = game("none", "nonsaturating", real_score_mean=0.0, **LOST)
    assert critic_too_weak.CAUSE.examine(always).verdict == "found"


def test_noise_that_covers_the_data_makes_any_critic_weak_where_it_does_harm() -> None:
    covered = {"facts": {"noise": 5.0}}
    assert critic_too_weak.CAUSE.examine(game("none", "nonsaturating", **covered, **LOST)).verdict == "found"
    assert critic_too_weak.CAUSE.examine(game("none", "nonsaturating", **covered)).verdict == "suspect"
    little = game("none", "nonsaturating", facts={"noise": 0.1}, real_score_mean=5.0, **LOST)
    assert critic_too_weak.CAUSE.examine(little).verdict == "fine"


@pytest.mark.parametrize(("until", "late"), [(1.0, 5.0), (0.0, 5.0), (0.5, 0.0)])
def test_the_noise_of_a_run_is_that_which_is_left_late(until: float, late: float) -> None:
    known = facts({"config": {"objective": "hinge", "noise": 20.0, "decay_start": until}})
    assert known["noise"] == pytest.approx(late)


@pytest.mark.parametrize(
    ("batch", "data", "verdict"), [(2, "points", "found"), (2, "sound", "fine"), (16, "points", "fine")]
)
def test_a_batch_of_two_points_tells_nothing_even_of_how_near_they_come(batch: int, data: str, verdict: str) -> None:
    evidence = game("none", "hinge", facts={"batch": batch, "data": data})
    assert batch_too_small.CAUSE.examine(evidence).verdict == verdict


def _pushes(fresh: int) -> dict[str, Any]:
    return {
        "pushes": {"generator_turns": 40, "generator_fresh": fresh, "generator_told": 40},
        "clearing": {"generator": {"steps": 40, "empty": 40}},
        "updates": {"generator": {"trainable": 6, "arrivals": 0, "calls": 40, "looked": 40, "steps": 40}},
    }


def test_samples_of_another_network_leave_the_generator_without_a_gradient() -> None:
    ruling = generator_detached.CAUSE.examine(game("none", probes=_pushes(40)))
    assert ruling.verdict == "found"
    assert "another network" in ruling.reason
    reached = _pushes(40)
    reached["clearing"]["generator"]["empty"] = 0
    reached["updates"]["generator"]["arrivals"] = 40
    assert generator_detached.CAUSE.examine(game("none", probes=reached)).verdict == "fine"


def test_one_target_for_both_is_a_formula_where_the_known_domain_says_so() -> None:
    sides = ("real", "fake", "generator")
    family = {
        f"{side}_{name}": value
        for side in sides
        for name, value in (("family", "linear"), ("target", 0.5), ("rising", True))
    }
    pushes = {
        "critic_told": 12,
        "critic_apart": 0,
        "generator_told": 12,
        "generator_with": 12,
        "real_up": 12,
        "real_down": 0,
        "generator_up": 12,
    }
    alone = game("none", "least-squares", probes={"family": family, "pushes": pushes})
    assert loss_sign.CAUSE.examine(alone).verdict == "found"
    training = {
        "finite": True,
        "start": 0.5,
        "start_near": 0.1,
        "near": [0.0] * 6,
        "kinds": [0] * 6,
        "distance": [0.9] * 6,
    }
    tried = alone.with_(probes={"known_domain": {"carried": {}, "trainings": [training]}})
    assert known_domain_failed.CAUSE.examine(tried).verdict == "found"
    assert loss_sign.CAUSE.examine(tried).verdict == "suspect"
