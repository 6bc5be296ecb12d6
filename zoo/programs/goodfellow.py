"""The game of 2014 as it was written then: D gives a probability, of which the binary cross-entropy is taken."""

import torch
from torch import nn, optim

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "vanishing-gradient": "G minimises log(1 - D), and has the sigmoids of 2014 in ten hidden layers",
    "mode-collapse": "a second term, meant against outliers, pulls every sample to the mean of the real ones",
    "non-finite": "the logarithms are written by hand, without a floor, and D's rate is high",
    "no-zero-grad": "only D_optimizer is ever cleared",
    "latent-ignored": "z is made once, before the loop, and averaged over the batch",
    "loss-sign": "G minimises log D instead of -log D",
    "learning-rate-high": "SGD with a momentum of 0.9 and both rates at 0.3",
    "train-eval-mode": "G.eval() before the loop, for the first figure",
}


def build(n_in, n_hid, n_out, act, last=None, norm=False):
    seq = [nn.Linear(n_in, n_hid)]
    if norm:
        seq.append(nn.BatchNorm1d(n_hid))
    seq += [act, nn.Linear(n_hid, n_hid), act, nn.Linear(n_hid, n_out)]
    if last is not None:
        seq.append(last)
    return nn.Sequential(*seq)


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 800, device: str = "cpu", n_hid: int = 64
) -> Evidence:
    torch.manual_seed(seed)
    mb = 64
    n_x = world.sample(1, 0).shape[1]
    G = build(5, n_hid, n_x, nn.ReLU(), norm=True).to(device)
    D = build(n_x, n_hid, 1, nn.LeakyReLU(0.2), nn.Sigmoid()).to(device)
    if bug == "vanishing-gradient":
        deep = [layer for _ in range(9) for layer in (nn.Linear(n_hid, n_hid), nn.Sigmoid())]
        G = nn.Sequential(nn.Linear(5, n_hid), nn.Sigmoid(), *deep, nn.Linear(n_hid, n_x)).to(device)
    g_rate, d_rate = (1e-3, 5e-1) if bug == "non-finite" else (2e-4, 1e-3)
    if bug == "learning-rate-high":
        G_optimizer = optim.SGD(G.parameters(), lr=0.3, momentum=0.9)
        D_optimizer = optim.SGD(D.parameters(), lr=0.3, momentum=0.9)
    else:
        G_optimizer = optim.Adam(G.parameters(), lr=g_rate, betas=(0.5, 0.999))
        D_optimizer = optim.Adam(D.parameters(), lr=d_rate, betas=(0.5, 0.999))
    bce = nn.BCELoss()
    ones, zeros = torch.ones(mb, 1, device=device), torch.zeros(mb, 1, device=device)
    minibatch = world.batches(mb, seed)
    z_once = torch.randn(mb, 5, device=device).mean(0, keepdim=True).repeat(mb, 1)
    if bug == "train-eval-mode":
        G.eval()

    def noise():
        return z_once if bug == "latent-ignored" else torch.randn(mb, 5, device=device)

    with watch(
        generator=G, critic=D, optimizers=[G_optimizer, D_optimizer], steps=steps, every=max(1, steps // 40)
    ) as w:
        for _ in range(steps):
            x = minibatch().to(device)
            D_optimizer.zero_grad()
            p_real, p_fake = D(x), D(G(noise()).detach())
            if bug == "non-finite":
                D_loss = -(p_real.log() + (1 - p_fake).log()).mean()
            else:
                D_loss = bce(p_real, ones) + bce(p_fake, zeros)
            D_loss.backward()
            D_optimizer.step()

            if bug != "no-zero-grad":
                G_optimizer.zero_grad()
            fake = G(noise())
            p = D(fake)
            if bug == "non-finite":
                G_loss = -p.log().mean()
            elif bug == "vanishing-gradient":
                G_loss = -bce(p, zeros)
            else:
                G_loss = -bce(p, ones) if bug == "loss-sign" else bce(p, ones)
            if bug == "mode-collapse":
                G_loss = G_loss + 200 * (fake - x.mean(0)).abs().mean()
            G_loss.backward()
            G_optimizer.step()
            w.step(critic_loss=D_loss, generator_loss=G_loss, real=x, fake=fake)
    with torch.no_grad():
        G.eval()
        world.judge(G(z_once[:1].repeat(1024, 1) if bug == "latent-ignored" else torch.randn(1024, 5, device=device)))
    return w.evidence()
