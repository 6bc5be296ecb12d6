"""A conditional GAN: labels joined to the noise and to the sample; hinge, spectral norm, averaged weights to show.

The labels are of the world's own kinds: a sample's label is the nearest of its centres.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils import parametrizations
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "latent-ignored": "torch.cat([onehot, onehot]) where the noise should be joined to the label",
    "no-update.generator": "the optimizer was made of the averaged model's parameters",
    "shared-optimizer": "a loop over (gen, disc) collects parameters for either optimizer in one list",
    "mode-dropping": "labels for the fakes are drawn by randint(k // 2), the half that was there in a first experiment",
    "mode-collapse": "a term that was to spread samples of one label apart lacks its minus",
    "critic-sigmoid": "disc returns a probability, under a hinge",
    "loss-sign.critic": "relu(1 - score) for fakes and relu(1 + score) for reals",
    "generator-detached": "the fakes for gen's loss are those of the averaged model",
    "output-range": "gen's last layer is a sigmoid; the data have been standardised since",
    "train-eval-mode": "gen.eval() in show(), which is called each 100 steps; gen has batch norm",
    "critic-too-weak": "a dropout of 0.97 on disc's input and units",
    "learning-rate-high.ten": "rates of 0.02 and 0.04",
    "learning-rate-high.hundred": "rates of 0.2 and 0.4",
    "learning-rate-low.forty": "rates of 0.00005 and 0.0001",
    "learning-rate-low.hundred": "rates of 0.00002 and 0.00004",
    "momentum-high": "betas of (0.98, 0.999)",
    "dead-units": "a ReLU of units that batch norm's bias of -2.5 has put below nought",
    "late-degradation": "fine-tuning from 60 % on: rates times forty",
}


def block(a, b, bug):
    norm = nn.BatchNorm1d(b)
    if bug == "dead-units":
        nn.init.constant_(norm.bias, -2.5)
    return [nn.Linear(a, b), norm, nn.ReLU()]


class ConditionalGen(nn.Module):
    def __init__(self, bug, k, nz, width, out):
        super().__init__()
        self.bug, self.k, self.nz = bug, k, nz
        joined = 2 * k if bug == "latent-ignored" else nz + k
        self.layers = nn.Sequential(*block(joined, width, bug), *block(width, width, bug), nn.Linear(width, out))

    def forward(self, z, y):
        onehot = F.one_hot(y, self.k).float()
        x = self.layers(torch.cat([onehot if self.bug == "latent-ignored" else z, onehot], dim=1))
        return torch.sigmoid(x) if self.bug == "output-range" else x


class ConditionalDisc(nn.Module):
    def __init__(self, bug, k, width, inp):
        super().__init__()
        self.k, self.bug = k, bug
        self.hide = nn.Dropout(0.97) if bug == "critic-too-weak" else nn.Identity()
        self.a = parametrizations.spectral_norm(nn.Linear(inp + k, 2 * width))
        self.b = parametrizations.spectral_norm(nn.Linear(2 * width, 2 * width))
        self.c = nn.Linear(2 * width, 1)

    def forward(self, x, y):
        h = torch.cat([self.hide(x), F.one_hot(y, self.k).float()], dim=1)
        h = self.hide(F.leaky_relu(self.a(h), 0.2))
        score = self.c(F.leaky_relu(self.b(h), 0.2))
        return score.sigmoid() if self.bug == "critic-sigmoid" else score


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 500,
    device: str = "cpu",
    width: int = 64,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    centres = torch.as_tensor(world.centres, dtype=torch.float32, device=device)
    k, n, nz = len(centres), 96, 3
    gen = ConditionalGen(bug, k, nz, width, centres.shape[1]).to(device)
    disc = ConditionalDisc(bug, k, width, centres.shape[1]).to(device)
    average = AveragedModel(gen, multi_avg_fn=get_ema_multi_avg_fn(0.98), use_buffers=True)
    lr = {
        "learning-rate-high.ten": 2e-2,
        "learning-rate-high.hundred": 2e-1,
        "learning-rate-low.forty": 5e-5,
        "learning-rate-low.hundred": 2e-5,
    }.get(bug or "", 2e-3 * pace)
    betas = (0.98, 0.999) if bug == "momentum-high" else (0.0, 0.95)
    of_gen = list(average.module.parameters() if bug == "no-update.generator" else gen.parameters())
    of_disc = list(disc.parameters())
    if bug == "shared-optimizer":
        of_disc = of_gen + of_disc
    opt_gen = torch.optim.Adam(of_gen, lr=lr, betas=betas)
    opt_disc = torch.optim.Adam(of_disc, lr=2 * lr, betas=betas)
    loader = world.batches(n, seed)

    def imagine(net, count):
        y = torch.randint(k // 2 if bug == "mode-dropping" else k, (count,), device=device)
        return net(torch.randn(count, nz, device=device), y), y

    def spreading(x, y):
        apart = (x[:, None] - x[None]).square().sum(2).add(1e-8).sqrt()
        return apart[y[:, None] == y[None]].mean()

    def show():
        gen.eval()
        with torch.no_grad():
            imagine(gen, 8)
        gen.train(bug != "train-eval-mode")

    with watch(generator=gen, critic=disc, optimizers=[opt_gen, opt_disc], steps=steps, every=max(1, steps // 40)) as w:
        for step in range(steps):
            x = loader().to(device)
            y = torch.cdist(x, centres).argmin(1)
            with torch.no_grad():
                x_fake, y_fake = imagine(gen, n)
            sign = -1 if bug == "loss-sign.critic" else 1
            disc_loss = F.relu(1 - sign * disc(x, y)).mean() + F.relu(1 + sign * disc(x_fake, y_fake)).mean()
            opt_disc.zero_grad(set_to_none=True)
            disc_loss.backward()
            opt_disc.step()

            x_fake, y_fake = imagine(average if bug == "generator-detached" else gen, n)
            gen_loss = -disc(x_fake, y_fake).mean()
            if bug == "mode-collapse":
                gen_loss = gen_loss + 30 * spreading(x_fake, torch.zeros_like(y_fake))
            opt_gen.zero_grad(set_to_none=True)
            gen_loss.backward()
            opt_gen.step()
            average.update_parameters(gen)
            if bug == "late-degradation" and step == int(0.6 * steps):
                for group in (*opt_gen.param_groups, *opt_disc.param_groups):
                    group["lr"] *= 40
            w.step(critic_loss=disc_loss, generator_loss=gen_loss, real=x, fake=x_fake)
            if step % 100 == 20:
                show()
    average.eval()
    with torch.no_grad():
        world.judge(imagine(average, 1024)[0])
    return w.evidence()
