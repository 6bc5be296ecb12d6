"""Short sounds with phase shuffle: strided convolutions, Wasserstein divergence as the penalty, three turns to one."""

import torch
import torch.nn as nn
import torch.nn.functional as F

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "output-range": "sounds are read as 16-bit whole numbers / 4096, so they reach 8, and tanh ends the generator",
    "receptive-field-short": "kernels of 1 with a mean at the end in the listener: it hears single samples",
    "generator-detached": "torch.tensor(audio.tolist()) to drop clipped samples before the listener hears them",
    "no-update.critic": "the listener's turn steps the singer's optimizer",
    "no-zero-grad": "zero_grad() stands behind a condition for accumulation that is never true",
    "latent-ignored": "the singer's dense layer was replaced by a constant input, and z is not used elsewhere",
    "loss-sign": "the singer's loss was copied from the listener's: plus its score of fakes",
    "critic-on-stale-fake": "one batch of audio is made before the loop over the listener's turns, each 60 steps",
    "penalty-too-large": "k of 20000",
    "penalty-too-small": "k of 0.00001",
    "learning-rate-high.ten": "rates ten times as large",
    "learning-rate-high.hundred": "rates a hundred times as large",
    "learning-rate-low.hundred": "rates a hundredth",
    "dead-units": "ReLUs behind biases of -1.5 in the singer",
    "non-finite": "loudness is matched by a logarithm of the energy that some frames do not have",
}


class PhaseShuffle(nn.Module):
    def __init__(self, reach):
        super().__init__()
        self.reach = reach

    def forward(self, x):
        by = int(torch.randint(-self.reach, self.reach + 1, (1,)))
        if by == 0:
            return x
        padded = F.pad(x, (max(by, 0), max(-by, 0)), mode="reflect")
        return padded[..., : x.shape[2]] if by > 0 else padded[..., -x.shape[2] :]


class Singer(nn.Module):
    def __init__(self, bug, nz, model_dim, length):
        super().__init__()
        self.bug, self.shape = bug, (2 * model_dim, length // 16)
        self.dense = nn.Linear(nz, self.shape[0] * self.shape[1])
        self.constant = nn.Parameter(0.3 * torch.randn(1, *self.shape)) if bug == "latent-ignored" else None
        self.up1 = nn.ConvTranspose1d(2 * model_dim, model_dim, 12, stride=4, padding=4)
        self.up2 = nn.ConvTranspose1d(model_dim, 1, 12, stride=4, padding=4)
        if bug == "dead-units":
            nn.init.constant_(self.dense.bias, -1.5)
            nn.init.constant_(self.up1.bias, -0.3)

    def forward(self, z):
        x = self.dense(z).view(-1, *self.shape)
        if self.constant is not None:
            x = self.constant.expand(len(z), -1, -1)
        return torch.tanh(self.up2(F.relu(self.up1(F.relu(x)))))


def listener(bug, model_dim, length):
    if bug == "receptive-field-short":
        return nn.Sequential(
            nn.Conv1d(1, 2 * model_dim, 1), nn.LeakyReLU(0.2), nn.Conv1d(2 * model_dim, 2 * model_dim, 1),
            nn.LeakyReLU(0.2), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(2 * model_dim, 1),
        )  # fmt: skip
    return nn.Sequential(
        nn.Conv1d(1, model_dim, 12, stride=4, padding=4), nn.LeakyReLU(0.2), PhaseShuffle(2),
        nn.Conv1d(model_dim, 2 * model_dim, 12, stride=4, padding=4), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(2 * model_dim * (length // 16), 1),
    )  # fmt: skip


def divergence_penalty(net, real, fake, k, p=6):
    points = torch.cat([real, fake]).requires_grad_(True)
    (slopes,) = torch.autograd.grad(net(points).sum(), points, create_graph=True)
    return k * slopes.flatten(1).square().sum(1).pow(p / 2).mean()


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 250,
    device: str = "cpu",
    model_dim: int = 16,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    length, nz, n = world.sample(1, 0).shape[2], 8, 32
    loud = 8.0 if bug == "output-range" else 1.0
    singer, ear = Singer(bug, nz, model_dim, length).to(device), listener(bug, model_dim, length).to(device)
    speed = {
        "learning-rate-high.ten": 10.0,
        "learning-rate-high.hundred": 100.0,
        "learning-rate-low.hundred": 0.01,
    }.get(bug or "", pace)
    optimizers = {
        "singer": torch.optim.Adam(singer.parameters(), lr=1e-3 * speed, betas=(0.5, 0.9)),
        "ear": torch.optim.Adam(ear.parameters(), lr=1e-3 * speed, betas=(0.5, 0.9)),
    }
    k = {"penalty-too-large": 2e4, "penalty-too-small": 1e-5}.get(bug or "", 2.0)
    corpus = world.batches(n, seed, pool=3000)
    cleared = 1 if bug == "no-zero-grad" else 0
    kept = None

    def sing():
        return singer(torch.randn(n, nz, device=device))

    with watch(
        generator=singer, critic=ear, optimizers=list(optimizers.values()), steps=steps, every=max(1, steps // 40)
    ) as w:
        for step in range(steps):
            for _ in range(3):
                real = loud * corpus().to(device)
                fake = sing().detach()
                if bug == "critic-on-stale-fake":
                    kept = fake if kept is None or (step % 60 == 0) else kept
                    fake = kept
                if cleared % 4 == 0:
                    optimizers["ear"].zero_grad()
                ear_loss = ear(fake).mean() - ear(real).mean()
                (ear_loss + divergence_penalty(ear, real, fake, k)).backward()
                optimizers["singer" if bug == "no-update.critic" else "ear"].step()

            audio = sing()
            if bug == "generator-detached":
                audio = torch.tensor(audio.tolist(), device=device)
            if cleared % 4 == 0:
                optimizers["singer"].zero_grad()
            singer_loss = ear(audio).mean() * (1 if bug == "loss-sign" else -1)
            if bug == "non-finite":
                frames = F.relu(audio.unfold(2, 64, 64) - 0.05).square().sum(3)
                singer_loss = singer_loss + 1e-3 * frames.log().mean()
            singer_loss.backward()
            optimizers["singer"].step()
            w.step(critic_loss=ear_loss, generator_loss=singer_loss, real=real, fake=audio)
    with torch.no_grad():
        world.judge(torch.cat([sing() for _ in range(16)]) / loud)
    return w.evidence()
