"""A single Adam with a group for each player, stepped once for both; the gradients of both losses are kept apart."""

import torch
import torch.nn as nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "grad-leak": "both losses are added and sent back at once, so each player also serves the other's loss",
    "no-update.generator": "the generator's group was given a rate of 0 and is never raised",
    "generator-detached": "the generator's loss is taken of the fakes that were cut off for the critic",
    "no-zero-grad": "clearing was left to the step, which does not do it",
    "learning-rate-high": "both groups at 0.05",
    "learning-rate-low.critic": "the expert's group at 1e-7",
    "loss-sign": "the generator's loss lacks its minus",
}


class Players(nn.Module):
    def __init__(self, dim, size):
        super().__init__()
        self.maker = nn.Sequential(
            nn.Linear(4, size), nn.SiLU(), nn.Linear(size, size), nn.SiLU(), nn.Linear(size, dim)
        )
        self.expert = nn.Sequential(
            nn.Linear(dim, size), nn.SiLU(), nn.Linear(size, size), nn.SiLU(), nn.Linear(size, 1)
        )


def slope_penalty(expert, real, fake):
    t = torch.rand(len(real), 1, device=real.device)
    at = torch.lerp(real, fake, t).requires_grad_(True)
    (g,) = torch.autograd.grad(expert(at).sum(), at, create_graph=True)
    return torch.relu(g.norm(dim=1) - 1).square().mean()


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 1000, device: str = "cpu", size: int = 64
) -> Evidence:
    torch.manual_seed(seed)
    team = Players(world.sample(1, 0).shape[1], size).to(device)
    high = 0.05 if bug == "learning-rate-high" else None
    adam = torch.optim.Adam(
        [
            {"params": team.maker.parameters(), "lr": high or (0.0 if bug == "no-update.generator" else 5e-4)},
            {"params": team.expert.parameters(), "lr": high or (1e-7 if bug == "learning-rate-low.critic" else 2e-3)},
        ],
        betas=(0.0, 0.9),
    )
    data = world.batches(96, seed)
    with watch(
        generator=team.maker, critic=team.expert, optimizers=[adam], steps=steps, every=max(1, steps // 40)
    ) as w:
        for _ in range(steps):
            real = data().to(device)
            fake = team.maker(torch.randn(96, 4, device=device))
            cut = fake.detach()
            expert_loss = team.expert(cut).mean() - team.expert(real).mean()
            full = expert_loss + 10 * slope_penalty(team.expert, real, cut)
            maker_loss = -team.expert(cut if bug == "generator-detached" else fake).mean()
            if bug == "loss-sign":
                maker_loss = -maker_loss
            if bug != "no-zero-grad":
                adam.zero_grad()
            if bug == "grad-leak":
                (full + maker_loss).backward()
            else:
                full.backward(retain_graph=False)
                mine = [p.grad.clone() for p in team.expert.parameters()]
                maker_loss.backward()
                for p, g in zip(team.expert.parameters(), mine, strict=True):
                    p.grad = g
            adam.step()
            w.step(critic_loss=expert_loss, generator_loss=maker_loss, real=real, fake=fake)
    with torch.no_grad():
        world.judge(team.maker(torch.randn(1024, 4, device=device)))
    return w.evidence()
