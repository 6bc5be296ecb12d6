"""Loops as different people write them are seen alike: what is shown, pushed and cleared, and by which loss."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, relu, softplus

from ganbaru.checkup.causes.travelled import travelled
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.judging import judge
from ganbaru.checkup.watch import watch
from ganbaru.checkup.watch.family import family

BATCH, STEPS = 32, 40
Pair = tuple[nn.Module, nn.Module, torch.optim.Optimizer, torch.optim.Optimizer]


class AtOnce(nn.Module):
    """Critics of a waveform that take a real and a generated batch at once, as HiFi-GAN's do."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleList(
            nn.Sequential(nn.Linear(16, 24), nn.LeakyReLU(0.1), nn.Linear(24, n)) for n in (4, 2)
        )

    def forward(self, real: Tensor, made: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        return [part(real) for part in self.parts], [part(made) for part in self.parts]


def pair(critic: nn.Module | None = None, width: int = 3) -> Pair:
    """A generator, a critic and an optimizer of each."""
    torch.manual_seed(0)
    generator = nn.Sequential(nn.Linear(4, 24), nn.LeakyReLU(0.2), nn.Linear(24, width))
    critic = critic or nn.Sequential(nn.Linear(width, 24), nn.LeakyReLU(0.2), nn.Linear(24, 1))
    movers = [torch.optim.Adam(each.parameters(), lr=2e-3, betas=(0.5, 0.9)) for each in (generator, critic)]
    return generator, critic, movers[0], movers[1]


def real(width: int = 3) -> Tensor:
    """A batch of points about 2."""
    return 2 + 0.3 * torch.randn(BATCH, width)


def step(mover: torch.optim.Optimizer, loss: Tensor) -> None:
    """Moves a network down a loss."""
    mover.zero_grad()
    loss.backward()
    mover.step()


def two_at_once() -> Evidence:
    """One pass of the critic is of two batches."""
    generator, critic, first, second = pair(AtOnce(), 16)
    with watch(generator=generator, critic=critic, optimizers=[first, second], steps=STEPS) as w:
        for _ in range(STEPS):
            made = generator(torch.randn(BATCH, 4))
            reals, fakes = critic(real(16), made.detach())
            step(second, sum(((1 - r) ** 2).mean() + (f**2).mean() for r, f in zip(reals, fakes, strict=True)))
            _, fakes = critic(real(16), made)
            step(first, sum(((1 - f) ** 2).mean() for f in fakes))
            w.step()
    return w.evidence()


def on_batch() -> Evidence:
    """Each side has a step of its own, and the critic is frozen but then, and before the loop begins."""
    generator, critic, first, second = pair()
    critic.requires_grad_(False)
    with watch(generator=generator, critic=critic, optimizers=[first, second], steps=STEPS) as w:
        for _ in range(STEPS):
            made = generator(torch.randn(BATCH, 4)).detach()
            critic.requires_grad_(True)
            step(second, softplus(-critic(real())).mean())
            step(second, softplus(critic(made)).mean())
            critic.requires_grad_(False)
            step(first, softplus(-critic(generator(torch.randn(BATCH, 4)))).mean())
            w.step()
    return w.evidence()


def closures() -> Evidence:
    """Gradients are taken within the step."""
    generator, critic, first, second = pair()

    def of_critic() -> float:
        second.zero_grad()
        loss = (softplus(-critic(real())) + softplus(critic(generator(torch.randn(BATCH, 4)).detach()))).mean()
        loss.backward()
        return loss.item()

    def of_generator() -> float:
        first.zero_grad()
        loss = softplus(-critic(generator(torch.randn(BATCH, 4)))).mean()
        loss.backward()
        return loss.item()

    with watch(generator=generator, critic=critic, optimizers=[first, second], steps=STEPS) as w:
        for _ in range(STEPS):
            second.step(of_critic)
            first.step(of_generator)
            w.step()
    return w.evidence()


def mixed() -> Evidence:
    """Passes are in half precision, and both networks move when both losses were taken back."""
    generator, critic, first, second = pair()
    with watch(generator=generator, critic=critic, optimizers=[first, second], steps=STEPS) as w:
        for _ in range(STEPS):
            with torch.autocast("cpu", torch.bfloat16):
                made = generator(torch.randn(BATCH, 4))
                message = softplus(-critic(made)).mean()
                loss = (softplus(-critic(real())) + softplus(critic(made.detach()))).mean()
            first.zero_grad()
            message.backward()
            second.zero_grad()
            loss.backward()
            second.step()
            first.step()
            w.step()
    return w.evidence()


def not_cut() -> Evidence:
    """The critic's fakes hang on the generator, whose gradients are cleared before its own turn."""
    generator, critic, first, second = pair()
    with watch(generator=generator, critic=critic, optimizers=[first, second], steps=STEPS) as w:
        for _ in range(STEPS):
            step(second, (relu(1 - critic(real())) + relu(1 + critic(generator(torch.randn(BATCH, 4))))).mean())
            step(first, -critic(generator(torch.randn(BATCH, 4))).mean())
            w.step()
    return w.evidence()


@pytest.mark.parametrize("loop", [two_at_once, on_batch, closures, mixed, not_cut])
def test_scores_gradients_and_their_clearing_are_seen_in_any_style(loop: Callable[[], Evidence]) -> None:
    evidence = loop()
    series = ("real_score_mean", "fake_score_mean", "w1", "lipschitz", "fake_gradient")
    assert not [name for name in (*series, "clearing", "coupling") if evidence.lacks(name)]
    assert evidence.probes["clearing"]["critic"]["followed"] > 0
    assert [finding.cause for finding in judge(evidence) if finding and finding.step == 1] == []


@pytest.mark.parametrize(("loop", "objective"), [(two_at_once, "least-squares"), (on_batch, "nonsaturating")])
def test_the_objective_is_told_in_any_style(loop: Callable[[], Evidence], objective: str) -> None:
    assert loop().facts["objective"] == objective


@pytest.mark.parametrize("reach", [0.05, 3.0])
def test_a_squashed_constant_is_told_from_formulas_that_hold_it(reach: float) -> None:
    s = np.linspace(-reach, reach, 60)
    share = 1 / (1 + np.exp(-s))
    slope = share * (1 - share)
    assert family([np.stack([s, -slope], axis=1)]).name == "squashed constant"
    assert family([np.stack([s, slope * (share - 1)], axis=1)]).name == "squashed linear"


def by_epochs() -> Evidence:
    """A step is told once an epoch of 16 updates; the model is trained by a method of its own."""

    class Trained(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.body, self.head = nn.Linear(8, 32), nn.Linear(32, 4)

        def loss(self, x: Tensor, y: Tensor) -> Tensor:
            return cross_entropy(self.head(relu(self.body(x))), y)

    torch.manual_seed(0)
    y = torch.arange(512) % 4
    x = torch.randn(512, 8) + 2 * torch.eye(8)[y]
    model = Trained()
    mover = torch.optim.Adam(model.parameters(), lr=2e-3)
    with watch(model=model, optimizers=mover, steps=20) as w:
        for _ in range(20):
            for at in range(0, 512, 32):
                loss = model.loss(x[at : at + 32], y[at : at + 32])
                step(mover, loss)
            w.step(loss=loss)
    return w.evidence()


def test_of_a_step_of_many_updates_the_way_of_all_is_counted_and_the_batch_is_that_of_one() -> None:
    evidence = by_epochs()
    assert evidence.facts["updates_per_step"] == 16
    assert evidence.facts["batch"] == 32
    assert not evidence.lacks("modes")
    assert [finding.cause for finding in judge(evidence) if finding] == []
    untold = {name: value for name, value in evidence.facts.items() if name != "updates_per_step"}
    once = Evidence(evidence.subject, untold, evidence.series, evidence.probes)
    assert travelled(evidence, "model") == pytest.approx(16 * travelled(once, "model"))


def noisy() -> Evidence:
    """The critic is shown neither side as it is, and the loop tells neither."""
    generator, critic, first, second = pair()

    def shown(batch: Tensor) -> Tensor:
        return batch + 0.05 * torch.randn_like(batch)

    with watch(generator=generator, critic=critic, optimizers=[first, second], steps=STEPS) as w:
        for _ in range(STEPS):
            made = generator(torch.randn(BATCH, 4))
            step(second, (softplus(-critic(shown(real()))) + softplus(critic(shown(made.detach())))).mean())
            step(first, softplus(-critic(shown(made))).mean())
            w.step()
    return w.evidence()


def by_hand() -> Evidence:
    """One pass of the fakes serves both losses, whose gradients are put in place by hand."""
    generator, critic, first, second = pair()
    with watch(generator=generator, critic=critic, optimizers=[first, second], steps=STEPS) as w:
        for _ in range(STEPS):
            scores = critic(generator(torch.randn(BATCH, 4)))
            loss = (softplus(-critic(real())) + softplus(scores)).mean()
            sides = ((critic, loss), (generator, softplus(-scores).mean()))
            for network, each in sides:
                some = list(network.parameters())
                for weight, gradient in zip(some, torch.autograd.grad(each, some, retain_graph=True), strict=True):
                    weight.grad = gradient
            second.step()
            first.step()
            w.step()
    return w.evidence()


def test_fakes_with_noise_are_told_by_their_own_rows() -> None:
    evidence = noisy()
    assert not [name for name in ("real_score_mean", "fake_score_mean", "w1") if evidence.lacks(name)]
    assert evidence.probes["pushes"]["critic_apart"] == evidence.probes["pushes"]["critic_told"] > 0


def test_gradients_put_in_place_for_networks_that_step_one_after_the_other_are_no_leak() -> None:
    assert [finding.cause for finding in judge(by_hand()) if finding and finding.step == 1] == []
