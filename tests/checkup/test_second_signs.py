"""What takes a second sign to be said, and what is told in the unit of the loss, by few losses or by few sounds."""

from typing import Any

import numpy as np
import pytest

from ganbaru.checkup.causes.amount import critic_memorises, overfitting, source_memorised
from ganbaru.checkup.causes.blocked import clip_saturation, critic_too_strong, critic_too_weak, late_degradation
from ganbaru.checkup.causes.telling import doubt, said
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.run.ranks import area
from ganbaru.checkup.series import Series

COUNT = 64
STEPS = np.arange(1, COUNT + 1)
FAR = {"batch_distance": 1.5, "batch_distance_real": 0.2, "coverage": 0.0, "coverage_real": 0.9, "spread": 1.0}


def game(objective: str, *, constraint: str = "none", **numbers: object) -> Evidence:
    """A game whose samples stayed where they began; each series is a number or ``COUNT`` of them."""
    given: dict[str, object] = {**FAR, "real_score_std": 1.0, "fake_score_std": 1.0, **numbers}
    series = {name: Series.of(STEPS, np.broadcast_to(np.asarray(each, float), COUNT)) for name, each in given.items()}
    return Evidence("t", {"kind": "gan", "objective": objective, "constraint": constraint}, series)


def scores(real: object, fake: object, **more: object) -> dict[str, Any]:
    return {"real_score_mean": real, "fake_score_mean": fake, **more}


AHEAD: dict[str, Any] = {"critic_update_ratio": 0.03, "generator_update_ratio": 0.004}


@pytest.mark.parametrize("objective", ["hinge", "nonsaturating", "relativistic"])
def test_a_critic_whose_loss_is_met_is_sure_however_much_its_scores_deviate(objective: str) -> None:
    sure = scores(20.0, -8.0, real_score_std=15.0, fake_score_std=8.0)
    assert doubt(game(objective, **sure)) < 0.01
    assert critic_too_strong.CAUSE.examine(game(objective, **sure, **AHEAD)).verdict == "found"
    unsure = scores(0.3, -0.3, real_score_std=15.0)
    assert critic_too_strong.CAUSE.examine(game(objective, **unsure, **AHEAD)).verdict == "fine"


@pytest.mark.parametrize("constraint", ["none", "r1"])
def test_a_sure_critic_that_learns_no_faster_than_the_generator_may_not_be_to_blame(constraint: str) -> None:
    alike: dict[str, Any] = {"critic_update_ratio": 0.006, "generator_update_ratio": 0.004}
    sure = game("nonsaturating", constraint=constraint, **scores(5.0, -5.0), **alike)
    assert critic_too_strong.CAUSE.examine(sure).verdict == "suspect"


def test_scores_that_hardly_differ_in_the_unit_of_the_loss_tell_nothing_however_little_they_deviate() -> None:
    """Of a critic that sees only what is alike in all samples, and one whose weights decay to nothing."""
    mute = scores(0.5003, 0.5, real_score_std=1e-8, fake_score_std=1e-4)
    assert said(game("least-squares", **mute)) == pytest.approx(0.0003)
    assert critic_too_weak.CAUSE.examine(game("least-squares", **mute)).verdict == "found"
    assert critic_too_weak.CAUSE.examine(game("wasserstein", **mute)).verdict == "fine"
    assert critic_too_weak.CAUSE.examine(game("least-squares", **scores(0.9, 0.1))).verdict == "fine"


