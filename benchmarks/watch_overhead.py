"""How much slower a training loop is that is watched. Claim: at level "standard", 1.05 times at most.

    python benchmarks/watch_overhead.py [--rounds N] [--only LOOP …] [--threads N]

Three loops as people write them: a Wasserstein game with a gradient penalty between perceptrons of 128 units on points
of the plane (batches of 256), WaveGAN's transposed convolutions with a clipped critic on sounds of 4,096 samples, and a
non-saturating game of convolutions on spectrograms. Four sides take the same steps: unwatched, and watched at each
level with nothing but the two lines. They take turns in one process, on the same networks put back to the same state;
a watch is closed while another side has its turn, so that neither its hooks nor its clock are there. Counted is CPU
time, by default of one thread, so that other jobs on the machine disturb least; the ratios are medians over rounds.

At its start a watch looks at every step; that is told apart, in seconds, and does not depend on how long a training is.
After it looks are spread by a share of the time, so every step of a round is as likely to be looked at as any later.
All sides must end a turn with the same weights, moments and random state, bit for bit.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import machine
import torch
from machine import Turn
from torch import Tensor, nn

import ganbaru as gb
from ganbaru.checkup.watch import Watch

LEVELS = ("light", "standard", "deep")
WARMUP = 3


@dataclass(frozen=True)
class Told:
    """What a step tells a watch."""

    critic_loss: Tensor
    generator_loss: Tensor
    real: Tensor
    fake: Tensor


class Points:
    """WGAN-GP (Gulrajani et al. 2017, algorithm 1) on a ring of 8, five critic updates a step."""

    steps = 60

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.generator, self.critic = perceptron(2, 2), perceptron(2, 1)
        self.movers = [
            torch.optim.Adam(net.parameters(), lr=1e-4, betas=(0.0, 0.9)) for net in (self.critic, self.generator)
        ]

    def step(self) -> Told:
        """Five updates of the critic, one of the generator."""
        for _ in range(5):
            real, fake = self.real(), self.generator(torch.randn(256, 2)).detach()
            critic_loss = self.critic(fake).mean() - self.critic(real).mean() + self.penalty(real, fake)
            update(self.movers[0], critic_loss)
        fake = self.generator(torch.randn(256, 2))
        generator_loss = -self.critic(fake).mean()
        update(self.movers[1], generator_loss)
        return Told(critic_loss, generator_loss, real, fake)

    def real(self) -> Tensor:
        """``(256, 2)``."""
        angle = torch.pi / 4 * torch.randint(8, (256,))
        return torch.stack([angle.cos(), angle.sin()], dim=1) + 0.05 * torch.randn(256, 2)

    def penalty(self, real: Tensor, fake: Tensor) -> Tensor:
        """Equation 3."""
        share = torch.rand(len(real), 1)
        between = (share * real + (1 - share) * fake).requires_grad_()
        (slope,) = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
        return 10 * (slope.norm(dim=1) - 1).square().mean()


class Waves:
    """WGAN with weights clipped to 0.01 (Arjovsky et al. 2017, algorithm 1) on sounds, networks like WaveGAN's."""

    steps = 12

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.generator = nn.Sequential(
            nn.Linear(64, 64 * 16),
            nn.Unflatten(1, (64, 16)),
            nn.ReLU(),
            *(part for a, b in ((64, 32), (32, 16), (16, 8)) for part in (grown(a, b), nn.ReLU())),
            grown(8, 1),
            nn.Tanh(),
        )
        self.critic = nn.Sequential(
            *(part for a, b in ((1, 8), (8, 16), (16, 32), (32, 64)) for part in (shrunk(a, b), nn.LeakyReLU(0.2))),
            nn.Flatten(),
            nn.Linear(64 * 16, 1),
        )
        self.movers = [torch.optim.RMSprop(net.parameters(), lr=5e-5) for net in (self.critic, self.generator)]
        self.sounds = tones(512)

    def step(self) -> Told:
        """Five updates of the critic, one of the generator."""
        for _ in range(5):
            real = self.sounds[torch.randint(len(self.sounds), (16,))]
            fake = self.generator(torch.randn(16, 64)).detach()
            critic_loss = self.critic(fake).mean() - self.critic(real).mean()
            update(self.movers[0], critic_loss)
            for weight in self.critic.parameters():
                weight.data.clamp_(-0.01, 0.01)
        fake = self.generator(torch.randn(16, 64))
        generator_loss = -self.critic(fake).mean()
        update(self.movers[1], generator_loss)
        return Told(critic_loss, generator_loss, real, fake)


