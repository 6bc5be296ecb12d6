"""A judge for a labelled world: it says which label a sound has, or that it has none.

It hears real training sounds only, as they are and after a trip through Griffin-Lim (so that the way back to sound
alone is no reason to refuse), and rejects made of them. How good it is, is measured on held-out sounds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbaru import signal
from ganbaru.distances import Estimate, proportion
from ganbaru.quality.features import Features
from ganbaru.quality.rejects import rejects

Array = np.ndarray[Any, Any]

MOST_TRAINING = 3000
MOST_RECODED = 1000
FEWEST_PER_LABEL = 20
_EPOCHS = 10
_BATCH = 128
_RATE = 3e-3


@dataclass(frozen=True)
class Judge:
    """A trained judge.

    Attributes:
        network: log-mel spectrograms ``(B, 64, L)`` to scores ``(B, labels + 1)``; the last is "none of them".
        labels: how many labels.
        accuracy: share of held-out real sounds given their own label.
        false_acceptance: share of held-out rejects given any label.
    """

    network: nn.Module
    labels: int
    accuracy: Estimate
    false_acceptance: Estimate

    def figures(self) -> dict[str, Estimate]:
        """``accuracy`` and ``false_acceptance``."""
        return {"accuracy": self.accuracy, "false_acceptance": self.false_acceptance}

    @torch.no_grad()
    def __call__(self, spectrograms: Tensor) -> Array:
        """Labels ``(B,)``; −1 where the judge refuses."""
        found = torch.cat([self.network(part).argmax(dim=1) for part in spectrograms.split(512)])
        return np.where(found.cpu().numpy() == self.labels, -1, found.cpu().numpy())


class Ear(nn.Module):
    """Three strided convolutions over the frames, and a linear layer."""

    def __init__(self, bands: int, frames: int, outputs: int) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        inputs = bands
        for width in (96, 128, 128):
            stages += [nn.Conv1d(inputs, width, 5, 2, 2), nn.BatchNorm1d(width), nn.ReLU()]
            inputs, frames = width, -(-frames // 2)
        self.stages = nn.Sequential(*stages)
        self.drop = nn.Dropout(0.3)
        self.last = nn.Linear(inputs * frames, outputs)

    def forward(self, x: Tensor) -> Tensor:
        """``(B, bands, L) → (B, outputs)``."""
        return torch.as_tensor(self.last(self.drop(self.stages(x).flatten(1))))


def train_judge(
    features: Features,
    train: Array,
    train_labels: Array,
    held_out: Array,
    held_out_labels: Array,
    *,
    rate: int,
    seed: int,
) -> Judge | None:
    """Trains a judge on real training sounds; None where a label has fewer than 20 of them.

    Args:
        features: makes the spectrograms.
        train: sounds ``(N, T)``.
        train_labels: ``(N,)``.
        held_out: sounds ``(M, T)`` to test it on.
        held_out_labels: ``(M,)``.
        rate: Hz.
        seed: of everything random in it.
    """
    labels = int(train_labels.max()) + 1
    if np.bincount(train_labels, minlength=labels).min() < FEWEST_PER_LABEL:
        return None
    rng = np.random.default_rng([seed, 0x1D6E])
    chosen = rng.permutation(len(train))[:MOST_TRAINING]
    sounds, answers = train[chosen], train_labels[chosen]
    recoded = _recoded(sounds[:MOST_RECODED], rate)
    wrong = [rejects(sounds, answers, seed=seed), rejects(recoded, answers[: len(recoded)], seed=seed + 1)]
    heard = features.spectrograms(np.concatenate([sounds, recoded, *wrong]))
    refused = np.full(sum(map(len, wrong)), labels)
    said = torch.from_numpy(np.concatenate([answers, answers[: len(recoded)], refused])).to(heard.device)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _learn(Ear(heard.shape[1], heard.shape[2], labels + 1).to(heard.device), heard, said)
    return _tested(network, features, labels, held_out, held_out_labels, seed)


def _learn(network: nn.Module, heard: Tensor, said: Tensor) -> nn.Module:
    """Adam with one cycle of the learning rate; gain, noise and small shifts as augmentation."""
    steps = max(1, len(heard) // _BATCH)
    optimizer = torch.optim.Adam(network.parameters(), lr=_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=_EPOCHS * steps + 1)
    network.train()
    for _ in range(_EPOCHS):
        order = torch.randperm(len(heard)).to(heard.device)
        for batch in order[: steps * _BATCH].split(_BATCH):
            loss = F.cross_entropy(network(_varied(heard[batch])), said[batch])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


def _varied(spectrograms: Tensor) -> Tensor:
    gain = 0.4 * torch.randn(len(spectrograms), 1, 1, device=spectrograms.device)
    noise = 0.1 * torch.randn_like(spectrograms)
    return torch.roll(spectrograms + gain + noise, int(torch.randint(0, 3, ())), dims=2)


def _tested(
    network: nn.Module, features: Features, labels: int, held_out: Array, held_out_labels: Array, seed: int
) -> Judge:
    one = proportion(0, 1)
    judge = Judge(network, labels, one, one)
    right = judge(features.spectrograms(held_out)) == held_out_labels
    taken = judge(features.spectrograms(rejects(held_out, held_out_labels, seed=seed + 2))) >= 0
    return Judge(
        network,
        labels,
        proportion(int(right.sum()), len(right), method="held-out real sounds given their own label"),
        proportion(int(taken.sum()), len(taken), method="held-out rejects given any label"),
    )


def _recoded(sounds: Array, rate: int) -> Array:
    """Sounds ``(N, T)`` through log-mel and back by Griffin-Lim."""
    mel = signal.LogMel(rate=rate)
    wave = torch.from_numpy(np.ascontiguousarray(sounds))
    return np.asarray(mel.decode(mel.encode(wave), wave.shape[1]).numpy())
