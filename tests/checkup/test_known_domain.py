"""Whether settings learn the ring of 8: what carries over, and how what came of it is judged."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import ganbaru as gb
from ganbaru.checkup.causes.bugs.known_domain_failed import CAUSE
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding
from ganbaru.checkup.probes import known_domain, probe
from ganbaru.training import settings
from ganbaru.training.session import Parts

SHORT = {"steps": 1, "batch": 8, "threads": 1, "record_every": 0, "measure_sounds": 8}


def judged(near: list[float], distance: list[float], kinds: list[int], *, finite: bool = True) -> Finding:
    """What is said of one training that began at distance 1 with 8 % of its points near a mode."""
    training = {"finite": finite, "start": 1.0, "start_near": 0.08, "near": near, "distance": distance, "kinds": kinds}
    return CAUSE.examine(Evidence(probes={"known_domain": {"trainings": [training]}}))


@given(kinds=st.integers(3, 8), near=st.floats(0.5, 1.0))
def test_who_stays_near_several_modes_is_fine_however_far_the_rest_is(kinds: int, near: float) -> None:
    assert judged([near] * 12, [1.6] * 12, [kinds] * 12).verdict == "fine"


def test_a_slow_critic_that_gets_steadily_closer_is_fine() -> None:
    near = [0.19 + 0.02 * check for check in range(12)]
    assert judged(near, [0.5 - 0.02 * check for check in range(12)], [5] * 12).verdict == "fine"


def test_who_hardly_moves_is_suspect_and_not_found() -> None:
    found = judged([0.08] * 12, [1 - 0.005 * check for check in range(12)], [2] * 12)
    assert found.verdict == "suspect"
    assert "hardly moved" in found.reason


@pytest.mark.parametrize(
    ("near", "distance", "finite"),
    [
        ([0.0] * 12, [1.9] * 12, True),
        ([0.0] * 12, [0.7] * 12, True),
        ([0.0, 1.0, 0.0] * 4, [1.3, 2.0, 1.3] * 4, True),
        ([0.0], [1e9], True),
        ([0.5], [0.5], False),
        ([], [], False),
    ],
)
def test_who_ends_away_from_the_ring_is_found(near: list[float], distance: list[float], finite: bool) -> None:
    assert judged(near, distance, [0] * len(near), finite=finite).verdict == "found"


def test_of_what_even_published_settings_do_not_always_learn_only_a_loss_of_all_is_found() -> None:
    carried = {"objective": "least-squares", "constraint": "none"}
    for distance, verdict in ((1.4, "suspect"), (1e5, "found")):
        training = {
            "finite": True,
            "start": 1.0,
            "start_near": 0.1,
            "near": [0.1],
            "distance": [distance],
            "kinds": [1],
        }
        probes = {"known_domain": {"carried": carried, "trainings": [training]}}
        assert CAUSE.examine(Evidence(probes=probes)).verdict == verdict


def test_the_better_of_two_trainings_counts() -> None:
    lost = {"finite": False, "start": 1.0, "start_near": 0.1, "near": [], "distance": [], "kinds": []}
    good = {"finite": True, "start": 1.0, "start_near": 0.1, "near": [0.9], "distance": [0.1], "kinds": [8]}
    assert CAUSE.examine(Evidence(probes={"known_domain": {"trainings": [lost, good]}})).verdict == "fine"


def test_optimizers_and_objective_carry_over_and_a_penalty_in_the_datas_unit_does_not() -> None:
    config = settings.resolve("sound", {"objective": "hinge", "generator.learning_rate": 3e-4, "batch": 7})
    chosen, replaced = known_domain.ring_settings(config, points=False)
    assert chosen["objective"] == "hinge"
    assert chosen["generator.learning_rate"] == 3e-4
    assert set(replaced) == {"batch", "ema", "constraint_strength"}
    other, kept = known_domain.ring_settings(settings.resolve("points", {"objective": "wgan-gp"}), points=True)
    assert other["constraint_strength"] == 10.0
    assert set(kept) == {"batch", "ema"}


def test_too_many_critic_updates_leave_nothing_to_say() -> None:
    assert known_domain.length(1) > known_domain.length(5) > 1000
    with pytest.raises(gb.UserError, match="n_critic = 100"):
        known_domain.length(100)


@pytest.mark.long
def test_the_default_learns_the_ring_and_stops_there(tmp_path: Path) -> None:
    run = gb.fit("toy:ring", out=tmp_path / "run", config=SHORT)
    first = probe(run, names=["known_domain"], seed=4)
    finding = CAUSE.examine(Evidence(probes=first.probes, missing=first.missing))
    assert finding.verdict == "fine"
    assert finding.evidence["kinds"] == 8
    training = first.probes["known_domain"]["trainings"][0]
    assert training["steps"] < known_domain.length(1)


class Reversed:
    """A user's own objective, in which the generator learns the critic's side."""

    def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        return fake_scores.mean() - real_scores.mean()

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return fake_scores.mean()


@pytest.mark.long
def test_an_objective_of_the_users_own_with_a_wrong_sign_is_found(tmp_path: Path) -> None:
    changed: dict[str, Any] = {"constraint": "none", "generator.learning_rate": 5e-4}
    run = gb.fit("toy:ring", out=tmp_path / "run", objective=Reversed(), config={**SHORT, **changed})
    assert "one of your own" in probe(run, names=["known_domain"]).missing["known_domain"]
    found = probe(run, names=["known_domain"], parts=Parts(objective=Reversed()))
    assert CAUSE.examine(Evidence(probes=found.probes, missing=found.missing)).verdict == "found"