class Spectrograms:
    """A non-saturating game (Goodfellow et al. 2014) of convolutions with batch normalisation on pictures of sounds."""

    steps = 40

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.generator = nn.Sequential(
            nn.Linear(64, 64 * 16),
            nn.Unflatten(1, (64, 4, 4)),
            *(part for a, b in ((64, 64), (64, 32)) for part in (raised(a, b), nn.BatchNorm2d(b), nn.ReLU())),
            raised(32, 16),
            nn.ReLU(),
            raised(16, 1),
        )
        self.critic = nn.Sequential(
            *(part for a, b in ((1, 16), (16, 32), (32, 64)) for part in (lowered(a, b), nn.LeakyReLU(0.2))),
            nn.Flatten(),
            nn.Linear(64 * 64, 1),
        )
        self.movers = [
            torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.999)) for net in (self.critic, self.generator)
        ]
        self.pictures = log_magnitudes(tones(512))

    def step(self) -> Told:
        """One update of each."""
        real = self.pictures[torch.randint(len(self.pictures), (16,))]
        fake = self.generator(torch.randn(16, 64))
        critic_loss = cross_entropy(self.critic(real), 1.0) + cross_entropy(self.critic(fake.detach()), 0.0)
        update(self.movers[0], critic_loss)
        generator_loss = cross_entropy(self.critic(fake), 1.0)
        update(self.movers[1], generator_loss)
        return Told(critic_loss, generator_loss, real, fake)


Loop = Points | Waves | Spectrograms
LOOPS: dict[str, Callable[[], Loop]] = {"points": Points, "waves": Waves, "spectrograms": Spectrograms}


def perceptron(inputs: int, outputs: int) -> nn.Sequential:
    """Three hidden layers of 128 units."""
    inner = [part for _ in range(2) for part in (nn.Linear(128, 128), nn.ReLU())]
    return nn.Sequential(nn.Linear(inputs, 128), nn.ReLU(), *inner, nn.Linear(128, outputs))


def grown(a: int, b: int) -> nn.ConvTranspose1d:
    """Four times as long."""
    return nn.ConvTranspose1d(a, b, 25, stride=4, padding=11, output_padding=1)


def shrunk(a: int, b: int) -> nn.Conv1d:
    """A quarter as long."""
    return nn.Conv1d(a, b, 25, stride=4, padding=11)


def raised(a: int, b: int) -> nn.ConvTranspose2d:
    """Twice as high and wide."""
    return nn.ConvTranspose2d(a, b, 4, stride=2, padding=1)


def lowered(a: int, b: int) -> nn.Conv2d:
    """Half as high and wide."""
    return nn.Conv2d(a, b, 4, stride=2, padding=1)


def tones(count: int) -> Tensor:
    """Tones of 100 to 1,000 Hz at 8,000 Hz, each with two overtones ``(count, 1, 4096)``."""
    pitch = 100 + 900 * torch.rand(count, 1)
    phase = 2 * torch.pi * pitch * torch.arange(4096) / 8000
    return sum(0.3 / part * torch.sin(part * phase) for part in (1, 2, 3)).unsqueeze(1)  # type: ignore[union-attr]


def log_magnitudes(sounds: Tensor) -> Tensor:
    """Of 64 frequencies at 64 times ``(B, 1, 64, 64)``, of mean 0 and deviation 1."""
    found = torch.stft(sounds[:, 0], 126, hop_length=64, window=torch.hann_window(126), return_complex=True)
    logs = found.abs().add(1e-3).log()[:, :64, :64].unsqueeze(1)
    return (logs - logs.mean()) / logs.std()


def cross_entropy(scores: Tensor, target: float) -> Tensor:
    """Against one target for all."""
    return nn.functional.binary_cross_entropy_with_logits(scores, torch.full_like(scores, target))


def update(mover: torch.optim.Optimizer, loss: Tensor) -> None:
    """One step along the gradient of a loss."""
    mover.zero_grad()
    loss.backward()
    mover.step()


