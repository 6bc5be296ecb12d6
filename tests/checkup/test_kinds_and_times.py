"""Kinds that are not made, a message that has nothing to say, and which of two came first."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from torch import Tensor

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import late_degradation, mode_collapse, mode_dropping, vanishing_gradient
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.judging import judge
from ganbaru.checkup.series import Series
from ganbaru.training import gauges

COUNT = 64
STEPS = np.arange(1, COUNT + 1)
ALL = tuple(range(8))


def evidence(**numbers: object) -> Evidence:
    """A game whose fakes came half of the way to the reals; each series is a number or ``COUNT`` of them."""
    given = {"batch_distance": np.linspace(2.0, 0.9, COUNT), "batch_distance_real": 0.2, "spread": 0.8}
    given |= {"coverage": 0.0, "coverage_real": 0.9, "precision": 0.0, "precision_real": 0.9, **numbers}
    series = {name: Series.of(STEPS, np.broadcast_to(np.asarray(each, float), COUNT)) for name, each in given.items()}
    return Evidence("t", {"kind": "gan", "objective": "hinge", "batch": 64}, series)


def ring(count: int, sd: float, kinds: Sequence[int] = ALL) -> Tensor:
    angle = torch.tensor(kinds)[torch.randint(0, len(kinds), (count,))] * math.pi / 4
    return torch.stack([angle.cos(), angle.sin()], dim=1) + sd * torch.randn(count, 2)


def waves(count: int, pitches: Sequence[int], noise: float) -> Tensor:
    pitch = torch.tensor(pitches)[torch.randint(0, len(pitches), (count, 1))]
    tone = torch.sin(2 * math.pi * pitch * torch.arange(64) / 64 + 0.3 * torch.randn(count, 1))
    return tone + noise * torch.randn(count, 64)


def missed(real: Tensor, fake: Tensor) -> float:
    return gauges.of_batch(real, fake)["missed"]


@pytest.fixture(autouse=True)
def _same_samples() -> None:
    torch.manual_seed(0)


@pytest.mark.parametrize("sd", [0.006, 0.03, 0.06, 0.15])
def test_no_kind_is_missed_however_blurred_or_narrow_what_is_made_is(sd: float) -> None:
    assert missed(ring(128, 0.03), ring(128, sd)) < 0.05
    assert missed(torch.randn(128, 2), 0.8 * torch.randn(128, 2)) < 0.1


@pytest.mark.parametrize("sd", [0.006, 0.03, 0.15])
def test_as_much_is_missed_as_is_of_kinds_that_are_not_made(sd: float) -> None:
    assert missed(ring(128, 0.03), ring(128, sd, ALL[:5])) == pytest.approx(3 / 8, abs=0.2)


def test_kinds_of_many_numbers_are_missed_though_no_sample_covers_another() -> None:
    real, fake = waves(64, (1, 2, 3, 4, 5, 6), 0.0), waves(64, (1, 2, 3, 4), 0.3)
    found = gauges.of_batch(real, fake, waves(64, (1, 2, 3, 4, 5, 6), 0.0))
    assert found["missed"] == pytest.approx(1 / 3, abs=0.15)
    assert found["missed_real"] < 0.1
    assert found["precision"] < 0.1


def test_kinds_that_are_missed_are_dropped_where_it_shows_and_thin_coverage_alone_says_nothing() -> None:
    found = mode_dropping.CAUSE.examine(evidence(missed=0.4, missed_real=0.02))
    assert found.verdict == "found"
    assert found.evidence["missed_share"] == pytest.approx(0.38)
    assert mode_dropping.CAUSE.examine(evidence(missed=0.04, missed_real=0.02, coverage=0.1)).verdict == "fine"
    assert mode_dropping.CAUSE.examine(evidence(missed=0.4, missed_real=0.02, spread=0.05)).verdict == "fine"
    narrow = evidence(missed=0.5, missed_real=0.0, spread=0.5)
    assert mode_dropping.CAUSE.examine(narrow).verdict == "fine", "as much is missed by what only varies too little"
    near = evidence(missed=0.4, missed_real=0.02, batch_distance=np.linspace(9.0, 0.3, COUNT))
    assert mode_dropping.CAUSE.examine(near).verdict == "suspect"


@pytest.mark.parametrize(
    ("made", "near", "end", "verdict"),
    [(2, 0.96, 0.9, "found"), (2, 0.3, 0.9, "fine"), (3, 0.96, 0.9, "fine"), (2, 0.96, 0.3, "suspect")],
)
def test_one_of_three_known_modes_is_missing_though_the_others_are_as_far_from_each_other(
    made: int, near: float, end: float, verdict: str
) -> None:
    """As much is missed as is missed by what varies too little, but modes can be counted."""
    numbers = {"missed": 0.3, "missed_real": 0.0, "spread": 0.7, "batch_distance": np.linspace(2.0, end, COUNT)}
    told = evidence(**numbers, **{"quality.high_quality": near, "quality.modes": made})
    counted = {"quality": {"modes": {"value": made, "low": made, "high": made, "samples": [2500, 3]}}}
    assert mode_dropping.CAUSE.examine(told.with_(probes=counted)).verdict == verdict
    assert mode_dropping.CAUSE.examine(told).verdict == "fine"


def test_kinds_that_were_made_for_long_and_are_lost_are_how_it_degraded() -> None:
    near = np.concatenate([np.linspace(2.0, 0.3, COUNT // 4), np.full(COUNT // 4, 0.3), np.full(COUNT // 2, 0.48)])
    lost = np.where(np.arange(COUNT) < COUNT // 2, 0.01, 0.4)
    floor = 0.25
    seen = evidence(batch_distance=near, batch_distance_real=floor, missed=lost, missed_real=0.0, spread=1.0)
    assert late_degradation.CAUSE.examine(seen).verdict == "found"
    assert mode_dropping.CAUSE.examine(seen).verdict == "suspect"
    far = evidence(batch_distance_real=floor, missed=lost, missed_real=0.0, spread=1.0)
    assert late_degradation.CAUSE.examine(far).verdict == "fine"
    assert mode_dropping.CAUSE.examine(far).verdict == "found"


@pytest.mark.parametrize(("precise", "verdict"), [((0.8, 0.1), "found"), ((0.02, 0.03), "suspect")])
def test_a_distance_that_is_passed_through_is_no_good_time(precise: tuple[float, float], verdict: str) -> None:
    distance = np.concatenate([np.linspace(2.0, 0.3, COUNT // 2), np.linspace(0.3, 1.0, COUNT // 2)])
    then, end = precise
    shares = np.concatenate([np.full(3 * COUNT // 4, then), np.full(COUNT // 4, end)])
    measured = {"quality.distance": distance, "quality.distance.floor": 0.2}
    measured |= {"quality.precision.low": shares - 0.02, "quality.precision.high": shares + 0.02}
    assert late_degradation.CAUSE.examine(evidence(**measured)).verdict == verdict
    assert late_degradation.begins(evidence(**measured), COUNT)


@pytest.mark.parametrize(("heard", "verdict"), [(0.1, "found"), (0.8, "suspect")])
def test_soft_sounds_that_differ_as_they_are_heard_are_not_alike(heard: float, verdict: str) -> None:
    spread = np.where(STEPS < COUNT // 2, 0.6, 0.1)
    seen = evidence(spread=spread, **{"quality.diversity.low": heard})
    assert mode_collapse.CAUSE.examine(seen).verdict == verdict


def test_fakes_that_look_right_need_no_message_however_far_away_the_critic_knows_others() -> None:
    lost = {"fake_gradient": 0.001, "lipschitz": 1.0}
    arrived = np.concatenate([np.zeros(COUNT // 2), np.full(COUNT // 2, 0.9)])
    assert vanishing_gradient.CAUSE.examine(evidence(**lost)).verdict == "found"
    assert vanishing_gradient.CAUSE.examine(evidence(**lost, precision=arrived)).verdict == "fine"


def begun(slug: str, since: int | None, *explains: str, later: Sequence[str] = ()) -> Cause:
    ruling = Ruling("found", {}, since=since)
    return Cause(slug, needs=(), judge=lambda _: ruling, remedy="Mend it.", explains=explains, explains_later=later)


def leads(*causes: Cause) -> str:
    leading = judge(Evidence("t", {}, {"loss": Series.of([1, 1000], [1.0, 1.0])}), causes).leading
    assert leading is not None
    return leading.cause


@pytest.mark.parametrize(("died", "diverged", "first"), [(1, 40, "dead-units"), (200, 900, "dead-units")])
def test_units_that_were_dead_before_explain_a_divergence_and_are_not_explained_by_it(
    died: int, diverged: int, first: str
) -> None:
    dead = begun("dead-units", died, later=("divergence",))
    assert leads(begun("divergence", diverged, "dead-units"), dead) == first


@pytest.mark.parametrize(("died", "diverged"), [(400, 30), (40, 45), (None, 40), (30, None)])
def test_a_divergence_explains_units_that_died_with_it_or_of_which_nobody_knows_when(
    died: int | None, diverged: int | None
) -> None:
    dead = begun("dead-units", died, later=("divergence",))
    assert leads(begun("divergence", diverged, "dead-units"), dead) == "divergence"


def test_a_setting_is_there_from_the_first_step_whenever_it_shows() -> None:
    assert leads(begun("penalty-too-small", 900, "oscillation"), begun("oscillation", 1)) == "penalty-too-small"


def test_late_is_late_in_the_training_though_most_records_are_of_its_first_steps() -> None:
    """A watch on a busy machine: each of the first steps is looked at, and then one of a hundred."""
    steps = [*range(1, 41), 300, 500, 700, 900, 1000]
    spread = Series.of(steps, np.where(np.array(steps) < 100, 0.05, 0.9))
    assert spread.late() == 0.9
    assert spread.early() == 0.05
    assert len(spread.part(0.99)) == 1
    even = Series.of(range(1, 101), range(100))
    assert even.late() == np.median(even.values[75:])
    assert even.evened is even
    assert spread.evened.values.tolist()[-5:] == [0.9] * 5
