"""An adaptive number of critic updates: few where they bring nothing, no more than its bound, exact when resumed."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from trainings import evidence, stop_at, trained_bytes

import ganbaru as gb
from ganbaru import objectives
from ganbaru.training import adaptive, settings
from ganbaru.training.adaptive import LATEST, PROBES, SOONEST, Pace, play_adaptively
from ganbaru.training.step import Batch, Game

Train = Callable[..., gb.Run]
ADAPTIVE = {"objective": "wgan-gp", "batch": 16, "n_critic": "adaptive", "n_critic_most": 4}


class Line(nn.Module):
    """A critic with one weight: how steep it is along the first coordinate."""

    def __init__(self) -> None:
        super().__init__()
        self.steep = nn.Parameter(torch.zeros(()))

    def forward(self, points: Tensor) -> Tensor:
        return self.steep * points[:, 0]


class Shifted(nn.Module):
    """A generator that adds a constant to its latents."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.zeros(()))

    def forward(self, latents: Tensor) -> Tensor:
        return latents + self.shift


def dealt(apart: float) -> Iterator[Batch]:
    """Batches of real points that lie ``apart`` from the generated ones, which spread by 1."""
    made = torch.Generator().manual_seed(5)
    while True:
        real, latents = torch.randn(64, 2, generator=made), torch.randn(64, 2, generator=made)
        yield Batch(real + torch.tensor([apart, 0.0]), None, latents)


def game(rate: float, moves: float = 0.0) -> Game:
    """A game whose critic grows steeper by ``rate`` times the distance with each update."""
    critic, generator = Line(), Shifted()
    return Game(
        generator=generator,
        critic=critic,
        objective=objectives.objective("wasserstein"),
        constraint=objectives.constraint("none"),
        critic_optimizer=torch.optim.SGD(critic.parameters(), lr=rate),
        generator_optimizer=torch.optim.SGD(generator.parameters(), lr=moves),
    )


def updates(played: Game, apart: float, *, steps: int, most: int = 6, pace: Pace | None = None) -> list[int]:
    """How many updates each of so many steps took; the critic forgets between steps."""
    batches, taken, pace = dealt(apart), [], pace or Pace()
    for step in range(steps):
        played.critic.steep.data.fill_(0.5)
        taken.append(play_adaptively(played, batches, update=sum(taken), step=step, pace=pace, most=most).updates)
    return taken


def test_a_critic_that_gains_much_comes_to_the_bound() -> None:
    taken = updates(game(3.0), 5.0, steps=SOONEST * PROBES * 8)
    assert taken[-2] == 6
    assert max(taken) == 6


def test_a_critic_that_has_nothing_to_gain_comes_down_to_one() -> None:
    taken = updates(game(0.0), 5.0, steps=SOONEST * PROBES * 6, pace=Pace(updates=4))
    assert taken[:SOONEST] == [4] * SOONEST, "a probe goes no further where one more cannot pay"
    assert taken[-SOONEST + 1 :] == [1] * (SOONEST - 1)


def test_one_more_update_must_bring_more_than_it_costs() -> None:
    """After n updates the word is n + 1 times that before: the gain of one more is just what it costs."""
    rich, poor = Pace(updates=2, closer=True), Pace(updates=2, closer=True)
    for _ in range(PROBES):
        rich.learn([1.0, 2.0, 3.0, 4.1], most=6, step=0)
        poor.learn([1.0, 2.0, 3.1, 4.0], most=6, step=0)
    assert (rich.updates, poor.updates) == (3, 2)


def test_a_wrong_word_asks_for_more() -> None:
    pace = Pace(closer=True)
    for _ in range(PROBES):
        pace.learn([-1.0, -0.9, -0.8], most=6, step=0)
    assert pace.updates == 2


def test_one_more_is_tried_only_where_the_last_one_pays_for_it() -> None:
    pace = Pace(apart=LATEST)
    for _ in range(PROBES):
        assert not pace.closer
        pace.learn([1.0, 2.1], most=6, step=0)
    assert pace == Pace(apart=LATEST, closer=True, due=SOONEST), "and soon"
    for _ in range(PROBES):
        pace.learn([1.0, 2.1, 3.0], most=6, step=0)
    assert pace == Pace(apart=LATEST, due=LATEST), "it brought less than it costs"
    for _ in range(PROBES):
        pace.learn([1.0, 1.4], most=6, step=0)
    assert (pace.updates, pace.closer) == (1, False), "and may not pay if the last one did not"


