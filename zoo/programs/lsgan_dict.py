"""LSGAN with its whole state in a dictionary and pure-looking functions on it."""

import itertools

import torch
import torch.nn.functional as F
from torch import nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "critic-sigmoid": "scores are squashed before they are held against 0 and 1",
    "loss-sign": "the generator is pulled towards the target of fakes",
    "shared-optimizer": "the generator's optimizer was given the critic's parameters as well",
    "generator-detached": "the fakes for the generator's loss are taken from the critic's turn",
    "no-zero-grad": "zero_grad was left out of the critic's turn",
    "vanishing-gradient": "sigmoids between the twelve layers of the generator",
    "exploding-gradient": "weights of the generator are drawn twelve times too wide",
    "learning-rate-low": "a learning rate of 0.000002",
    "learning-rate-high": "a learning rate of 0.1",
    "dead-units": "ReLUs behind biases of -4 in the generator",
    "batch-too-small": "two samples in a batch",
}


def net(sizes, act, wide=1.0, bias=None):
    parts = []
    for a, b in itertools.pairwise(sizes):
        layer = nn.Linear(a, b)
        with torch.no_grad():
            layer.weight.mul_(wide)
            if bias is not None and b != sizes[-1]:
                layer.bias.fill_(bias)
        parts += [layer, act]
    return nn.Sequential(*parts[:-1])


def setup(bug, world, seed, device, units):
    torch.manual_seed(seed)
    dim = world.sample(1, 0).shape[1]
    deep = [2] + [units] * (11 if bug == "vanishing-gradient" else 3) + [dim]
    act = nn.Sigmoid() if bug == "vanishing-gradient" else nn.ReLU()
    wide = 12.0 if bug == "exploding-gradient" else 1.0
    G = net(deep, act, wide, -4.0 if bug == "dead-units" else None).to(device)
    D = net([dim, units, units, 1], nn.LeakyReLU(0.2)).to(device)
    lr = {"learning-rate-low": 2e-6, "learning-rate-high": 1e-1}.get(bug, 1e-3)
    extra = list(D.parameters()) if bug == "shared-optimizer" else []
    return {
        "G": G,
        "D": D,
        "oG": torch.optim.Adam([*G.parameters(), *extra], lr=lr, betas=(0.5, 0.999)),
        "oD": torch.optim.Adam(D.parameters(), lr=lr, betas=(0.5, 0.999)),
        "bs": 2 if bug == "batch-too-small" else 96,
        "device": device,
    }


def draw_z(s, n=None):
    return torch.rand(n or s["bs"], 2, device=s["device"]) * 2 - 1


def score(s, x, bug):
    raw = s["D"](x)
    return torch.sigmoid(raw) if bug == "critic-sigmoid" else raw


def d_turn(s, x, bug):
    fake = s["G"](draw_z(s)).detach()
    if bug != "no-zero-grad":
        s["oD"].zero_grad()
    r, f = score(s, x, bug), score(s, fake, bug)
    loss = 0.5 * F.mse_loss(r, torch.ones_like(r)) + 0.5 * F.mse_loss(f, torch.zeros_like(f))
    loss.backward()
    s["oD"].step()
    return loss, fake


def g_turn(s, fake, bug):
    if bug != "generator-detached":
        fake = s["G"](draw_z(s))
    s["oG"].zero_grad()
    f = score(s, fake, bug)
    target = torch.zeros_like(f) if bug == "loss-sign" else torch.ones_like(f)
    loss = 0.5 * F.mse_loss(f, target)
    loss.backward()
    s["oG"].step()
    return loss, fake


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 900, device: str = "cpu", units: int = 64
) -> Evidence:
    s = setup(bug, world, seed, device, units)
    data = world.batches(s["bs"], seed)
    with watch(
        generator=s["G"], critic=s["D"], optimizers=[s["oG"], s["oD"]], steps=steps, every=max(1, steps // 40)
    ) as w:
        for _ in range(steps):
            x = data().to(device)
            d_loss, fake = d_turn(s, x, bug)
            g_loss, fake = g_turn(s, fake, bug)
            w.step(critic_loss=d_loss, generator_loss=g_loss, real=x, fake=fake)
    with torch.no_grad():
        world.judge(s["G"](draw_z(s, 1024)))
    return w.evidence()