class Stage:
    """One loop that all sides play in turn, each from the same state and with the same draws.

    Networks of their own would lie elsewhere in memory, which alone makes one side a few per cent quicker for good.

    Args:
        make: makes the loop.
        sides: how many there are.
    """

    def __init__(self, make: Callable[[], Loop], sides: int) -> None:
        self.loop, self._sides, self._turns = make(), sides, 0
        self.loop.step()  # now the optimizers have their moments
        self._begin = self._end = self._state()

    def play(self, watch: Watch | None) -> None:
        """One turn.

        Raises:
            SystemExit: it does not end like that of the side before.
        """
        self._restore()
        if watch is None:
            for _ in range(self.loop.steps):
                told = self.loop.step()  # kept until the next, as the names of a loop are
        else:
            with watch:
                for _ in range(self.loop.steps):
                    told = self.loop.step()
                    watch.step(**vars(told))
        self._over()

    def _over(self) -> None:
        end = self._state()
        if self._turns % self._sides and not all(map(torch.equal, end, self._end)):
            raise SystemExit("a watched training does not end like the unwatched one")
        self._end, self._turns = end, self._turns + 1
        if self._turns % self._sides == 0:
            self._begin = end

    def _tensors(self) -> list[Tensor]:
        nets = [value for net in (self.loop.generator, self.loop.critic) for value in net.state_dict().values()]
        moments = [value for mover in self.loop.movers for held in mover.state.values() for value in held.values()]
        return [*nets, *moments]

    def _state(self) -> list[Tensor]:
        return [*(each.detach().clone() for each in self._tensors()), torch.get_rng_state()]

    def _restore(self) -> None:
        for each, value in zip(self._tensors(), self._begin[:-1], strict=True):
            each.detach().copy_(value)
        torch.set_rng_state(self._begin[-1])


def race(name: str, *, rounds: int) -> list[str]:
    """One loop, all sides; prints what was met and returns the lines of ratios."""
    stage = Stage(LOOPS[name], len(LEVELS) + 1)
    loop, steps = stage.loop, stage.loop.steps
    watches = {
        level: gb.watch(generator=loop.generator, critic=loop.critic, optimizers=loop.movers, level=level)
        for level in LEVELS
    }
    sides: dict[str, Callable[[], None]] = {level: partial(stage.play, watch) for level, watch in watches.items()}
    sides["unwatched"] = partial(stage.play, None)
    start = machine.alternate(sides, rounds=WARMUP, warmup=0)
    turns = machine.alternate(sides, rounds=rounds, warmup=0)
    plain = turns["unwatched"]
    print(f"\n{name}: {1e3 * machine.median(plain) / steps:.1f} ms CPU a step, {rounds} rounds of {steps}\n")
    print("| level | slower over all rounds | steps looked at | the first steps cost |\n| --- | --- | --- | --- |")
    for level, watch in watches.items():
        slower = 100 * (spent(turns[level]) / spent(plain) - 1)
        first = spent(start[level]) - spent(start["unwatched"])
        print(f"| {level} | {slower:.1f} % | {looked(watch)} | {first:.2f} s |")
    return [
        machine.spoken(f"{name}: watched at {level} / unwatched", machine.ratio(turns[level], plain))
        for level in LEVELS
    ]


def looked(watch: Watch) -> str:
    """How many of its steps were looked at."""
    evidence = watch.evidence()
    return f"{evidence.probes['updates']['critic']['looked']} of {evidence.facts['step']}"


def spent(turns: list[Turn]) -> float:
    """CPU time of all turns, s."""
    return sum(turn.cpu for turn in turns)


def main() -> None:
    """Measure and print; the ratios come last."""
    parser = argparse.ArgumentParser(description="A watched training loop against the same one unwatched.")
    parser.add_argument("--rounds", type=int, default=15, help="turns of each side that count")
    parser.add_argument("--only", nargs="*", default=list(LOOPS), choices=LOOPS, help="these loops")
    parser.add_argument("--threads", type=int, default=1, help="torch's threads")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    print(machine.about())
    lines = [line for name in options.only for line in race(name, rounds=options.rounds)]
    print("\nmedians over rounds [quartiles], CPU time", *lines, sep="\n")


if __name__ == "__main__":
    main()