def test_a_probe_that_looks_closer_goes_one_further() -> None:
    assert updates(game(0.1), 5.0, steps=2, pace=Pace(updates=2, closer=True)) == [3, 2]
    assert updates(game(0.1), 5.0, steps=2, pace=Pace(updates=2)) == [2, 2]


def test_nothing_is_decided_before_enough_was_tried() -> None:
    pace = Pace(updates=3)
    for _ in range(PROBES - 1):
        pace.learn([1.0, 1.0, 1.0, 1.0, 1.0], most=6, step=0)
    assert pace.updates == 3
    pace.learn([1.0, 1.0, 1.0, 1.0, 1.0], most=6, step=0)
    assert pace == Pace(updates=2, due=SOONEST)


def test_a_number_that_stays_is_asked_more_and_more_rarely() -> None:
    pace, steps = Pace(), []
    updates(game(0.0), 5.0, steps=SOONEST * PROBES, pace=pace)
    assert (pace.updates, pace.apart) == (1, 2 * SOONEST)
    for step in range(SOONEST * PROBES, 2000):
        if step >= pace.due:
            steps.append(step)
            pace.learn([1.0, 1.0], most=6, step=step)
    apart = [after - before for before, after in pairwise(steps)]
    assert apart == sorted(apart)
    assert apart[-1] == LATEST
    pace = Pace(apart=LATEST, closer=True)
    for step in range(PROBES):
        pace.learn([1.0, 1.0, 3.0], most=6, step=step)
    assert (pace.updates, pace.apart) == (2, SOONEST), "a change is looked at closely again"


@pytest.mark.parametrize("most", [1, 2])
def test_the_bound_holds_however_small(most: int) -> None:
    assert max(updates(game(3.0), 5.0, steps=SOONEST * PROBES * 3, most=most)) <= most


def test_the_generator_moves_by_the_last_batch_that_the_critic_learned_from() -> None:
    for step in (0, 1):
        played_by = game(0.1, moves=0.1)
        played_by.critic.steep.data.fill_(1.0)
        played = play_adaptively(played_by, dealt(5.0), update=0, step=step, pace=Pace(), most=4)
        assert played.fake_gradient is not None
        assert played_by.generator.shift.item() != 0
        assert torch.equal(played.batch.real, next(dealt(5.0)).real)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every probe decides."""
    monkeypatch.setattr(adaptive, "PROBES", 1)


def test_a_number_that_is_right_changes_nothing(tiny: Train) -> None:
    assert trained_bytes(tiny("adaptive", **ADAPTIVE)) == trained_bytes(tiny("one", **{**ADAPTIVE, "n_critic": 1}))


@pytest.mark.parametrize("cut", [1, 5, 10])
def test_resumed_equals_uninterrupted(tiny: Train, hasty: None, cut: int) -> None:
    whole = tiny("whole", **ADAPTIVE)
    tiny("cut", callbacks=[stop_at(cut)], **ADAPTIVE)
    resumed = tiny("cut", resume=True, **ADAPTIVE)
    assert trained_bytes(whole) == trained_bytes(resumed)
    assert evidence(whole) == evidence(resumed)


def test_updates_are_counted_as_they_were(tiny: Train, hasty: None) -> None:
    lines = [line for line in evidence(tiny("run", record_every=1, **ADAPTIVE)) if line["kind"] == "step"]
    counts = [line["critic_updates"] for line in lines]
    taken = [after - before for before, after in zip([0, *counts], counts, strict=False)]
    assert all(1 <= each <= 4 for each in taken)
    assert len(set(taken)) > 1


@pytest.mark.parametrize("wrong", [0, -1, "often", 1.5])
def test_what_is_no_number_of_updates_is_refused(wrong: Any) -> None:
    with pytest.raises(gb.UserError, match=r'setting n_critic = .* give a whole number above 0, or "adaptive"'):
        settings.resolve("points", {"n_critic": wrong})


def test_a_checkup_takes_the_usual_number(tiny: Train) -> None:
    low = next(finding for finding in gb.checkup(tiny("run", **ADAPTIVE)) if finding.cause == "n-critic-low")
    assert low.evidence["n_critic"] in (1, 2)
