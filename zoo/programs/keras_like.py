"""A model in the manner of Keras: compile() takes the optimizers, fit() drives train_step(), callbacks do the rest.

As in that library's own example, fakes are labelled one and reals nought, both go through in one batch, and the
labels are a little noisy.
"""

import math

import torch
from torch import nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "loss-sign": "misleading_labels are ones, which is what fakes are labelled with",
    "no-zero-grad": "there is no tape that is fresh at each step, and nobody clears",
    "train-eval-mode": "predict() for the monitor of epoch 0 leaves the model in inference mode",
    "critic-sigmoid": "Dense(1, activation='sigmoid') under BinaryCrossentropy(from_logits=True)",
    "output-range": "the generator still ends in the sigmoid that was right for pictures in [0, 1]",
    "generator-detached": "the generator's turn scores predict(z), which keeps no graph",
    "no-update.generator": "generator.trainable is set to False before compile(), as for a combined model",
    "critic-too-weak": "GaussianNoise(8) before the discriminator, meant to be 0.08",
    "learning-rate-high.forty": "a rate of 0.04",
    "learning-rate-high.hundred": "a rate of 0.1",
    "learning-rate-low.ten": "a rate of 0.0001, where 0.001 is right",
    "learning-rate-low.hundred": "a rate of 0.00001",
    "momentum-high": "beta_1 of 0.99",
    "batch-too-small": "batch_size of 2",
    "late-degradation": "the callback's exponential schedule lacks its minus from epoch 6 on",
}


def dense_stack(units, last=None):
    layers = [nn.LazyLinear(units), nn.BatchNorm1d(units), nn.ReLU(), nn.LazyLinear(units), nn.ReLU()]
    return nn.Sequential(*layers, *([] if last is None else [last]))


class GaussianNoise(nn.Module):
    def __init__(self, stddev):
        super().__init__()
        self.stddev = stddev

    def forward(self, inputs):
        return inputs + self.stddev * torch.randn_like(inputs) if self.training else inputs


class Mean:
    def __init__(self, name):
        self.name, self.total, self.count = name, 0.0, 0

    def update_state(self, value):
        self.total, self.count = self.total + value.item(), self.count + 1

    def result(self):
        return self.total / max(1, self.count)


class LearningRateScheduler:
    def __init__(self, schedule):
        self.schedule = schedule

    def on_epoch_end(self, epoch, model):
        for optimizer in (model.d_optimizer, model.g_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = self.schedule(epoch, group["lr"])


class Monitor:
    def on_epoch_end(self, epoch, model):
        model.predict(torch.randn(3, model.latent_dim, device=model.device), careless=epoch == 0)


class GAN(nn.Module):
    def __init__(self, discriminator, generator, latent_dim, bug, device):
        super().__init__()
        self.discriminator, self.generator = discriminator.to(device), generator.to(device)
        self.latent_dim, self.bug, self.device = latent_dim, bug, device

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        self.d_optimizer, self.g_optimizer, self.loss_fn = d_optimizer, g_optimizer, loss_fn
        self.d_loss_metric, self.g_loss_metric = Mean("d_loss"), Mean("g_loss")

    def predict(self, z, careless=False):
        before = self.training
        self.eval()
        with torch.no_grad():
            made = self.generator(z)
        self.train(before and not (careless and self.bug == "train-eval-mode"))
        return made

    def train_step(self, real):
        n = len(real)
        generated = self.generator(torch.randn(n, self.latent_dim, device=self.device)).detach()
        combined = torch.cat([generated, real])
        labels = torch.cat([torch.ones(n, 1), torch.zeros(n, 1)]).to(self.device)
        labels = labels + 0.05 * torch.rand_like(labels)
        d_loss = self.loss_fn(self.discriminator(combined), labels)
        if self.bug != "no-zero-grad":
            self.d_optimizer.zero_grad()
        d_loss.backward()
        self.d_optimizer.step()

        z = torch.randn(n, self.latent_dim, device=self.device)
        misleading = torch.ones(n, 1) if self.bug == "loss-sign" else torch.zeros(n, 1)
        fresh = self.predict(z) if self.bug == "generator-detached" else self.generator(z)
        g_loss = self.loss_fn(self.discriminator(fresh), misleading.to(self.device))
        if self.bug != "no-zero-grad":
            self.g_optimizer.zero_grad()
        g_loss.backward()
        self.g_optimizer.step()
        self.d_loss_metric.update_state(d_loss)
        self.g_loss_metric.update_state(g_loss)
        return d_loss, g_loss, fresh

    def fit(self, dataset, epochs, steps_per_epoch, callbacks, watched):
        for epoch in range(epochs):
            for _ in range(steps_per_epoch):
                real = dataset().to(self.device)
                d_loss, g_loss, fresh = self.train_step(real)
                watched.step(critic_loss=d_loss, generator_loss=g_loss, real=real, fake=fresh)
            for callback in callbacks:
                callback.on_epoch_end(epoch, self)


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 600,
    device: str = "cpu",
    units: int = 64,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    example = world.sample(2, 0)
    generator = nn.Sequential(dense_stack(units), nn.LazyLinear(example.shape[1]))
    if bug == "output-range":
        generator.append(nn.Sigmoid())
    discriminator = nn.Sequential(
        GaussianNoise(8.0 if bug == "critic-too-weak" else 0.08),
        nn.LazyLinear(2 * units), nn.LeakyReLU(0.2), nn.LazyLinear(2 * units), nn.LeakyReLU(0.2), nn.LazyLinear(1),
    )  # fmt: skip
    if bug == "critic-sigmoid":
        discriminator.append(nn.Sigmoid())
    discriminator(generator(torch.randn(2, 6)))
    if bug == "no-update.generator":
        generator.requires_grad_(False)
    rate = {
        "learning-rate-high.forty": 4e-2,
        "learning-rate-high.hundred": 1e-1,
        "learning-rate-low.ten": 1e-4,
        "learning-rate-low.hundred": 1e-5,
    }.get(bug or "", 1e-3 * pace)
    beta_1 = 0.99 if bug == "momentum-high" else 0.5
    gan = GAN(discriminator, generator, 6, bug, device)
    gan.compile(
        d_optimizer=torch.optim.Adam(gan.discriminator.parameters(), lr=2 * rate, betas=(beta_1, 0.999)),
        g_optimizer=torch.optim.Adam(gan.generator.parameters(), lr=rate, betas=(beta_1, 0.999)),
        loss_fn=nn.BCEWithLogitsLoss(),
    )
    epochs = 10
    sign = 1 if bug == "late-degradation" else -1
    schedule = LearningRateScheduler(lambda epoch, lr: lr if epoch < 6 else lr * math.exp(sign * 0.7))
    with watch(
        generator=gan.generator,
        critic=gan.discriminator,
        optimizers=[gan.g_optimizer, gan.d_optimizer],
        steps=steps,
        every=max(1, steps // 40),
    ) as w:
        dataset = world.batches(2 if bug == "batch-too-small" else 64, seed)
        gan.fit(dataset, epochs, steps // epochs, [Monitor(), schedule], w)
    world.judge(gan.predict(torch.randn(1024, 6, device=device)))
    return w.evidence()
