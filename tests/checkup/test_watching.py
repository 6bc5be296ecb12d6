"""Watching a loop: the numbers stay what they are, nothing is left behind, and bugs are named."""

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganbaru.checkup.finding import Findings
from ganbaru.checkup.watch import watch

LEVELS = ("light", "standard", "deep")
STEPS = 40


class Game:
    """A small Wasserstein game with a gradient penalty on a ring, as a script would write it."""

    def __init__(self, *, norm: bool = False) -> None:
        torch.manual_seed(3)
        random.seed(3)
        np.random.seed(3)  # noqa: NPY002 (a user's loop may draw from it)
        between = [nn.BatchNorm1d(16)] if norm else []
        self.generator = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 2))
        self.critic = nn.Sequential(nn.Linear(2, 16), *between, nn.LeakyReLU(0.2), nn.Linear(16, 1))
        self.mover_g = torch.optim.Adam(self.generator.parameters(), lr=1e-3, betas=(0.0, 0.9))
        self.mover_c = torch.optim.Adam(self.critic.parameters(), lr=1e-3, betas=(0.0, 0.9))

    def real(self) -> Tensor:
        angle = 2 * torch.pi * torch.randint(8, (32,)) / 8
        return torch.stack([angle.cos(), angle.sin()], dim=1) + 0.05 * torch.randn(32, 2)

    def penalty(self, real: Tensor, fake: Tensor) -> Tensor:
        share = torch.rand(len(real), 1)
        between = (share * real + (1 - share) * fake).requires_grad_()
        (gradient,) = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
        return 10 * (gradient.norm(dim=1) - 1).square().mean()

    def turn_of_critic(self, real: Tensor) -> Tensor:
        fake = self.generator(torch.randn(32, 4)).detach()
        loss = self.critic(fake).mean() - self.critic(real).mean() + self.penalty(real, fake)
        self.mover_c.zero_grad()
        loss.backward()
        self.mover_c.step()
        return loss

    def turn_of_generator(self) -> tuple[Tensor, Tensor]:
        fake = self.generator(torch.randn(32, 4))
        loss = -self.critic(fake).mean()
        self.mover_g.zero_grad()
        loss.backward()
        self.mover_g.step()
        return loss, fake

    def state(self) -> list[bytes]:
        """Everything that training changes, and every random state."""
        weights = [*self.generator.state_dict().values(), *self.critic.state_dict().values()]
        moments = [
            value
            for mover in (self.mover_g, self.mover_c)
            for held in mover.state_dict()["state"].values()
            for value in held.values()
        ]
        numbers = [torch.as_tensor(value).detach().numpy().tobytes() for value in (*weights, *moments)]
        drawn = [repr(random.getstate()).encode(), np.random.get_state()[1].tobytes()]  # noqa: NPY002
        return [*numbers, torch.get_rng_state().numpy().tobytes(), *drawn]


def play(game: Game, watcher: object = None, *, steps: int = STEPS) -> None:
    for _ in range(steps):
        for _ in range(5):
            real = game.real()
            loss_c = game.turn_of_critic(real)
        loss_g, fake = game.turn_of_generator()
        if watcher is not None:
            watcher.step(critic_loss=loss_c, generator_loss=loss_g, real=real, fake=fake)  # type: ignore[attr-defined]


def watched(game: Game, level: str = "standard", *, steps: int = STEPS) -> Findings:
    with watch(
        generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c], level=level, steps=steps
    ) as watcher:
        play(game, watcher, steps=steps)
    return watcher.findings()


def hooks(module: nn.Module) -> int:
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(each, kind)) for each in module.modules() for kind in kinds)


@pytest.mark.parametrize("level", LEVELS)
def test_a_watched_run_and_an_unwatched_one_end_in_the_same_bytes(level: str) -> None:
    alone, seen = Game(), Game()
    random.seed(3), np.random.seed(3), torch.manual_seed(5)  # noqa: NPY002
    play(alone)
    left = alone.state()
    random.seed(3), np.random.seed(3), torch.manual_seed(5)  # noqa: NPY002
    watched(seen, level)
    assert seen.state() == left


