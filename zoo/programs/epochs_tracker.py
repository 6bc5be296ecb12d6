"""Epochs over a list of batches, with a LossTracker that prints means: least squares towards -1, 1 and 0."""

import random

import torch
import torch.nn as nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "critic-sigmoid": "the judge's head is a sigmoid, under targets of -1 and 1",
    "no-zero-grad.critic": "the judge is cleared at the beginning of an epoch",
    "grad-leak": "both losses are sent back before either player steps, and what forging left is not cleared",
    "shared-optimizer": "one nn.ModuleDict holds both, and its parameters() go into the judge's optimizer",
    "no-update.critic": "the judge is trained only while its mean loss is above a gate that it never reaches",
    "generator-detached": "forged batches are made for a whole epoch beforehand, under no_grad",
    "latent-ignored": "the noise is normalised over the batch, of which one row was drawn and repeated",
    "mode-dropping": "a filter against outliers, left in the judge's turn, hides all real points of one side",
    "exploding-gradient": "one hidden layer is applied 14 times, drawn orthogonal with a gain of 2.2",
    "vanishing-gradient": "twelve dense layers of sigmoids, as in a book of the eighties",
    "momentum-high": "beta1 of 0.998",
    "learning-rate-high.forty": "both rates forty times as large",
    "learning-rate-high.far": "both rates four hundred times as large",
    "learning-rate-low": "both rates a two-hundredth",
    "learning-rate-low.far": "both rates a thousandth",
}


class LossTracker:
    def __init__(self):
        self.history = {}

    def add(self, **losses):
        for name, value in losses.items():
            self.history.setdefault(name, []).append(value.item())

    def mean(self, name, last=20):
        values = self.history.get(name, [0.0])[-last:]
        return sum(values) / len(values)


class Forger(nn.Module):
    def __init__(self, bug, n_in, n_out, width):
        super().__init__()
        self.first, self.hidden, self.last = nn.Linear(n_in, width), nn.Linear(width, width), nn.Linear(width, n_out)
        self.more = nn.ModuleList(nn.Linear(width, width) for _ in range(10 if bug == "vanishing-gradient" else 0))
        self.times, self.act = 1, nn.ELU()
        if bug == "exploding-gradient":
            nn.init.orthogonal_(self.hidden.weight, 2.2)
            self.times, self.act = 14, nn.LeakyReLU(0.7)
        if bug == "vanishing-gradient":
            self.act = nn.Sigmoid()

    def forward(self, noise):
        h = self.act(self.first(noise))
        for _ in range(self.times):
            h = self.act(self.hidden(h))
        for layer in self.more:
            h = self.act(layer(h))
        return self.last(h)


def judge_of(bug, n_in, width):
    head = [nn.Sigmoid()] if bug == "critic-sigmoid" else []
    return nn.Sequential(
        nn.Linear(n_in, width), nn.ELU(), nn.Linear(width, width), nn.ELU(), nn.Linear(width, 1), *head
    )


def judge_loss(judge, real, forged):
    return ((judge(real) - 1) ** 2).mean() / 2 + ((judge(forged) + 1) ** 2).mean() / 2


def steepness(judge, real):
    at = real.detach().clone().requires_grad_()
    return torch.autograd.grad(judge(at).sum(), at, create_graph=True)[0].square().sum(1).mean()


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 700,
    device: str = "cpu",
    width: int = 64,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    shuffler = random.Random(seed)
    size, n_noise = 100, 4
    data = world.sample(70 * size, seed).to(device)
    batches = list(data.split(size))
    epochs = steps // len(batches)
    players = nn.ModuleDict(
        {"forger": Forger(bug, n_noise, data.shape[1], width), "judge": judge_of(bug, data.shape[1], 2 * width)}
    ).to(device)
    forger, judge = players["forger"], players["judge"]
    factor = {
        "learning-rate-high.forty": 40,
        "learning-rate-high.far": 400,
        "learning-rate-low": 1 / 200,
        "learning-rate-low.far": 1 / 1000,
    }.get(bug or "", pace)
    beta = 0.998 if bug == "momentum-high" else 0.3
    opt_forger = torch.optim.Adam(forger.parameters(), lr=2e-3 * factor, betas=(beta, 0.99))
    of_judge = players.parameters() if bug == "shared-optimizer" else judge.parameters()
    opt_judge = torch.optim.Adam(of_judge, lr=4e-3 * factor, betas=(beta, 0.99))
    schedulers = [
        torch.optim.lr_scheduler.LambdaLR(each, lambda epoch: min(1.0, 2 - 2 * epoch / epochs))
        for each in (opt_forger, opt_judge)
    ]
    tracker = LossTracker()
    middle = data.mean(0)

    def noise():
        if bug == "latent-ignored":
            row = torch.randn(1, n_noise, device=device).expand(size, -1)
            return (row - row.mean(0)) / (row.std(0) + 1e-5)
        return torch.randn(size, n_noise, device=device)

    with watch(
        generator=forger, critic=judge, optimizers=[opt_forger, opt_judge], steps=steps, every=max(1, steps // 40)
    ) as w:
        for _ in range(epochs):
            shuffler.shuffle(batches)
            opt_judge.zero_grad()
            with torch.no_grad():
                beforehand = [forger(noise()) for _ in batches] if bug == "generator-detached" else None
            for number, real in enumerate(batches):
                kept = real
                if bug == "mode-dropping":
                    kept = real[real[:, 0] < middle[0]]
                forged = forger(noise()) if beforehand is None else beforehand[number]
                if bug == "grad-leak":
                    opt_forger.zero_grad()
                    f_loss = ((judge(forged) - 0) ** 2).mean() / 2
                    f_loss.backward()
                    j_loss = judge_loss(judge, kept, forged.detach())
                    (j_loss + 0.1 * steepness(judge, kept)).backward()
                    opt_judge.step()
                    opt_judge.zero_grad()
                    opt_forger.step()
                else:
                    if bug != "no-zero-grad.critic":
                        opt_judge.zero_grad()
                    j_loss = judge_loss(judge, kept, forged.detach())
                    (j_loss + 0.1 * steepness(judge, kept)).backward()
                    if bug != "no-update.critic" or tracker.mean("judge") > 5:
                        opt_judge.step()
                    f_loss = (judge(forged) ** 2).mean() / 2
                    opt_forger.zero_grad()
                    f_loss.backward()
                    opt_forger.step()
                tracker.add(judge=j_loss, forger=f_loss)
                w.step(critic_loss=j_loss, generator_loss=f_loss, real=real, fake=forged)
            for scheduler in schedulers:
                scheduler.step()
    with torch.no_grad():
        world.judge(torch.cat([forger(noise()) for _ in range(-(-1024 // size))]))
    return w.evidence()
