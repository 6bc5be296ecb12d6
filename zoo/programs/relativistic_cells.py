"""A notebook poured into a file: model_g against model_d, relativistic pairing, R1 and R2 on every step."""

import torch
import torch.nn as nn
from torch.nn.functional import softplus

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "loss-sign": "cell 5: the generator's softplus has the critic's sign",
    "grad-leak": "cell 5: model_d's gradients are cleared before its penalties only, after the generator's backward",
    "shared-optimizer": "cell 3: both optimizers got one list that grew",
    "no-update.generator": "cell 5: opt_g.step() stands under an if that is never true",
    "non-finite": "cell 4: the gradient's norm has no epsilon, and reals are compared with themselves",
    "output-range": "cell 2: model_g ends in a sigmoid",
    "mode-collapse": "cell 5: a warm-up loss towards the batch's mean was never taken out",
    "late-degradation": "cell 5: the penalties are switched off and the rates raised thirtyfold after 60 %",
    "exploding-gradient": "cell 2: every layer of model_g is followed by a gain of 30",
    "momentum-high": "cell 3: betas of (0.99, 0.999)",
    "batch-too-small": "cell 1: BATCH = 2",
    "learning-rate-low": "cell 3: a rate of 2e-6",
}


class Gain(nn.Module):
    def forward(self, x):
        return 30.0 * x


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 700, device: str = "cpu", H: int = 64
) -> Evidence:
    # --- cell 1
    torch.manual_seed(seed)
    BATCH, Z = (2 if bug == "batch-too-small" else 128), 2
    get = world.batches(BATCH, seed)
    D_IN = world.sample(1, 0).shape[1]

    # --- cell 2
    def dense(a, b):
        return [nn.Linear(a, b), *([Gain()] if bug == "exploding-gradient" else []), nn.ReLU()]

    model_g = nn.Sequential(*dense(Z, H), *dense(H, H), *dense(H, H), nn.Linear(H, D_IN))
    if bug == "exploding-gradient":
        model_g.append(Gain())
    if bug == "output-range":
        model_g.append(nn.Sigmoid())
    model_d = nn.Sequential(
        nn.Linear(D_IN, 2 * H), nn.LeakyReLU(0.2), nn.Linear(2 * H, 2 * H), nn.LeakyReLU(0.2), nn.Linear(2 * H, 1)
    )
    model_g, model_d = model_g.to(device), model_d.to(device)

    # --- cell 3
    rate = 2e-6 if bug == "learning-rate-low" else 1e-3
    betas = (0.99, 0.999) if bug == "momentum-high" else (0.0, 0.99)
    params = list(model_d.parameters())
    if bug == "shared-optimizer":
        params += list(model_g.parameters())
    opt_d = torch.optim.AdamW(params, lr=rate, betas=betas, weight_decay=0)
    opt_g = torch.optim.AdamW(model_g.parameters(), lr=rate, betas=betas, weight_decay=0)

    # --- cell 4
    def penalty(x):
        x = x.detach().requires_grad_(True)
        g = torch.autograd.grad(model_d(x).sum(), x, create_graph=True)[0]
        if bug == "non-finite":
            return ((g - g.detach()).square().sum(1).sqrt() + g.norm(dim=1)).square().mean()
        return g.square().sum(1).mean()

    weight = 0.02

    # --- cell 5
    with watch(
        generator=model_g, critic=model_d, optimizers=[opt_g, opt_d], steps=steps, every=max(1, steps // 40)
    ) as w:
        for step in range(steps):
            real = get().to(device)
            z = torch.randn(BATCH, Z, device=device)
            if bug != "grad-leak":
                opt_d.zero_grad()
            fake = model_g(z).detach()
            loss_d = softplus(model_d(fake) - model_d(real)).mean()
            (loss_d + weight * (penalty(real) + penalty(fake))).backward()
            opt_d.step()
            if bug == "grad-leak":
                opt_d.zero_grad()

            opt_g.zero_grad()
            fake = model_g(z)
            gap = model_d(fake) - model_d(real).detach()
            loss_g = softplus(gap if bug == "loss-sign" else -gap).mean()
            if bug == "mode-collapse":
                loss_g = loss_g + 20 * (fake - real.mean(0)).square().mean()
            loss_g.backward()
            if bug != "no-update.generator" or step > steps:
                opt_g.step()
            if bug == "late-degradation" and step == int(0.6 * steps):
                weight = 0.0
                for group in (*opt_d.param_groups, *opt_g.param_groups):
                    group["lr"] *= 30
            w.step(critic_loss=loss_d, generator_loss=loss_g, real=real, fake=fake)

    # --- cell 6
    with torch.no_grad():
        world.judge(model_g(torch.randn(1024, Z, device=device)))
    return w.evidence()
