"""Clipped Wasserstein by plain functions over two dicts, one for each player: net, opt, rate, turns, loss."""

import math
from itertools import pairwise

import torch

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.watch import watch
from zoo.worlds import World

BUGS = {
    "loss-sign": "the forger's loss is judged(fake).mean(), since a loss is to fall",
    "shared-optimizer": "the forger's opt is made over both nets by a loop over `players.values()`",
    "no-zero-grad": "clear() walks over the nets' children, which have no gradients of their own",
    "critic-on-stale-fake": "the history of fakes is full after the first rounds, and nothing in it is ever replaced",
    "clip-too-large": "bound=8",
    "clip-too-small": "bound=0.0001",
    "clip-saturation": "the expert's decay of weights is subtracted from its loss",
    "n-critic-low": "turns of 1 for the expert and of 8 for the forger",
    "critic-too-weak": "noise of deviation 6 in front of the expert, that was to fade and does not",
    "mode-collapse": "a pull to the median as a warm-up, whose weight fades by `1 - done // steps`",
    "learning-rate-high": "rates in units of 0.1",
    "learning-rate-low": "rates in units of 0.000005",
    "late-degradation": "a warm restart at 60 % begins at 25 times the rate",
}


class Jitter(torch.nn.Module):
    def forward(self, x):
        return x + 6.0 * torch.randn_like(x)


def stack(*widths, before=()):
    layers = list(before)
    for a, b in pairwise(widths[:-1]):
        layers += [torch.nn.Linear(a, b), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.Linear(*widths[-2:]))


def settings(bug, pace):
    s = {
        "bound": 0.2,
        "unit": 1e-3,
        "decay": 0.0,
        "pull": 0.0,
        "turns": {"expert": 5, "forger": 1},
        "batch": 96,
        "nz": 6,
    }
    s |= {
        "clip-too-large": {"bound": 8.0},
        "clip-too-small": {"bound": 1e-4},
        "clip-saturation": {"decay": -1.0},
        "n-critic-low": {"turns": {"expert": 1, "forger": 8}},
        "mode-collapse": {"pull": 50.0},
        "learning-rate-high": {"unit": 0.1},
        "learning-rate-low": {"unit": 5e-6},
    }.get(bug, {})
    return s | {"unit": s["unit"] * pace}


def recruit(bug, s, dim, width, device):
    noisy = [Jitter()] if bug == "critic-too-weak" else []
    players = {
        "expert": {"net": stack(dim, width, width, 1, before=noisy).to(device), "factor": 4.0},
        "forger": {"net": stack(s["nz"], width, width, dim).to(device), "factor": 1.0},
    }
    for name, player in players.items():
        whose = players.values() if bug == "shared-optimizer" and name == "forger" else [player]
        held = [p for each in whose for p in each["net"].parameters()]
        player["opt"] = torch.optim.RMSprop(held, lr=s["unit"] * player["factor"])
        player["loss"] = float("nan")
    return players


def clear(player, bug):
    if bug == "no-zero-grad":
        for child in player["net"].children():
            child.grad = None
    else:
        player["opt"].zero_grad()


def descend(player, loss, bug):
    clear(player, bug)
    loss.backward()
    player["opt"].step()
    player["loss"] = loss.item()


def clip(net, bound):
    with torch.no_grad():
        for p in net.parameters():
            p.clamp_(-bound, bound)


def rate_at(done, steps, bug):
    """Level at first, then half a cosine."""
    share = max(0.0, done / steps - 0.6) / 0.4
    top = 25.0 if bug == "late-degradation" and share > 0 else 1.0
    return top * (0.6 + 0.4 * math.cos(math.pi * share))


def latent(count, s, device):
    return torch.randn(count, s["nz"], device=device)


def from_history(history, fake, bug):
    """Fakes of now; of the history where it is full and never exchanged."""
    if bug != "critic-on-stale-fake":
        return fake
    if len(history) < 10:
        history.append(fake)
    return history[int(torch.randint(len(history), ()))]


def expert_turn(players, s, x, history, bug):
    net = players["expert"]["net"]
    fake = players["forger"]["net"](latent(len(x), s, x.device)).detach()
    loss = net(from_history(history, fake, bug)).mean() - net(x).mean()
    if s["decay"]:
        loss = loss + s["decay"] * sum(p.square().sum() for p in net.parameters())
    descend(players["expert"], loss, bug)
    clip(net, s["bound"])


def forger_turn(players, s, x, done, steps, bug):
    fake = players["forger"]["net"](latent(len(x), s, x.device))
    score = players["expert"]["net"](fake).mean()
    loss = score if bug == "loss-sign" else -score
    if s["pull"]:
        loss = loss + s["pull"] * (1 - done // steps) * (fake - x.median(0).values).square().mean()
    descend(players["forger"], loss, bug)
    return fake.detach()


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
    s = settings(bug, pace)
    players = recruit(bug, s, world.sample(1, 0).shape[1], width, device)
    expert, forger = players["expert"], players["forger"]
    draw, history = world.batches(s["batch"], seed), []
    opts = [player["opt"] for player in players.values()]
    with watch(
        generator=forger["net"], critic=expert["net"], optimizers=opts, steps=steps, every=max(1, steps // 40)
    ) as w:
        for done in range(steps):
            for player in players.values():
                for group in player["opt"].param_groups:
                    group["lr"] = s["unit"] * player["factor"] * rate_at(done, steps, bug)
            for _ in range(s["turns"]["expert"]):
                x = draw().to(device)
                expert_turn(players, s, x, history, bug)
            for _ in range(s["turns"]["forger"]):
                fake = forger_turn(players, s, x, done, steps, bug)
            w.step(critic_loss=expert["loss"], generator_loss=forger["loss"], real=x, fake=fake)
    with torch.no_grad():
        world.judge(forger["net"](latent(1024, s, device)))
    return w.evidence()
