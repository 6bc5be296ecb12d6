"""The Dirac-GAN (Mescheder et al. 2018, section 2), a little blurred: one place against one slope, all of it known."""

import torch
from torch import nn
from torch.nn.functional import softplus

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo import truth
from zoo.worlds import World

BUGS = {
    "oscillation": "minimax without any penalty: it circles",
    "oscillation.wasserstein": "weights clipped at 1: it circles too",
    "divergence": "both players move at once, so that the circle grows",
}


class Point(nn.Module):
    def __init__(self, dims):
        super().__init__()
        self.theta = nn.Parameter(torch.ones(dims) / dims**0.5)

    def forward(self, z):
        return self.theta + 0.1 * z


def run(
    bug: str | None,
    *,
    world: World | None = None,
    seed: int = 0,
    steps: int = 500,
    device: str = "cpu",
    dims: int = 1,
) -> Evidence:
    point, psi = Point(dims).to(device), nn.Linear(dims, 1, bias=False).to(device)
    nn.init.constant_(psi.weight, dims**-0.5)
    rate = 0.2 if bug != "divergence" else 0.25
    move_point = torch.optim.SGD(point.parameters(), lr=rate)
    move_psi = torch.optim.SGD(psi.parameters(), lr=rate)
    torch.manual_seed(seed)
    real = 0.1 * torch.randn(64, dims, device=device)

    def losses():
        fake = point(torch.randn(64, dims, device=device))
        if bug == "oscillation.wasserstein":
            return psi(fake.detach()).mean() - psi(real).mean(), -psi(fake).mean(), fake
        critic_loss = softplus(-psi(real)).mean() + softplus(psi(fake.detach())).mean()
        return critic_loss, -softplus(psi(fake)).mean(), fake

    with watch(
        generator=point, critic=psi, optimizers=[move_point, move_psi], steps=steps, every=max(1, steps // 40)
    ) as w:
        for _ in range(steps):
            critic_loss, generator_loss, fake = losses()
            move_psi.zero_grad()
            penalty = 0.0 if bug else psi.weight.square().sum() / 2
            (critic_loss + penalty).backward()
            if bug == "divergence":
                move_point.zero_grad()
                generator_loss.backward(inputs=list(point.parameters()))
                move_psi.step()
            else:
                move_psi.step()
                if bug == "oscillation.wasserstein":
                    psi.weight.data.clamp_(-1, 1)
                __, generator_loss, fake = losses()
                move_point.zero_grad()
                generator_loss.backward()
            move_point.step()
            w.step(critic_loss=critic_loss, generator_loss=generator_loss, real=real, fake=fake)
    at = torch.cat([point.theta.detach(), psi.weight.detach().flatten()])
    truth.note(distance=at.norm().item(), floor=0.01)
    return w.evidence()
