"""What is said of clips, penalties and the critic's share of the work: right per loss family, silent without harm."""

from typing import Any

import numpy as np
import pytest
from constrained import LOST, RECORDS, WELL, game
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding
from ganbaru.checkup.judging import judge

BY_SLUG = {cause.slug: cause for cause in CAUSES}
OURS = (
    "clip-too-large",
    "clip-too-small",
    "clip-saturation",
    "not-lipschitz",
    "penalty-too-large",
    "penalty-too-small",
    "n-critic-low",
    "critic-too-weak",
)
CONSTRAINTS = ("clip", "gradient-penalty", "lipschitz-penalty", "spectral-norm", "r1", "r1+r2", "none")
OBJECTIVES = ("wasserstein", "minimax", "nonsaturating", "least-squares", "hinge", "relativistic")
SMALL = {"samples": 32, "right": 0.6, "left": 0.7, "wider_left": 0.01, "own": False, "wider": {"channels": 4}}
NARROW = {"samples": 16, "residual": 0.9, "wider_residual": 0.01, "own": False, "wider": {"channels": 4}}


def said(slug: str, evidence: Evidence) -> Finding:
    return BY_SLUG[slug].examine(evidence)


def flipping(size: float, wrong: float) -> np.ndarray:
    """Distances of the mean scores of which so large a share has the wrong sign, evenly spread."""
    return size * np.where(np.arange(RECORDS) % 10 < round(10 * wrong), -1.0, 1.0)


@given(
    st.sampled_from(CONSTRAINTS),
    st.sampled_from(OBJECTIVES),
    st.floats(-1e4, 1e4),
    st.floats(0.3, 3.0),
    st.floats(0.02, 0.35),
)
@settings(max_examples=60, deadline=None)
def test_nothing_is_found_where_it_goes_well_whatever_the_offset_of_the_scores(
    constraint: str, objective: str, offset: float, gap: float, held: float
) -> None:
    recorded: dict[str, Any] = {"real_score_mean": offset + gap, "fake_score_mean": offset, "clipped_share": held}
    evidence = game(constraint, objective, fake_gradient=0.1, penalty=0.1 * gap, **recorded)
    assert [slug for slug in OURS if said(slug, evidence)] == []


@pytest.mark.parametrize("slug", OURS)
def test_no_harm_no_fault(slug: str) -> None:
    bad = {"clipped_share": 0.0, "lipschitz": 50.0, "fake_gradient": 1e-12, "real_score_mean": 0.0}
    for constraint in CONSTRAINTS:
        for more in (bad, {**bad, "clipped_share": 0.95}):
            assert not said(slug, game(constraint, "hinge", facts={"n_critic": 1}, **more))


@given(st.floats(1e-3, 1e3))
@settings(max_examples=20, deadline=None)
def test_a_clip_that_holds_no_weight_is_too_large_whatever_the_scale_of_the_scores(scale: float) -> None:
    free = game("clip", lipschitz=scale, real_score_mean=scale, clipped_share=0.001, **LOST)
    held = game("clip", lipschitz=scale, real_score_mean=scale, clipped_share=0.1, **LOST)
    assert said("clip-too-large", free)
    assert not said("clip-too-large", held)


def test_a_clip_at_whose_bound_most_weights_stand_is_saturated_since_it_was_so() -> None:
    share = np.where(np.arange(RECORDS) < 20, 0.1, 0.8)
    found = said("clip-saturation", game("clip", clipped_share=share, **LOST))
    assert found
    assert found.since == 200
    assert said("clip-saturation", game("clip", clipped_share=share)).verdict == "suspect"


@pytest.mark.parametrize("slug", ["clip-too-large", "clip-too-small", "clip-saturation"])
def test_no_clip_is_judged_where_nothing_is_clipped(slug: str) -> None:
    assert said(slug, game("r1", clipped_share=0.0, fake_gradient=1e-12, **LOST)).verdict == "not-checked"


