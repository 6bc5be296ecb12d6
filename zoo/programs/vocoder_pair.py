"""A vocoder: sounds from coarse log spectra, least squares by critics of several periods and scales, feature matching.

Each critic of the set gives its features with its score as the last; the generator hears a log-spectral distance too.
"""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.parametrizations import weight_norm

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "loss-sign.critic": "discriminator_loss(generated, real): the two lists in the order of another repository",
    "no-zero-grad": "optim_g.zero_grad() and optim_d.zero_grad() stand before the loop",
    "no-update.critic": "optim_d is made of the parameters of a deepcopy that was to go to another device",
    "generator-detached": "y_hat is written out and read again for the losses: y_hat.detach().cpu().to(device)",
    "shared-optimizer": "one list of parameters, to which both networks' are appended, for optim_d and optim_g",
    "output-range": "the generator's sound passes the volume of 0.25 that was for the loudspeaker only",
    "critic-on-stale-fake": "y_hat of the first batch of each validation interval serves the critics throughout",
    "non-finite": "log of magnitudes without a floor, and the sounds begin in silence",
    "receptive-field-short": "kernels of 1 in the generator, behind an upsampling that repeats",
    "dead-units": "ReLUs in the generator behind weight-normalised layers whose biases were loaded as -2",
    "vanishing-gradient": "eight layers of tanh in the generator, whose weights start a tenth as large",
    "learning-rate-high": "a rate of 0.1 for the generator and its critics",
    "learning-rate-low": "a rate of 0.00001",
    "late-degradation": "the exponential schedule's gamma is 1.08 from a restart on, at 60 %",
}
HOP, BINS = 16, 33


def coarse(y):
    """Log spectra of frames: (n, 1, samples) to (n, 33, samples / 16)."""
    frames = F.pad(y.squeeze(1), (24, 24)).unfold(1, 64, HOP) * torch.hann_window(64, device=y.device)
    return torch.log(torch.fft.rfft(frames, dim=2).abs() + 0.02).transpose(1, 2)


