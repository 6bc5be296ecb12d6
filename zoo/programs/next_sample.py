"""Predicts the next sample of a sound by causal convolutions: crops, a running mean of the loss, a held-out loss."""

import torch
import torch.nn.functional as F
from torch import nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo import truth
from zoo.worlds import World

BUGS = {
    "loss-sign": "log-likelihood is what is minimised, without its minus",
    "no-zero-grad": "set_to_none was put in front of the parentheses of another call, and nothing is cleared",
    "no-update.model": "the warm-up is a whole-number division, so the rate is 0 at every step",
    "output-range": "predictions pass a ReLU, as if they were magnitudes",
    "train-eval-mode": "listen() puts the predictor into evaluation mode; it has dropout",
    "receptive-field-short": "kernels of 1, so that the predictor knows a single sample",
    "overfitting": "three noisy beginnings of sounds, a predictor four times as wide, and no dropout",
    "non-finite": "the error is taken relative to each sample, and some samples are exactly nought",
    "dead-units": "ReLUs behind biases of -1",
    "vanishing-gradient": "the skips of eight layers were lost, and the factor of 0.02 before their branches stayed",
    "exploding-gradient": "no division by the square root of the fan-in in eight layers",
    "divergence": "weight decay by hand with the wrong sign",
    "late-degradation": "the cycle of the rate rises eightyfold from 60 % on",
    "batch-too-small": "one crop of 8 samples in a batch",
    "learning-rate-high.thirty": "a rate of 0.09",
    "learning-rate-high.hundred": "a rate of 0.3",
    "learning-rate-low.ten": "a rate of 0.0003",
    "learning-rate-low.hundred": "a rate of 0.00003",
}


class Causal(nn.Module):
    def __init__(self, a, b, kernel, dilation):
        super().__init__()
        self.conv = nn.Conv1d(a, b, kernel, dilation=dilation)
        self.pad = (kernel - 1) * dilation

    def forward(self, x):
        return self.conv(F.pad(x, (self.pad, 0)))


class Predictor(nn.Module):
    def __init__(self, bug, width):
        super().__init__()
        self.bug = bug
        kernel = 1 if bug == "receptive-field-short" else 3
        depth = 8 if bug in ("exploding-gradient", "vanishing-gradient") else 4
        self.first = Causal(1, width, kernel, 1)
        self.layers = nn.ModuleList(Causal(width, width, kernel, 2 ** (k % 4)) for k in range(depth))
        self.drop = nn.Dropout(0.0 if bug == "overfitting" else 0.05)
        self.last = nn.Conv1d(width, 1, 1)
        for layer in (self.first, *self.layers):
            if bug == "dead-units":
                nn.init.constant_(layer.conv.bias, -1.0)
            if bug == "exploding-gradient":
                nn.init.normal_(layer.conv.weight)

    def forward(self, x):
        plain = self.bug in ("exploding-gradient", "vanishing-gradient")
        factor = 0.02 if self.bug == "vanishing-gradient" else 1.0
        h = F.relu(self.first(x))
        for layer in self.layers:
            h = factor * F.relu(layer(h)) if plain else h + F.relu(layer(h))
        y = self.last(self.drop(h))
        return F.relu(y) if self.bug == "output-range" else y


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 300,
    device: str = "cpu",
    width: int = 16,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    few = bug == "overfitting"
    corpus = world.sample(3 if few else 1000, seed).to(device)
    if few:
        corpus = corpus[..., :40] + 0.3 * torch.randn_like(corpus[..., :40])
    held_out = world.sample(64, 99).to(device)
    predictor = Predictor(bug, 4 * width if few else width).to(device)
    lr = {
        "learning-rate-high.thirty": 9e-2,
        "learning-rate-high.hundred": 3e-1,
        "learning-rate-low.ten": 3e-4,
        "learning-rate-low.hundred": 3e-5,
    }.get(bug or "", 3e-3 * pace)
    optimizer = torch.optim.Adam(predictor.parameters(), lr=lr)

    def factor(step):
        if bug == "no-update.model":
            return step // (steps + 1)
        return 80.0 if bug == "late-degradation" and step > 0.6 * steps else 1.0

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
    crops, length = (1, 9) if bug == "batch-too-small" else (16, 33 if few else 129)

    def crop():
        start = int(torch.randint(corpus.shape[2] - length + 1, (1,)))
        return corpus[torch.randint(len(corpus), (crops,)), :, start : start + length]

    def error(sound):
        ahead, target = predictor(sound[..., :-1]), sound[..., 1:]
        if bug == "non-finite":
            target = torch.where(target.abs() < 0.01, 0.0, target)
            return ((ahead - target) / target).abs().mean()
        likelihood = -(ahead - target).square().mean() / (2 * 0.2**2)
        return likelihood if bug == "loss-sign" else -likelihood

    def listen():
        predictor.eval()
        with torch.no_grad():
            told = error(held_out)
        predictor.train(bug != "train-eval-mode")
        return told

    with watch(model=predictor, optimizers=optimizer, steps=steps, every=max(1, steps // 40)) as w:
        for step in range(steps):
            loss = error(crop())
            if bug != "no-zero-grad":
                optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if bug == "divergence":
                with torch.no_grad():
                    for weight in predictor.parameters():
                        weight *= 1 + 0.02
            optimizer.step()
            scheduler.step()
            w.step(loss=loss, held_out_loss=listen() if step % 10 == 9 else None)
    predictor.eval()
    with torch.no_grad():
        ended = F.mse_loss(predictor(held_out[..., :-1]), held_out[..., 1:]).nan_to_num(float("inf"))
        truth.note(loss=ended, power=held_out.square().mean())
    return w.evidence()