def broken(game: Game) -> None:
    with watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c]) as watcher:
        play(game, watcher, steps=3)
        raise RuntimeError("of the loop itself")


def test_nothing_is_left_behind_also_after_an_exception() -> None:
    game = Game()
    with pytest.raises(RuntimeError, match="of the loop"):
        broken(game)
    for part in (game.generator, game.critic):
        assert hooks(part) == 0
        assert all(not (weight._backward_hooks or {}) for weight in part.parameters())
    for mover in (game.mover_g, game.mover_c):
        assert not mover._optimizer_step_pre_hooks
        assert not mover._optimizer_step_post_hooks


def test_a_healthy_loop_has_no_bug() -> None:
    findings = watched(Game(), steps=60)
    assert not [finding for finding in findings.found if finding.step == 1]
    assert [finding.cause for finding in findings if finding.step == 1 and finding.verdict == "fine"]


def test_the_settings_of_the_game_are_told_by_watching() -> None:
    game = Game()
    with watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c]) as watcher:
        play(game, watcher)
    facts = watcher.evidence().facts
    assert facts["objective"] == "wasserstein"
    assert facts["constraint"] == "gradient-penalty"
    assert (facts["n_critic"], facts["batch"]) == (5, 32)
    assert facts["critic_learning_rate"] == 1e-3


def wrong_sign(game: Game) -> None:
    def turn() -> tuple[Tensor, Tensor]:
        fake = game.generator(torch.randn(32, 4))
        loss = game.critic(fake).mean()
        game.mover_g.zero_grad()
        loss.backward()
        game.mover_g.step()
        return loss, fake

    game.turn_of_generator = turn  # type: ignore[method-assign]


def detached(game: Game) -> None:
    def turn() -> tuple[Tensor, Tensor]:
        fake = game.generator(torch.randn(32, 4))
        loss = -game.critic(fake.detach()).mean()
        game.mover_g.zero_grad()
        loss.backward()
        game.mover_g.step()
        return loss, fake

    game.turn_of_generator = turn  # type: ignore[method-assign]


def adding_up(game: Game) -> None:
    game.mover_g.zero_grad = lambda set_to_none=True: None  # type: ignore[method-assign,assignment]


def frozen(game: Game) -> None:
    for group in game.mover_g.param_groups:
        group["lr"] = 0.0


BUGS: dict[str, Callable[[Game], None]] = {
    "loss-sign": wrong_sign,
    "generator-detached": detached,
    "no-zero-grad": adding_up,
    "no-update": frozen,
}


@pytest.mark.parametrize("cause", BUGS)
def test_a_planted_bug_leads(cause: str) -> None:
    game = Game()
    BUGS[cause](game)
    leading = watched(game, steps=60).leading
    assert leading is not None
    assert leading.cause == cause


def test_a_norm_over_the_batch_is_named_where_the_penalty_takes_samples_one_by_one() -> None:
    findings = watched(Game(norm=True), steps=60)
    assert "batch-coupling" in [finding.cause for finding in findings.found]


def test_a_plain_model_is_watched_too() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 3))
    mover = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    x = torch.randn(256, 4)
    y = x[:, :3].argmax(dim=1)
    with watch(model=model, optimizers=[mover]) as watcher:
        for step in range(80):
            rows = slice(32 * (step % 8), 32 * (step % 8) + 32)
            loss = nn.functional.cross_entropy(model(x[rows]), y[rows])
            mover.zero_grad()
            loss.backward()
            mover.step()
            watcher.step(loss=loss)
    assert not watcher.findings().found
    assert watcher.evidence().facts["kind"] == "plain"


def test_a_loop_that_never_calls_step_gets_reasons_and_no_exception() -> None:
    game = Game()
    with watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c]) as watcher:
        play(game, steps=3)
    findings = watcher.findings()
    assert not findings.found
    assert all(finding.reason for finding in findings if finding.verdict == "not-checked")