def test_a_critic_far_steeper_than_promised_is_not_lipschitz_and_one_a_little_steeper_may_be_far_from_its_goal() -> (
    None
):
    assert said("not-lipschitz", game("none", lipschitz=20.0, **LOST))
    assert said("not-lipschitz", game("gradient-penalty", lipschitz=2.4, **LOST)).verdict == "fine"
    assert said("not-lipschitz", game("none", "hinge", lipschitz=20.0, **LOST)).verdict == "not-checked"


def test_where_a_penalty_is_the_means_its_weight_leads_over_the_constant_that_it_misses() -> None:
    with_penalty = judge(game("gradient-penalty", lipschitz=20.0, **LOST))
    without = judge(game("none", lipschitz=20.0, **LOST))
    assert [found.cause for found in with_penalty.found] == ["penalty-too-small", "not-lipschitz"]
    assert [found.cause for found in without.found] == ["not-lipschitz"]


def test_a_penalty_that_takes_no_part_is_too_small_however_steep_the_critic_is() -> None:
    light = {"constraint_strength": 1e-6, "data": "points"}
    assert said("penalty-too-small", game("r1", "nonsaturating", facts=light, penalty=1e-5, **LOST))
    assert said("penalty-too-small", game("r1", "nonsaturating", facts=light, penalty=0.1, **LOST)).verdict == "fine"
    assert said("penalty-too-small", game("r1", "nonsaturating", facts=light, penalty=1e-5)).verdict == "suspect"
    assert not said("penalty-too-small", game("gradient-penalty", facts=light, penalty=1e-5, **LOST))


def test_a_weight_as_usual_is_not_too_small_nor_is_it_where_the_generator_is() -> None:
    steep: dict[str, Any] = {"lipschitz": 20.0, **LOST}
    light = {"constraint_strength": 1e-6, "data": "points"}
    assert said("penalty-too-small", game("r1", "nonsaturating", facts=light, **steep))
    usual = {**light, "constraint_strength": 0.02}
    assert said("penalty-too-small", game("r1", "nonsaturating", facts=usual, **steep)).verdict == "fine"
    narrow = game("r1", "nonsaturating", facts=light, probes={"generator_by_heart": NARROW}, **steep)
    assert said("penalty-too-small", narrow).verdict == "fine"
    assert said("generator-too-small", narrow)


@pytest.mark.parametrize("objective", ["nonsaturating", "minimax", "hinge", "least-squares", "relativistic"])
def test_a_critic_that_sees_and_may_not_say_has_too_heavy_a_penalty(objective: str) -> None:
    silent: dict[str, Any] = {"real_score_mean": 1e-3, "real_score_std": 2e-3, "fake_score_std": 2e-3, **LOST}
    assert said("penalty-too-large", game("r1", objective, penalty=0.05, **silent))
    assert not said("penalty-too-large", game("r1", objective, penalty=0.0005, **silent))
    assert said("penalty-too-large", game("r1", objective, **silent))
    low: dict[str, Any] = {"real_score_mean": 0.1, "real_score_std": 0.1, "fake_score_std": 0.1, **LOST}
    assert not said("penalty-too-large", game("r1", objective, **low))  # a low voice alone proves no heavy penalty
    assert said("penalty-too-large", game("r1", objective, penalty=0.5, **low))
    still = game("r1", objective, facts={"step": 400}, critic_update_ratio=1e-5, **silent)
    assert said("penalty-too-large", still).verdict == "fine"
    far = {**LOST, "real_score_mean": 0.5}  # of samples that ran away even such a critic says something
    assert said("penalty-too-large", game("r1", objective, penalty=20.0, **far))
    assert not said("penalty-too-large", game("r1", objective, penalty=1.0, **far))
    blind = {**silent, "real_score_std": 0.1, "fake_score_std": 0.1}
    assert not said("penalty-too-large", game("r1", objective, **blind))
    assert said("critic-too-weak", game("r1", objective, **blind))


