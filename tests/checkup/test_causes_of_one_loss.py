"""What is said of a model that learns alone, by its loss; and of steps that are too long, in whatever learns."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import ganbaru as gb
from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.causes.breaking import broke_at_once
from ganbaru.checkup.causes.hyper.settings import path, stride
from ganbaru.checkup.causes.one_loss import falls, least_fall
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding
from ganbaru.checkup.judging import judge
from ganbaru.checkup.series import Series
from ganbaru.checkup.vocabulary import STEP_OF
from ganbaru.checkup.watch.networks import gradient_reach
from ganbaru.training.evidence import dead_units

STEPS = np.arange(1, 201)
LEARNS = np.exp(-STEPS / 30) + 0.01
STUCK = np.full(200, 1.1)


def plain(facts: Mapping[str, Any] | None = None, **series: np.ndarray) -> Evidence:
    """A model that learns alone; of what is not given, what goes with a loss that falls."""
    known = {"loss": LEARNS, "model_update_ratio": np.full(200, 0.005), "model_gradient": np.full(200, 0.5), **series}
    return Evidence(
        facts={"kind": "plain", "step": 200, "model_parameters": 5000, **(facts or {})},
        series={name: Series.of(STEPS[: len(values)], values) for name, values in known.items()},
    )


def said(slug: str, evidence: Evidence) -> Finding:
    return next(cause for cause in CAUSES if cause.slug == slug).examine(evidence)


def test_nothing_is_found_where_the_loss_falls() -> None:
    assert not judge(plain(held_out_loss=1.1 * LEARNS)).found


@pytest.mark.parametrize(
    ("slug", "evidence"),
    [
        ("learning-rate-high", plain(loss=STUCK, model_update_ratio=np.full(200, 0.3))),
        ("learning-rate-low", plain(loss=STUCK, model_update_ratio=np.full(200, 1e-6))),
        ("momentum-high", plain({"model_momentum": 0.999, "model_optimizer": "sgd"}, loss=STUCK)),
        ("batch-too-small", plain({"batch": 1}, loss=STUCK)),
        ("dead-units", plain(loss=STUCK, dead_units_model=np.ones(200))),
        ("vanishing-gradient", plain(loss=STUCK, gradient_reach=np.full(200, 1e-9))),
        ("exploding-gradient", plain(loss=STUCK, model_gradient=np.geomspace(1, 1e5, 200))),
        ("divergence", plain(loss=np.linspace(1, 9, 200))),
        ("output-range", plain(loss=STUCK, pushed_beyond=np.full(200, 0.5))),
        ("late-degradation", plain(loss=np.concatenate([LEARNS[:120], np.full(80, 0.8)]))),
        ("overfitting", plain(loss=np.exp(-STEPS / 5), held_out_loss=np.full(200, 0.9))),
        ("loss-sign", plain(loss=-np.geomspace(1, 1e4, 200), held_out_loss=np.geomspace(1, 1e4, 200))),
    ],
)
def test_a_fault_of_one_model_leads(slug: str, evidence: Evidence) -> None:
    leading = judge(evidence).leading
    assert leading is not None
    assert leading.cause == slug


@pytest.mark.parametrize(
    ("slug", "evidence"),
    [
        ("learning-rate-low", plain(model_update_ratio=np.full(200, 1e-6))),
        ("momentum-high", plain({"model_momentum": 0.999, "model_optimizer": "sgd"})),
        ("batch-too-small", plain({"batch": 1})),
        ("vanishing-gradient", plain(gradient_reach=np.full(200, 1e-9))),
        ("exploding-gradient", plain(model_gradient=np.geomspace(1, 1e5, 200))),
        ("output-range", plain(pushed_beyond=np.full(200, 0.5))),
        ("loss-sign", plain(loss=-np.geomspace(1, 1e4, 200), held_out_loss=LEARNS)),
    ],
)
def test_what_does_no_harm_is_no_fault(slug: str, evidence: Evidence) -> None:
    assert said(slug, evidence).verdict == "fine"


@settings(max_examples=30, deadline=None)
@given(st.floats(-3, 3), st.booleans())
def test_the_unit_of_a_loss_changes_no_verdict(power: float, learns: bool) -> None:
    loss, unit = (LEARNS if learns else STUCK), 10.0**power
    common = {"model_update_ratio": np.full(200, 0.15), "dead_units_model": np.full(200, 0.9)}
    one, other = (judge(plain(loss=factor * loss, **common)) for factor in (1.0, unit))
    assert {finding.cause: finding.verdict for finding in one} == {each.cause: each.verdict for each in other}


def test_no_symptom_explains_a_setting_and_settings_explain_each_other_one_way_at_most() -> None:
    of = {cause.slug: cause for cause in CAUSES}

    def reached(slug: str) -> set[str]:
        waiting, seen = [slug], set()
        while waiting:
            new = set(of[waiting.pop()].explains) & set(of) - seen
            seen |= new
            waiting += new
        return seen

    for slug in of:
        if STEP_OF[slug] == 4:
            assert not [other for other in reached(slug) if STEP_OF[other] == 5], slug
        if STEP_OF[slug] == 5:
            assert slug not in reached(slug)


def test_a_loss_first_told_late_is_no_measure_of_what_was_learned() -> None:
    evidence = plain(loss=LEARNS)
    late = Evidence(
        facts=evidence.facts, series={**evidence.series, "held_out_loss": Series.of([100, 200], [0.1, 0.1])}
    )
    assert [each.name for each in falls(late)] == ["loss"]


def test_the_loss_that_fell_least_counts() -> None:
    fall = least_fall(plain(held_out_loss=STUCK))
    assert fall is not None
    assert fall.name == "held_out_loss"


def test_a_leap_is_too_long_even_where_the_loss_falls_and_a_long_step_only_where_it_does_not() -> None:
    def at(ratio: float, loss: np.ndarray) -> str:
        return said("learning-rate-high", plain(loss=loss, model_update_ratio=np.full(200, ratio))).verdict

    assert [at(0.5, LEARNS), at(0.15, LEARNS), at(0.15, STUCK), at(0.05, STUCK)] == ["found", "fine", "found", "fine"]


def test_long_steps_that_come_late_are_not_laid_to_the_rate() -> None:
    ratios = np.concatenate([np.full(100, 0.005), np.full(100, 3.0)])
    assert said("learning-rate-high", plain(loss=STUCK, model_update_ratio=ratios)).verdict == "fine"


@settings(max_examples=30, deadline=None)
@given(st.floats(0.9, 0.999))
def test_what_momentum_adds_is_not_laid_to_the_rate(momentum: float) -> None:
    ratios = np.full(200, 0.01 / (1 - momentum))
    facts = {"model_momentum": momentum, "model_optimizer": "sgd"}
    assert stride(plain(facts, model_update_ratio=ratios), "model") == pytest.approx(0.1)
    averaged = {**facts, "model_optimizer": "adam"}
    assert stride(plain(averaged, model_update_ratio=ratios), "model") == pytest.approx(ratios[0])


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-4, 1.0))
def test_the_long_first_steps_of_rmsprop_are_not_laid_to_the_rate(ratio: float) -> None:
    ratios = ratio / np.sqrt(1 - 0.99 ** np.asarray(STEPS))
    assert stride(plain({"model_optimizer": "rmsprop"}, model_update_ratio=ratios), "model") == pytest.approx(ratio)


def test_the_first_step_is_held_against_weights_as_they_were_drawn() -> None:
    grown = np.append(0.3, np.full(199, 0.01))
    assert said("learning-rate-high", plain(loss=STUCK, model_update_ratio=grown)).verdict == "found"
    names = {"kind": "gan", "n_critic": 1}
    for constraint, first in (("r1", 0.3), ("spectral-norm", 0.01)):  # a projection moves weights by itself
        game = Evidence(
            facts={**names, "constraint": constraint}, series={"critic_update_ratio": Series.of(STEPS, grown)}
        )
        assert stride(game, "critic") == pytest.approx(first)
        assert path(game, "critic") == pytest.approx(200 * 0.01, rel=0.2 if first < 0.1 else 1.0)


def test_a_handful_of_weights_has_no_scale_to_hold_a_step_against() -> None:
    few = plain({"model_parameters": 3}, loss=STUCK, model_update_ratio=np.full(200, 9.0))
    assert said("learning-rate-high", few).verdict == "not-checked"


def test_steps_that_are_short_for_want_of_a_gradient_are_not_laid_to_the_rate() -> None:
    dead = plain(loss=STUCK, model_update_ratio=np.full(200, 1e-6), dead_units_model=np.ones(200))
    assert said("learning-rate-low", dead).verdict == "suspect"


def test_numbers_that_grew_before_they_broke_are_told_from_a_formula_that_broke() -> None:
    grew = plain(loss=np.append(np.geomspace(1, 1e9, 50), [np.nan] * 150))
    at_once = plain(loss=np.append([1.0, 1.1], [np.nan] * 198), model_update_ratio=np.full(200, 0.3))
    assert not broke_at_once(grew)
    assert broke_at_once(at_once)
    for evidence, cause in ((grew, "divergence"), (at_once, "non-finite")):
        leading = judge(evidence).leading
        assert leading is not None
        assert leading.cause == cause


def test_what_began_after_it_had_been_good_is_how_it_got_worse() -> None:
    loss = np.concatenate([LEARNS[:120], np.full(80, 4.0)])
    late = plain(loss=loss, dead_units_model=np.concatenate([np.zeros(125), np.ones(75)]))
    assert judge(late).leading == said("late-degradation", late)
    assert said("dead-units", late).verdict == said("divergence", late).verdict == "suspect"


def test_a_network_that_stands_still_while_gradients_come_was_not_frozen() -> None:
    ratios = np.concatenate([np.full(100, 0.01), np.zeros(100)])
    frozen = plain(model_update_ratio=ratios, model_gradient=np.full(100, 0.5))
    clipped = plain(model_update_ratio=ratios, model_gradient=np.full(200, 0.5))
    assert said("no-update", frozen).verdict == "found"
    assert said("no-update", clipped).verdict == "fine"


def test_a_generator_drawn_too_wide_explodes_before_any_step() -> None:
    names = ("batch_distance", "batch_distance_real", "coverage", "coverage_real")
    values: dict[str, Any] = dict(zip(names, (np.geomspace(5e4, 50.0, 200), 0.1, 0.0, 0.9), strict=True))

    def drawn(wide: float, amplified: float, message: float, **more: float) -> Finding:
        numbers = {**values, "fake_std": wide, "real_std": 1.0, "fake_gradient": message}
        numbers |= {"generator_gradient": amplified * message, **more}
        series = {name: Series.of(STEPS, np.broadcast_to(number, 200)) for name, number in numbers.items()}
        return said("exploding-gradient", Evidence(facts={"kind": "gan"}, series=series))

    for message in (1e-3, 1.0, 1e3):  # however steep the critic
        assert drawn(500.0, 500.0, message).verdict == "found"
        assert drawn(500.0, 20.0, message).verdict == drawn(1.0, 500.0, message).verdict == "fine"
    assert drawn(500.0, 500.0, 1.0, batch_distance=0.11, coverage=0.9).verdict == "fine"


def test_steps_that_are_short_beside_wide_weights_are_not_laid_to_the_rate() -> None:
    numbers = {"fake_std": 500.0, "real_std": 1.0, "fake_gradient": 0.1, "generator_gradient": 50.0}
    numbers |= {"batch_distance": 50.0, "batch_distance_real": 0.1, "coverage": 0.0, "coverage_real": 0.9}

    def rate(**more: float) -> str:
        known = {**numbers, "generator_update_ratio": 1e-6, **more}
        series = {name: Series.of(STEPS, np.full(200, number)) for name, number in known.items()}
        return said("learning-rate-low", Evidence(facts={"kind": "gan"}, series=series)).verdict

    assert rate() == "suspect"
    assert rate(fake_std=1.0) == "found"


def sigmoids(depth: int) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(*[part for _ in range(depth) for part in (nn.Linear(16, 16), nn.Sigmoid())], nn.Linear(16, 1))


def test_less_of_the_gradient_reaches_the_first_layer_the_more_sigmoids_lie_before_it() -> None:
    reaches = []
    for depth in (1, 4, 12):
        network = sigmoids(depth)
        network(torch.ones(8, 16)).sum().backward()
        reaches.append(gradient_reach(network) or 0.0)
    assert reaches == sorted(reaches, reverse=True)
    assert reaches[-1] < 1e-3 < reaches[0]
    assert gradient_reach(nn.Linear(3, 1)) is None


def test_a_wide_answer_does_not_hide_that_all_hidden_units_are_dead() -> None:
    network = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 100))
    nn.init.constant_(network[0].bias, -100.0)
    network(torch.ones(5, 4)).sum().backward()
    assert dead_units(network) == 1.0


def trained(end: nn.Module, watched: bool) -> tuple[nn.Sequential, Evidence | None]:
    torch.manual_seed(3)
    network = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 4), end)
    optimizer = torch.optim.Adam(network.parameters(), lr=0.02)
    watcher = gb.watch(model=network, optimizers=[optimizer], steps=120, every=4) if watched else None
    if watcher:
        watcher.__enter__()
    for _ in range(120):
        points = torch.randn(12, 4)
        loss = (network(points) - points).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if watcher:
            watcher.step(loss=loss)
    if watcher is None:
        return network, None
    watcher.__exit__(None, None, None)
    return network, watcher.evidence()


def test_a_loss_that_grows_for_ever_diverges_though_it_was_good_before() -> None:
    good = LEARNS[:60]
    for end, cause in ((np.geomspace(0.2, 1e6, 140), "divergence"), (np.full(140, 0.6), "late-degradation")):
        evidence = plain(loss=np.concatenate([good, end]), model_gradient=np.concatenate([good, end]) ** 0.5)
        leading = judge(evidence).leading
        assert leading is not None
        assert leading.cause == cause


def test_a_held_out_loss_that_rises_while_the_model_learns_is_no_divergence() -> None:
    assert said("divergence", plain(held_out_loss=np.linspace(1, 5, 200))).verdict == "fine"
    assert said("divergence", plain(loss=STUCK, held_out_loss=np.linspace(1, 5, 200))).verdict == "found"
    leading = judge(plain(held_out_loss=np.linspace(1, 5, 200))).leading
    assert leading is not None
    assert leading.cause == "overfitting"


@pytest.mark.parametrize("checks", [8, 10, 20])
def test_what_was_learned_by_heart_shows_in_few_held_out_losses(checks: int) -> None:
    def at(loss: np.ndarray, held_out: float) -> str:
        evidence = plain(loss=loss)
        steps = np.linspace(10, 200, checks).astype(int)
        told = {**evidence.series, "held_out_loss": Series.of(steps, np.full(checks, held_out))}
        return said("overfitting", Evidence(facts=evidence.facts, series=told)).verdict

    assert at(np.exp(-STEPS / 30), 0.9) == "found"
    assert at(STUCK, 0.9) == "fine"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_a_loss_of_single_samples_is_not_learned_by_heart_nor_drawn_wide(seed: int) -> None:
    loss = np.random.default_rng(seed).gamma(2.0, size=200)
    evidence = plain({"batch": 1, "model_parameters": 50}, loss=loss, held_out_loss=np.full(200, 1.0))
    for slug in ("overfitting", "exploding-gradient", "late-degradation", "divergence", "loss-sign"):
        assert said(slug, evidence).verdict == "fine"
    assert said("batch-too-small", evidence).verdict == "suspect"


def test_a_small_batch_is_blamed_where_fewer_samples_were_seen_than_there_are_weights() -> None:
    rough = (0.3 + LEARNS) * np.random.default_rng(1).exponential(size=200)
    for parameters, verdict in ((5000, "found"), (50, "suspect")):
        assert (
            said("batch-too-small", plain({"batch": 1, "model_parameters": parameters}, loss=rough)).verdict == verdict
        )
    assert said("batch-too-small", plain({"batch": 64, "model_parameters": 50000}, loss=rough)).verdict == "fine"


def test_a_loss_that_still_falls_after_a_short_way_is_of_a_low_rate_once_the_training_is_over() -> None:
    falling = {"loss": np.exp(-STEPS / 200), "model_update_ratio": np.full(200, 0.001)}
    assert said("learning-rate-low", plain({"steps": 200}, **falling)).verdict == "found"
    assert said("learning-rate-low", plain({"steps": 900}, **falling)).verdict == "fine"
    assert said("learning-rate-low", plain({"steps": 200}, **{**falling, "loss": LEARNS})).verdict == "fine"


def test_a_loss_that_falls_at_once_from_afar_is_of_weights_drawn_wide() -> None:
    wide = 1e4 * np.exp(-STEPS / 3) + 1.0
    known = {"loss": wide, "model_update_ratio": np.full(200, 0.002)}
    leading = judge(plain(**known)).leading
    assert leading is not None
    assert leading.cause == "exploding-gradient"
    assert said("exploding-gradient", plain(**{**known, "model_update_ratio": np.full(200, 0.05)})).verdict == "fine"


def test_a_loss_that_falls_without_end_has_the_wrong_sign_with_or_without_a_held_out_one() -> None:
    endless = -np.geomspace(1, 1e9, 200)
    assert said("loss-sign", plain(loss=endless)).verdict == "found"
    assert said("loss-sign", plain(loss=endless, held_out_loss=2 * endless)).verdict == "found"
    assert said("loss-sign", plain(loss=1.0 - 20 * (1 - LEARNS))).verdict == "fine"


def test_a_memory_as_long_as_the_training_is_too_much_momentum_while_the_loss_still_falls() -> None:
    falling = plain({"model_momentum": 0.99, "model_optimizer": "sgd", "steps": 200}, loss=np.exp(-STEPS / 100))
    assert said("momentum-high", falling).verdict == "found"
    usual = plain({"model_momentum": 0.9, "model_optimizer": "sgd", "steps": 20}, loss=np.exp(-STEPS / 100))
    assert said("momentum-high", usual).verdict == "fine"


def test_units_that_cut_the_first_layer_off_are_dead_and_explain_that_no_gradient_comes() -> None:
    cut = plain(loss=STUCK, dead_units_model=np.full(200, 0.5), gradient_reach=np.zeros(200))
    assert said("dead-units", cut).verdict == "found"
    leading = judge(cut).leading
    assert leading is not None
    assert leading.cause == "dead-units"
    faint = plain(loss=STUCK, dead_units_model=np.full(200, 0.5), gradient_reach=np.full(200, 1e-9))
    assert said("dead-units", faint).verdict == "fine"


def test_an_end_that_holds_the_answers_back_is_seen_and_the_numbers_stay_the_same() -> None:
    network, evidence = trained(nn.ReLU(), True)
    assert evidence is not None
    assert evidence.facts["batch"] == 12
    assert said("output-range", evidence).verdict == "found"
    alone, _ = trained(nn.ReLU(), False)
    assert all(torch.equal(one, other) for one, other in zip(network.parameters(), alone.parameters(), strict=True))


def test_an_end_without_bounds_is_not_judged() -> None:
    _, evidence = trained(nn.Identity(), True)
    assert evidence is not None
    assert said("output-range", evidence).verdict == "not-checked"
