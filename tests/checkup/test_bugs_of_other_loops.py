"""Bugs in loops as different people write them: each is named, and what is meant is none."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy, mse_loss, one_hot, softplus

from ganbaru.checkup.causes.bugs import critic_on_stale_fake
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Findings
from ganbaru.checkup.series import Series
from ganbaru.checkup.watch import watch

BATCH, STEPS = 32, 60


@dataclass
class Loop:
    """A small conditional game whose parts a test exchanges.

    Attributes:
        latents: what is drawn for a batch.
        given: latents and classes to what the generator is given.
        score: the scores of reals and of fakes to the critic's loss; ``message``: of fakes to the generator's.
        shown: the fakes that the critic learns from, of those of the present generator.
        back: takes the generator's loss back, given its fakes.
        up: whether the critic's optimizer goes up its loss.
        turn: what happens to the critic's gradients before its step.
        scorer: makes the critic.
        slope: weight of the squared gradient of the critic at reals.
    """

    latents: Callable[[], Tensor] = lambda: torch.randn(BATCH, 4)
    given: Callable[[Tensor, Tensor], Tensor] = lambda latents, classes: torch.cat([latents, classes], dim=1)
    score: Callable[[Tensor, Tensor], Tensor] = lambda real, fake: (softplus(-real) + softplus(fake)).mean()
    message: Callable[[Tensor], Tensor] = lambda fake: softplus(-fake).mean()
    shown: Callable[["Loop", Tensor], Tensor] = lambda loop, fake: fake
    back: Callable[["Loop", Tensor], None] = lambda loop, fake: loop.message(loop.critic(fake)).backward()
    up: bool = False
    turn: Callable[[nn.Module], None] = lambda critic: None
    scorer: Callable[[], nn.Module] = lambda: nn.Sequential(nn.Linear(3, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1))
    slope: float = 0.0
    generator: nn.Module = field(init=False)
    critic: nn.Module = field(init=False)
    older: nn.Module = field(init=False)

    def play(self) -> Findings:
        """What is found when it is watched."""
        torch.manual_seed(0)
        width = self.given(self.latents(), torch.zeros(BATCH, 3)).shape[1]
        self.generator = nn.Sequential(nn.Linear(width, 24), nn.LeakyReLU(0.2), nn.Linear(24, 3))
        self.critic = self.scorer()
        self.older = copy.deepcopy(self.generator)
        movers = [
            torch.optim.Adam(self.generator.parameters(), lr=2e-3, betas=(0.5, 0.9)),
            torch.optim.Adam(self.critic.parameters(), lr=2e-3, betas=(0.5, 0.9), maximize=self.up),
        ]
        with watch(generator=self.generator, critic=self.critic, optimizers=movers, steps=STEPS) as watcher:
            for _ in range(STEPS):
                real, fake = self.step(*movers)
                watcher.step(real=real, fake=fake)
        return watcher.findings()

    def make(self) -> Tensor:
        classes = torch.randint(3, (BATCH,))
        made: Tensor = self.generator(self.given(self.latents(), one_hot(classes, 3).float()))
        return made

    def step(self, mover_g: torch.optim.Optimizer, mover_c: torch.optim.Optimizer) -> tuple[Tensor, Tensor]:
        real = one_hot(torch.randint(3, (BATCH,)), 3) * 2 + 0.2 * torch.randn(BATCH, 3)
        mover_c.zero_grad()
        scores = self.critic(real.requires_grad_(self.slope > 0))
        loss = self.score(scores, self.critic(self.shown(self, self.make()).detach()))
        if self.slope:
            (gradient,) = torch.autograd.grad(scores.sum(), real, create_graph=True)
            loss = loss + self.slope * gradient.square().sum(dim=1).mean()
        loss.backward()
        self.turn(self.critic)
        mover_c.step()
        fake = self.make()
        mover_g.zero_grad()
        self.back(self, fake)
        mover_g.step()
        return real, fake


def bugs(findings: Findings) -> list[str]:
    return [finding.cause for finding in findings.found if finding.step == 1]


def of_old_copy(loop: Loop, fake: Tensor) -> Tensor:
    with torch.no_grad():
        made: Tensor = loop.older(torch.cat([torch.randn(BATCH, 4), torch.zeros(BATCH, 3)], dim=1))
    return made


def of_mean(loop: Loop, fake: Tensor) -> Tensor:
    for mine, other in zip(loop.older.parameters(), loop.generator.parameters(), strict=True):
        mine.data.lerp_(other.data, 0.5)
    return of_old_copy(loop, fake)


def detached_beside_another_loss(loop: Loop, fake: Tensor) -> None:
    (loop.message(loop.critic(fake.detach())) + 5 * mse_loss(fake.mean(dim=0), torch.full((3,), 0.7))).backward()


def handed_on(loop: Loop, fake: Tensor) -> None:
    leaf = fake.detach().requires_grad_()
    loop.message(loop.critic(leaf)).backward()
    fake.backward(leaf.grad)


def about(target: float) -> Tensor:
    """Labels that are drawn anew for each sample, as smoothed ones are."""
    return target + 0.2 * torch.rand(BATCH, 1) - 0.1


def squares(real: Tensor, fake: Tensor) -> Tensor:
    return mse_loss(real, about(1.0)) + mse_loss(fake, about(0.0))


def rise(real: Tensor, fake: Tensor) -> Tensor:
    return real.mean() - fake.mean() - 0.01 * (real.square() + fake.square()).mean()


def turn(critic: nn.Module) -> None:
    for weight in critic.parameters():
        if weight.grad is not None:
            weight.grad.neg_()


class Scored(nn.Module):
    """A critic of a function.

    Args:
        width: numbers of a sample that its last layer takes.
        body: what is done before it.
        after: what is done after it.
    """

    def __init__(self, width: int, body: nn.Module, after: Callable[[Tensor], Tensor] = lambda scores: scores) -> None:
        super().__init__()
        self.body, self.last, self.after = body, nn.Linear(width, 1), after

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.after(self.last(self.body(x)))
        return scores


class OverBatch(nn.Module):
    """A recurrent layer that takes the batch for time."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.GRU(1, 8)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.layer(3 * x.unsqueeze(2))[0][:, -1]
        return found


