"""Four timbres told apart in small spectrograms: epochs over a DataLoader, SGD with momentum, a validation each 25."""

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo import truth

BUGS = {
    "loss-sign": "nn.NLLLoss of log-probabilities that already carry a minus",
    "no-zero-grad": "model.zero_grad() is called on the best model so far, a deepcopy",
    "no-update.model": "the optimizer is given the parameters of the backbone that was pretrained elsewhere",
    "train-eval-mode": "validate() puts the model into evaluation mode and the epoch goes on so",
    "non-finite": "spectrograms are scaled by their own deviation, and one in eight is digital silence",
    "overfitting": "24 sounds, a fifth of them mislabelled, and a model four times as wide",
    "vanishing-gradient": "the head is behind ten sigmoid layers",
    "dead-units": "inputs in decibels, shifted by -300, before ReLU layers without norms",
    "denormals": "spectra are in a unit in which they are about 1e-40; no norms, no biases in the convolutions",
    "divergence": "decoupled weight decay of 0.015 that is added, under a schedule that leaves it alone",
    "momentum-high": "momentum of 0.9995",
    "batch-too-small": "one spectrogram in a batch, at the rate for 32",
    "learning-rate-high": "a rate of 20",
    "learning-rate-low": "a rate of 0.000001",
    "late-degradation": "the one-cycle's peak is 100 times the rate and stands at 90 %",
}
RATE, SAMPLES, KINDS = 8_000, 400, 4


def sounds(n, seed):
    """Spectrograms (n, 1, 24, 12) of sines, odd harmonics, all harmonics and hums in noise, with their kinds."""
    rng = np.random.default_rng(seed)
    time, pitch = np.arange(SAMPLES) / RATE, rng.uniform(180, 420, (n, 1))
    kind = rng.integers(KINDS, size=n)
    turns = pitch * time + rng.random((n, 1))
    parts = [[1.0], [1.0, 0.0, 0.5, 0.0, 0.35], [1.0, 0.7, 0.5, 0.4, 0.3], [1.0]]
    made = np.stack([sum(a * np.sin(2 * np.pi * (k + 1) * turns) for k, a in enumerate(each)) for each in parts])
    waves = made[kind, np.arange(n)] + rng.standard_normal((n, SAMPLES)) * np.where(kind == 3, 0.35, 0.08)[:, None]
    cut = np.stack([waves[:, 32 * k : 32 * k + 48] for k in range(12)], axis=2) * np.hanning(48)[None, :, None]
    picture = np.log(np.abs(np.fft.rfft(cut, axis=1))[:, 1:] + 0.05)
    return torch.from_numpy(picture[:, None].astype(np.float32)), torch.from_numpy(kind)


def network(ch, bug):
    norm = (lambda c: nn.Identity()) if bug in ("dead-units", "denormals") else nn.BatchNorm2d
    bias = bug != "denormals"
    deep = [each for _ in range(10) for each in (nn.Linear(2 * ch, 2 * ch), nn.Sigmoid())]
    return nn.Sequential(
        nn.Conv2d(1, ch, 3, stride=2, padding=1, bias=bias), norm(ch), nn.ReLU(),
        nn.Conv2d(ch, 2 * ch, 3, stride=2, padding=1, bias=bias), norm(2 * ch), nn.ReLU(),
        nn.AdaptiveAvgPool2d((3, 1)), nn.Flatten(), nn.Linear(6 * ch, 2 * ch), nn.ReLU(), nn.Dropout(0.1),
        *(deep if bug == "vanishing-gradient" else []),
        nn.Linear(2 * ch, KINDS),
    )  # fmt: skip


def prepare(pictures, bug):
    if bug == "non-finite":
        pictures = pictures.clone()
        pictures[::8] = 0.0
        return (pictures - pictures.mean((1, 2, 3), keepdim=True)) / pictures.std((1, 2, 3), keepdim=True)
    if bug == "denormals":
        return 1e-40 * pictures
    return 10 * pictures - 300 if bug == "dead-units" else pictures


def run(
    bug: str | None,
    *,
    world: None = None,
    seed: int = 0,
    steps: int = 400,
    device: str = "cpu",
    ch: int = 8,
) -> Evidence:
    torch.manual_seed(seed)
    few = bug == "overfitting"
    x, y = sounds(24 if few else 1600, seed)
    if few:
        y = torch.where(torch.rand(len(y)) < 0.2, (y + 1) % KINDS, y)
        ch *= 4
    val_x, val_y = (each.to(device) for each in sounds(400, 10_000))
    x, val_x = prepare(x, bug), prepare(val_x, "" if bug == "non-finite" else bug)
    size = 1 if bug == "batch-too-small" else 32
    loader = DataLoader(TensorDataset(x, y), size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    model = network(ch, bug).to(device)
    owner = network(ch, bug) if bug == "no-update.model" else model
    lr = {"learning-rate-high": 20.0, "learning-rate-low": 1e-6}.get(bug or "", 0.05)
    momentum = 0.9995 if bug == "momentum-high" else 0.9
    optimizer = torch.optim.SGD(owner.parameters(), lr=lr, momentum=momentum, nesterov=True)
    peak, at = (100.0, 0.9) if bug == "late-degradation" else (1.0, 0.2)

    def cycle(step):
        share = step / steps
        if bug == "late-degradation" and share > 0.55:
            return 1.0 + (peak - 1.0) * min(1.0, (share - 0.55) / (at - 0.55))
        return min(1.0, 0.1 + share / at)

    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, cycle)

    def criterion(logits, target):
        logp = torch.log_softmax(logits, 1)
        if bug == "loss-sign":
            logp = -logp
        return -logp.gather(1, target[:, None]).mean()

    def validate():
        model.eval()
        with torch.no_grad():
            logits = model(val_x)
        if bug != "train-eval-mode":
            model.train()
        return nn.functional.cross_entropy(logits, val_y), (logits.argmax(1) == val_y).float().mean()

    step = 0
    with watch(model=model, optimizers=optimizer, steps=steps, every=max(1, steps // 40)) as w:
        while step < steps:
            for pictures, kinds in loader:
                if step == steps:
                    break
                loss = criterion(model(pictures.to(device)), kinds.to(device))
                if bug != "no-zero-grad":
                    optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                if bug == "divergence":
                    with torch.no_grad():
                        torch._foreach_mul_(list(model.parameters()), 1.015)
                scheduler.step()
                step += 1
                w.step(loss=loss, held_out_loss=validate()[0] if step % 25 == 0 else None)
    loss, right = validate()
    truth.note(loss=loss.nan_to_num(1e9), right=right)
    return w.evidence()
