"""Signs that were taken for another cause's: what tells the two apart."""

from typing import Any

import numpy as np
import pytest
from constrained import LOST, RECORDS, game

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import critic_too_strong, vanishing_gradient
from ganbaru.checkup.causes.bugs import critic_on_stale_fake, latent_ignored, loss_sign, output_range
from ganbaru.checkup.causes.hyper import batch_too_small, clip_too_small, learning_rate_high
from ganbaru.checkup.causes.model import critic_too_small, generator_too_small
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.judging import judge
from ganbaru.checkup.series import Series

PARTS = np.arange(RECORDS)


def cause(slug: str, *explains: str, found: bool = True) -> Cause:
    return Cause(slug, (), lambda evidence: Ruling("found" if found else "fine"), "Mend it.", explains=explains)


@pytest.mark.parametrize(("between", "leading"), [(True, "clip-too-small"), (False, "no-zero-grad")])
def test_a_cause_that_is_not_there_passes_no_explanation_on(between: bool, leading: str) -> None:
    causes = [
        cause("no-zero-grad"),
        cause("generator-detached", "no-zero-grad", found=between),
        cause("clip-too-small", "generator-detached"),
    ]
    found = judge(Evidence("t", {}), causes).leading
    assert found is not None
    assert found.cause == leading


def test_a_message_of_nothing_far_off_is_of_no_bound() -> None:
    facts = {"constraint_strength": 0.01}
    went_off = 0.5 + 0.4 * PARTS
    silent = {"fake_gradient": 0.0, "clipped_share": 0.5}
    away = game("clip", facts=facts, **silent, **{**LOST, "batch_distance": went_off})
    stayed = game("clip", facts=facts, **silent, **LOST)
    assert clip_too_small.CAUSE.examine(away).verdict == "suspect"
    assert clip_too_small.CAUSE.examine(stayed).verdict == "found"


@pytest.mark.parametrize(("spread", "verdict"), [(float("nan"), "not-checked"), (0.0, "found")])
def test_samples_that_are_no_numbers_say_nothing_of_latents(spread: float, verdict: str) -> None:
    fakes = {"made_spread": spread, "latent_spread": 0.0, "made_alone": 0.0, "real_alone": 1.0}
    assert latent_ignored.CAUSE.examine(game("none", probes={"fakes": fakes})).verdict == verdict


@pytest.mark.parametrize(
    ("constraint", "generator", "critic", "verdict"),
    [
        ("none", 0.02, 0.19, "suspect"),
        ("none", 0.02, 0.4, "found"),
        ("none", 0.1, 0.19, "found"),
        ("spectral-norm", 0.02, 0.19, "found"),
    ],
)
def test_long_steps_of_a_small_critic_alone_were_seen_to_go_well(
    constraint: str, generator: float, critic: float, verdict: str
) -> None:
    strides = {"generator_update_ratio": generator, "critic_update_ratio": critic}
    evidence = game(constraint, "nonsaturating", facts={"n_critic": 1}, **strides, **LOST)
    assert learning_rate_high.CAUSE.examine(evidence).verdict == verdict


def made_between(low: object, high: object, way: float = 1.0) -> Evidence:
    ends = {"fake_low": low, "fake_high": high, "real_low": -1.0, "real_high": 1.0, "real_std": 0.6, "fake_std": 0.4}
    probes = {"fakes": {"ends": [["linear", 1.0]] * 8, "shown": 40}}
    return game("none", "hinge", probes=probes, generator_update_ratio=way / (10 * RECORDS - 10), **ends)


@pytest.mark.parametrize(
    ("evidence", "verdict"),
    [
        (made_between(0.01, np.linspace(0.9, 0.1, RECORDS)), "found"),
        (made_between(np.linspace(-0.9, -0.1, RECORDS), -0.01), "found"),
        (made_between(-0.2, 0.9), "fine"),
        (made_between(0.4, 0.9), "fine"),
        (made_between(0.01, 0.2), "fine"),
        (made_between(0.01, 0.9, way=0.01), "fine"),
        (made_between(0.01, np.linspace(1.0, 50.0, RECORDS)), "fine"),
    ],
)
def test_samples_that_press_against_0_from_one_side_cannot_cross_it(evidence: Evidence, verdict: str) -> None:
    assert output_range.CAUSE.examine(evidence).verdict == verdict


