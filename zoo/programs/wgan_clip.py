"""WGAN by its algorithm 1, in small functions: f is the critic, g the generator, weights are clipped."""

from itertools import chain, pairwise

import torch
from torch import nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "loss-sign": "g climbs the score of what is real: the minus is missing",
    "loss-sign.critic": "f is pushed to score fakes higher than reals",
    "no-update.critic": "the optimizer of f was built from g's parameters of an earlier version of it",
    "no-zero-grad": "gradients of f are cleared before the first of its updates only",
    "critic-sigmoid": "f ends in a sigmoid",
    "shared-optimizer": "f's optimizer was built from the parameters of both",
    "grad-leak": "f's first update after g's turn does not clear what g's loss left in its gradients",
    "clip-too-small": "clip at 0.0005",
    "n-critic-low": "the numbers are swapped: one update of f to five of g",
    "learning-rate-high": "a learning rate of 0.05",
    "learning-rate-low": "a learning rate of 0.000003",
    "critic-too-weak": "f has no activation, so it sees the mean only",
    "generator-detached": "g's samples are made under no_grad for both turns",
    "latent-ignored": "z is multiplied by zero",
}
N_CRITIC = 5


def mlp(sizes, act=nn.ReLU):
    layers = list(chain.from_iterable((nn.Linear(a, b), act()) for a, b in pairwise(sizes)))
    return nn.Sequential(*layers[:-1])


def clip(net, c):
    for p in net.parameters():
        p.data.clamp_(-c, c)


def f_update(f, g, opt_f, x, z, c, bug, first):
    kept = (bug == "no-zero-grad" and not first) or (bug == "grad-leak" and first)
    if not kept:
        opt_f.zero_grad()
    with torch.no_grad():
        y = g(z)
    loss = f(y).mean() - f(x).mean()
    if bug == "loss-sign.critic":
        loss = -loss
    loss.backward()
    opt_f.step()
    clip(f, c)
    return loss.detach()


def g_update(f, g, opt_g, z, bug):
    opt_g.zero_grad()
    with torch.set_grad_enabled(bug != "generator-detached"):
        y = g(z)
    loss = f(y).mean() if bug == "loss-sign" else -f(y).mean()
    loss.backward()
    opt_g.step()
    return loss.detach(), y.detach()


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 400, device: str = "cpu", h: int = 64
) -> Evidence:
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed + 1)
    dim = world.sample(1, 0).shape[1]
    g = mlp([4, h, h, dim]).to(device)
    f = mlp([dim, h, h, 1], nn.Identity if bug == "critic-too-weak" else nn.LeakyReLU).to(device)
    if bug == "critic-sigmoid":
        f.append(nn.Sigmoid())
    lr = {"learning-rate-high": 5e-2, "learning-rate-low": 3e-6}.get(bug, 1e-3)
    c = 5e-4 if bug == "clip-too-small" else 0.1
    of_f = chain(f.parameters(), g.parameters()) if bug == "shared-optimizer" else f.parameters()
    if bug == "no-update.critic":
        of_f = mlp([dim, h, h, 1]).parameters()
    opt_f = torch.optim.RMSprop(of_f, lr=lr)
    opt_g = torch.optim.RMSprop(g.parameters(), lr=lr)
    batch = world.batches(64, seed)

    def latent(n=64):
        z = torch.randn(n, 4, generator=rng)
        return (0 * z if bug == "latent-ignored" else z).to(device)

    with watch(generator=g, critic=f, optimizers=[opt_g, opt_f], steps=steps, every=max(1, steps // 40)) as w:
        for step in range(steps):
            for k in range(int(step % N_CRITIC == 0) if bug == "n-critic-low" else N_CRITIC):
                x = batch().to(device)
                f_loss = f_update(f, g, opt_f, x, latent(), c, bug, k == 0)
            g_loss, y = g_update(f, g, opt_g, latent(), bug)
            w.step(critic_loss=f_loss, generator_loss=g_loss, real=x, fake=y)
    with torch.no_grad():
        world.judge(g(latent(1024)))
    return w.evidence()
