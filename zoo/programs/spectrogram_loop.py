"""Pictures of sound by 2-D convolutions; names in the manner of a thesis: Gen, Crt, lossG, lossC; hinge loss."""

import torch
from torch import nn, relu

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "generator-detached": "Gen's samples are normalised by a function that returns .data",
    "no-zero-grad.generator": "Gen.zero_grad() was called on the class",
    "critic-sigmoid": "Crt was taken from a BCE project, with its last layer",
    "output-range": "Gen ends in tanh / 2; spectrograms are standardised and reach 2",
    "grad-leak": "lossC is taken of attached samples, and Gen's gradients are cleared before it only",
    "learning-rate-low": "Adam at 1e-6",
    "critic-on-stale-fake": "a pool of 50 old samples, refilled every 120 steps",
    "no-update.critic": "Crt.parameters was given without being called once the list was copied: an empty group",
    "mode-collapse": "lossG has a term for loudness that compares every sample with the mean of X",
}


def generator(latent, width):
    return nn.Sequential(
        nn.Linear(latent, width * 16), nn.Unflatten(1, (width, 4, 4)), nn.LeakyReLU(0.2),
        nn.Upsample(scale_factor=2), nn.Conv2d(width, width, 3, padding=1), nn.LeakyReLU(0.2),
        nn.Upsample(scale_factor=2), nn.Conv2d(width, width, 3, padding=1), nn.LeakyReLU(0.2),
        nn.Conv2d(width, 1, 3, padding=1), nn.Flatten(1, 2),
    )  # fmt: skip


def critic(width, bug):
    last = [nn.Sigmoid()] if bug == "critic-sigmoid" else []
    return nn.Sequential(
        nn.Unflatten(1, (1, 16)),
        nn.Conv2d(1, width, 5, 2, 2), nn.LeakyReLU(0.2),
        nn.Conv2d(width, width, 5, 2, 2), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(width * 16, 1), *last,
    )  # fmt: skip


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 350, device: str = "cpu", width: int = 24
) -> Evidence:
    torch.manual_seed(seed)
    nb, latent = 32, 10
    Gen, Crt = generator(latent, width).to(device), critic(width, bug).to(device)
    rate = 1e-6 if bug == "learning-rate-low" else 1e-3
    weightsC = [torch.zeros(1, requires_grad=True)] if bug == "no-update.critic" else Crt.parameters()
    optG = torch.optim.Adam(Gen.parameters(), rate, betas=(0.0, 0.95))
    optC = torch.optim.Adam(weightsC, rate, betas=(0.0, 0.95))
    nextX = world.batches(nb, seed, pool=4000)
    pool = []

    def draw():
        S = Gen(torch.randn(nb, latent, device=device))
        if bug == "output-range":
            S = torch.tanh(S) / 2
        return S.data if bug == "generator-detached" else S

    with watch(generator=Gen, critic=Crt, optimizers=[optG, optC], steps=steps, every=max(1, steps // 40)) as w:
        for k in range(steps):
            X = nextX().to(device)
            optC.zero_grad()
            if bug != "no-zero-grad.generator":
                optG.zero_grad()
            S = draw()
            if bug == "critic-on-stale-fake":
                pool = [S.detach()] if k % 120 == 0 else pool
            seen = pool[0] if pool else (S if bug == "grad-leak" else S.detach())
            lossC = relu(1 - Crt(X)).mean() + relu(1 + Crt(seen)).mean()
            Xp = X.clone().requires_grad_(True)
            (slope,) = torch.autograd.grad(Crt(Xp).sum(), Xp, create_graph=True)
            (lossC + 0.5 * slope.flatten(1).square().sum(1).mean()).backward()
            optC.step()
            if bug not in ("grad-leak", "no-zero-grad.generator"):
                optG.zero_grad()
            S = draw()
            lossG = -Crt(S).mean()
            if bug == "mode-collapse":
                lossG = lossG + 200 * (S - X.mean(0)).square().mean()
            lossG.backward()
            optG.step()
            w.step(critic_loss=lossC, generator_loss=lossG, real=X, fake=S)
    with torch.no_grad():
        world.judge(torch.cat([draw() for _ in range(16)]))
    return w.evidence()
