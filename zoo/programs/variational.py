"""A variational autoencoder by epochs: encoder, reparameterize, decoder, the bound and a held-out bound."""

import torch
from torch import nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo import truth
from zoo.worlds import World

BUGS = {
    "loss-sign": "the bound itself is minimised, not its negative",
    "no-zero-grad": "model.zero_grad is named and not called",
    "no-update.model": "the optimizer was given a second instance, which was meant for sampling",
    "output-range": "the decoder ends in a sigmoid, as for digits",
    "train-eval-mode": "model.eval() in validate(), and never train() after it; dropout and batch norm inside",
    "overfitting": "sixteen sounds, all seen at each step",
    "non-finite": "deviations are not exponentiated: the logarithm of a number that becomes negative",
    "exploding-gradient": "the encoder's layers are drawn three times too wide, without a norm",
    "dead-units": "nn.Hardshrink(2) in the place of a ReLU",
    "denormals": "sounds reach the encoder in a unit in which they are about 1e-39, and its first layer has no bias",
    "divergence": "weight decay by hand, with the wrong sign",
    "late-degradation": "the weight of the divergence is multiplied by 2.5 each epoch from 60 % on",
    "batch-too-small": "one sound in a batch",
    "momentum-high": "betas of (0.999, 0.9), the wrong way round",
    "learning-rate-high.thirty": "a rate of 0.06",
    "learning-rate-high.hundred": "a rate of 0.2",
    "learning-rate-low.ten": "a rate of 0.0002",
    "learning-rate-low.hundred": "a rate of 0.00002",
}


class VAE(nn.Module):
    def __init__(self, bug, n_in, width, latent):
        super().__init__()
        self.bug = bug
        act = nn.Hardshrink(2.0) if bug == "dead-units" else nn.ReLU()
        extra = [nn.BatchNorm1d(width), nn.Dropout(0.1)] if bug == "train-eval-mode" else []
        self.unit = 1e-39 if bug == "denormals" else 1.0
        self.encoder = nn.Sequential(
            nn.Linear(n_in, width, bias=bug != "denormals"),
            *extra,
            act,
            *self._deeper(bug, width),
            nn.Linear(width, 2 * latent),
        )
        self.decoder = nn.Sequential(nn.Linear(latent, width), act, nn.Linear(width, n_in))
        if bug == "output-range":
            self.decoder.append(nn.Sigmoid())
        if bug == "exploding-gradient":
            for layer in self.encoder:
                if isinstance(layer, nn.Linear):
                    layer.weight.data *= 3

    @staticmethod
    def _deeper(bug, width):
        count = 6 if bug == "exploding-gradient" else 1
        return [layer for _ in range(count) for layer in (nn.Linear(width, width), nn.ReLU())]

    def reparameterize(self, mu, logvar):
        return mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)

    def forward(self, x):
        mu, logvar = self.encoder(self.unit * x).chunk(2, dim=1)
        if self.bug == "non-finite":
            logvar = torch.log(1 + logvar)
        return self.decoder(self.reparameterize(mu, logvar)), mu, logvar


def bound(x, told, beta):
    recon, mu, logvar = told
    divergence = -0.5 * (1 + logvar - mu.square() - logvar.exp()).sum(1).mean()
    return 10 * (recon - x).square().sum(1).mean() + beta * divergence


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
    batch_size = 1 if bug == "batch-too-small" else 50
    x_train = world.sample(16 if bug == "overfitting" else 1250, seed).flatten(1).to(device)
    x_valid = world.sample(300, 99).flatten(1).to(device)
    model = VAE(bug, x_train.shape[1], width, 6).to(device)
    held = VAE(bug, x_train.shape[1], width, 6).to(device) if bug == "no-update.model" else model
    lr = {
        "learning-rate-high.thirty": 6e-2,
        "learning-rate-high.hundred": 2e-1,
        "learning-rate-low.ten": 2e-4,
        "learning-rate-low.hundred": 2e-5,
    }.get(bug or "", 2e-3 * pace)
    betas = (0.999, 0.9) if bug == "momentum-high" else (0.9, 0.999)
    optimizer = torch.optim.Adam(held.parameters(), lr=lr, betas=betas)
    beta, per_epoch = 0.1, min(25, -(-len(x_train) // batch_size))
    epochs = steps // per_epoch

    def validate():
        model.eval()
        with torch.no_grad():
            value = bound(x_valid, model(x_valid), 0.1)
        model.train(bug != "train-eval-mode")
        return value

    with watch(model=model, optimizers=[optimizer], steps=epochs * per_epoch, every=max(1, steps // 40)) as w:
        for epoch in range(epochs):
            if bug == "late-degradation" and epoch >= 0.6 * epochs:
                beta *= 2.5
            valid = validate() if epoch % max(1, epochs // 20) == 0 else None
            for x in x_train[torch.randperm(len(x_train))].split(batch_size)[:per_epoch]:
                loss = bound(x, model(x), beta)
                if bug == "loss-sign":
                    loss = -loss
                if bug != "no-zero-grad":
                    optimizer.zero_grad()
                loss.backward()
                if bug == "divergence":
                    with torch.no_grad():
                        for weight in model.parameters():
                            weight *= 1 + 0.02
                optimizer.step()
                w.step(loss=loss, held_out_loss=valid)
                valid = None
    model.eval()
    with torch.no_grad():
        ended = bound(x_valid, model(x_valid), 0.1).nan_to_num(float("inf"))
        truth.note(loss=ended)
    return w.evidence()
