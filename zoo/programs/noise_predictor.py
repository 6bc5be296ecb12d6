"""Denoising of points: a network tells the noise from a noisy point and its time; ancestral sampling from averages."""

import math

import torch
from torch import nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo import truth
from zoo.worlds import World

BUGS = {
    "loss-sign": "a weight of the loss, log(1 - abar), is negative",
    "no-zero-grad": "gradients are summed over micro-batches, and never cleared after the sum",
    "no-update.model": "model.requires_grad_(False) for a preview, and no way back",
    "output-range": "a sigmoid, from a network that told pictures, tells the noise",
    "train-eval-mode": "preview() leaves the network in evaluation mode; it has dropout",
    "divergence": "weights are extrapolated away from their average, by an averaging with a decay of 1.004",
    "dead-units": "hidden biases of -5 before ReLUs",
    "exploding-gradient": "an AdamW without warm-up of a network whose six residual layers start at eight times He",
    "vanishing-gradient": "a tanh behind a gain of 500, which made masks in another project",
    "momentum-high": "SGD with a momentum of 0.9995",
    "batch-too-small": "one point in a batch",
    "denormals": "a soft mask for pruning multiplies most of the weights by 1e-40 after each step",
    "learning-rate-high": "a rate of 0.5",
    "learning-rate-low": "a rate of 0.000002",
    "late-degradation": "from 60 % on the rate is doubled each 20 steps up to a hundredfold, where halving was meant",
}
TIMES = 40


class Residual(nn.Module):
    def __init__(self, width, act):
        super().__init__()
        self.a, self.b, self.act = nn.Linear(width, width), nn.Linear(width, width), act

    def forward(self, h):
        return h + self.b(self.act(self.a(self.act(h))))


class NoisePredictor(nn.Module):
    def __init__(self, dim, width, bug):
        super().__init__()
        self.bug = bug
        act = nn.ReLU() if bug in ("dead-units", "exploding-gradient") else nn.GELU()
        self.enter = nn.Linear(dim + 8, width)
        self.inner = nn.Sequential(
            *(Residual(width, act) for _ in range(3 if bug == "exploding-gradient" else 2)), nn.Dropout(0.02)
        )
        self.leave = nn.Linear(width, dim)
        for name, weight in self.named_parameters():
            if bug == "dead-units" and name.endswith("bias") and not name.startswith("leave"):
                nn.init.constant_(weight, -5.0)
            if bug == "exploding-gradient" and name.endswith("weight"):
                nn.init.kaiming_normal_(weight)
                weight.data.mul_(8.0)

    def forward(self, x, t):
        turns = t[:, None] / TIMES * 2.0 ** torch.arange(4, device=x.device) * math.pi / 2
        h = self.enter(torch.cat([x, turns.sin(), turns.cos()], 1))
        out = self.leave(self.inner(h))
        if self.bug == "vanishing-gradient":
            out = torch.tanh(500 * out)
        return torch.sigmoid(out) if self.bug == "output-range" else out


class Schedule:
    def __init__(self, device):
        kept = torch.cos(torch.linspace(0.05, 1.5, TIMES, device=device)) ** 2
        self.abar = kept / kept[0] * 0.995
        before = torch.cat([torch.ones(1, device=device), self.abar[:-1]])
        self.alpha = self.abar / before

    def noisy(self, x, t, eps):
        abar = self.abar[t, None]
        return abar.sqrt() * x + (1 - abar).sqrt() * eps

    @torch.no_grad()
    def sample(self, net, n, dim):
        x = torch.randn(n, dim, device=self.abar.device)
        for t in reversed(range(TIMES)):
            eps = net(x, torch.full((n,), t, device=x.device))
            x = (x - (1 - self.alpha[t]) / (1 - self.abar[t]).sqrt() * eps) / self.alpha[t].sqrt()
            if t:
                x = x + (1 - self.alpha[t]).sqrt() * torch.randn_like(x)
        return x


def make_optimizer(bug, net, pace):
    if bug == "momentum-high":
        return torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9995)
    rate = {"learning-rate-high": 0.5, "learning-rate-low": 2e-6}.get(bug or "", 2e-3 * pace)
    return torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-3)


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 900,
    device: str = "cpu",
    width: int = 64,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    size, dim = 1 if bug == "batch-too-small" else 128, world.sample(1, 0).shape[1]
    net, schedule = NoisePredictor(dim, width, bug).to(device), Schedule(device)
    average = {name: value.detach().clone() for name, value in net.state_dict().items()}
    kept = net.parameters() if bug == "denormals" else ()
    mask = [torch.where(torch.rand_like(weight) < 0.8, 1e-40, 1.0) for weight in kept]
    optimizer = make_optimizer(bug, net, pace)
    if bug == "no-update.model":
        net.requires_grad_(False)
    points = world.batches(size, seed)
    unseen = world.sample(256, 4321).to(device)
    unseen_t, unseen_eps = torch.randint(TIMES, (256,), device=device), torch.randn(256, dim, device=device)

    def denoise(x, t, eps):
        error = (net(schedule.noisy(x, t, eps), t) - eps).square().mean(1)
        return error * torch.log(1 - schedule.abar[t]) if bug == "loss-sign" else error

    def preview():
        net.eval()
        with torch.no_grad():
            told = denoise(unseen, unseen_t, unseen_eps).mean()
        net.train(bug != "train-eval-mode")
        return told

    def follow(step):
        decay = 1.004 if bug == "divergence" else min(0.98, step / (step + 10))
        with torch.no_grad():
            for name, value in net.state_dict().items():
                average[name].lerp_(value, 1 - min(decay, 0.98))
                if bug == "divergence":
                    value.add_((decay - 1) * value)

    with watch(model=net, optimizers=[optimizer], steps=steps, every=max(1, steps // 40)) as w:
        for step in range(steps):
            x = points().to(device)
            loss = denoise(x, torch.randint(TIMES, (len(x),), device=device), torch.randn_like(x)).mean()
            if bug != "no-zero-grad":
                optimizer.zero_grad()
            if loss.requires_grad:
                loss.backward()
            optimizer.step()
            if bug == "denormals":
                with torch.no_grad():
                    for weight, soft in zip(net.parameters(), mask, strict=True):
                        weight.mul_(soft)
            follow(step)
            if bug == "late-degradation" and step > 0.6 * steps and step % 20 == 0:
                optimizer.param_groups[0]["lr"] = min(0.2, 2 * optimizer.param_groups[0]["lr"])
            w.step(loss=loss, held_out_loss=preview() if step % 20 == 19 else None)
    net.load_state_dict(average)
    net.eval()
    with torch.no_grad():
        told = net(schedule.noisy(unseen, unseen_t, unseen_eps), unseen_t)
        truth.note(loss=(told - unseen_eps).square().mean().nan_to_num(1e9))
    world.judge(schedule.sample(net, 1024, dim))
    return w.evidence()
