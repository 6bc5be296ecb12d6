"""One long script in the manner of the DCGAN tutorials: netG, netD, real and fake labels, pictures of blobs."""

import torch
import torch.nn as nn
import torch.optim as optim

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "loss-sign": "the generator is scored against the label of fakes",
    "no-zero-grad": "netD.zero_grad() is missing",
    "generator-detached": "the detached fakes are scored for the generator too",
    "critic-sigmoid": "a sigmoid at the end of netD, before a loss that has one of its own",
    "output-range": "a sigmoid at the end of netG, though the pictures lie in [-1, 1]",
    "latent-ignored": "the noise is drawn once and its first row serves all",
    "train-eval-mode": "netG.eval() for the first picture, and never netG.train() again",
    "no-update.generator": "optimizerG.step() is missing",
    "critic-on-stale-fake": "the fakes for netD are made anew every 100 batches only",
    "learning-rate-high": "a learning rate of 0.03",
    "momentum-high": "beta1 of 0.98",
    "mode-collapse": "an L1 term between the fakes and the mean of the real pictures, for sharper outlines",
    "dead-units": "plain ReLUs behind biases of -3 in netG",
}


def weights_init(m):
    name = m.__class__.__name__
    if name.find("Conv") != -1 or name.find("Linear") != -1:
        nn.init.normal_(m.weight.data, 0.0, 0.05)
    elif name.find("BatchNorm") != -1:
        nn.init.normal_(m.weight.data, 1.0, 0.02)
        nn.init.constant_(m.bias.data, 0)


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 500, device: str = "cpu", ngf: int = 16
) -> Evidence:
    torch.manual_seed(seed)
    nz, ndf = 16, ngf
    batch_size = 32
    lr = 0.03 if bug == "learning-rate-high" else 0.001
    beta1 = 0.98 if bug == "momentum-high" else 0.5

    netG = nn.Sequential(
        nn.Linear(nz, 2 * ngf * 16),
        nn.Unflatten(1, (2 * ngf, 4, 4)),
        nn.BatchNorm2d(2 * ngf),
        nn.ReLU(True),
        nn.ConvTranspose2d(2 * ngf, ngf, 4, 2, 1, bias=bug == "dead-units"),
        nn.ReLU() if bug == "dead-units" else nn.Sequential(nn.BatchNorm2d(ngf), nn.ReLU(True)),
        nn.ConvTranspose2d(ngf, 1, 4, 2, 1),
        nn.Sigmoid() if bug == "output-range" else nn.Tanh(),
    ).to(device)
    netD = nn.Sequential(
        nn.Conv2d(1, ndf, 4, 2, 1),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(ndf, 2 * ndf, 4, 2, 1, bias=False),
        nn.BatchNorm2d(2 * ndf),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Flatten(),
        nn.Linear(2 * ndf * 16, 1),
        nn.Sigmoid() if bug == "critic-sigmoid" else nn.Identity(),
    ).to(device)
    netG.apply(weights_init)
    netD.apply(weights_init)
    if bug == "dead-units":
        nn.init.constant_(netG[4].bias, -3.0)

    criterion = nn.BCEWithLogitsLoss()
    next_batch = world.batches(batch_size, seed)
    fixed_noise = torch.randn(64, nz, device=device)
    real_label, fake_label = 1.0, 0.0
    optimizerD = optim.Adam(netD.parameters(), lr=lr, betas=(beta1, 0.999))
    optimizerG = optim.Adam(netG.parameters(), lr=lr, betas=(beta1, 0.999))

    with watch(
        generator=netG, critic=netD, optimizers=[optimizerG, optimizerD], steps=steps, every=max(1, steps // 40)
    ) as w:
        for i in range(steps):
            # (1) netD: maximize log(D(x)) + log(1 - D(G(z)))
            if bug != "no-zero-grad":
                netD.zero_grad()
            real = next_batch().to(device)
            label = torch.full((batch_size,), real_label, device=device)
            errD_real = criterion(netD(real).view(-1), label)
            errD_real.backward()
            noise = torch.randn(batch_size, nz, device=device)
            if bug == "latent-ignored":
                noise = fixed_noise[:1].repeat(batch_size, 1)
            fake = netG(noise)
            if bug != "critic-on-stale-fake" or i % 100 == 0:
                shown = fake.detach()
            label.fill_(fake_label)
            errD_fake = criterion(netD(shown).view(-1), label)
            errD_fake.backward()
            errD = errD_real + errD_fake
            optimizerD.step()

            # (2) netG: maximize log(D(G(z)))
            netG.zero_grad()
            if bug != "loss-sign":
                label.fill_(real_label)
            output = netD(fake.detach() if bug == "generator-detached" else fake).view(-1)
            errG = criterion(output, label)
            if bug == "mode-collapse":
                errG = errG + 1000 * (fake - real.mean(0)).abs().mean()
            errG.backward()
            if bug != "no-update.generator":
                optimizerG.step()
            w.step(critic_loss=errD, generator_loss=errG, real=real, fake=fake)

            if i % 100 == 0:
                netG.eval()
                with torch.no_grad():
                    netG(fixed_noise)
                if bug != "train-eval-mode":
                    netG.train()
    with torch.no_grad():
        last = torch.randn(512, nz, device=device)
        world.judge(netG(fixed_noise[:1].repeat(512, 1) if bug == "latent-ignored" else last))
    return w.evidence()
