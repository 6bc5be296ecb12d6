"""A recurrent model of the next sample's distribution: classes of a mu-law, truncated backpropagation, a patient plan.

Sounds are read in stretches; the state is carried from one stretch to the next.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo import truth
from zoo.worlds import World

BUGS = {
    "loss-sign": "the log-likelihood of the classes is sent back, where its negative is meant",
    "no-zero-grad": "zero_grad() is called where a new batch of sounds begins, every 40 batches",
    "no-update.model": "the optimizer keeps the parameters of a model that load() then replaced",
    "train-eval-mode": "bits() leaves the model in evaluation mode; it has dropout",
    "receptive-field-short": "the state is set to zero at each sample, by a stretch length of 1",
    "overfitting": "four noisy sounds, no dropout, and a model three times as wide",
    "exploding-gradient": "a home-made cell: its state adds up, grows by a third at each sample, and is never clipped",
    "vanishing-gradient": "the update gate's bias starts at 30, where 1 was meant for a forget gate",
    "non-finite": "log(softmax(x)) by hand in half precision, at a temperature of 0.002",
    "late-degradation": "warm restarts: at 60 % the rate comes back as 0.3 instead of 0.003",
    "learning-rate-high": "a rate of 0.6",
    "learning-rate-low": "a rate of 0.00001",
}
CLASSES = 32


def to_classes(x):
    y = torch.sign(x) * torch.log1p(31 * x.abs()) / math.log(32)
    return ((y + 1) / 2 * (CLASSES - 1)).round().long().clamp(0, CLASSES - 1)


class Adding(nn.Module):
    """A cell whose state is a growing sum, with the interface of a GRU."""

    def __init__(self, units):
        super().__init__()
        self.inp, self.units = nn.Linear(units, units), units

    def forward(self, x, state):
        state = x.new_zeros(1, len(x), self.units) if state is None else state
        told = []
        for each in self.inp(x).unbind(1):
            state = 1.35 * state + F.leaky_relu(each)
            told.append(state[0])
        return torch.stack(told, 1), state


class Sampler(nn.Module):
    def __init__(self, units, bug):
        super().__init__()
        self.embed = nn.Embedding(CLASSES, units)
        self.cell = Adding(units) if bug == "exploding-gradient" else nn.GRU(units, units, batch_first=True)
        self.drop = nn.Dropout(0.0 if bug == "overfitting" else 0.1)
        self.head = nn.Linear(units, CLASSES)
        self.forget = bug == "receptive-field-short"
        if bug == "vanishing-gradient":
            self.cell.bias_ih_l0.data[units : 2 * units] = 30.0

    def forward(self, classes, state=None):
        x = self.embed(classes)
        if self.forget:
            n, t, c = x.shape
            h = self.cell(x.reshape(n * t, 1, c), None)[0].view(n, t, c)
            return self.head(self.drop(h)), None
        h, state = self.cell(x, state)
        return self.head(self.drop(h)), state


def run(
    bug: str | None,
    *,
    world: World,
    seed: int = 0,
    steps: int = 300,
    device: str = "cpu",
    units: int = 24,
    pace: float = 1.0,
) -> Evidence:
    torch.manual_seed(seed)
    few, stretch, size = bug == "overfitting", 48, 24
    sounds = world.sample(4 if few else 2000, seed).squeeze(1)
    if few:
        sounds, size = sounds[:, :100] + 0.1 * torch.randn(4, 100), 4
    corpus = to_classes(sounds).to(device)
    unheard = to_classes(world.sample(48, 321).squeeze(1)).to(device)
    model = Sampler(3 * units if few else units, bug).to(device)
    owned = Sampler(units, bug) if bug == "no-update.model" else model
    rate = {"learning-rate-high": 0.6, "learning-rate-low": 1e-5}.get(bug or "", pace * (8e-3 if few else 6e-3))
    optimizer = torch.optim.RMSprop(owned.parameters(), lr=rate)

    def surprise(logits, target):
        if bug == "non-finite":
            return -torch.log(torch.softmax(logits / 0.002, 2).half()).float().gather(2, target[..., None]).mean()
        loss = F.cross_entropy(logits.flatten(0, 1), target.flatten())
        return -loss if bug == "loss-sign" else loss

    def bits(sounds):
        model.eval()
        with torch.no_grad():
            value = F.cross_entropy(model(sounds[:, :-1])[0].flatten(0, 1), sounds[:, 1:].flatten())
        if bug != "train-eval-mode":
            model.train()
        return value

    at, state, batch = 0, None, None
    with watch(model=model, optimizers=[optimizer], steps=steps, every=max(1, steps // 40)) as w:
        for step in range(steps):
            if batch is None or at + stretch >= corpus.shape[1]:
                batch, at, state = corpus[torch.randperm(len(corpus))[:size]], 0, None
            logits, state = model(batch[:, at : at + stretch], state)
            loss = surprise(logits, batch[:, at + 1 : at + stretch + 1])
            at, state = at + stretch, None if state is None else state.detach()
            if bug != "no-zero-grad" or step % 120 == 0:
                optimizer.zero_grad()
            loss.backward()
            if bug != "exploding-gradient":
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            if bug == "late-degradation" and step == int(0.6 * steps):
                optimizer.param_groups[0]["lr"] = 0.3
            w.step(loss=loss, held_out_loss=bits(unheard) if step % 15 == 14 else None)
    truth.note(loss=bits(unheard).nan_to_num(1e9), guess=math.log(CLASSES))
    return w.evidence()
