"""Hinge loss with spectral normalisation in a module with hooks, and a small engine that calls them."""

import torch
import torch.nn as nn
from torch.nn.utils.parametrizations import spectral_norm

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "critic-sigmoid": "the discriminator ends in a sigmoid, under a hinge at one",
    "shared-optimizer.twice": "configure_optimizers gives the generator's parameters twice",
    "shared-optimizer": "configure_optimizers gives self.parameters() to the discriminator's optimizer",
    "grad-leak": "the discriminator's hook makes its fakes with a graph, and gradients are cleared once a step",
    "generator-detached": "the generator's hook works on the batch of fakes made under no_grad",
    "train-eval-mode": "validation puts the module into evaluation mode and leaves it there",
    "loss-sign": "the generator's hook returns the mean score",
    "output-range": "a ReLU at the end of the generator",
    "learning-rate-high": "a learning rate of 0.1 for both",
    "n-critic-high": "the discriminator's hook is called 40 times to one of the generator's",
    "latent-ignored": "the generator's hook samples the same noise for all of a batch",
}


class HingeGAN(nn.Module):
    def __init__(self, bug, dim, width):
        super().__init__()
        self.bug = bug
        end = nn.ReLU() if bug == "output-range" else nn.Identity()
        self.generator = nn.Sequential(
            nn.Linear(8, width), nn.BatchNorm1d(width), nn.ReLU(),
            nn.Linear(width, width), nn.BatchNorm1d(width), nn.ReLU(),
            nn.Linear(width, dim), end,
        )  # fmt: skip
        head = [nn.Sigmoid()] if bug == "critic-sigmoid" else []
        self.discriminator = nn.Sequential(
            spectral_norm(nn.Linear(dim, 2 * width)), nn.LeakyReLU(0.2),
            spectral_norm(nn.Linear(2 * width, 2 * width)), nn.LeakyReLU(0.2),
            nn.Linear(2 * width, 1), *head,
        )  # fmt: skip

    def sample_noise(self, n):
        if self.bug == "latent-ignored":
            return torch.ones(n, 8)
        return torch.randn(n, 8)

    def training_step(self, batch, optimizer_idx):
        z = self.sample_noise(len(batch)).to(batch.device)
        if optimizer_idx == 0:
            with torch.set_grad_enabled(self.bug == "grad-leak"):
                self.made = self.generator(z)
            real = torch.relu(1 - self.discriminator(batch)).mean()
            return real + torch.relu(1 + self.discriminator(self.made)).mean()
        if self.bug != "generator-detached":
            self.made = self.generator(z)
        logits = self.discriminator(self.made)
        return logits.mean() if self.bug == "loss-sign" else -logits.mean()

    def configure_optimizers(self):
        lr = 0.1 if self.bug == "learning-rate-high" else 1e-3
        of_d = {
            "shared-optimizer.twice": self.generator.parameters(),
            "shared-optimizer": self.parameters(),
        }.get(self.bug, self.discriminator.parameters())
        d_opt = torch.optim.Adam(of_d, lr=2 * lr, betas=(0.0, 0.9))
        g_opt = torch.optim.Adam(self.generator.parameters(), lr=lr, betas=(0.0, 0.9))
        return [d_opt, g_opt]

    def validation_step(self):
        self.eval()
        with torch.no_grad():
            self.generator(self.sample_noise(16))
        if self.bug != "train-eval-mode":
            self.train()


class Engine:
    def __init__(self, steps):
        self.max_steps = steps

    def optimize(self, module, optimizer, batch, idx):
        loss = module.training_step(batch, idx)
        if module.bug != "grad-leak":
            optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.detach()

    def fit(self, module, next_batch):
        optimizers = module.configure_optimizers()
        repeat = 40 if module.bug == "n-critic-high" else 1
        parts = {"generator": module.generator, "critic": module.discriminator}
        with watch(**parts, optimizers=optimizers, steps=self.max_steps, every=max(1, self.max_steps // 40)) as w:
            for step in range(self.max_steps):
                for _ in range(repeat):
                    batch = next_batch()
                    d_loss = self.optimize(module, optimizers[0], batch, 0)
                g_loss = self.optimize(module, optimizers[1], batch, 1)
                if module.bug == "grad-leak":
                    module.zero_grad()
                w.step(critic_loss=d_loss, generator_loss=g_loss, real=batch, fake=module.made)
                if step % 50 == 5:
                    module.validation_step()
        return w.evidence()


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 800, device: str = "cpu", width: int = 64
) -> Evidence:
    torch.manual_seed(seed)
    if bug == "n-critic-high":
        steps = max(20, steps // 10)
    module = HingeGAN(bug, world.sample(1, 0).shape[1], width).to(device)
    loader = world.batches(128, seed)
    evidence = Engine(steps).fit(module, lambda: loader().to(device))
    with torch.no_grad():
        world.judge(module.generator(module.sample_noise(1024).to(device)))
    return evidence
