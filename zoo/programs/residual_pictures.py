"""Spectrograms by residual blocks: spectral norm, logistic loss with one-sided smoothing, helpers for everything."""

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm as sn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "critic-sigmoid": "logits() ends in a sigmoid from the days of binary_cross_entropy without logits",
    "output-range": "decibels are mapped to [-1, 1] for tanh in the generator's code, but not in the loader's",
    "loss-sign": "the minus of the saturating form was kept, with the label of the other form",
    "no-zero-grad.generator": "zero_grad() of the discriminator is called twice, of the generator never",
    "shared-optimizer": "parameters(*nets) is given both networks in either call",
    "grad-leak": "the generator's backward comes first, and its traces in the discriminator are not cleared",
    "train-eval-mode": "export() puts the generator into evaluation mode for tracing",
    "latent-ignored": "code * 0 + bias: a gate that starts closed and has no weight to open it",
    "mode-collapse": "an L2 term to the mean spectrogram, meant as a warm-up, is never faded out",
    "critic-too-weak": "both kinds are averaged over time and frequency before the discriminator's last block",
    "vanishing-gradient": "a soft clip at 2 behind a gain of 300 that was meant for whole numbers",
    "batch-too-small": "batches of 2",
    "learning-rate-high.forty": "forty times the rate",
    "learning-rate-high.far": "two hundred times the rate",
    "learning-rate-low.twenty": "a twentieth of the rate",
    "learning-rate-low.hundred": "a hundredth of the rate",
}


class UpBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, h):
        up = functional.interpolate(h, scale_factor=2)
        return up + self.conv(functional.relu(self.norm(up)))


class DownBlock(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.conv, self.side = sn(nn.Conv2d(a, b, 3, padding=1)), sn(nn.Conv2d(a, b, 1))

    def forward(self, h):
        return functional.avg_pool2d(self.side(h) + self.conv(functional.leaky_relu(h, 0.1)), 2)


class Painter(nn.Module):
    def __init__(self, bug, code, channels, side):
        super().__init__()
        self.bug, self.start = bug, side // 4
        self.dense = nn.Linear(code, channels * self.start**2)
        self.blocks = nn.Sequential(UpBlock(channels), UpBlock(channels))
        self.out = nn.Conv2d(channels, 1, 3, padding=1)

    def forward(self, code):
        if self.bug == "latent-ignored":
            code = 0 * code
        h = self.dense(code).view(len(code), -1, self.start, self.start)
        picture = self.out(functional.relu(self.blocks(h))).squeeze(1)
        if self.bug == "vanishing-gradient":
            return 2 * torch.tanh(300 * picture)
        return torch.tanh(picture) / 2 if self.bug == "output-range" else picture


class Viewer(nn.Module):
    def __init__(self, bug, channels, side):
        super().__init__()
        self.bug = bug
        self.first, self.second = DownBlock(1, channels), DownBlock(channels, channels)
        self.last = sn(nn.Linear(channels * (side // 4) ** 2, 1))

    def logits(self, picture):
        picture = picture.unsqueeze(1)
        if self.bug == "critic-too-weak":
            picture = picture.mean((2, 3), keepdim=True).expand_as(picture)
        h = self.second(self.first(picture)).flatten(1)
        return self.last(functional.leaky_relu(h, 0.1))

    def forward(self, picture):
        return torch.sigmoid(self.logits(picture)) if self.bug == "critic-sigmoid" else self.logits(picture)


def logistic(scores, target):
    return functional.binary_cross_entropy_with_logits(scores, torch.full_like(scores, target))


def parameters(*nets):
    return [weight for net in nets for weight in net.parameters()]


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 300,
    device: str = "cpu",
    channels: int = 16,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    side, size, n_code = world.sample(1, 0).shape[1], 2 if bug == "batch-too-small" else 32, 8
    painter, viewer = Painter(bug, n_code, channels, side).to(device), Viewer(bug, channels, side).to(device)
    rate = 1e-3 * {
        "learning-rate-high.forty": 40.0,
        "learning-rate-high.far": 200.0,
        "learning-rate-low.twenty": 0.05,
        "learning-rate-low.hundred": 0.01,
    }.get(bug or "", pace)
    both = (painter, viewer) if bug == "shared-optimizer" else ()
    opt_painter = torch.optim.Adam(parameters(painter), lr=rate, betas=(0.5, 0.99))
    opt_viewer = torch.optim.Adam(parameters(*(both or (viewer,))), lr=2 * rate, betas=(0.5, 0.99))
    slower = [
        torch.optim.lr_scheduler.LambdaLR(each, lambda number: min(1.0, 2 - 2 * number / steps))
        for each in (opt_painter, opt_viewer)
    ]
    pictures = world.batches(size, seed, pool=4000)
    average = pictures().mean(0).to(device)

    def paint():
        return painter(torch.randn(size, n_code, device=device))

    def view(real, fake):
        return logistic(viewer(real), 0.9) + logistic(viewer(fake.detach()), 0.0)

    def learn_to_paint(fake):
        loss = logistic(viewer(fake), 1.0) * (-1 if bug == "loss-sign" else 1)
        if bug == "mode-collapse":
            loss = loss + 2000 * (fake - average).square().mean()
        if bug != "no-zero-grad.generator":
            opt_painter.zero_grad()
        loss.backward()
        opt_painter.step()
        return loss

    with watch(
        generator=painter, critic=viewer, optimizers=[opt_painter, opt_viewer], steps=steps, every=max(1, steps // 40)
    ) as w:
        for number in range(steps):
            real, fake = pictures().to(device), paint()
            if bug == "grad-leak":
                opt_viewer.zero_grad()
                paint_loss = learn_to_paint(fake)
                view_loss = view(real, fake)
                view_loss.backward()
                opt_viewer.step()
            else:
                opt_viewer.zero_grad()
                view_loss = view(real, fake)
                view_loss.backward()
                opt_viewer.step()
                paint_loss = learn_to_paint(fake)
            w.step(critic_loss=view_loss, generator_loss=paint_loss, real=real, fake=fake)
            for each in slower:
                each.step()
            if number == 30 and bug == "train-eval-mode":
                painter.eval()
    with torch.no_grad():
        world.judge(torch.cat([paint() for _ in range(-(-512 // size))]))
    return w.evidence()
