"""WGAN with a one-sided penalty in a helper, layer norm in the critic and a rate for each player, from a dataclass."""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "penalty-too-small": "penalty=0.0001",
    "penalty-too-small.far": "penalty=0.00001",
    "penalty-too-large": "penalty=3000",
    "penalty-too-large.far": "penalty=30000",
    "not-lipschitz": "the penalty is that of the averaged copy of the critic, which no optimizer moves",
    "batch-coupling": "a layer in the critic that scales its units by their mean and deviation over the batch",
    "n-critic-low": "critic_every=8: the critic moves at each eighth step only",
    "n-critic-high": "critic_steps=60, for the same number of critic steps in all",
    "generator-detached": "the generator's samples pass through a buffer that copy_()s their data",
    "no-update.critic": "critic_rate=0, as in the file for the warm-up of the generator",
    "critic-too-weak": "weight_decay=30 for the critic, meant for another optimizer",
    "non-finite": "the score is scaled by 2**16 and sent back in half precision, without a check",
    "loss-sign.critic": "the critic ascends, as in the paper, with an optimizer that descends",
    "learning-rate-high.generator": "generator_rate=0.1",
    "learning-rate-high.thirty": "both rates thirty times as large",
    "learning-rate-low.generator": "generator_rate=0.00001",
    "learning-rate-low.hundred": "both rates a hundredth",
    "momentum-high": "beta1=0.97",
    "batch-too-small": "batch=3",
}


@dataclass(frozen=True)
class Settings:
    generator_rate: float = 1e-3
    critic_rate: float = 3e-3
    beta1: float = 0.0
    penalty: float = 3.0
    critic_steps: int = 2
    critic_every: int = 1
    batch: int = 80
    weight_decay: float = 0.0


CHANGED = {
    "penalty-too-small": {"penalty": 1e-4},
    "penalty-too-small.far": {"penalty": 1e-5},
    "penalty-too-large": {"penalty": 3000.0},
    "penalty-too-large.far": {"penalty": 3e4},
    "n-critic-low": {"critic_every": 8},
    "n-critic-high": {"critic_steps": 60},
    "critic-too-weak": {"weight_decay": 30.0},
    "no-update.critic": {"critic_rate": 0.0},
    "learning-rate-high.generator": {"generator_rate": 0.1},
    "learning-rate-high.thirty": {"generator_rate": 3e-2, "critic_rate": 9e-2},
    "learning-rate-low.generator": {"generator_rate": 1e-5},
    "learning-rate-low.hundred": {"generator_rate": 1e-5, "critic_rate": 3e-5},
    "momentum-high": {"beta1": 0.97},
    "batch-too-small": {"batch": 3},
}


class OverBatch(nn.Module):
    def forward(self, h: Tensor) -> Tensor:
        return (h - h.mean(0)) / (h.std(0) + 1e-5)


def make_critic(bug: str | None, dim: int, width: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(dim, width),
        nn.LayerNorm(width),
        nn.SiLU(),
        nn.Linear(width, width),
        nn.LayerNorm(width),
        nn.SiLU(),
        *([OverBatch()] if bug == "batch-coupling" else []),
        nn.Linear(width, 1),
    )


def make_generator(dim: int, width: int, noise: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(noise, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, dim))


def one_sided_penalty(critic: nn.Module, real: Tensor, fake: Tensor) -> Tensor:
    """Mean of max(0, |slope| - 1)^2 on the lines between pairs."""
    share = torch.rand(len(real), 1, device=real.device)
    between = (real + share * (fake - real)).requires_grad_()
    slope = torch.autograd.grad(critic(between).sum(), between, create_graph=True)[0]
    return (slope.norm(dim=1) - 1).clamp_min(0).square().mean()


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 400,
    device: str = "cpu",
    width: int = 64,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    cfg = Settings(**CHANGED.get(bug or "", {}))
    if bug == "n-critic-high":
        steps = max(20, steps * 2 // cfg.critic_steps)
    dim, noise = world.sample(1, 0).shape[1], 4
    generator, critic = make_generator(dim, width, noise).to(device), make_critic(bug, dim, width).to(device)
    averaged = copy.deepcopy(critic)
    g_opt = torch.optim.Adam(generator.parameters(), lr=pace * cfg.generator_rate, betas=(cfg.beta1, 0.9))
    c_opt = torch.optim.AdamW(
        critic.parameters(), lr=pace * cfg.critic_rate, betas=(cfg.beta1, 0.9), weight_decay=cfg.weight_decay
    )
    sample = world.batches(cfg.batch, seed)
    buffer = torch.zeros(cfg.batch, dim, device=device)

    def generate() -> Tensor:
        return generator(torch.randn(cfg.batch, noise, device=device))

    def train_critic() -> tuple[Tensor, Tensor]:
        real, fake = sample().to(device), generate().detach()
        distance = critic(real).mean() - critic(fake).mean()
        loss = distance if bug == "loss-sign.critic" else -distance
        held = averaged if bug == "not-lipschitz" else critic
        total = loss + cfg.penalty * one_sided_penalty(held, real, fake)
        if bug == "non-finite":
            total = (total * 2**16).half().float()
        c_opt.zero_grad()
        total.backward()
        if bug == "non-finite":
            for weight in critic.parameters():
                weight.grad = (weight.grad.half() / 2**16).float()
        c_opt.step()
        return loss.detach(), real

    with watch(
        generator=generator, critic=critic, optimizers=[g_opt, c_opt], steps=steps, every=max(1, steps // 40)
    ) as w:
        for step in range(steps):
            if step % cfg.critic_every == 0:
                for _ in range(1 if cfg.critic_every > 1 else cfg.critic_steps):
                    critic_loss, real = train_critic()
            fake = generate()
            if bug == "generator-detached":
                fake = buffer.copy_(fake.detach())
            generator_loss = -critic(fake).mean()
            g_opt.zero_grad()
            generator_loss.backward()
            g_opt.step()
            w.step(critic_loss=critic_loss, generator_loss=generator_loss, real=real, fake=fake)
    with torch.no_grad():
        world.judge(generator(torch.randn(1024, noise, device=device)))
    return w.evidence()
