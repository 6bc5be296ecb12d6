"""Four micro-batches to a step, gradients accumulated, one-sided penalty: for a machine with little memory."""

import torch
import torch.nn as nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "no-zero-grad": "cleared every fourth step instead of before the first micro-batch",
    "no-zero-grad.generator": "the generator's gradients are accumulated over the whole training",
    "loss-sign.critic": "the critic's loss was turned into a score to maximise, and minimised",
    "generator-detached": "fakes are stored without their graph, for the sake of memory",
    "learning-rate-low": "the rate was divided by the number of micro-batches to the sixth",
    "latent-ignored": "micro-batches of latents are expanded from one",
    "critic-sigmoid": "a sigmoid was appended to the critic for a plot of its scores",
    "no-update.critic": "step() of the critic is called on the scheduler",
}
MICRO, ACCUM = 24, 4


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)

    def forward(self, h):
        return h + torch.relu(self.fc(h))


def build(n_in, n_out, width, depth):
    return nn.Sequential(nn.Linear(n_in, width), *[Block(width) for _ in range(depth)], nn.Linear(width, n_out))


def lipschitz(critic, a, b):
    u = torch.rand(len(a), 1, device=a.device)
    x = (u * a + (1 - u) * b).requires_grad_(True)
    grads = torch.autograd.grad(critic(x).sum(), x, create_graph=True)[0]
    return (grads.norm(2, dim=1) - 1).clamp(min=0).pow(2).mean()


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 300, device: str = "cpu", width: int = 64
) -> Evidence:
    torch.manual_seed(seed)
    n_x = world.sample(1, 0).shape[1]
    actor, critic = build(4, n_x, width, 2).to(device), build(n_x, 1, width, 2).to(device)
    if bug == "critic-sigmoid":
        critic.append(nn.Sigmoid())
    rate = 1e-3 / ACCUM**6 if bug == "learning-rate-low" else 1e-3
    opts = {
        "actor": torch.optim.Adam(actor.parameters(), rate, betas=(0.0, 0.9)),
        "critic": torch.optim.Adam(critic.parameters(), rate, betas=(0.0, 0.9)),
    }
    schedule = torch.optim.lr_scheduler.ConstantLR(opts["critic"], factor=1.0)
    lam = 10.0
    data = world.batches(MICRO, seed)

    def make(graph):
        z = torch.randn(MICRO, 4, device=device)
        if bug == "latent-ignored":
            z = torch.ones_like(z)
        with torch.set_grad_enabled(graph):
            return actor(z)

    def critic_round(step):
        if bug != "no-zero-grad" or step % 4 == 0:
            opts["critic"].zero_grad()
        total = 0.0
        for _ in range(ACCUM):
            x, y = data().to(device), make(False)
            loss = critic(y).mean() - critic(x).mean()
            if bug == "loss-sign.critic":
                loss = -loss
            ((loss + lam * lipschitz(critic, x, y)) / ACCUM).backward()
            total += loss.item() / ACCUM
        if bug == "no-update.critic":
            schedule.step()
        else:
            opts["critic"].step()
        return total, x

    with watch(
        generator=actor, critic=critic, optimizers=list(opts.values()), steps=steps, every=max(1, steps // 40)
    ) as w:
        for step in range(steps):
            for _ in range(4):
                c_loss, x = critic_round(step)
            if bug != "no-zero-grad.generator":
                opts["actor"].zero_grad()
            a_loss = 0.0
            for _ in range(ACCUM):
                fake = make(bug != "generator-detached")
                loss = -critic(fake).mean() / ACCUM
                loss.backward()
                a_loss += loss.item()
            opts["actor"].step()
            w.step(critic_loss=c_loss, generator_loss=a_loss, real=x, fake=fake)
    with torch.no_grad():
        latent = torch.randn(1024, 4, device=device)
        world.judge(actor(torch.ones_like(latent) if bug == "latent-ignored" else latent))
    return w.evidence()
