"""An autoencoder of short sounds: a class with encode and decode, an epoch function, a small bottleneck."""

import torch
from torch import nn

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo import truth
from zoo.worlds import World

BUGS = {
    "output-range": "the decoder ends in a ReLU, for sounds around zero",
    "no-zero-grad": "train_epoch clears at its beginning, not at each batch",
    "no-update.model": "the optimizer was made before load(), which replaces the networks",
    "learning-rate-high": "a rate of 0.2",
    "overfitting": "twelve sounds to learn from",
    "dead-units": "the bottleneck's ReLU stands behind a bias of -5",
    "train-eval-mode": "eval() in the middle of the first epoch, with batch normalisation inside",
    "non-finite": "the loss is divided by the sounds' energy, and some sounds are silent",
    "momentum-high": "RMSprop with a momentum of 0.995",
}


class AE(nn.Module):
    def __init__(self, bug, code, width, samples):
        super().__init__()
        norm = nn.BatchNorm1d(width) if bug == "train-eval-mode" else nn.Identity()
        self.enc = nn.Sequential(nn.Linear(samples, width), norm, nn.ReLU(), nn.Linear(width, code), nn.ReLU())
        self.dec = nn.Sequential(nn.Linear(code, width), nn.ReLU(), nn.Linear(width, samples))
        if bug == "dead-units":
            nn.init.constant_(self.enc[0].bias, -5.0)
        self.end = nn.ReLU() if bug == "output-range" else nn.Identity()

    def encode(self, s):
        return self.enc(s)

    def decode(self, c):
        return self.end(self.dec(c))

    def forward(self, s):
        return self.decode(self.encode(s))


def train_epoch(ae, opt, sounds, bug, w, test):
    order = torch.randperm(len(sounds))
    opt.zero_grad()
    for k, pick in enumerate(order.split(32)):
        batch = sounds[pick]
        if bug == "train-eval-mode" and k == 3:
            ae.eval()
        error = (ae(batch) - batch).square()
        loss = (error.sum(1) / batch.square().sum(1)).mean() if bug == "non-finite" else error.mean()
        if bug != "no-zero-grad":
            opt.zero_grad()
        loss.backward()
        opt.step()
        with torch.no_grad():
            held_out = (ae(test[:32]) - test[:32]).square().mean()
        w.step(loss=loss, held_out_loss=held_out)


def run(
    bug: str | None, *, world: World, seed: int = 0, steps: int = 480, device: str = "cpu", width: int = 96
) -> Evidence:
    torch.manual_seed(seed)
    sounds = world.sample(12 if bug == "overfitting" else 1024, seed).flatten(1).to(device)
    test = world.sample(256, 77).flatten(1).to(device)
    if bug == "non-finite":
        sounds[::50] = 0.0
    ae = AE(bug, 24, width, sounds.shape[1]).to(device)
    held = AE(bug, 24, width, sounds.shape[1]) if bug == "no-update.model" else ae
    if bug == "momentum-high":
        opt = torch.optim.RMSprop(held.parameters(), lr=1e-3, momentum=0.995)
    else:
        opt = torch.optim.Adam(held.parameters(), lr=0.2 if bug == "learning-rate-high" else 1e-3)
    per_epoch = -(-len(sounds) // 32)
    with watch(model=ae, optimizers=[opt], steps=steps, every=max(1, steps // 40)) as w:
        for _ in range(max(1, steps // per_epoch)):
            train_epoch(ae, opt, sounds, bug, w, test)
    ae.eval()
    with torch.no_grad():
        truth.note(loss=(ae(test) - test).square().mean(), power=test.square().mean())
    return w.evidence()
