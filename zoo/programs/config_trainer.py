"""Small pictures by a Trainer that is ruled by a frozen Config: gradient penalty, group norm, flips of the pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "batch-coupling": "critic_norm='batch': the default of the factory that both networks are made by",
    "batch-coupling.spread": "critic_spread: the map of the batch's deviation, of a paper without this penalty",
    "not-lipschitz": "create_graph=False in the penalty, for speed: it is reported, and moves nothing",
    "penalty-too-large": "penalty=20000: pixels were summed where a mean had been",
    "penalty-too-small": "penalty=0.00001",
    "n-critic-low": "critic_every=12, in a config that was meant for the picture log",
    "no-zero-grad": "self.critic_optimizer.zero_grad, without its parentheses",
    "grad-leak": "the critic's gradients are cleared after its step, so those of the generator's turn stay",
    "generator-detached": "flips are made by numpy, and what comes back knows no generator",
    "loss-sign.critic": "real and fake are unpacked the other way round",
    "latent-ignored": "the gain of the latent's path begins at nought and is no nn.Parameter",
    "mode-collapse": "total variation is taken along axis 0, from one picture to the next",
    "late-degradation": "the last phase has rates of sixty times, where a sixtieth was meant",
}


@dataclass(frozen=True)
class Config:
    channels: int = 16
    latent: int = 10
    generator_norm: str = "batch"
    critic_norm: str = "group"
    critic_spread: bool = False
    penalty: float = 10.0
    critic_steps: int = 2
    critic_every: int = 1
    batch: int = 32
    rate: float = 1e-3
    betas: tuple[float, float] = (0.0, 0.9)
    smooth: float = 0.0
    phases: tuple[tuple[float, float], ...] = ((0.0, 1.0), (0.6, 0.5))


OVERRIDES: dict[str, dict[str, object]] = {
    "batch-coupling": {"critic_norm": "batch"},
    "batch-coupling.spread": {"critic_spread": True},
    "penalty-too-large": {"penalty": 2e4},
    "penalty-too-small": {"penalty": 1e-5},
    "n-critic-low": {"critic_every": 12, "critic_steps": 1},
    "mode-collapse": {"smooth": 20.0},
    "late-degradation": {"phases": ((0.0, 1.0), (0.6, 60.0))},
}


def norm(kind: str, channels: int) -> nn.Module:
    return {"batch": nn.BatchNorm2d(channels), "group": nn.GroupNorm(4, channels), "none": nn.Identity()}[kind]


def stage(kind: str, before: int, after: int) -> tuple[nn.Module, ...]:
    return norm(kind, before), nn.ReLU(), nn.Conv2d(before, after, 3, 1, 1), nn.Upsample(scale_factor=2)


class Generator(nn.Module):
    def __init__(self, cfg: Config, side: int, learned_gain: bool):
        super().__init__()
        ch, self.low = 2 * cfg.channels, side // 4
        self.base = nn.Parameter(0.1 * torch.randn(1, ch, self.low, self.low))
        self.path = nn.Linear(cfg.latent, ch * self.low**2)
        self.gain = nn.Parameter(torch.ones(1)) if learned_gain else torch.zeros(1)
        self.up = nn.Sequential(
            *(layer for a, b in ((ch, ch), (ch, ch // 2)) for layer in stage(cfg.generator_norm, a, b)),
            norm(cfg.generator_norm, ch // 2),
            nn.ReLU(),
            nn.Conv2d(ch // 2, 1, 3, 1, 1),
            nn.Tanh(),
        )

    def forward(self, z: Tensor) -> Tensor:
        h = self.base + self.gain * self.path(z).view(len(z), -1, self.low, self.low)
        return self.up(h)


class Spread(nn.Module):
    """Appends a map of the deviation over the batch."""

    def forward(self, h: Tensor) -> Tensor:
        return torch.cat([h, 10 * h.std(0).mean().expand(len(h), 1, *h.shape[2:])], 1)


class Critic(nn.Sequential):
    def __init__(self, cfg: Config, side: int):
        ch, more = cfg.channels, int(cfg.critic_spread)
        super().__init__(
            nn.Conv2d(1, ch, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(ch, 2 * ch, 3, 1, 1),
            norm(cfg.critic_norm, 2 * ch),
            nn.LeakyReLU(0.2),
            *([Spread()] if cfg.critic_spread else []),
            nn.Conv2d(2 * ch + more, 2 * ch, 4, 2, 1),
            norm(cfg.critic_norm, 2 * ch),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(2 * ch * (side // 4) ** 2, 1),
        )


class Trainer:
    def __init__(self, cfg: Config, world: World, bug: str | None, seed: int, device: str):
        self.cfg, self.bug, self.device = cfg, bug, device
        side = world.sample(1, 0).shape[2]
        self.generator = Generator(cfg, side, bug != "latent-ignored").to(device)
        self.critic = Critic(cfg, side).to(device)
        self.generator_optimizer = torch.optim.Adam(self.generator.parameters(), lr=cfg.rate, betas=cfg.betas)
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), lr=cfg.rate, betas=cfg.betas)
        self.next_batch = world.batches(cfg.batch, seed, pool=6000)

    def sample(self, count: int) -> Tensor:
        return self.generator(torch.randn(count, self.cfg.latent, device=self.device))

    def flipped(self, pictures: Tensor) -> Tensor:
        axes = [axis for axis in (2, 3) if torch.rand(()) < 0.5]
        if self.bug == "generator-detached":
            return torch.from_numpy(pictures.detach().cpu().numpy()).to(self.device).flip(axes)
        return pictures.flip(axes)

    def penalty(self, real: Tensor, fake: Tensor) -> Tensor:
        mix = torch.rand(len(real), 1, 1, 1, device=self.device)
        inputs = (mix * real + (1 - mix) * fake).requires_grad_()
        (slopes,) = torch.autograd.grad(
            self.critic(inputs).sum(), inputs, create_graph=self.bug != "not-lipschitz", retain_graph=True
        )
        return F.mse_loss(slopes.flatten(1).norm(dim=1), torch.ones(len(real), device=self.device))

    def set_rates(self, progress: float) -> None:
        factor = [each for begin, each in self.cfg.phases if progress >= begin][-1]
        for optimizer in (self.generator_optimizer, self.critic_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = factor * self.cfg.rate

    def critic_step(self) -> tuple[Tensor, Tensor]:
        real = self.next_batch().to(self.device)
        with torch.no_grad():
            fake = self.sample(len(real))
        if self.bug == "no-zero-grad":
            self.critic_optimizer.zero_grad  # noqa: B018
        elif self.bug != "grad-leak":
            self.critic_optimizer.zero_grad()
        on_real, on_fake = self.critic(self.flipped(real)).mean(), self.critic(self.flipped(fake)).mean()
        if self.bug == "loss-sign.critic":
            on_fake, on_real = on_real, on_fake
        loss = on_fake - on_real
        (loss + self.cfg.penalty * self.penalty(real, fake)).backward()
        self.critic_optimizer.step()
        if self.bug == "grad-leak":
            self.critic_optimizer.zero_grad()
        return loss.detach(), real

    def generator_step(self) -> tuple[Tensor, Tensor]:
        self.generator_optimizer.zero_grad()
        fake = self.sample(self.cfg.batch)
        loss = -self.critic(self.flipped(fake)).mean()
        if self.cfg.smooth:
            loss = loss + self.cfg.smooth * (fake[1:] - fake[:-1]).abs().mean()
        loss.backward()
        self.generator_optimizer.step()
        return loss.detach(), fake.detach()

    def fit(self, steps: int) -> Evidence:
        with watch(
            generator=self.generator,
            critic=self.critic,
            optimizers=[self.generator_optimizer, self.critic_optimizer],
            steps=steps,
            every=max(1, steps // 40),
        ) as w:
            for step in range(steps):
                self.set_rates(step / steps)
                if step % self.cfg.critic_every == 0:
                    for _ in range(self.cfg.critic_steps):
                        critic_loss, real = self.critic_step()
                generator_loss, fake = self.generator_step()
                w.step(critic_loss=critic_loss, generator_loss=generator_loss, real=real, fake=fake)
        return w.evidence()


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 280, device: str = "cpu", channels: int = 16
) -> Evidence:
    torch.manual_seed(seed)
    cfg = replace(Config(channels=channels), **OVERRIDES.get(bug or "", {}))
    trainer = Trainer(cfg, world, bug, seed, device)
    evidence = trainer.fit(steps)
    with torch.no_grad():
        world.judge(trainer.sample(1024))
    return evidence
