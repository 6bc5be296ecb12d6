"""Settings that are off are told by what they do, and not where they do no harm or something else does it."""

from typing import Any

import numpy as np
import pytest
from constrained import LOST, RECORDS, game

from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

BY_SLUG = {cause.slug: cause for cause in CAUSES}
FAR: dict[str, Any] = {**LOST}
COUNTED = {"generator": {"steps": 400}, "critic": {"steps": 40}}


def said(slug: str, evidence: Evidence) -> str:
    return BY_SLUG[slug].examine(evidence).verdict


@pytest.mark.parametrize(
    ("bound", "steep", "verdict"), [(0.5, 200.0, "found"), (0.02, 200.0, "fine"), (0.5, 1, "fine")]
)
def test_a_wide_bound_that_holds_some_weights_is_too_large_where_the_critic_is_steep(
    bound: float, steep: float, verdict: str
) -> None:
    facts = {"constraint_strength": bound}
    assert said("clip-too-large", game("clip", facts=facts, clipped_share=0.1, lipschitz=steep, **FAR)) == verdict
    assert said("clip-too-large", game("clip", facts=facts, clipped_share=0.1, lipschitz=steep)) in ("fine", "suspect")


@pytest.mark.parametrize(("bound", "held", "verdict"), [(1e-3, 0.9, "found"), (0.01, 0.9, "fine"), (1e-3, 0.1, "fine")])
def test_a_narrow_bound_at_which_most_weights_stand_is_too_small(bound: float, held: float, verdict: str) -> None:
    evidence = game("clip", facts={"constraint_strength": bound}, clipped_share=held, fake_gradient=1e-4, **FAR)
    assert said("clip-too-small", evidence) == verdict


@pytest.mark.parametrize(("optimizer", "verdict"), [("rmsprop", "found"), ("adamw", "found"), ("sgd", "fine")])
def test_a_gradient_that_an_optimizers_epsilon_drowns_has_vanished(optimizer: str, verdict: str) -> None:
    facts = {"generator_optimizer": optimizer, "generator_parameters": 1_000_000, "constraint_strength": 0.01}
    evidence = game("clip", facts=facts, fake_gradient=3e-6, generator_gradient=1e-5, clipped_share=0.2, **FAR)
    assert said("clip-too-small", evidence) == verdict


@pytest.mark.parametrize("objective", ["nonsaturating", "hinge", "wasserstein"])
def test_a_generator_far_ahead_of_its_critic_is_told_of_any_objective(objective: str) -> None:
    facts = {"n_critic": 1}
    far = game("r1", objective, facts=facts, probes={"updates": COUNTED}, **FAR)
    well = game("r1", objective, facts=facts, probes={"updates": COUNTED})
    assert (said("n-critic-low", far), said("n-critic-low", well)) == ("found", "fine")
    twice = {"generator": {"steps": 400}, "critic": {"steps": 200}}
    if objective != "wasserstein":
        assert said("n-critic-low", game("r1", objective, facts=facts, probes={"updates": twice}, **FAR)) != "found"


def test_a_penalty_that_nobody_told_is_what_a_wasserstein_loss_holds_besides_its_scores() -> None:
    heavy = game("gradient-penalty", facts={"n_critic": 1}, critic_loss=150.0, real_score_mean=0.5, w1=0.5, **FAR)
    assert said("penalty-too-large", heavy) == "found"
    bare = game("gradient-penalty", facts={"n_critic": 1}, critic_loss=-0.5, real_score_mean=0.5, w1=0.5, **FAR)
    assert said("penalty-too-large", bare) == "fine"


def test_no_penalty_leaves_a_critic_without_any_slope() -> None:
    recorded: dict[str, Any] = {"real_score_mean": np.full(RECORDS, 1e-9), "penalty": 1e-3}
    assert said("penalty-too-large", game("r1", "hinge", lipschitz=1e-3, **recorded, **FAR)) == "found"
    assert said("penalty-too-large", game("r1", "hinge", lipschitz=1e-12, **recorded, **FAR)) == "fine"


