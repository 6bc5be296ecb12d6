"""Clipped Wasserstein as research code of 2017 has it: netD and netG, one and mone, and more critic steps at first."""

import torch
import torch.nn as nn
import torch.optim as optim

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "loss-sign": "errG.backward(mone): the generator goes where the critic goes for its fakes",
    "no-zero-grad": "netD.zero_grad() was taken for what netG.zero_grad() does too; the latter is missing",
    "no-update.generator": "p.requires_grad = False before netG's turn as well, by a loop over both nets",
    "generator-detached": "the fakes of netG's turn are wrapped anew: torch.tensor(fake.tolist())",
    "critic-sigmoid": "netD ends in a sigmoid, from the script that this one was made of",
    "clip-too-large": "clamp_upper of 10",
    "clip-too-small": "clamp_upper of 0.001",
    "clip-saturation": "lrD is ten times and lrG a twentieth of what was meant: weights stand at the clamp",
    "n-critic-low": "Diters is 1, and netG moves six times",
    "critic-too-small": "ndf of 1",
    "dead-units": "the leak of netG's LeakyReLU is 0, and the biases of its first layer were filled with -2.5",
    "mode-dropping": "netD is shown real samples of the first two kinds only, by a mask meant for a picture",
    "mode-collapse": "an L1 of 100 to the real batch, from a script for pairs of pictures; here nothing is paired",
    "learning-rate-high": "lrD and lrG of 0.05",
    "learning-rate-low": "lrD and lrG of 0.000003",
    "momentum-high": "RMSprop with momentum=0.99",
}

DEFAULTS = {"lrD": 1.5e-3, "lrG": 1.5e-3, "clamp_upper": 0.15, "Diters": 5, "Giters": 1, "momentum": 0.0}
CHANGED = {
    "clip-too-large": {"clamp_upper": 10.0},
    "clip-too-small": {"clamp_upper": 1e-3},
    "clip-saturation": {"lrD": 1e-2, "lrG": 5e-5, "Diters": 10},
    "n-critic-low": {"Diters": 1, "Giters": 6},
    "learning-rate-high": {"lrD": 5e-2, "lrG": 5e-2},
    "learning-rate-low": {"lrD": 3e-6, "lrG": 3e-6},
    "momentum-high": {"momentum": 0.99},
}


class MLP_G(nn.Module):
    def __init__(self, nz, nc, ngf, bug):
        super().__init__()
        leak = 0.0 if bug == "dead-units" else 0.1
        self.main = nn.Sequential(
            nn.Linear(nz, ngf), nn.LeakyReLU(leak), nn.Linear(ngf, ngf), nn.LeakyReLU(leak), nn.Linear(ngf, nc)
        )
        if bug == "dead-units":
            self.main[0].bias.data.fill_(-2.5)

    def forward(self, noise):
        return self.main(noise)


class MLP_D(nn.Module):
    def __init__(self, nc, ndf, bug):
        super().__init__()
        self.main = nn.Sequential(nn.Linear(nc, ndf), nn.ReLU(), nn.Linear(ndf, ndf), nn.ReLU(), nn.Linear(ndf, 1))
        self.squash = bug == "critic-sigmoid"

    def forward(self, sample):
        output = self.main(sample)
        return (torch.sigmoid(output) if self.squash else output).mean(0).view(1)


def wanted(net, yes):
    for p in net.parameters():
        p.requires_grad = yes


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 400,
    device: str = "cpu",
    nf: int = 64,
    pace: float = 1.0,
) -> Evidence:
    opt = {**DEFAULTS, **CHANGED.get(bug or "", {})}
    torch.manual_seed(seed)
    batchSize, nz, nc = 80, 5, world.sample(1, 0).shape[1]
    netG, netD = MLP_G(nz, nc, nf, bug).to(device), MLP_D(nc, 1 if bug == "critic-too-small" else nf, bug).to(device)
    optimizerD = optim.RMSprop(netD.parameters(), lr=pace * opt["lrD"], momentum=opt["momentum"])
    optimizerG = optim.RMSprop(netG.parameters(), lr=pace * opt["lrG"], momentum=opt["momentum"])
    one = torch.ones(1, device=device)
    mone = -one
    data_iter = world.batches(batchSize, seed)

    def seen(data, gen_iterations):
        if bug != "mode-dropping" or gen_iterations < 3:
            return data
        kind = torch.cdist(data, torch.tensor(world.centres, dtype=torch.float32, device=device)).argmin(1)
        return data[kind < len(world.centres) - 2]

    def make_noise(n=batchSize):
        return torch.randn(n, nz, device=device)

    def update_D(gen_iterations):
        wanted(netD, True)
        for p in netD.parameters():
            p.data.clamp_(-opt["clamp_upper"], opt["clamp_upper"])
        netD.zero_grad()
        real = data_iter().to(device)
        errD_real = netD(seen(real, gen_iterations))
        errD_real.backward(mone)
        with torch.no_grad():
            fake = netG(make_noise())
        errD_fake = netD(fake)
        errD_fake.backward(one)
        optimizerD.step()
        return (errD_fake - errD_real).item(), real

    def update_G():
        wanted(netD, False)
        if bug == "no-update.generator":
            wanted(netG, False)
        if bug != "no-zero-grad":
            netG.zero_grad()
        fake = netG(make_noise())
        shown = torch.tensor(fake.tolist(), device=device) if bug == "generator-detached" else fake
        errG = netD(shown)
        if bug == "mode-collapse":
            (100 * (fake - data_iter().to(device)).abs().mean()).backward(retain_graph=True)
        if errG.requires_grad:
            errG.backward(one if bug == "loss-sign" else mone)
        optimizerG.step()
        return -errG.item(), fake.detach()

    with watch(
        generator=netG, critic=netD, optimizers=[optimizerD, optimizerG], steps=steps, every=max(1, steps // 40)
    ) as w:
        for gen_iterations in range(steps):
            Diters = 25 if gen_iterations < 3 and opt["Diters"] > 1 else opt["Diters"]
            for _ in range(Diters):
                errD, real = update_D(gen_iterations)
            for _ in range(opt["Giters"]):
                errG, fake = update_G()
            w.step(critic_loss=errD, generator_loss=errG, real=real, fake=fake)
    with torch.no_grad():
        world.judge(netG(make_noise(1024)))
    return w.evidence()
