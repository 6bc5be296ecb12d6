"""WGAN-GP as a Trainer class with gen, crit and a method for everything."""

import torch
import torch.nn as nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "batch-coupling": "batch normalisation in the critic under a penalty that takes samples one by one",
    "not-lipschitz": "the penalty's gradient is taken without create_graph, so it constrains nothing",
    "penalty-too-small": "lambda of 0.001",
    "penalty-too-large": "lambda of 3000",
    "no-zero-grad.generator": "the generator's gradients are never cleared",
    "no-update.generator": "the generator's parameters were frozen for the critic's turn and never thawed",
    "grad-leak": "the fakes are not detached, and the generator's gradients are cleared before the critic's turn",
    "critic-on-stale-fake": "fakes come from a list that is filled anew every 150 steps",
    "loss-sign": "the generator minimises the critic's score",
    "output-range": "a tanh at the end of the generator, though the data reach further",
    "momentum-high": "beta1 of 0.99",
    "n-critic-high": "50 critic updates to one of the generator, for the same number of critic updates in all",
    "learning-rate-high.critic": "a critic's learning rate of 0.1",
    "non-finite": "the gradient's norm is divided by its spread over the batch, which becomes zero",
    "latent-ignored": "forward() takes z and works on a parameter instead",
}


class Gen(nn.Module):
    def __init__(self, noise_dim, hidden, out, bounded=False, deaf=False):
        super().__init__()
        self.body = nn.Sequential(
            nn.Linear(noise_dim, hidden), nn.ReLU(), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, out)
        )
        self.end = nn.Tanh() if bounded else nn.Identity()
        self.seed_vector = nn.Parameter(torch.randn(noise_dim)) if deaf else None

    def forward(self, z):
        if self.seed_vector is not None:
            z = self.seed_vector.expand(len(z), -1)
        return self.end(self.body(z))


class Crit(nn.Module):
    def __init__(self, inp, hidden, norm=False):
        super().__init__()
        self.l1 = nn.Linear(inp, hidden)
        self.n1 = nn.BatchNorm1d(hidden) if norm else nn.Identity()
        self.l2 = nn.Linear(hidden, hidden)
        self.n2 = nn.BatchNorm1d(hidden) if norm else nn.Identity()
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        x = nn.functional.leaky_relu(self.n1(self.l1(x)), 0.2)
        x = nn.functional.leaky_relu(self.n2(self.l2(x)), 0.2)
        return self.out(x)


class Trainer:
    def __init__(self, bug, world, seed, device, hidden):
        torch.manual_seed(seed)
        self.bug, self.world, self.device = bug, world, device
        dim = world.sample(1, 0).shape[1]
        self.noise_dim = 3
        self.gen = Gen(3, hidden, dim, bounded=bug == "output-range", deaf=bug == "latent-ignored").to(device)
        self.crit = Crit(dim, hidden, norm=bug == "batch-coupling").to(device)
        betas = (0.99, 0.999) if bug == "momentum-high" else (0.0, 0.9)
        fast = 0.1 if bug == "learning-rate-high.critic" else 1e-3
        self.g_opt = torch.optim.Adam(self.gen.parameters(), lr=1e-3, betas=betas)
        self.c_opt = torch.optim.Adam(self.crit.parameters(), lr=fast, betas=betas)
        self.lam = {"penalty-too-small": 1e-3, "penalty-too-large": 3e3}.get(bug, 1.0)
        self.n_critic = 50 if bug == "n-critic-high" else 4
        self.loader = world.batches(64, seed)
        self.replay = []

    def noise(self, n=64):
        return torch.randn(n, self.noise_dim, device=self.device)

    def gradient_penalty(self, real, fake):
        eps = torch.rand(len(real), 1, device=self.device)
        mix = (eps * real + (1 - eps) * fake.detach()).requires_grad_(True)
        grad = torch.autograd.grad(self.crit(mix).sum(), mix, create_graph=self.bug != "not-lipschitz")[0]
        norm = (grad.square().sum(1) + 1e-12).sqrt()
        if self.bug == "non-finite":
            norm = norm / norm.round().std()
        return ((norm - 1) ** 2).mean()

    def fakes(self, step):
        if self.bug == "critic-on-stale-fake":
            if step % 150 == 0:
                self.replay = [self.gen(self.noise()).detach() for _ in range(4)]
            return self.replay[step % 4]
        fake = self.gen(self.noise())
        return fake if self.bug == "grad-leak" else fake.detach()

    def critic_step(self, step):
        real = self.loader().to(self.device)
        if self.bug == "no-update.generator":
            self.gen.requires_grad_(False)
        fake = self.fakes(step)
        self.c_opt.zero_grad()
        loss = self.crit(fake).mean() - self.crit(real).mean()
        (loss + self.lam * self.gradient_penalty(real, fake)).backward()
        self.c_opt.step()
        return loss.item(), real

    def generator_step(self):
        if self.bug not in ("grad-leak", "no-zero-grad.generator"):
            self.g_opt.zero_grad()
        fake = self.gen(self.noise())
        score = self.crit(fake).mean()
        loss = score if self.bug == "loss-sign" else -score
        loss.backward()
        self.g_opt.step()
        if self.bug == "grad-leak":
            self.g_opt.zero_grad()
        return loss.item(), fake.detach()

    def fit(self, steps):
        if self.bug == "n-critic-high":
            steps = max(20, steps * 4 // self.n_critic)
        nets = {"generator": self.gen, "critic": self.crit}
        with watch(**nets, optimizers=[self.g_opt, self.c_opt], steps=steps, every=max(1, steps // 40)) as w:
            for step in range(steps):
                for _ in range(self.n_critic):
                    c_loss, real = self.critic_step(step)
                g_loss, fake = self.generator_step()
                w.step(critic_loss=c_loss, generator_loss=g_loss, real=real, fake=fake)
        return w.evidence()


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 400, device: str = "cpu", hidden: int = 64
) -> Evidence:
    trainer = Trainer(bug, world, seed, device, hidden)
    evidence = trainer.fit(steps)
    with torch.no_grad():
        world.judge(trainer.gen(trainer.noise(1024)))
    return evidence