def test_a_small_batch_is_at_fault_where_samples_suffer_and_suspected_where_none_were_seen() -> None:
    assert said("batch-too-small", game("r1", "hinge", facts={"batch": 2}, **FAR)) == "found"
    assert said("batch-too-small", game("r1", "hinge", facts={"batch": 2})) == "fine"
    assert said("batch-too-small", Evidence(facts={"kind": "gan", "batch": 2})) == "suspect"


def test_a_doubtful_momentum_is_found_where_a_wasserstein_game_wanders_and_nothing_plainer_tells() -> None:
    facts = {"critic_momentum": 0.9, "generator_momentum": 0.9, "constraint_strength": 0.05}
    wandering = {"drift_0": 0.5 * np.sin(np.arange(RECORDS)), "clipped_share": 0.2, "batch_distance": 0.5}
    far = {**FAR, **wandering}
    assert said("momentum-high", game("clip", facts=facts, **far)) == "found"
    assert said("momentum-high", game("clip", facts=facts, **far | {"drift_0": 0.01})) == "suspect"
    assert said("momentum-high", game("r1", "hinge", facts=facts, **far)) == "suspect"
    lags = {**far, "real_score_mean": np.where(np.arange(RECORDS) % 2, 1.0, -1.0)}
    assert said("n-critic-low", game("clip", facts={**facts, "n_critic": 1}, **lags)) == "found"
    assert said("momentum-high", game("clip", facts={**facts, "n_critic": 1}, **lags)) == "suspect"


def test_a_mean_that_moves_as_far_as_that_of_two_real_batches_is_no_oscillation() -> None:
    drift = {"drift_0": 0.6 * np.sin(np.arange(RECORDS) * 0.8), "drift_1": 0.5 * np.cos(np.arange(RECORDS) * 0.8)}
    recorded: dict[str, Any] = {**FAR, "batch_distance": 0.5, **drift, "fake_std": 1.0, "real_std": 1.0}
    assert said("oscillation", game("none", "hinge", **recorded)) == "found"
    assert said("oscillation", game("none", "hinge", batch_distance_real=0.36, **recorded)) == "fine"


@pytest.mark.parametrize(("step", "verdict"), [(400, "found"), (4000, "suspect")])
def test_a_training_that_was_looked_at_in_its_beginning_only_is_not_known_to_suffer(step: int, verdict: str) -> None:
    evidence = game("r1", "hinge", facts={"batch": 2, "step": step}, seconds_critic=np.arange(RECORDS), **FAR)
    assert said("batch-too-small", evidence) == verdict
    worse = {**FAR, "batch_distance": np.linspace(0.9, 3.0, RECORDS)}
    evidence = game("r1", "hinge", facts={"batch": 2, "step": step}, seconds_critic=np.arange(RECORDS), **worse)
    assert said("batch-too-small", evidence) == "found"


@pytest.mark.parametrize(
    ("first", "ratio", "left", "verdict"),
    [(0.3, 0.3, 0.1, "found"), (0.3, 0.02, 0.1, "suspect"), (0.3, 0.02, 1.0, "found"), (2.0, 0.02, 0.1, "found")],
)
def test_a_leap_of_the_first_steps_alone_is_no_fault_where_the_loss_falls(
    first: float, ratio: float, left: float, verdict: str
) -> None:
    steps = range(1, 201)
    ratios, loss = np.append(first, np.full(199, ratio)), np.append(np.ones(5), np.full(195, left))
    series = {"model_update_ratio": Series.of(steps, ratios), "loss": Series.of(steps, loss)}
    assert said("learning-rate-high", Evidence(facts={"kind": "plain"}, series=series)) == verdict


@pytest.mark.parametrize(("measured", "verdict"), [([1.0, 0.6, 0.45, 0.3], "fine"), ([1.0, 0.6, 0.31, 0.3], "found")])
def test_nothing_blocks_what_has_most_of_its_way_behind_it_and_comes_nearer_still(
    measured: list[float], verdict: str
) -> None:
    evidence = game("r1", "hinge", facts={"batch": 2}, **FAR)
    steps = [0, 100, 200, 390]
    quality = {"quality.distance": Series.of(steps, measured), "quality.distance.floor": Series.of(steps, [0.05] * 4)}
    assert said("batch-too-small", evidence.with_(series=quality)) == verdict


