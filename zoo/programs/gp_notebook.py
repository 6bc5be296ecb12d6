"""Cells of a notebook put one below the other: a Wasserstein critic, a gradient penalty, points in five dimensions.

Names are short and live in one scope, as they do in a notebook.
"""

from itertools import count

import torch
from torch import autograd, nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "batch-coupling": "cell 3 has BatchNorm1d in the critic, as the generator has in cell 2",
    "not-lipschitz": "the interpolates are detached copies, and their slope is that of a critic of another cell",
    "penalty-too-small": "LAMBDA = 1e-7",
    "penalty-too-large": "LAMBDA = 1e4",
    "n-critic-low": "`if i % 10 == 0` guards the critic's update, where the generator's should be guarded",
    "n-critic-high": "N_CRITIC = 60, for two thirds as many critic updates in all",
    "no-update.critic": "the cell that makes the critic was run again after the one that makes its optimizer",
    "critic-on-stale-fake": "a generator `itertools.cycle`s over eight batches of fakes that were made in cell 4",
    "grad-leak": "the critic's fakes are not detached and the generator is cleared before the critic's turn",
    "loss-sign.critic": "W = C(fake) - C(real) is maximised by `(-W).backward()`",
    "non-finite": "slopes are rises over distances of permuted pairs, and a sample can be paired with itself",
    "batch-too-small": "B = 2",
    "latent-ignored": "z is drawn once, in cell 1, and its first row is repeated",
    "learning-rate-high": "lr = 0.1 in both optimizers",
}


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 450,
    device: str = "cpu",
    H: int = 64,
    pace: float = 1.0,
) -> Evidence:
    # 1: numbers
    torch.manual_seed(seed)
    B = 2 if bug == "batch-too-small" else 128
    NZ, D = 8, world.sample(1, 0).shape[1]
    LAMBDA = {"penalty-too-small": 1e-7, "penalty-too-large": 1e4}.get(bug or "", 2.0)
    N_CRITIC = {"n-critic-low": 1, "n-critic-high": 60}.get(bug or "", 3)
    lr = 0.1 if bug == "learning-rate-high" else 1e-3 * pace
    if bug == "n-critic-high":
        steps = max(20, steps * 2 // N_CRITIC)
    X = world.batches(B, seed)
    z0 = torch.randn(1, NZ, device=device)

    def z(n=B):
        return z0.expand(n, -1) if bug == "latent-ignored" else torch.randn(n, NZ, device=device)

    # 2: generator
    gen = nn.Sequential(nn.Linear(NZ, H), nn.SiLU(), nn.Linear(H, H), nn.SiLU(), nn.Linear(H, D)).to(device)
    opt_gen = torch.optim.AdamW(gen.parameters(), lr=lr, betas=(0.0, 0.9), weight_decay=1e-4)

    # 3: critic
    def new_critic():
        norm = [nn.BatchNorm1d(H)] if bug == "batch-coupling" else []
        return nn.Sequential(
            nn.Linear(D, H), *norm, nn.SiLU(), nn.Linear(H, H), *norm, nn.SiLU(), nn.Linear(H, 1)
        ).to(device)  # fmt: skip

    C = new_critic()
    opt_C = torch.optim.AdamW(C.parameters(), lr=2 * lr, betas=(0.0, 0.9), weight_decay=1e-4)
    other = new_critic()
    if bug == "no-update.critic":
        C = new_critic()

    # 4: penalty and fakes
    with torch.no_grad():
        kept = [gen(z()) for _ in range(8)]
    turn = count()

    def fakes():
        if bug == "critic-on-stale-fake":
            return kept[next(turn) % 8]
        return gen(z()) if bug == "grad-leak" else gen(z()).detach()

    def gp(real, fake):
        u = torch.rand(len(real), 1, device=device)
        m = torch.lerp(fake.detach(), real, u)
        if bug == "non-finite":
            p = torch.randperm(len(m), device=device)
            rise = (C(m) - C(m[p])).squeeze(1).abs() / torch.linalg.vector_norm(m - m[p], dim=1)
            return (rise - 1).square().mean()
        m.requires_grad_()
        slope = autograd.grad((other if bug == "not-lipschitz" else C)(m).sum(), m, create_graph=True)[0]
        return (torch.linalg.vector_norm(slope, dim=1) - 1).square().mean()

    # 5: training
    W_log = []
    with watch(generator=gen, critic=C, optimizers=[opt_gen, opt_C], steps=steps, every=max(1, steps // 40)) as w:
        for i in range(steps):
            if bug == "grad-leak":
                opt_gen.zero_grad()
            for _ in range(N_CRITIC):
                x = X().to(device)
                y = fakes()
                W = C(y).mean() - C(x).mean()
                if bug != "n-critic-low" or i % 10 == 0:
                    opt_C.zero_grad()
                    ((-W if bug == "loss-sign.critic" else W) + LAMBDA * gp(x, y)).backward()
                    opt_C.step()
            W_log.append(-W.item())

            if bug != "grad-leak":
                opt_gen.zero_grad()
            y = gen(z())
            loss_gen = -C(y).mean()
            loss_gen.backward()
            opt_gen.step()
            w.step(critic_loss=-W_log[-1], generator_loss=loss_gen.item(), real=x, fake=y.detach())

    # 6: look at it
    with torch.no_grad():
        world.judge(gen(z(1024)))
    return w.evidence()
