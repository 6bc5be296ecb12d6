"""Small pictures by styles: a mapping network, modulated convolutions, lazy R1 each 16th step, averaged weights."""

import math
from copy import deepcopy

import torch
from torch import nn
from torch.nn.functional import conv2d, interpolate, leaky_relu, softplus

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "latent-ignored": "truncation: w_avg + psi * (w - w_avg) with a psi of 0 that was meant for a picture of the mean",
    "no-update.generator": "g_optim is made after g and g_ema were swapped for the first picture, and swapped back",
    "critic-on-stale-fake": "the discriminator draws its fakes from g_ema as it was when the training began",
    "shared-optimizer": "both optimizers are made of the parameters of a container that holds g and d",
    "train-eval-mode": "g.eval() and d.eval() at the first step, for the layers' dropout; it stays so",
    "output-range": "to_rgb ends in a sigmoid",
    "non-finite": "demodulation by rsqrt without epsilon, of styles that a threshold can set to nought",
    "penalty-too-large": "r1 of 100000",
    "critic-too-weak": "augmentation at full strength that covers all but a corner of each picture",
    "dead-units": "a ReLU behind biases that start at -6, where a leaky one is meant",
    "mode-collapse": "path regularity: the change of pictures by w is pushed to nought, at a weight of 300",
    "learning-rate-high": "a rate of 0.15 after equalised learning rates were given up",
    "learning-rate-low": "lr_mul of 0.005 was meant for the mapping and given to both optimizers",
    "late-degradation": "the rate's ramp-down divides where it should multiply",
}


class Mapping(nn.Module):
    def __init__(self, z_dim, w_dim):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(z_dim, w_dim), nn.LeakyReLU(0.2), nn.Linear(w_dim, w_dim), nn.LeakyReLU(0.2))

    def forward(self, z):
        return self.net(z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt())


class StyledConv(nn.Module):
    def __init__(self, a, b, w_dim, bug):
        super().__init__()
        self.bug = bug
        self.weight = nn.Parameter(torch.randn(b, a, 3, 3) / math.sqrt(9 * a))
        self.affine = nn.Linear(w_dim, a)
        nn.init.ones_(self.affine.bias)
        self.bias = nn.Parameter(torch.full((b, 1, 1), -6.0 if bug == "dead-units" else 0.0))
        self.drop = nn.Dropout(0.02)

    def forward(self, x, w):
        style = self.affine(w)
        if self.bug == "non-finite":
            style = torch.relu(style - 1.4)
        n, a, h, side = x.shape
        weight = self.weight * style[:, None, :, None, None]
        power = weight.square().sum((2, 3, 4), keepdim=True)
        weight = weight * (power if self.bug == "non-finite" else power + 1e-8).rsqrt()
        y = conv2d(x.reshape(1, n * a, h, side), weight.flatten(0, 1), padding=1, groups=n).view(n, -1, h, side)
        y = self.drop(y) + self.bias
        return torch.relu(y) if self.bug == "dead-units" else leaky_relu(y, 0.2)