def test_a_slope_that_no_penalty_holds_is_told_though_it_falls_at_the_end() -> None:
    rises = np.concatenate([np.full(20, 1.0), np.full(12, 20.0), np.full(8, 2.5)])
    assert said("penalty-too-small", game("gradient-penalty", lipschitz=rises, **FAR)) == "found"
    begins = np.concatenate([np.full(20, 20.0), np.full(20, 1.2)])
    assert said("penalty-too-small", game("gradient-penalty", lipschitz=begins, **FAR)) == "fine"


@pytest.mark.parametrize(
    ("weight", "apart", "verdict"), [(2000.0, 0.1, "found"), (5.0, 0.1, "fine"), (2000.0, 0.001, "fine")]
)
def test_a_critic_that_sees_the_difference_is_silenced_by_a_weight_far_beyond_the_usual_one(
    weight: float, apart: float, verdict: str
) -> None:
    """Near its optimum the penalty is no larger beside what it says, however heavy."""
    facts = {"constraint_strength": weight, "data": "sound"}
    scores = {"real_score_mean": apart, "real_score_std": 0.02, "fake_score_std": 0.02}
    evidence = game("r1", "hinge", facts=facts, penalty=apart / 4, lipschitz=0.1, **scores, **FAR)
    assert said("penalty-too-large", evidence) == verdict


CLOSE: dict[str, Any] = {"batch_distance": 0.16 + 0.9 * np.exp(-np.arange(RECORDS) / 4)}
"""Little of the way is left, and a batch still shows a difference."""


@pytest.mark.parametrize(("apart", "verdict"), [(CLOSE, "found"), ({}, "fine")])
def test_a_setting_of_no_training_that_goes_well_is_found_where_samples_are_clearly_apart(
    apart: dict[str, Any], verdict: str
) -> None:
    momentum = {"critic_momentum": 0.98, "generator_momentum": 0.98}
    assert said("momentum-high", game("r1", "hinge", facts=momentum, **apart)) == verdict
    still = {"generator_update_ratio": 1e-4, "critic_update_ratio": 1e-2}
    assert said("learning-rate-low", game("r1", "hinge", **still, **apart)) == verdict


def test_games_were_seen_to_go_well_with_a_doubtful_momentum() -> None:
    doubtful = {"critic_momentum": 0.9, "generator_momentum": 0.9}
    assert said("momentum-high", game("r1", "hinge", facts=doubtful, **CLOSE)) == "fine"


def test_a_step_to_where_a_constraint_wants_the_weights_is_no_stride_among_few_records_either() -> None:
    strides = {"critic_update_ratio": np.where(np.arange(RECORDS) == 0, 2.0, 0.05), "generator_update_ratio": 0.01}
    assert said("learning-rate-high", game("spectral-norm", "hinge", **strides, **FAR)) == "fine"
    assert said("learning-rate-high", game("r1", "hinge", **strides, **FAR)) == "found"


def test_a_short_way_is_not_laid_to_the_rate_of_a_network_that_is_too_small() -> None:
    still = {"generator_update_ratio": 1e-4, "critic_update_ratio": 1e-2}
    small = {"generator_by_heart": {"samples": 6, "residual": 1.0, "wider_residual": 1e-6, "own": False}}
    assert said("learning-rate-low", game("r1", "hinge", **still, **FAR)) == "found"
    assert said("learning-rate-low", game("r1", "hinge", probes=small, **still, **FAR)) == "suspect"


def test_what_goes_round_before_a_blind_critic_does_not_get_better_where_it_comes_nearer_for_a_while() -> None:
    drift = {"drift_0": 1.2 * np.sin(np.arange(RECORDS) * 0.8), "drift_1": 1.2 * np.cos(np.arange(RECORDS) * 0.8)}
    near = np.where(np.arange(RECORDS) >= 0.875 * RECORDS, 0.6, 0.9)
    blind: dict[str, Any] = {**FAR, "real_score_mean": 0.01, "batch_distance": near}
    assert said("critic-too-weak", game("none", "hinge", **blind)) == "suspect"
    assert said("critic-too-weak", game("none", "hinge", **blind, **drift)) == "found"