def test_a_slope_that_is_kept_with_the_wrong_sign_obeys_the_penalty_alone() -> None:
    wrong = {"real_score_mean": flipping(5.0, 0.8), **LOST}
    assert said("penalty-too-large", game("gradient-penalty", facts={"constraint_strength": 3000.0}, **wrong))
    assert said("penalty-too-large", game("gradient-penalty", **wrong))
    assert not said("penalty-too-large", game("gradient-penalty", facts={"constraint_strength": 10.0}, **wrong))
    assert not said("penalty-too-large", game("gradient-penalty", lipschitz=20.0, **wrong))
    right = {"real_score_mean": flipping(5.0, 0.2), **LOST}
    assert not said("penalty-too-large", game("gradient-penalty", **right))
    assert not said("penalty-too-large", game("gradient-penalty", penalty=50.0, **right))
    assert said("penalty-too-large", game("gradient-penalty", penalty=5000.0, **right))


def test_a_critic_too_small_by_its_probe_leads_over_all_that_it_looks_like() -> None:
    silent: dict[str, Any] = {"real_score_mean": 1e-3, "real_score_std": 2e-3, "fake_score_std": 2e-3, **LOST}
    findings = judge(game("r1", "hinge", probes={"critic_by_heart": SMALL}, **silent))
    assert findings.leading is not None
    assert findings.leading.cause == "critic-too-small"
    assert "penalty-too-large" not in [found.cause for found in findings.found]


def test_few_updates_are_too_few_only_where_the_estimate_lags() -> None:
    lags = {"real_score_mean": flipping(1.0, 0.4), **LOST}
    assert said("n-critic-low", game("clip", facts={"n_critic": 1}, **lags))
    assert said("n-critic-low", game("clip", facts={"n_critic": 5}, **lags)).verdict == "fine"
    assert said("n-critic-low", game("none", facts={"n_critic": 1}, **lags)).verdict == "not-checked"
    assert said("n-critic-low", game("clip", facts={"n_critic": 1}, **LOST)).verdict == "suspect"
    for gain, error, verdict in ((17.0, 5.0, "found"), (17.0, 9.0, "fine"), (1.0, 0.1, "fine")):
        probed = {"critic_convergence": {"gain": gain, "gain_error": error}}
        assert said("n-critic-low", game("clip", facts={"n_critic": 1}, probes=probed)).verdict == verdict
    for gain, verdict in ((1.0, "found"), (0.2, "suspect")):
        probed = {"critic_convergence": {"gain": gain, "gain_error": 0.1}}
        assert said("n-critic-low", game("clip", facts={"n_critic": 1}, probes=probed, **LOST)).verdict == verdict


def test_one_wait_of_a_busy_machine_is_not_counted_as_time_of_a_network() -> None:
    steady = np.arange(1.0, RECORDS + 1)
    waited = 0.05 * steady + 100.0 * (steady > RECORDS / 2)
    many: dict[str, Any] = {"facts": {"n_critic": 60}, "seconds_critic": steady}
    assert said("n-critic-high", game("clip", seconds_generator=waited, **many))
    assert said("n-critic-high", game("clip", seconds_generator=steady, **many)).verdict == "suspect"


@pytest.mark.parametrize("cause", ["n-critic-high", "momentum-high"])
def test_weights_at_the_bound_follow_from_what_drove_them_there(cause: str) -> None:
    facts = {"n_critic": 60} if cause == "n-critic-high" else {"critic_momentum": 0.98}
    leading = judge(game("clip", facts=facts, clipped_share=0.8, **LOST)).leading
    assert leading is not None
    assert (leading.cause, leading.consequences) == (cause, ("clip-saturation",))


def test_a_critic_that_sees_right_and_is_far_flatter_than_its_penalty_allows_is_held_too_hard() -> None:
    muted = {"real_score_mean": 0.5, "lipschitz": 0.2, **LOST}
    for n_critic, verdict in ((3, "found"), (1, "fine")):  # one that lags is as flat
        evidence = game("gradient-penalty", facts={"n_critic": n_critic}, **muted)
        assert said("penalty-too-large", evidence).verdict == verdict
    assert not said("penalty-too-large", game("gradient-penalty", facts={"n_critic": 3}, **{**muted, **WELL}))
    assert not said("penalty-too-large", game("gradient-penalty", facts={"n_critic": 3}, **{**muted, "lipschitz": 0.9}))