class Vocoder(nn.Module):
    def __init__(self, ch, bug):
        super().__init__()
        k = 1 if bug == "receptive-field-short" else 7
        act = nn.ReLU() if bug == "dead-units" else nn.LeakyReLU(0.1)
        self.volume = 0.25 if bug == "output-range" else 1.0
        deep = [each for _ in range(8) for each in (nn.Conv1d(ch, ch, 3, padding=1), nn.Tanh())]
        if bug == "vanishing-gradient":
            for conv in deep[::2]:
                conv.weight.data.mul_(0.1)
        up = 2 * ch
        self.body = nn.Sequential(
            weight_norm(nn.Conv1d(BINS, up, k, padding=k // 2)), act,
            nn.Upsample(scale_factor=4), weight_norm(nn.Conv1d(up, up, k, padding=k // 2)), act,
            nn.Upsample(scale_factor=4), weight_norm(nn.Conv1d(up, ch, k, padding=k // 2)), act,
            *(deep if bug == "vanishing-gradient" else []),
            nn.Conv1d(ch, 1, k, padding=k // 2),
        )  # fmt: skip
        if bug == "dead-units":
            for at in (0, 3, 6):
                nn.init.constant_(self.body[at].bias, -2.0)

    def forward(self, mel):
        return self.volume * torch.tanh(self.body(mel))


class PeriodCritic(nn.Module):
    def __init__(self, period, ch):
        super().__init__()
        self.period = period
        self.convs = nn.ModuleList(
            weight_norm(nn.Conv2d(a, b, (5, 1), (3, 1), (2, 0))) for a, b in ((1, ch), (ch, 2 * ch))
        )
        self.post = weight_norm(nn.Conv2d(2 * ch, 1, (3, 1), padding=(1, 0)))

    def forward(self, y):
        y = F.pad(y, (0, -y.shape[2] % self.period))
        h, maps = y.view(len(y), 1, -1, self.period), []
        for conv in self.convs:
            h = F.leaky_relu(conv(h), 0.1)
            maps.append(h)
        return [*maps, self.post(h).flatten(1)]


class ScaleCritic(nn.Module):
    def __init__(self, pooled, ch):
        super().__init__()
        self.pooled = pooled
        self.convs = nn.ModuleList(weight_norm(nn.Conv1d(a, b, 9, 4, 4)) for a, b in ((1, ch), (ch, 2 * ch)))
        self.post = weight_norm(nn.Conv1d(2 * ch, 1, 3, padding=1))

    def forward(self, y):
        h, maps = F.avg_pool1d(y, self.pooled), []
        for conv in self.convs:
            h = F.leaky_relu(conv(h), 0.1)
            maps.append(h)
        return [*maps, self.post(h).flatten(1)]


class Critics(nn.Module):
    def __init__(self, ch):
        super().__init__()
        self.each = nn.ModuleList([PeriodCritic(3, ch), ScaleCritic(1, ch), ScaleCritic(2, ch)])

    def forward(self, y):
        return [critic(y) for critic in self.each]


def discriminator_loss(on_real, on_made):
    return sum((1 - r[-1]).square().mean() + g[-1].square().mean() for r, g in zip(on_real, on_made, strict=True))


def adversarial_loss(on_made):
    return sum((1 - g[-1]).square().mean() for g in on_made)


def feature_loss(on_real, on_made):
    pairs = zip(on_real, on_made, strict=True)
    return 2 * sum(F.l1_loss(b, a.detach()) for r, g in pairs for a, b in zip(r[:-1], g[:-1], strict=True))


def spectral_loss(y, y_hat, floor):
    a, b = (torch.fft.rfft(each.squeeze(1).unfold(1, 64, 16) * torch.hann_window(64)).abs() for each in (y, y_hat))
    return F.l1_loss(torch.log(b + floor), torch.log(a + floor))


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 300,
    device: str = "cpu",
    ch: int = 12,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    lr = {"learning-rate-high": 0.1, "learning-rate-low": 1e-5}.get(bug or "", 4e-3 * pace)
    generator, critics = Vocoder(ch, bug).to(device), Critics(ch // 2).to(device)
    of_critics = list(critics.parameters())
    if bug == "no-update.critic":
        of_critics = list(Critics(ch // 2).parameters())
    of_generator = list(generator.parameters())
    if bug == "shared-optimizer":
        of_generator = of_critics = [*of_generator, *of_critics]
    optim_g = torch.optim.AdamW(of_generator, lr, betas=(0.8, 0.99))
    optim_d = torch.optim.AdamW(of_critics, lr, betas=(0.8, 0.99))
    clips = world.batches(16, seed, pool=2000)
    floor = 0.0 if bug == "non-finite" else 0.02
    kept = None

    with watch(
        generator=generator, critic=critics, optimizers=[optim_g, optim_d], steps=steps, every=max(1, steps // 40)
    ) as w:
        for step in range(steps):
            y = clips().to(device)
            y_hat = generator(coarse(y))
            if bug == "generator-detached":
                y_hat = y_hat.detach().cpu().to(device)
            if kept is None or step % 100 == 0:
                kept = y_hat.detach()

            if bug != "no-zero-grad":
                optim_d.zero_grad()
            real, made = critics(y), critics(kept if bug == "critic-on-stale-fake" else y_hat.detach())
            loss_d = discriminator_loss(made, real) if bug == "loss-sign.critic" else discriminator_loss(real, made)
            loss_d.backward()
            optim_d.step()

            if bug != "no-zero-grad":
                optim_g.zero_grad()
            real, made = critics(y), critics(y_hat)
            loss_g = adversarial_loss(made) + feature_loss(real, made) + 5 * spectral_loss(y, y_hat, floor)
            loss_g.backward()
            optim_g.step()
            if bug == "late-degradation" and step > 0.6 * steps:
                for group in (*optim_g.param_groups, *optim_d.param_groups):
                    group["lr"] = min(0.2, 1.08 * group["lr"])
            w.step(critic_loss=loss_d, generator_loss=loss_g, real=y, fake=y_hat)
    with torch.no_grad():
        world.judge(generator(coarse(world.sample(512, 55).to(device))))
    return w.evidence()