def test_a_generator_that_leaps_is_ahead_of_the_critic_for_a_while_only() -> None:
    leap = np.concatenate([np.full(COUNT * 3 // 4, -2.0), np.full(COUNT // 4, 1.0)])
    assert critic_too_weak.CAUSE.examine(game("hinge", **scores(1.0, leap))).verdict == "fine"
    assert critic_too_weak.CAUSE.examine(game("hinge", **scores(1.0, 0.9))).verdict == "found"


@pytest.mark.parametrize(("share", "verdict"), [(0.3, "fine"), (0.46, "suspect"), (0.7, "found")])
def test_a_clip_that_learns_elsewhere_with_as_many_weights_at_its_bound_is_no_proof(share: float, verdict: str) -> None:
    clipped = game("wasserstein", constraint="clip", clipped_share=share)
    assert clip_saturation.CAUSE.examine(clipped).verdict == verdict


def of_distance(*parts: float, floor: float) -> Evidence:
    series = {
        "batch_distance": Series.of(STEPS, np.repeat(parts, COUNT // len(parts))),
        "batch_distance_real": Series.of(STEPS, np.full(COUNT, floor)),
    }
    return Evidence("t", {"kind": "gan"}, series)


def test_the_distance_of_small_batches_need_not_double_where_most_of_the_way_was_lost_for_good() -> None:
    judge = late_degradation.CAUSE.examine
    assert judge(of_distance(0.9, 0.6, 0.5, 0.5, 0.5, 0.8, 0.85, 0.85, floor=0.45)).verdict == "found"
    assert judge(of_distance(0.9, 0.6, 0.5, 0.5, 0.8, 0.5, 0.85, 0.5, floor=0.45)).verdict == "fine"
    assert judge(of_distance(0.9, 0.6, 0.5, 0.8, 0.8, 0.5, 0.8, 0.8, floor=0.45)).verdict == "fine"
    assert judge(of_distance(0.9, 0.8, 0.8, 0.8, 0.8, 0.9, 0.9, 0.9, floor=0.45)).verdict == "fine"


def by_epochs(*held_out: float) -> Evidence:
    """A model whose training loss falls, with a held-out loss at each sixteenth step."""
    checks = Series.of(16 * np.arange(1, len(held_out) + 1), held_out)
    steps = np.arange(1, 16 * len(held_out) + 1)
    return Evidence(
        "t", {"kind": "plain"}, {"loss": Series.of(steps, 1.2 * np.exp(-steps / 60)), "held_out_loss": checks}
    )


@pytest.mark.parametrize("losses", [(1.0, 0.7, 0.9, 1.1, 1.3), (1.1, 0.8, 0.72, 0.8, 0.9, 1.02, 1.15, 1.3)])
def test_a_held_out_loss_that_rises_is_overfitting_after_a_few_epochs_too(losses: tuple[float, ...]) -> None:
    found = overfitting.CAUSE.examine(by_epochs(*losses))
    assert found.verdict == "found"
    assert found.since is not None


@pytest.mark.parametrize(
    "losses", [(1.0, 0.7, 0.6, 0.56, 0.55), (1.0, 0.7, 0.9, 0.7, 0.95, 0.72, 0.9), (1.0, 0.7, 0.72, 0.7, 1.1)]
)
def test_a_held_out_loss_that_wavers_or_rose_once_is_none(losses: tuple[float, ...]) -> None:
    assert not overfitting.CAUSE.examine(by_epochs(*losses))


def test_few_sounds_suffice_to_tell_that_a_critic_knows_them_and_not_that_some_are_copies() -> None:
    rng = np.random.default_rng(1)
    known, new, made = rng.normal(size=30) + 4, rng.normal(size=5), rng.normal(size=5) - 3
    memory = {"train_held_out": area(known, new).to_json(), "held_out_generated": area(new, made).to_json()}
    assert critic_memorises.CAUSE.examine(Evidence(probes={"memory": memory})).verdict == "found"
    assert source_memorised.CAUSE.examine(Evidence(probes={"memory": memory})).verdict == "not-checked"


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_critic_knows_its_sounds_also_where_the_generator_makes_them_and_is_scored_above_others(sign: float) -> None:
    rng = np.random.default_rng(2)
    known, new, made = (sign * (rng.normal(size=80) + mean) for mean in (2.0, -3.0, 1.0))
    memory = {"train_held_out": area(known, new).to_json(), "held_out_generated": area(new, made).to_json()}
    memory |= {name: {"mean": float(each.mean())} for name, each in (("train", known), ("generated", made))}
    assert critic_memorises.CAUSE.examine(Evidence(probes={"memory": memory})).verdict == "found"
    seen = game("hinge", **scores(sign * 2.0, sign * 1.9)).with_(probes={"memory": memory})
    assert critic_memorises.CAUSE.examine(seen).verdict == "found"
