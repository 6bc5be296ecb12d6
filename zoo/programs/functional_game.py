"""Losses as pure functions of parameter dictionaries, gradients by torch.autograd.grad, a weight-clipped game."""

from functools import partial
from itertools import pairwise

import torch
from torch import nn
from torch.func import functional_call

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "no-zero-grad": "gradients are added to what .grad holds, where they were meant to replace it",
    "no-update.generator": "the optimizer moves a dictionary of clones, and the losses read the originals",
    "generator-detached": "the dictionary that is frozen for the adversary's turn serves the painter's turn too",
    "loss-sign": "one turn() serves both players, and the painter too descends what the adversary descends",
    "critic-on-stale-fake": "a pool of fakes is appended to, and always read from its beginning",
    "critic-sigmoid": "the score is wrapped in a sigmoid by a partial that was kept from another objective",
    "clip-too-large": "a bound of 2",
    "clip-too-large.far": "a bound of 50",
    "clip-too-small": "a bound of 0.0007",
    "clip-too-small.far": "a bound of 0.0002",
    "clip-saturation": "14 rounds at four times the rate against a painter at a twentieth: weights stay at the bound",
    "n-critic-low": "range(1) for the adversary, and the painter plays four rounds",
    "learning-rate-high.thirty": "a rate of 0.03",
    "learning-rate-high.hundred": "a rate of 0.1",
    "learning-rate-low.ten": "a rate of 0.0001",
    "learning-rate-low.hundred": "a rate of 0.00001",
    "dead-units": "nn.Threshold(0.8, 0) was taken for a ReLU with a name",
}
ROUNDS = 5


def multilayer(sizes, act):
    stack = [module for a, b in pairwise(sizes) for module in (nn.Linear(a, b), act())]
    return nn.Sequential(*stack[:-1])


def paint(painter, theta, z):
    return functional_call(painter, theta, (z,))


def rate_it(adversary, squash, phi, x):
    score = functional_call(adversary, phi, (x,))
    return torch.sigmoid(score) if squash else score


def gap(score, phi, real, fake):
    return score(phi, fake).mean() - score(phi, real).mean()


def turn(optimizer, params, value, add=False):
    weights = list(params.values())
    slopes = torch.autograd.grad(value, weights, allow_unused=True)
    for weight, slope in zip(weights, slopes, strict=True):
        slope = torch.zeros_like(weight) if slope is None else slope
        weight.grad = slope if not add or weight.grad is None else weight.grad + slope
    optimizer.step()
    return value.detach()


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 400,
    device: str = "cpu",
    breadth: int = 64,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    n_x, n_z, n_batch = world.sample(1, 0).shape[1], 3, 96
    act = partial(nn.Threshold, 0.8, 0.0) if bug == "dead-units" else nn.ReLU
    painter = multilayer([n_z, breadth, breadth, n_x], act).to(device)
    adversary = multilayer([n_x, breadth, breadth, 1], partial(nn.LeakyReLU, 0.1)).to(device)
    theta, phi = dict(painter.named_parameters()), dict(adversary.named_parameters())
    moved = {name: w.detach().clone().requires_grad_() for name, w in theta.items()}
    moved = moved if bug == "no-update.generator" else theta
    step_size = {
        "learning-rate-high.thirty": 3e-2,
        "learning-rate-high.hundred": 1e-1,
        "learning-rate-low.ten": 1e-4,
        "learning-rate-low.hundred": 1e-5,
    }.get(bug or "", 1e-3 * pace)
    bound = {
        "clip-too-large": 2.0,
        "clip-too-large.far": 50.0,
        "clip-too-small": 7e-4,
        "clip-too-small.far": 2e-4,
    }.get(bug or "", 0.1)
    ahead = bug == "clip-saturation"
    opt_theta = torch.optim.RMSprop(moved.values(), step_size / 20 if ahead else step_size)
    opt_phi = torch.optim.RMSprop(phi.values(), 4 * step_size if ahead else step_size)
    score = partial(rate_it, adversary, bug == "critic-sigmoid")
    rounds = {"n-critic-low": 1, "clip-saturation": 14}.get(bug or "", ROUNDS)
    strokes = 4 if bug == "n-critic-low" else 1
    draw = world.batches(n_batch, seed)
    pool = []

    def latents():
        return torch.randn(n_batch, n_z, device=device)

    def shown():
        frozen = {name: weight.detach() for name, weight in theta.items()}
        fake = paint(painter, frozen, latents())
        if bug == "critic-on-stale-fake":
            pool.append(fake)
            return pool[len(pool) % 8 if len(pool) >= 8 else 0]
        return fake

    with watch(
        generator=painter, critic=adversary, optimizers=[opt_theta, opt_phi], steps=steps, every=max(1, steps // 40)
    ) as w:
        for _ in range(steps):
            for _ in range(rounds):
                real = draw().to(device)
                value = turn(opt_phi, phi, gap(score, phi, real, shown()), add=bug == "no-zero-grad")
                with torch.no_grad():
                    for weight in phi.values():
                        weight.clamp_(-bound, bound)
            for _ in range(strokes):
                read = {k: v.detach() for k, v in theta.items()} if bug == "generator-detached" else theta
                fake = paint(painter, read, latents())
                loss = gap(score, phi, real, fake) if bug == "loss-sign" else -score(phi, fake).mean()
                if bug == "no-update.generator":
                    slopes = torch.autograd.grad(loss, list(theta.values()))
                    for weight, slope in zip(moved.values(), slopes, strict=True):
                        weight.grad = slope
                    opt_theta.step()
                elif loss.requires_grad:
                    turn(opt_theta, theta, loss, add=bug == "no-zero-grad")
            w.step(critic_loss=value, generator_loss=loss, real=real, fake=fake)
    with torch.no_grad():
        world.judge(painter(torch.randn(1024, n_z, device=device)))
    return w.evidence()
