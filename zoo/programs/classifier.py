"""A classifier of points on spiral arms, in plain PyTorch with a held-out loss at each report."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo import truth

BUGS = {
    "no-zero-grad": "optimizer.zero_grad() is missing",
    "no-update.model": "the optimizer holds a deep copy of the network",
    "loss-sign": "the likelihood is minimised instead of its negative",
    "overfitting": "40 training points for a network of 40,000 weights, without any brake",
    "learning-rate-high": "a rate of 3",
    "learning-rate-low": "a rate of 1e-7",
    "non-finite": "softmax, then log, of logits that grow without bound",
    "dead-units": "biases of -6 before the ReLUs",
    "vanishing-gradient": "fifteen layers of sigmoids",
    "exploding-gradient": "fourteen layers whose weights are drawn six times too wide",
    "train-eval-mode": "net.eval() after the first evaluation, with dropout and batch normalisation inside",
    "batch-too-small": "one sample in a batch",
    "momentum-high": "a momentum of 0.999",
}


def arms(count, seed, classes=3):
    rng = np.random.default_rng(seed)
    label = rng.integers(classes, size=count)
    t = rng.uniform(0.2, 1.0, count)
    angle = 2.5 * t + 2 * np.pi * label / classes + 0.1 * rng.standard_normal(count)
    x = np.stack([t * np.cos(angle), t * np.sin(angle)], axis=1).astype(np.float32)
    return torch.from_numpy(x), torch.from_numpy(label)


def make_net(bug, width):
    deep = {"vanishing-gradient": 15, "exploding-gradient": 14}.get(bug, 3)
    act = nn.Sigmoid if bug == "vanishing-gradient" else nn.ReLU
    layers, n = [], 2
    for _ in range(deep):
        layers += [nn.Linear(n, width), *([nn.BatchNorm1d(width)] if bug == "train-eval-mode" else []), act()]
        n = width
    if bug in ("train-eval-mode",):
        layers.append(nn.Dropout(0.2))
    net = nn.Sequential(*layers, nn.Linear(n, 3))
    for layer in net:
        if isinstance(layer, nn.Linear) and bug == "exploding-gradient":
            layer.weight.data *= 6
        if isinstance(layer, nn.Linear) and bug == "dead-units" and layer.out_features != 3:
            layer.bias.data.fill_(-6.0)
    return net


def run(
    bug: str | None, *, world: None = None, seed: int = 0, steps: int = 600, device: str = "cpu", width: int = 64
) -> Evidence:
    torch.manual_seed(seed)
    few = bug == "overfitting"
    x_train, y_train = arms(40 if few else 3000, seed + 1)
    if few:
        y_train = torch.where(torch.rand(len(y_train)) < 0.25, (y_train + 1) % 3, y_train)
        width *= 2
    x_val, y_val = arms(1000, 99)
    net = make_net(bug, width).to(device)
    rate = {"learning-rate-high": 3.0, "learning-rate-low": 1e-7}.get(bug, 0.05)
    held = make_net(bug, width).to(device) if bug == "no-update.model" else net
    optimizer = torch.optim.SGD(held.parameters(), lr=rate, momentum=0.999 if bug == "momentum-high" else 0.9)
    size = 1 if bug == "batch-too-small" else 64

    def evaluate():
        net.eval()
        with torch.no_grad():
            value = F.cross_entropy(net(x_val.to(device)), y_val.to(device))
        if bug != "train-eval-mode":
            net.train()
        return value

    with watch(model=net, optimizers=[optimizer], steps=steps, every=max(1, steps // 40)) as w:
        for step in range(steps):
            picked = torch.randint(len(x_train), (size,))
            logits = net(x_train[picked].to(device))
            target = y_train[picked].to(device)
            if bug == "non-finite":
                loss = -torch.log(torch.softmax(300 * logits, 1))[range(size), target].mean()
            else:
                loss = F.cross_entropy(logits, target)
            if bug == "loss-sign":
                loss = -loss
            if bug != "no-zero-grad":
                optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            w.step(loss=loss, held_out_loss=evaluate() if step % 10 == 0 else None)
    net.eval()
    with torch.no_grad():
        truth.note(right=(net(x_val.to(device)).argmax(1).cpu() == y_val).float().mean().item(), loss=evaluate())
    return w.evidence()
