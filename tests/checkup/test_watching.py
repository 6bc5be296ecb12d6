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
        self.mover_g: torch.optim.Optimizer = torch.optim.Adam(self.generator.parameters(), lr=1e-3, betas=(0.0, 0.9))
        self.mover_c: torch.optim.Optimizer = torch.optim.Adam(self.critic.parameters(), lr=1e-3, betas=(0.0, 0.9))

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
    game.mover_g.zero_grad = lambda set_to_none=True: None  # type: ignore[method-assign]


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


def test_a_watch_that_is_not_started_leaves_the_networks_alone() -> None:
    game = Game()
    watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c])
    assert hooks(game.generator) == hooks(game.critic) == 0
    assert all(not (weight._backward_hooks or {}) for weight in game.critic.parameters())


def test_a_watch_that_was_closed_goes_on_where_it_is_entered_again() -> None:
    game = Game()
    watcher = watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c], every=1)
    for _ in range(2):
        with watcher:
            play(game, watcher, steps=6)
        assert hooks(game.critic) == 0
    evidence = watcher.evidence()
    assert evidence.facts["step"] == 12
    assert evidence.probes["updates"]["critic"]["looked"] == 12
    assert evidence.series["w1"].steps.tolist() == list(range(1, 13))


class Clipped(Game):
    """The original Wasserstein game: clipped before the critic's passes or after its step, one score or many."""

    def __init__(self, *, early: bool, whole: bool, bound: float = 0.03, copied: bool = False) -> None:
        super().__init__()
        self.early, self.bound, self.copied = early, bound, copied
        if whole:
            self.critic.register_forward_hook(lambda module, given, said: said.mean(0).view(1))
        self.mover_g = torch.optim.RMSprop(self.generator.parameters(), lr=5e-4)
        self.mover_c = torch.optim.RMSprop(self.critic.parameters(), lr=5e-4)

    def clip(self) -> None:
        for weight in self.critic.parameters():
            if self.copied:
                weight.data.copy_(weight.data.clip(-self.bound, self.bound))
            else:
                weight.data.clamp_(-self.bound, self.bound)

    def turn_of_critic(self, real: Tensor) -> Tensor:
        if self.early:
            self.clip()
        self.mover_c.zero_grad()
        fake = self.generator(torch.randn(32, 4)).detach()
        loss = self.critic(fake).mean() - self.critic(real).mean()
        loss.backward()
        self.mover_c.step()
        if not self.early:
            self.clip()
        return loss


def steepest(critic: nn.Module) -> float:
    """A bound of the Lipschitz constant: the product of the layers' largest singular values."""
    layers = [part for part in critic.modules() if isinstance(part, nn.Linear)]
    return float(np.prod([float(torch.linalg.matrix_norm(part.weight.detach(), 2)) for part in layers]))


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("copied", [True, False])
def test_weight_clipping_is_told_wherever_it_is_done_also_of_a_critic_with_one_score_for_all(
    early: bool, whole: bool, copied: bool
) -> None:
    game = Clipped(early=early, whole=whole, copied=copied)
    with watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c]) as watcher:
        play(game, watcher)
    evidence = watcher.evidence()
    assert evidence.facts["objective"] == "wasserstein"
    assert evidence.facts["constraint"] == "clip"
    assert evidence.facts["constraint_strength"] == pytest.approx(0.03)
    share = float(np.mean([(weight.abs() >= 0.03 * 0.999).float().mean() for weight in game.critic.parameters()]))
    assert abs(evidence.series["clipped_share"].late() - share) < 0.3
    assert ("real_score_std" in evidence.series) is not whole
    assert 0 < evidence.series["lipschitz"].late() <= 1.5 * steepest(game.critic)  # it was steeper earlier


def test_a_clip_that_only_a_normalisation_reaches_is_told_too() -> None:
    game = Clipped(early=True, whole=False, bound=1.0, copied=True)
    norm = nn.LayerNorm(32)
    nn.init.normal_(norm.weight, 1.0, 0.02)
    game.critic = nn.Sequential(nn.Linear(2, 32), norm, nn.ReLU(), nn.Linear(32, 1))
    game.mover_c = torch.optim.RMSprop(game.critic.parameters(), lr=5e-5)
    with watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c]) as watcher:
        play(game, watcher, steps=6)
    assert watcher.evidence().facts["constraint_strength"] == 1.0
    assert 0 < watcher.evidence().series["clipped_share"].late() < 0.25


def test_a_bound_that_no_weight_reaches_is_told_by_the_clip_itself() -> None:
    game = Clipped(early=False, whole=False, bound=50.0)
    with watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c]) as watcher:
        play(game, watcher, steps=8)
    evidence = watcher.evidence()
    assert (evidence.facts["constraint"], evidence.facts["constraint_strength"]) == ("clip", 50.0)
    assert evidence.series["clipped_share"].late() == 0.0