class Alike(nn.Module):
    """How alike a batch is, beside each sample (Karras et al. 2018, section 3)."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Sequential(nn.Linear(3, 24), nn.LeakyReLU(0.2))

    def forward(self, x: Tensor) -> Tensor:
        h: Tensor = self.layer(x)
        return torch.cat([h, h.std(dim=0).mean().expand(len(h), 1)], dim=1)


def mirror() -> nn.Module:
    """A critic that is an autoencoder."""
    return nn.Sequential(nn.Linear(3, 24), nn.ELU(), nn.Linear(24, 2), nn.ELU(), nn.Linear(2, 3))


def of_mirror(loop: Loop, fake: Tensor) -> None:
    (loop.critic(fake) - fake).abs().mean().backward()


def shares() -> nn.Module:
    return Scored(24, nn.Sequential(nn.Linear(3, 24), nn.ELU()), lambda scores: 2 * scores.sigmoid() - 1)


STILL = torch.randn(BATCH, 4, generator=torch.Generator().manual_seed(1))
UP = {"score": rise, "message": lambda fake: -fake.mean()}

FAULTS = {
    "critic-on-stale-fake, an old copy": Loop(shown=of_old_copy),
    "generator-detached, another loss besides": Loop(back=detached_beside_another_loss),
    "loss-sign, smoothed squares": Loop(score=squares, message=lambda fake: mse_loss(fake, about(0.0))),
    "loss-sign, smoothed squares of one label": Loop(
        score=lambda real, fake: mse_loss(real, about(1.0)) + mse_loss(fake, about(1.0)),
        message=lambda fake: mse_loss(fake, about(1.0)),
    ),
    "loss-sign, not maximised": Loop(**UP),  # type: ignore[arg-type]
    "batch-coupling, the batch taken for time": Loop(slope=0.5, scorer=lambda: Scored(8, OverBatch())),
    "critic-sigmoid, stretched and moved": Loop(
        score=lambda real, fake: fake.mean() - real.mean(), message=lambda fake: -fake.mean(), scorer=shares
    ),
    "latent-ignored, only the class is taken": Loop(
        given=lambda latents, classes: torch.cat([0 * latents, classes], 1)
    ),
    "latent-ignored, one for a batch": Loop(latents=lambda: torch.randn(1, 4).expand(BATCH, 4)),
    "latent-ignored, the same at each update": Loop(latents=lambda: STILL),
    "latent-ignored, next to nothing": Loop(latents=lambda: 1e-3 * torch.randn(BATCH, 4)),
}
MEANT = {
    "as usual": Loop(),
    "class first": Loop(given=lambda latents, classes: torch.cat([classes, latents], dim=1)),
    "an averaged copy": Loop(shown=of_mean),
    "gradients handed on by hand": Loop(back=handed_on),
    "smoothed squares": Loop(score=squares, message=lambda fake: mse_loss(fake, about(1.0))),
    "maximised": Loop(up=True, **UP),  # type: ignore[arg-type]
    "turned by hand": Loop(turn=turn, **UP),  # type: ignore[arg-type]
    "a statistic of the batch": Loop(slope=0.5, scorer=lambda: Scored(25, Alike())),
    "scores that are no scores": Loop(
        score=lambda real, fake: mse_loss(real, about(0.0).expand_as(real)) + softplus(0.3 - fake.abs()).mean(),
        back=of_mirror,
        scorer=mirror,
    ),
    "small latents": Loop(latents=lambda: 0.2 * torch.randn(BATCH, 4)),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bug_is_named_whatever_the_loop(name: str) -> None:
    assert bugs(FAULTS[name].play())[:1] == [name.split(",", maxsplit=1)[0]]


@pytest.mark.parametrize("name", MEANT)
def test_what_is_meant_is_no_bug(name: str) -> None:
    assert not bugs(MEANT[name].play())


def regression(*, sign: float, rate: float) -> Findings:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1))
    mover = torch.optim.SGD(model.parameters(), lr=rate)
    with watch(model=model, optimizers=mover, steps=STEPS) as watcher:
        for _ in range(STEPS):
            x = torch.randn(BATCH, 4)
            loss = mse_loss(model(x), x[:, :1] * x[:, 1:2])
            mover.zero_grad()
            (sign * loss).backward()
            mover.step()
            watcher.step(loss=loss)
    return watcher.findings()


def test_a_loss_that_is_told_as_it_is_and_climbed_has_the_wrong_sign() -> None:
    assert bugs(regression(sign=-1.0, rate=0.05))[:1] == ["loss-sign"]


def test_a_loss_that_grows_because_steps_are_too_long_has_the_right_sign() -> None:
    assert "loss-sign" not in bugs(regression(sign=1.0, rate=1.0))


def answered(last: nn.Module, target: Callable[[Tensor], Tensor], loss: Callable[[Tensor, Tensor], Tensor]) -> Findings:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 32), nn.ReLU(), nn.Linear(32, 1), last)
    mover = torch.optim.Adam(model.parameters(), lr=1e-2)
    with watch(model=model, optimizers=mover, steps=300) as watcher:
        for _ in range(300):
            x = torch.randn(2 * BATCH, 4)
            error = loss(model(x), target(x[:, :1]))
            mover.zero_grad()
            error.backward()
            mover.step()
            watcher.step(loss=error)
    return watcher.findings()


def half_noise(x: Tensor) -> Tensor:
    """Classes that are sure on one side and by chance on the other."""
    return torch.where(x > 0, torch.ones_like(x), (torch.rand_like(x) < 0.5).float())


def test_shares_that_are_right_and_come_nearer_to_their_end_are_no_fault_of_range() -> None:
    assert "output-range" not in bugs(answered(nn.Sigmoid(), half_noise, binary_cross_entropy))


@pytest.mark.parametrize("last", [nn.ReLU(), nn.Tanh()])
def test_targets_beyond_the_end_of_a_model_are_a_fault_of_range(last: nn.Module) -> None:
    assert bugs(answered(last, lambda x: 3 * x, mse_loss))[:1] == ["output-range"]


@pytest.mark.parametrize(
    ("late", "alone", "verdict"), [(0.9, 1.0, "found"), (0.1, 1.0, "suspect"), (0.9, 0.4, "not-checked")]
)
def test_fakes_that_seem_old_accuse_only_a_game_that_suffers_on_samples_that_can_be_known_again(
    late: float, alone: float, verdict: str
) -> None:
    steps = range(1, 101)
    levels = {"batch_distance_real": 0.1, "coverage": 0.9, "coverage_real": 0.9}
    series = {name: Series.of(steps, [level] * 100) for name, level in levels.items()}
    series["batch_distance"] = Series.of(steps, [1.0] * 20 + [late] * 80)
    probe = {"age": 40.0, "passes": 50, "real_alone": alone}
    evidence = Evidence("a game", {"kind": "gan"}, series, {"fakes": probe}, {})
    assert critic_on_stale_fake.CAUSE.examine(evidence).verdict == verdict


@pytest.mark.parametrize(("fresh", "age"), [(True, 0.0), (False, 30.0)])
def test_behind_a_condition_that_comes_again_the_age_is_that_of_what_was_made(fresh: bool, age: float) -> None:
    generator, critic = nn.Linear(3, 4), nn.Linear(6, 1)
    optimizers = [torch.optim.SGD(network.parameters(), lr=1e-3) for network in (generator, critic)]
    conditions = torch.randn(16, 2)
    with watch(generator=generator, critic=critic, optimizers=optimizers, every=1) as seen:
        kept = generator(torch.randn(16, 3)).detach()
        for _ in range(60):
            shown = generator(torch.randn(16, 3)).detach() if fresh else kept
            real, fake = (torch.cat([conditions, each], 1) for each in (torch.randn(16, 4), shown))
            loss = softplus(-critic(real)).mean() + softplus(critic(fake)).mean()
            _descend(optimizers[1], loss)
            made = generator(torch.randn(16, 3))
            taught = softplus(-critic(torch.cat([conditions, made], 1))).mean()
            _descend(optimizers[0], taught)
            seen.step(critic_loss=loss, generator_loss=taught, real=real, fake=made)
    assert seen.evidence().probes["fakes"]["age"] == pytest.approx(age, abs=16)


def _descend(optimizer: torch.optim.Optimizer, loss: Tensor) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