def test_nine_tenths_in_single_precision_are_nine_tenths() -> None:
    fakes = {"age": 40.0, "passes": 50, "real_alone": float(np.float32(0.9))}
    assert critic_on_stale_fake.CAUSE.examine(game("none", probes={"fakes": fakes}, **LOST)).verdict == "found"


def plain(loss: object, held_out: object, **facts: Any) -> Evidence:
    given = {"loss": loss, "held_out_loss": held_out}
    series = {name: Series.of(10 * PARTS, np.broadcast_to(each, RECORDS)) for name, each in given.items()}
    return Evidence("t", {"kind": "plain", "step": 390, "steps": 390, **facts}, series)


def test_a_held_out_loss_that_mirrors_the_loss_has_the_other_sign() -> None:
    falls = np.linspace(-3, -60, RECORDS)
    assert loss_sign.CAUSE.examine(plain(falls, -falls)).verdict == "found"
    assert loss_sign.CAUSE.examine(plain(falls, np.linspace(-3, -55, RECORDS))).verdict == "fine"
    assert loss_sign.CAUSE.examine(plain(falls, 5.0)).verdict == "fine"


def test_a_noisy_loss_of_what_is_learned_by_heart_is_of_no_batch() -> None:
    rng = np.random.default_rng(0)
    loss = 3.5 * np.exp(-PARTS / 6) * rng.uniform(0.4, 1.6, RECORDS)
    facts = {"batch": 2, "model_parameters": 10_000}
    by_heart = plain(loss, np.linspace(2.5, 4.0, RECORDS), **facts)
    stuck = plain(3.5 * rng.uniform(0.4, 1.6, RECORDS), 3.5, **facts)
    assert batch_too_small.CAUSE.examine(by_heart).verdict == "suspect"
    assert batch_too_small.CAUSE.examine(stuck).verdict == "found"


@pytest.mark.parametrize(("network", "small"), [("critic", critic_too_small), ("generator", generator_too_small)])
def test_a_handful_of_weights_in_several_layers_is_too_few_where_samples_suffer(network: str, small: Any) -> None:
    def of(count: int, tensors: int, via: str = "watch", **recorded: Any) -> str:
        probes = {"updates": {network: {"weights": tensors}}}
        facts = {f"{network}_parameters": count, "via": via}
        evidence = game("none", facts=facts, probes=probes, **recorded)
        verdict: str = small.CAUSE.examine(evidence).verdict
        return verdict

    assert of(10, 4, **LOST) == "found"
    assert of(10, 4) == "suspect"
    assert of(10, 4, via="fit", **LOST) == "not-checked"
    assert of(3, 1, **LOST) == "not-checked"
    assert of(5000, 6, **LOST) == "not-checked"


def test_what_began_after_a_good_time_is_how_it_was_lost_and_not_why() -> None:
    worse = np.concatenate([[1.0, 0.4], np.full(16, 0.12), np.full(RECORDS - 18, 0.9)])
    late, early = (np.where(start <= PARTS, 1e-9, 0.5) for start in (20, 0))
    lost = {**LOST, "batch_distance": worse}
    assert vanishing_gradient.CAUSE.examine(game("none", fake_gradient=late, **lost)).verdict == "suspect"
    assert vanishing_gradient.CAUSE.examine(game("none", fake_gradient=early, **LOST)).verdict == "found"
    ahead = {"critic_update_ratio": 0.03, "generator_update_ratio": 0.004}
    sure = np.where(PARTS < 20, 0.3, 9.0)
    strong = game("none", "hinge", real_score_mean=sure, **ahead, **lost)
    assert critic_too_strong.CAUSE.examine(strong).verdict == "suspect"
    always = game("none", "hinge", real_score_mean=9.0, **ahead, **LOST)
    assert critic_too_strong.CAUSE.examine(always).verdict == "found"
