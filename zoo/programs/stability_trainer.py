"""A trainer that measures stability: saturating minimax, a zero-centred penalty on reals, RMSprop, toggled grads."""

import torch
import torch.nn.functional as F
from torch import autograd, nn, optim

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "loss-sign": "compute_loss(d_fake, 0) is what the generator minimises, where it should maximise it",
    "no-zero-grad.generator": "g_optimizer.zero_grad() stands in the branch of the first iteration, with the log",
    "generator-detached": "toggle_grad(discriminator, False) switches gradients off altogether, by no_grad",
    "critic-sigmoid": "the discriminator's last act is a sigmoid, and compute_loss takes logits",
    "oscillation": "reg_param of 0, and plain descent at a rate that goes round",
    "critic-too-strong": "no penalty, 500 updates of the discriminator beforehand and 8 a turn, against plain descent",
    "penalty-too-large": "reg_param of 3000",
    "vanishing-gradient": "a temperature of 1/40 and an offset of -30 for scores, in the generator's turn alone",
    "mode-dropping": "d(x) is asked for the outer half of a batch only, which is sorted by radius for a plot",
    "generator-too-small": "two hidden units in the generator",
    "critic-too-small": "one hidden unit a layer in the discriminator",
    "learning-rate-high": "a rate of 0.06",
    "learning-rate-low": "a rate of 0.000005",
    "late-degradation": "anneal_every counts iterations where epochs are meant, and its factor of 1.15 where 0.85 is",
}


class MLP(nn.Module):
    def __init__(self, n_in, n_out, width, act):
        super().__init__()
        self.inner = nn.Linear(n_in, width)
        self.middle = nn.Linear(width, width)
        self.outer = nn.Linear(width, n_out)
        self.act = act

    def forward(self, x):
        x = self.act(self.inner(x))
        return self.outer(self.act(self.middle(x)))


def toggle_grad(model, wanted):
    for p in model.parameters():
        p.requires_grad_(wanted)


def compute_grad2(d_out, x_in):
    grad = autograd.grad(d_out.sum(), x_in, create_graph=True, only_inputs=True)[0]
    return grad.pow(2).flatten(1).sum(1)


class Trainer:
    def __init__(self, generator, discriminator, g_optimizer, d_optimizer, reg_param, bug):
        self.generator, self.discriminator = generator, discriminator
        self.g_optimizer, self.d_optimizer = g_optimizer, d_optimizer
        self.reg_param, self.bug = reg_param, bug

    def judge(self, x):
        out = self.discriminator(x)
        return torch.sigmoid(out) if self.bug == "critic-sigmoid" else out

    def compute_loss(self, d_out, target):
        return F.binary_cross_entropy_with_logits(d_out, torch.full_like(d_out, target))

    def generator_trainstep(self, z, it):
        toggle_grad(self.generator, True)
        toggle_grad(self.discriminator, False)
        if self.bug != "no-zero-grad.generator" or it == 0:
            self.g_optimizer.zero_grad()
        if self.bug == "generator-detached":
            with torch.no_grad():
                x_fake = self.generator(z)
                gloss = -self.compute_loss(self.judge(x_fake), 0.0)
            self.g_optimizer.step()
            return gloss.item(), x_fake
        x_fake = self.generator(z)
        d_fake = self.judge(x_fake)
        if self.bug == "vanishing-gradient":
            d_fake = 40 * d_fake - 30
        gloss = self.compute_loss(d_fake, 0.0)
        gloss = gloss if self.bug == "loss-sign" else -gloss
        gloss.backward()
        self.g_optimizer.step()
        return gloss.item(), x_fake.detach()

    def discriminator_trainstep(self, x_real, z):
        toggle_grad(self.generator, False)
        toggle_grad(self.discriminator, True)
        self.d_optimizer.zero_grad()
        if self.bug == "mode-dropping":
            x_real = x_real[x_real.norm(dim=1).argsort()][len(x_real) // 2 :]
        x_real = x_real.clone().requires_grad_()
        d_real = self.judge(x_real)
        dloss = self.compute_loss(d_real, 1.0)
        if self.reg_param > 0:
            (dloss + self.reg_param * compute_grad2(d_real, x_real).mean()).backward()
        else:
            dloss.backward()
        with torch.no_grad():
            x_fake = self.generator(z)
        dloss_fake = self.compute_loss(self.judge(x_fake), 0.0)
        dloss_fake.backward()
        self.d_optimizer.step()
        toggle_grad(self.generator, True)
        return (dloss + dloss_fake).item()


def optimizers(bug, generator, discriminator, lr):
    if bug == "oscillation":
        return optim.SGD(generator.parameters(), 0.3, momentum=0.5), optim.SGD(discriminator.parameters(), 0.3)
    d_optimizer = optim.RMSprop(discriminator.parameters(), lr)
    if bug == "critic-too-strong":
        return optim.SGD(generator.parameters(), 0.1, momentum=0.5), d_optimizer
    return optim.RMSprop(generator.parameters(), lr, alpha=0.99), d_optimizer


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 900,
    device: str = "cpu",
    width: int = 48,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    dim, zdim, batch = world.sample(1, 0).shape[1], 6, 90
    generator = MLP(zdim, dim, 2 if bug == "generator-too-small" else width, F.relu).to(device)
    discriminator = MLP(dim, 1, 1 if bug == "critic-too-small" else width, F.softplus).to(device)
    lr = {"learning-rate-high": 6e-2, "learning-rate-low": 5e-6}.get(bug or "", 2e-3 * pace)
    g_optimizer, d_optimizer = optimizers(bug, generator, discriminator, lr)
    reg_param = {"penalty-too-large": 3e3, "oscillation": 0.0, "critic-too-strong": 0.0}.get(bug or "", 0.05)
    trainer = Trainer(generator, discriminator, g_optimizer, d_optimizer, reg_param, bug)
    stream = world.batches(batch, seed)

    def zdist():
        return torch.randn(batch, zdim, device=device)

    if bug == "critic-too-strong":
        for _ in range(500):
            trainer.discriminator_trainstep(stream().to(device), zdist())

    with watch(
        generator=generator,
        critic=discriminator,
        optimizers=[g_optimizer, d_optimizer],
        steps=steps,
        every=max(1, steps // 40),
    ) as w:
        for it in range(steps):
            for _ in range(8 if bug == "critic-too-strong" else 1):
                x = stream().to(device)
                dloss = trainer.discriminator_trainstep(x, zdist())
            gloss, x_fake = trainer.generator_trainstep(zdist(), it)
            w.step(critic_loss=dloss, generator_loss=gloss, real=x, fake=x_fake)
            if bug == "late-degradation" and it > 0.6 * steps and it % max(1, steps // 80) == 0:
                for group in (*g_optimizer.param_groups, *d_optimizer.param_groups):
                    group["lr"] *= 1.15
    with torch.no_grad():
        world.judge(generator(torch.randn(1024, zdim, device=device)))
    return w.evidence()
