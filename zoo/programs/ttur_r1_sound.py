"""Short sounds by 1-D convolutions: non-saturating loss, lazy R1 and two time scales, in one long function."""

import itertools
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "generator-detached": "x_hat.data is scored in the generator's update",
    "no-zero-grad": "the line that clears disc's gradients was lost when R1 was added",
    "no-update.generator": "the parameters of synth were listed before its blocks were built",
    "latent-ignored": "the affine layer that takes z starts at zero and is not in the optimizer",
    "output-range": "tanh(x) / 10 at the end of synth",
    "learning-rate-high": "both rates fifty times as large",
    "penalty-too-large": "gamma of 20000",
    "loss-sign.critic": "real and fake are swapped in disc's loss",
    "vanishing-gradient": "synth minimises log(1 - sigmoid); disc is warmed up, gets 12 batches more a turn, no R1",
    "critic-on-stale-fake": "x_hat of disc's update comes from the epoch's first batch",
    "denormals": "disc, without biases, works on sounds scaled by 2e-38 and scales its score back",
    "late-degradation": "a scheduler multiplies disc's and synth's rates by 60 at 60 % of the training",
}


def upsample_block(cin, cout):
    return nn.Sequential(nn.Upsample(scale_factor=4), nn.Conv1d(cin, cout, 9, padding=4), nn.LeakyReLU(0.2))


class Synth(nn.Module):
    def __init__(self, zdim, ch, length):
        super().__init__()
        self.stages = round(math.log(length / 8, 4))
        self.start = 8 * length // (8 * 4**self.stages)
        self.fc = nn.Linear(zdim, ch * self.start)
        self.blocks = nn.Sequential(*[upsample_block(ch, ch) for _ in range(self.stages)])
        self.post = nn.Conv1d(ch, 1, 9, padding=4)
        self.ch, self.gain = ch, 1.0

    def forward(self, z):
        h = self.fc(z).view(len(z), self.ch, self.start)
        return torch.tanh(self.post(self.blocks(h))) * self.gain


class Disc(nn.Module):
    def __init__(self, ch, length, scale=1.0):
        super().__init__()
        stages = round(math.log(length / 8, 4))
        widths, bias = [1] + [ch] * stages, scale == 1
        pairs = itertools.pairwise(widths)
        self.convs = nn.ModuleList(nn.Conv1d(a, b, 9, stride=4, padding=4, bias=bias) for a, b in pairs)
        self.fc = nn.Linear(ch * length // 4**stages, 1, bias=bias)
        self.scale = scale

    def forward(self, x):
        x = x * self.scale
        for conv in self.convs:
            x = F.leaky_relu(conv(x), 0.2)
        return self.fc(x.flatten(1)).squeeze(1) / self.scale


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 400, device: str = "cpu", ch: int = 24
) -> Evidence:
    torch.manual_seed(seed)
    length, zdim, B = world.sample(1, 0).shape[2], 12, 24
    synth = Synth(zdim, ch, length).to(device)
    disc = Disc(ch, length, 2e-38 if bug == "denormals" else 1.0).to(device)
    if bug == "output-range":
        synth.gain = 0.1
    speed = 50 if bug == "learning-rate-high" else 1
    gamma = 20000.0 if bug == "penalty-too-large" else 0.5
    weights = list(synth.parameters())
    if bug == "no-update.generator":
        weights = list(Synth(zdim, ch, length).parameters())
    if bug == "latent-ignored":
        nn.init.zeros_(synth.fc.weight)
        weights = [p for p in weights if p is not synth.fc.weight]
    opt_s = torch.optim.Adam(weights, lr=1e-3 * speed, betas=(0.0, 0.99))
    opt_d = torch.optim.Adam(disc.parameters(), lr=2e-3 * speed, betas=(0.0, 0.99))
    next_x = world.batches(B, seed, pool=2000)
    first = None

    def train_disc(times):
        for _ in range(times):
            with torch.no_grad():
                made = synth(torch.randn(B, zdim, device=device))
            opt_d.zero_grad()
            (F.softplus(-disc(next_x().to(device))).mean() + F.softplus(disc(made)).mean()).backward()
            opt_d.step()

    if bug == "vanishing-gradient":
        train_disc(300)

    with watch(generator=synth, critic=disc, optimizers=[opt_s, opt_d], steps=steps, every=max(1, steps // 40)) as w:
        for it in range(steps):
            if bug == "vanishing-gradient":
                train_disc(12)
            x = next_x().to(device)
            x_hat = synth(torch.randn(B, zdim, device=device))
            if it % 80 == 0 or first is None:
                first = x_hat.detach()
            shown = first if bug == "critic-on-stale-fake" else x_hat.detach()

            if bug != "no-zero-grad":
                opt_d.zero_grad(set_to_none=True)
            on_real, on_fake = disc(x), disc(shown)
            if bug == "loss-sign.critic":
                on_real, on_fake = on_fake, on_real
            d_loss = F.softplus(-on_real).mean() + F.softplus(on_fake).mean()
            d_loss.backward()
            if it % 8 == 0 and bug != "vanishing-gradient":
                x_r = x.clone().requires_grad_(True)
                (grad,) = torch.autograd.grad(disc(x_r).sum(), x_r, create_graph=True)
                (8 * gamma / 2 * grad.flatten(1).square().sum(1).mean()).backward()
            opt_d.step()

            opt_s.zero_grad(set_to_none=True)
            on_made = disc(x_hat.data if bug == "generator-detached" else x_hat)
            g_loss = -F.softplus(on_made).mean() if bug == "vanishing-gradient" else F.softplus(-on_made).mean()
            g_loss.backward()
            opt_s.step()
            if bug == "late-degradation" and it == int(0.6 * steps):
                for group in (*opt_s.param_groups, *opt_d.param_groups):
                    group["lr"] *= 60
            w.step(critic_loss=d_loss, generator_loss=g_loss, real=x, fake=x_hat)
    with torch.no_grad():
        world.judge(synth(torch.randn(512, zdim, device=device)))
    return w.evidence()