class Synthesis(nn.Module):
    def __init__(self, z_dim, ch, side, bug):
        super().__init__()
        self.bug = bug
        self.mapping = Mapping(z_dim, 2 * ch)
        self.const = nn.Parameter(torch.randn(1, ch, side // 2, side // 2))
        self.low, self.high = StyledConv(ch, ch, 2 * ch, bug), StyledConv(ch, ch, 2 * ch, bug)
        self.to_rgb = nn.Conv2d(ch, 1, 1)
        self.register_buffer("w_avg", self.mapping(torch.randn(64, z_dim)).mean(0).detach())

    def synthesise(self, w):
        if self.bug == "latent-ignored":
            w = self.w_avg + 0.0 * (w - self.w_avg)
        x = self.low(self.const.expand(len(w), -1, -1, -1), w)
        x = self.to_rgb(self.high(interpolate(x, scale_factor=2, mode="nearest"), w))
        return torch.sigmoid(x) if self.bug == "output-range" else x

    def forward(self, z):
        return self.synthesise(self.mapping(z))


class Discriminator(nn.Module):
    def __init__(self, ch, side):
        super().__init__()
        self.convs = nn.Sequential(
            nn.Conv2d(1, ch, 3, padding=1), nn.LeakyReLU(0.2),
            nn.Conv2d(ch, 2 * ch, 4, 2, 1), nn.LeakyReLU(0.2),
            nn.Conv2d(2 * ch, 2 * ch, 4, 2, 1), nn.LeakyReLU(0.2),
        )  # fmt: skip
        self.final = nn.Linear(2 * ch * (side // 4) ** 2, 1)

    def forward(self, img):
        return self.final(self.convs(img).flatten(1))


def d_r1_loss(score, img):
    (grad,) = torch.autograd.grad(score.sum(), img, create_graph=True)
    return grad.square().sum((1, 2, 3)).mean()


def g_path_loss(g, z):
    w = g.mapping(z)
    other = w[torch.randperm(len(w))]
    return (g.synthesise(w) - g.synthesise(other)).square().mean()


def accumulate(g_ema, g, decay):
    with torch.no_grad():
        for old, new in zip(g_ema.parameters(), g.parameters(), strict=True):
            old.lerp_(new, 1 - decay)


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 450,
    device: str = "cpu",
    ch: int = 12,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    n, z_dim, side, every_r1 = 32, 8, world.sample(1, 0).shape[2], 16
    r1 = 1e5 if bug == "penalty-too-large" else 0.3
    g, d = Synthesis(z_dim, ch, side, bug).to(device), Discriminator(ch, side).to(device)
    g_ema = deepcopy(g).eval()
    first = deepcopy(g)
    lr = {"learning-rate-high": 0.15, "learning-rate-low": 0.005 * 4e-3}.get(bug or "", 4e-3 * pace)
    moved = {"g": g_ema if bug == "no-update.generator" else g, "d": d}
    if bug == "shared-optimizer":
        moved["g"] = moved["d"] = nn.ModuleList([g, d])
    g_optim, d_optim = (torch.optim.Adam(each.parameters(), lr=lr, betas=(0.0, 0.99)) for each in moved.values())
    pictures = world.batches(n, seed, pool=5000)
    if bug == "train-eval-mode":
        g.eval()
        d.eval()

    def noise():
        return torch.randn(n, z_dim, device=device)

    def augment(img):
        if bug != "critic-too-weak":
            return img
        kept = torch.zeros_like(img)
        kept[..., :2, :2] = 1.0
        return kept * img

    with watch(generator=g, critic=d, optimizers=[g_optim, d_optim], steps=steps, every=max(1, steps // 40)) as w:
        for i in range(steps):
            real_img = pictures().to(device)
            with torch.no_grad():
                fake_img = (first if bug == "critic-on-stale-fake" else g)(noise())
            d_loss = softplus(d(augment(fake_img))).mean() + softplus(-d(augment(real_img))).mean()
            d_optim.zero_grad()
            d_loss.backward()
            d_optim.step()
            if i % every_r1 == 0:
                real_img.requires_grad_(True)
                d_optim.zero_grad()
                (r1 / 2 * every_r1 * d_r1_loss(d(augment(real_img)), real_img)).backward()
                d_optim.step()
                real_img = real_img.detach()

            fake_img = g(noise())
            g_loss = softplus(-d(augment(fake_img))).mean()
            if bug == "mode-collapse":
                g_loss = g_loss + 300 * g_path_loss(g, noise())
            g_optim.zero_grad()
            g_loss.backward()
            g_optim.step()
            accumulate(g_ema, g, 0.97)
            w.step(critic_loss=d_loss, generator_loss=g_loss, real=real_img, fake=fake_img)
            if bug == "late-degradation" and i > 0.6 * steps:
                for group in (*g_optim.param_groups, *d_optim.param_groups):
                    group["lr"] = min(60 * lr, group["lr"] / 0.9)
    with torch.no_grad():
        world.judge(g_ema(torch.randn(1024, z_dim, device=device)))
    return w.evidence()
