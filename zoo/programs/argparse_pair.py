"""A script ruled by flags: generator and discriminator in one paired module, hinge, spectral norm, averaged weights."""

import argparse
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.parametrizations import spectral_norm

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "loss-sign.critic": "discriminator_hinge(real, fake) is called with its arguments the other way round",
    "no-zero-grad": "gradients are cleared where accumulation begins, and that is where it % 1000000 == 0",
    "shared-optimizer": "both optimizers are given the parameters of the pair",
    "train-eval-mode": "G_eval_mode while a sheet of samples is saved, and no way back",
    "output-range": "pictures are shown as (x + 1) / 2, and that line stands in forward() too",
    "mode-collapse": "consistency of G at z and at a neighbour of z, where the neighbour is another z altogether",
    "critic-on-stale-fake": "--num_D_accumulations 0: the discriminator's fakes are those of the first sample sheet",
    "n-critic-high": "--num_D_steps 30, for the same number of discriminator steps in all",
    "batch-too-small": "--batch_size 2",
    "learning-rate-high": "--G_lr 0.08 --D_lr 0.16",
    "learning-rate-low": "--G_lr 0.00002 --D_lr 0.00004",
}

FLAGS = {
    "n-critic-high": "--num_D_steps 30",
    "batch-too-small": "--batch_size 2",
    "learning-rate-high": "--G_lr 0.08 --D_lr 0.16",
    "learning-rate-low": "--G_lr 0.00002 --D_lr 0.00004",
}


def prepare_parser():
    parser = argparse.ArgumentParser()
    parser.add_argument("--G_lr", type=float, default=1e-3)
    parser.add_argument("--D_lr", type=float, default=2e-3)
    parser.add_argument("--batch_size", type=int, default=40)
    parser.add_argument("--num_D_steps", type=int, default=2)
    parser.add_argument("--dim_z", type=int, default=12)
    parser.add_argument("--ema_decay", type=float, default=0.97)
    return parser


class G(nn.Module):
    def __init__(self, dim_z, ch, side, halve):
        super().__init__()
        self.bottom, self.halve = side // 4, halve
        self.linear = nn.Linear(dim_z, ch * self.bottom**2)
        self.blocks = nn.ModuleList(
            nn.ModuleList([nn.BatchNorm2d(ch), nn.Conv2d(ch, ch, 3, padding=1)]) for _ in range(2)
        )
        self.output = nn.Sequential(nn.BatchNorm2d(ch), nn.ReLU(), nn.Conv2d(ch, 1, 3, padding=1))

    def forward(self, z):
        h = self.linear(z).view(len(z), -1, self.bottom, self.bottom)
        for bn, conv in self.blocks:
            h = conv(F.interpolate(F.relu(bn(h)), scale_factor=2))
        x = torch.tanh(self.output(h))
        return (x + 1) / 2 if self.halve else x


class D(nn.Module):
    def __init__(self, ch):
        super().__init__()
        self.convs = nn.ModuleList(
            spectral_norm(nn.Conv2d(a, b, 4, 2, 1)) for a, b in ((1, ch), (ch, 2 * ch), (2 * ch, 4 * ch))
        )
        self.linear = spectral_norm(nn.Linear(4 * ch, 1))

    def forward(self, x):
        for conv in self.convs:
            x = F.leaky_relu(conv(x), 0.1)
        return self.linear(x.sum((2, 3)))


class G_D(nn.Module):
    def __init__(self, G, D):
        super().__init__()
        self.G, self.D = G, D

    def forward(self, z, x=None, G_z=None, train_G=False):
        if G_z is None:
            with torch.set_grad_enabled(train_G):
                G_z = self.G(z)
        if x is None:
            return self.D(G_z), G_z
        D_fake, D_real = self.D(torch.cat([G_z, x])).split([len(G_z), len(x)])
        return D_fake, D_real


def discriminator_hinge(on_fake, on_real):
    return F.relu(1 - on_real).mean() + F.relu(1 + on_fake).mean()


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 300,
    device: str = "cpu",
    ch: int = 16,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    config = prepare_parser().parse_args(FLAGS.get(bug or "", "").split())
    side = world.sample(1, 0).shape[2]
    pair = G_D(G(config.dim_z, ch, side, bug == "output-range"), D(ch)).to(device)
    G_ema = copy.deepcopy(pair.G)
    of_G, of_D = (pair, pair) if bug == "shared-optimizer" else (pair.G, pair.D)
    G_optim = torch.optim.Adam(of_G.parameters(), lr=pace * config.G_lr, betas=(0.0, 0.99))
    D_optim = torch.optim.Adam(of_D.parameters(), lr=pace * config.D_lr, betas=(0.0, 0.99))
    loader = world.batches(config.batch_size, seed, pool=4000)
    if bug == "n-critic-high":
        steps = max(15, steps * 2 // config.num_D_steps)
    sheet = None

    def z_():
        return torch.randn(config.batch_size, config.dim_z, device=device)

    def clear(optim, it):
        if bug != "no-zero-grad" or it % 1_000_000 == 0:
            optim.zero_grad()

    def save_sheet():
        pair.G.eval()
        with torch.no_grad():
            pictures = pair.G(z_())
        if bug != "train-eval-mode":
            pair.G.train()
        return pictures

    def update_average():
        with torch.no_grad():
            for kept, new in zip(G_ema.state_dict().values(), pair.G.state_dict().values(), strict=True):
                kept.copy_(config.ema_decay * kept + (1 - config.ema_decay) * new)

    with watch(
        generator=pair.G, critic=pair.D, optimizers=[G_optim, D_optim], steps=steps, every=max(1, steps // 40)
    ) as w:
        for it in range(steps):
            if it % 75 == 0:
                sheet = save_sheet() if sheet is None or bug != "critic-on-stale-fake" else sheet
            for _ in range(config.num_D_steps):
                x = loader().to(device)
                clear(D_optim, it)
                D_fake, D_real = pair(z_(), x, G_z=sheet if bug == "critic-on-stale-fake" else None)
                if bug == "loss-sign.critic":
                    D_loss = discriminator_hinge(D_real, D_fake)
                else:
                    D_loss = discriminator_hinge(D_fake, D_real)
                D_loss.backward()
                D_optim.step()
            clear(G_optim, it)
            z = z_()
            scores, G_z = pair(z, train_G=True)
            G_loss = -scores.mean()
            if bug == "mode-collapse":
                G_loss = G_loss + 5.0 * (G_z - pair.G(z_())).abs().flatten(1).sum(1).mean()
            G_loss.backward()
            G_optim.step()
            update_average()
            w.step(critic_loss=D_loss, generator_loss=G_loss, real=x, fake=G_z)
    G_ema.eval()
    with torch.no_grad():
        world.judge(G_ema(torch.randn(1024, config.dim_z, device=device)))
    return w.evidence()
