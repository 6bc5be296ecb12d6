"""A module in the manner of Lightning with manual optimisation: the average relativistic loss, points, schedules."""

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "loss-sign": "generator_criterion and discriminator_criterion are the same method",
    "grad-leak": "opt_g is cleared at the top of the step only, and the discriminator's fakes keep their graph",
    "generator-detached": "self.last_fake, kept detached for the logger, is what the generator's loss reads",
    "no-update.generator": "configure_optimizers lists the tensors of generator.state_dict()",
    "critic-sigmoid": "a sigmoid in the discriminator before the loss with logits",
    "latent-ignored": "sample() returns the expanded first row of validation_z",
    "no-zero-grad.critic": "opt_d.zero_grad() went away together with toggle_optimizer()",
    "critic-too-weak": "instance noise of 15, which a schedule was to anneal and does not",
    "exploding-gradient": "ten residual blocks add six times their branch",
    "late-degradation": "a cycle of the rates, whose second rise is to sixty times the first",
    "learning-rate-high": "lr of 0.1",
    "learning-rate-low": "lr of 0.000004",
}


class Residual(nn.Module):
    def __init__(self, units, gain):
        super().__init__()
        self.net, self.gain = nn.Sequential(nn.Linear(units, units), nn.LeakyReLU(0.1)), gain

    def forward(self, x):
        return x + self.gain * self.net(x)


class RelativisticAverageGAN(nn.Module):
    def __init__(self, hparams, bug):
        super().__init__()
        self.hp, self.bug = hparams, bug
        units, dim = hparams["units"], hparams["dim"]
        depth, gain = (10, 6.0) if bug == "exploding-gradient" else (2, 1.0)
        self.generator = nn.Sequential(
            nn.Linear(hparams["latent_dim"], units),
            *(Residual(units, gain) for _ in range(depth)),
            nn.Linear(units, dim),
        )
        self.discriminator = nn.Sequential(
            nn.Linear(dim, 2 * units), nn.LeakyReLU(0.1), Residual(2 * units, 1.0), nn.Linear(2 * units, 1)
        )
        self.register_buffer("validation_z", torch.randn(8, hparams["latent_dim"]))
        self.logged, self.last_fake = {}, None

    def forward(self, z):
        return self.generator(z)

    def score(self, x):
        if self.bug == "critic-too-weak":
            x = x + 15 * torch.randn_like(x)
        logit = self.discriminator(x)
        return logit.sigmoid() if self.bug == "critic-sigmoid" else logit

    def sample(self, n):
        if self.bug == "latent-ignored":
            return self.validation_z[:1].expand(n, -1)
        return torch.randn(n, self.hp["latent_dim"], device=self.validation_z.device)

    def discriminator_criterion(self, real, fake):
        over, under = real - fake.mean(), fake - real.mean()
        return (bce(over, torch.ones_like(over)) + bce(under, torch.zeros_like(under))) / 2

    def generator_criterion(self, real, fake):
        if self.bug == "loss-sign":
            return self.discriminator_criterion(real, fake)
        return self.discriminator_criterion(fake, real)

    def configure_optimizers(self):
        lr, betas = self.hp["lr"], self.hp["betas"]
        of_g = list(self.generator.parameters())
        if self.bug == "no-update.generator":
            of_g = list(self.generator.state_dict().values())
        self.opt_g = torch.optim.NAdam(of_g, lr=lr, betas=betas)
        self.opt_d = torch.optim.NAdam(self.discriminator.parameters(), lr=2 * lr, betas=betas)
        steps = self.hp["max_steps"]

        def cycle(step):
            if step < 0.65 * steps:
                return min(1.0, (step + 1) / 20)
            return 60.0 if self.bug == "late-degradation" else 0.5

        return [torch.optim.lr_scheduler.LambdaLR(each, cycle) for each in (self.opt_g, self.opt_d)]

    def log_dict(self, values):
        self.logged.update({name: value.detach() for name, value in values.items()})

    def training_step(self, batch, batch_idx):
        leaky = self.bug == "grad-leak"
        self.opt_g.zero_grad()
        fake = self(self.sample(len(batch)))
        if self.bug != "no-zero-grad.critic":
            self.opt_d.zero_grad()
        loss_d = self.discriminator_criterion(self.score(batch), self.score(fake if leaky else fake.detach()))
        loss_d.backward()
        self.opt_d.step()
        self.last_fake = fake.detach()

        if not leaky:
            self.opt_g.zero_grad()
        self.discriminator.requires_grad_(False)
        shown = self(self.sample(len(batch)))
        if self.bug == "generator-detached":
            self.discriminator.requires_grad_(True)
            shown = self.last_fake
        loss_g = self.generator_criterion(self.score(batch), self.score(shown))
        loss_g.backward()
        self.discriminator.requires_grad_(True)
        if self.bug == "generator-detached":
            self.discriminator.zero_grad()
        self.opt_g.step()
        self.log_dict({"loss_d": loss_d, "loss_g": loss_g})
        return shown.detach()


class Fitter:
    def __init__(self, max_steps):
        self.max_steps = max_steps

    def fit(self, module, loader):
        schedulers = module.configure_optimizers()
        with watch(
            generator=module.generator,
            critic=module.discriminator,
            optimizers=[module.opt_d, module.opt_g],
            steps=self.max_steps,
            every=max(1, self.max_steps // 40),
        ) as w:
            for batch_idx in range(self.max_steps):
                batch = loader()
                made = module.training_step(batch, batch_idx)
                logged = module.logged
                w.step(critic_loss=logged["loss_d"], generator_loss=logged["loss_g"], real=batch, fake=made)
                for scheduler in schedulers:
                    scheduler.step()
        return w.evidence()


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 700,
    device: str = "cpu",
    units: int = 48,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    hparams = {
        "units": units,
        "dim": world.sample(1, 0).shape[1],
        "latent_dim": 5,
        "lr": {"learning-rate-high": 0.1, "learning-rate-low": 4e-6}.get(bug or "", 1e-3 * pace),
        "betas": (0.3, 0.98),
        "max_steps": steps,
    }
    module = RelativisticAverageGAN(hparams, bug).to(device)
    batches = world.batches(112, seed)
    evidence = Fitter(steps).fit(module, lambda: batches().to(device))
    with torch.no_grad():
        world.judge(module(module.sample(1024)))
    return evidence
