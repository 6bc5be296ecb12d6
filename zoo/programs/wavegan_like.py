"""WaveGAN in small: strided transposed convolutions, gradient penalty, four critic updates to one of the generator."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "batch-coupling": "batch norm in WaveDiscriminator, as in the DCGAN that it was copied from",
    "not-lipschitz": "the penalty is computed under no_grad's cousin: its norm is detached",
    "generator-detached": "G's output goes through numpy for a preview",
    "no-update.generator": "netG.eval() and requires_grad False for the preview, never undone",
    "shared-optimizer": "one helper builds both optimizers from itertools.chain of both",
    "receptive-field-short": "kernels of 1 in WaveDiscriminator, so that it hears single samples",
    "output-range": "no gain before tanh's linear part: outputs stay within 0.02",
    "critic-sigmoid": "the last layer of a discriminator that gave probabilities was kept",
    "latent-ignored": "z is overwritten by zeros_like(z) when conditioning was removed",
}


class WaveGenerator(nn.Module):
    def __init__(self, d, length, bug):
        super().__init__()
        self.bug = bug
        self.length0 = length // 64
        self.d = d
        self.dense = nn.Linear(16, 2 * d * self.length0)
        self.up = nn.ModuleList(
            nn.ConvTranspose1d(a, b, 16, stride=4, padding=6) for a, b in ((2 * d, d), (d, d), (d, 1))
        )
        self.gain = 0.02 if bug == "output-range" else 1.0

    def forward(self, z):
        if self.bug == "latent-ignored":
            z = torch.zeros_like(z)
        h = F.leaky_relu(self.dense(z), 0.2).view(len(z), 2 * self.d, self.length0)
        for layer in self.up[:-1]:
            h = F.leaky_relu(layer(h), 0.2)
        return self.gain * torch.tanh(self.up[-1](h))


class WaveDiscriminator(nn.Module):
    def __init__(self, d, length, bug):
        super().__init__()
        k, p = (1, 0) if bug == "receptive-field-short" else (17, 8)
        self.down = nn.ModuleList(nn.Conv1d(a, b, k, stride=4, padding=p) for a, b in ((1, d), (d, d), (d, 2 * d)))
        self.norms = nn.ModuleList(
            nn.BatchNorm1d(b) if bug == "batch-coupling" else nn.Identity() for b in (d, d, 2 * d)
        )
        self.flat = bug != "receptive-field-short"
        self.dense = nn.Linear(2 * d * length // 64 if self.flat else 2 * d, 1)
        self.last = nn.Sigmoid() if bug == "critic-sigmoid" else nn.Identity()

    def forward(self, x):
        for conv, norm in zip(self.down, self.norms, strict=True):
            x = F.leaky_relu(norm(conv(x)), 0.2)
        return self.last(self.dense(x.flatten(1) if self.flat else x.mean(2)))


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 150, device: str = "cpu", d: int = 16
) -> Evidence:
    torch.manual_seed(seed)
    length = world.sample(1, 0).shape[2]
    netG, netD = WaveGenerator(d, length, bug).to(device), WaveDiscriminator(d, length, bug).to(device)
    g_params, d_params = list(netG.parameters()), list(netD.parameters())
    if bug == "shared-optimizer":
        g_params = d_params = g_params + d_params
    optG = torch.optim.Adam(g_params, lr=2e-3, betas=(0.0, 0.9))
    optD = torch.optim.Adam(d_params, lr=2e-3, betas=(0.0, 0.9))
    loader = world.batches(24, seed, pool=2000)
    lmbda = 1.0

    def penalise(x, y):
        a = torch.rand(len(x), 1, 1, device=device)
        mid = (a * x + (1 - a) * y).requires_grad_(True)
        slope = torch.autograd.grad(netD(mid).sum(), mid, create_graph=True)[0].flatten(1).norm(dim=1)
        if bug == "not-lipschitz":
            slope = slope.detach()
        return lmbda * (slope - 1).square().mean()

    with watch(generator=netG, critic=netD, optimizers=[optG, optD], steps=steps, every=max(1, steps // 40)) as w:
        for step in range(steps):
            for _ in range(4):
                x = loader().to(device)
                y = netG(torch.randn(24, 16, device=device)).detach()
                costD = netD(y).mean() - netD(x).mean()
                optD.zero_grad()
                (costD + penalise(x, y)).backward()
                optD.step()
            y = netG(torch.randn(24, 16, device=device))
            if bug == "generator-detached":
                y = torch.from_numpy(y.detach().cpu().numpy()).to(device)
            costG = -netD(y).mean()
            optG.zero_grad()
            costG.backward()
            optG.step()
            w.step(critic_loss=costD, generator_loss=costG, real=x, fake=y)
            if bug == "no-update.generator" and step == 3:
                netG.eval()
                for p in netG.parameters():
                    p.requires_grad = False
    with torch.no_grad():
        world.judge(netG(torch.randn(512, 16, device=device)))
    return w.evidence()