def test_what_else_is_clamped_is_no_clip_of_the_critic() -> None:
    game = Game()
    with watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c]) as watcher:
        for weight in (*game.generator.parameters(), torch.ones(3)):
            weight.data.clamp_(-50.0, 50.0)
        for weight in game.critic.parameters():
            weight.data.clip_(min=-50.0)
        play(game, watcher, steps=8)
    assert watcher.evidence().facts["constraint"] == "gradient-penalty"


def test_tensors_clamp_as_before_while_clips_are_listened_for_and_have_their_own_method_back_after() -> None:
    kept = torch.Tensor.clamp_
    game, other = Game(), Game()
    outer = watch(generator=game.generator, critic=game.critic)
    with outer, watch(generator=other.generator, critic=other.critic):
        some = torch.linspace(-2, 2, 9)
        low, high = -torch.ones(9), torch.full((9,), 0.5)
        assert some.clone().clamp_(-1, 1).tolist() == some.clamp(-1, 1).tolist()
        assert some.clone().clip_(max=0.5).tolist() == some.clamp(max=0.5).tolist()
        assert some.clone().clamp_(low, high).tolist() == some.clamp(low, high).tolist()
        outer.close()
        assert torch.Tensor.clamp_ is not kept
        with pytest.raises(RuntimeError, match="At least one"):
            some.clamp_()
    assert torch.Tensor.clamp_ is kept


@pytest.mark.parametrize("trained", [True, False])
def test_weights_that_merely_start_alike_are_no_clip(trained: bool) -> None:
    game = Game()
    game.critic = nn.Sequential(
        nn.Linear(2, 16), nn.LayerNorm(16), nn.ReLU(), nn.Linear(16, 16), nn.LayerNorm(16), nn.Linear(16, 1)
    )
    for part in game.critic:
        part.requires_grad_(trained or not isinstance(part, nn.LayerNorm))
    game.mover_c = torch.optim.Adam(game.critic.parameters(), lr=1e-2, betas=(0.0, 0.9))
    with watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c]) as watcher:
        play(game, watcher, steps=6)
    assert "clipped_share" not in watcher.evidence().series
    assert watcher.evidence().facts["constraint"] == "gradient-penalty"


def test_the_number_of_critic_updates_is_the_usual_one_whatever_the_start_does() -> None:
    game = Game()
    with watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c]) as watcher:
        for step in range(12):
            for _ in range(20 if step < 3 else 2):
                real = game.real()
                loss_c = game.turn_of_critic(real)
            loss_g, fake = game.turn_of_generator()
            watcher.step(critic_loss=loss_c, generator_loss=loss_g, real=real, fake=fake)
    assert watcher.evidence().facts["n_critic"] == 2


def test_looks_go_on_after_the_first_steps_however_quick_a_step_is() -> None:
    game = Game()
    with watch(
        generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c], steps=200
    ) as watcher:
        play(game, watcher, steps=100)
    looked = watcher.evidence().series["w1"].steps
    assert looked[:16].tolist() == list(range(1, 17))
    assert looked[-1] > 60


def forgotten(game: Game) -> None:
    def turn() -> tuple[Tensor, Tensor]:
        fake = game.generator(torch.randn(32, 4))
        loss = -game.critic(fake).mean()
        game.mover_g.zero_grad()
        game.mover_g.step()
        return loss, fake

    game.turn_of_generator = turn  # type: ignore[method-assign]


@pytest.mark.parametrize(("spoil", "shown"), [(detached, 0), (forgotten, 16)])
def test_a_detached_generator_is_told_from_a_forgotten_backward_pass(spoil: Callable[[Game], None], shown: int) -> None:
    game = Game()
    spoil(game)
    with watch(generator=game.generator, critic=game.critic, optimizers=[game.mover_g, game.mover_c]) as watcher:
        play(game, watcher, steps=16)
    probes = watcher.evidence().probes
    assert probes["updates"]["generator"]["arrivals"] == 0
    assert probes["fakes"]["shown"] == shown


class Nothing(nn.Module):
    """A network without parameters."""

    def forward(self, x: Tensor) -> Tensor:
        return x


@pytest.mark.parametrize("empty", ["generator", "critic", "model"])
def test_a_network_without_parameters_is_watched_without_an_exception(empty: str) -> None:
    others = {"generator": "critic", "critic": "generator", "model": ""}
    parts = {empty: Nothing()} | ({others[empty]: nn.Linear(2, 2)} if others[empty] else {})
    with watch(**parts) as watcher:  # type: ignore[arg-type]
        for _ in range(3):
            for part in parts.values():
                part(torch.randn(4, 2))
            watcher.step(critic_loss=0.0, generator_loss=0.0, loss=0.0)
    assert not watcher.findings().found