def test_scores_that_are_of_the_batch_are_coupled_by_whatever_layer_and_a_little_of_it_is_only_suspected() -> None:
    def coupled(change: float, batch_norm: float) -> str:
        probes = {"coupling": [{"change": change, "batch_norm": batch_norm}]}
        return said("batch-coupling", game("gradient-penalty", probes=probes)).verdict

    assert coupled(1.2, 0.0) == coupled(1.2, 1.0) == coupled(0.1, 1.0) == "found"
    assert [coupled(0.1, 0.0), coupled(1e-5, 0.0)] == ["suspect", "fine"]


def test_a_squared_distance_that_is_raised_is_a_wrong_sign_wherever_it_leads() -> None:
    def turned(rising: bool) -> str:
        sides = {f"{side}_family": "linear" for side in ("real", "fake", "generator")}
        family = {**sides, "real_rising": True, "fake_rising": True, "generator_rising": rising}
        counts = dict.fromkeys(("critic_told", "critic_apart", "generator_told", "generator_with"), 20)
        pushes = {**counts, "real_up": 20, "real_down": 0, "generator_up": 20, "generator_down": 0}
        return said("loss-sign", game("none", "least-squares", probes={"family": family, "pushes": pushes})).verdict

    assert [turned(True), turned(False)] == ["fine", "found"]


def test_a_sigmoid_is_told_by_the_generators_loss_where_a_penalty_hides_the_critics() -> None:
    def ends(end: str, generator: str) -> str:
        family = {"real_family": "", "fake_family": "", "generator_family": generator}
        probes = {"family": family, "pushes": {"ends": [end]}}
        return said("critic-sigmoid", game("gradient-penalty", probes=probes)).verdict

    assert ends("sigmoid", "constant") == ends("sigmoid", "linear") == "found"
    assert ends("sigmoid", "log") == ends("linear", "constant") == "fine"
    assert ends("sigmoid", "") == "suspect"


def test_a_critic_that_is_sure_now_of_this_and_now_of_that_is_not_blind() -> None:
    assert said("critic-too-weak", game("none", "hinge", real_score_mean=0.05, **LOST))
    assert not said("critic-too-weak", game("none", "hinge", real_score_mean=flipping(2.0, 0.5), **LOST))
    assert not said("critic-too-weak", game("none", "hinge", real_score_mean=0.05, **WELL))


@given(
    st.lists(st.floats(width=32), min_size=RECORDS, max_size=RECORDS),
    st.sampled_from(CONSTRAINTS),
    st.sampled_from(OBJECTIVES),
)
@settings(max_examples=60, deadline=None)
def test_no_numbers_make_them_fail(values: list[float], constraint: str, objective: str) -> None:
    names = ("real_score_mean", "fake_score_std", "lipschitz", "clipped_share", "penalty", "fake_gradient")
    evidence = game(constraint, objective, facts={"n_critic": 1}, **dict.fromkeys(names, np.array(values)), **LOST)
    assert {said(slug, evidence).verdict for slug in OURS} <= {"found", "suspect", "fine", "not-checked"}


@pytest.mark.parametrize(("bound", "verdict"), [(0.1, "suspect"), (1e-4, "found")])
def test_dead_units_are_not_blamed_on_a_bound_that_is_wide(bound: float, verdict: str) -> None:
    silent = {"fake_gradient": 0.0, "lipschitz": 0.0, "dead_units_critic": 1.0, "critic_gradient": 1.0}
    evidence = game("clip", facts={"constraint_strength": bound}, **LOST, **silent)
    assert said("clip-too-small", evidence).verdict == verdict
    assert said("dead-units", evidence).verdict == "found"
