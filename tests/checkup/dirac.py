"""The Dirac-GAN (Mescheder, Geiger & Nowozin 2018, section 2): what converges is known by proof.

Real data are a point at 0, the generator is a point θ, the critic is ``C(x) = ψ x``. Both start at 1.
"""

import torch
from torch import Tensor, nn

from ganbaru import objectives
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series
from ganbaru.training import gauges

_BATCH = 8


class Point(nn.Module):
    """A generator of one point."""

    def __init__(self) -> None:
        super().__init__()
        self.theta = nn.Parameter(torch.ones(1, 1))

    def forward(self, z: Tensor) -> Tensor:
        return self.theta.expand(len(z), 1)


class Slope(nn.Module):
    """A linear critic."""

    def __init__(self) -> None:
        super().__init__()
        self.psi = nn.Parameter(torch.ones(()))

    def forward(self, x: Tensor) -> Tensor:
        return (self.psi * x).flatten()


def trace(objective: str, constraint: str, strength: float | None = None, *, noise: float = 0.0) -> Evidence:
    """500 steps of rate 0.2, the critic first, as evidence."""
    torch.manual_seed(0)
    generator, critic = Point(), Slope()
    game, bound = objectives.objective(objective), objectives.constraint(constraint, strength)
    rows: list[dict[str, float]] = []
    for step in range(500):
        real, fake = torch.zeros(_BATCH, 1), generator(torch.zeros(_BATCH))
        seen = [x + noise * torch.randn(_BATCH, 1) for x in (real, fake)]
        real_scores, fake_scores = critic(seen[0]), critic(seen[1].detach())
        rows.append({"step": step, **gauges.of_batch(real, fake, real)})
        rows[-1] |= {"real_score_mean": real_scores.mean().item(), "fake_score_mean": fake_scores.mean().item()}
        loss = game.critic_loss(real_scores, fake_scores) + bound.penalty(critic, seen[0], seen[1])
        _move(critic.psi, loss)
        bound.project(critic)
        _move(generator.theta, game.generator_loss(critic(seen[1])))
    steps = [int(row["step"]) for row in rows]
    series = {name: Series.of(steps, [row[name] for row in rows]) for name in rows[0] if name != "step"}
    facts = {"kind": "gan", "objective": objective, "constraint": constraint, "batch": _BATCH}
    return Evidence(f"{objective} + {constraint}", facts, series)


def _move(weight: nn.Parameter, loss: Tensor) -> None:
    (gradient,) = torch.autograd.grad(loss, weight)
    with torch.no_grad():
        weight -= 0.2 * gradient
