"""How much quicker our WGAN step is than the textbook's. Claims: 1.2 times where the textbook flushes denormals, 6
times where it leaves them on and the processor stumbles at them, at half of the machine's matmul rate or more;
recording evidence costs 3 % or less.

    python benchmarks/training_step.py [--rounds N] [--threads N]

Both sides train the same networks (copied weights) on the same sounds and latents with the same optimizer: WGAN with
weights clipped to 0.01, five critic updates a step, RMSprop at 5e-5 (Arjovsky et al. 2017, algorithm 1), 32 sounds of
4,096 samples. The textbook side is plain PyTorch: ``nn.Upsample``, ``nn.Conv1d``, real and fake scored one after the
other, ``clamp_`` weight by weight. Ours is ``ganbaru.training.step.play``. After three steps the weights must be
equal within float error (checked in float64 too). The sides take turns in one process; by default on one thread, in
CPU time, so that other jobs on the machine disturb least; wall time stands beside it.

Two pairs of networks: our default, and one of WaveGAN's shape (25 taps, no biases in the convolutions, as in the WGAN
authors' code). The sounds are struck tones made in float32, whose tails fall under 1.2e-38. Where convolutions have
biases, they lift every activation above that; where they have none, the tails reach every layer as denormal numbers,
at which many a CPU stumbles. How much is the processor's affair: an AMD EPYC was seen to lose nothing at all, so
that both textbooks are equally fast there; on others the same textbook loop took 8 to 13 times as long with them.
"""

import argparse
import math
import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import machine
import torch
import torch.nn.functional as F
from machine import Turn
from torch import Tensor, nn

from ganbaru.models import Critic, CriticConfig, Generator, GeneratorConfig, build_critic, build_generator, describe
from ganbaru.models.convolution import Conv1d, UpsampleConv1d
from ganbaru.objectives import Clip, Wasserstein
from ganbaru.runs import Run
from ganbaru.training import evidence
from ganbaru.training.step import Batch, Game, play

BATCH, SAMPLES, RATE = 32, 4096, 8000
N_CRITIC, CLIP, LEARNING_RATE = 5, 0.01, 5e-5
RECORD_EVERY = 10
NETWORKS = {"default": {"channels": 32, "kernel": 9}, "wavegan": {"channels": 16, "kernel": 25}}


class TextbookGenerator(nn.Module):
    """What a tutorial writes: linear, then upsample and convolve."""

    def __init__(self, ours: Generator) -> None:
        super().__init__()
        stages = [layer for layer in ours.modules() if isinstance(layer, UpsampleConv1d)]
        self.start, self.slope = ours.start, ours.plan["slope"]
        self.linear = copied(nn.Linear(ours.latent, math.prod(ours.start)), ours.linear)
        self.upsample = nn.Upsample(scale_factor=4)
        self.convolutions = nn.ModuleList(plain(layer, stride=1) for layer in stages)

    def forward(self, z: Tensor) -> Tensor:
        """(B, latent) -> (B, 1, T)."""
        x = F.leaky_relu(self.linear(z), self.slope).view(-1, *self.start)
        for convolution in self.convolutions[:-1]:
            x = F.leaky_relu(convolution(self.upsample(x)), self.slope)
        return torch.tanh(self.convolutions[-1](self.upsample(x)))


class TextbookCritic(nn.Module):
    """What a tutorial writes: convolve with strides, then linear."""

    def __init__(self, ours: Critic) -> None:
        super().__init__()
        self.slope = ours.plan["slope"]
        stages = [layer for layer in ours.modules() if isinstance(layer, Conv1d)]
        self.convolutions = nn.ModuleList(plain(layer, stride=layer.stride) for layer in stages)
        self.linear = copied(nn.Linear(ours.score.linear.in_features, 1), ours.score.linear)

    def forward(self, x: Tensor) -> Tensor:
        """(B, 1, T) -> (B,)."""
        for convolution in self.convolutions:
            x = F.leaky_relu(convolution(x), self.slope)
        return self.linear(x.flatten(1)).squeeze(1)


def plain(layer: Conv1d | UpsampleConv1d, *, stride: int) -> nn.Module:
    """``nn.Conv1d`` with the layer's weights."""
    biased, half = layer.bias is not None, layer.kernel // 2
    twin = nn.Conv1d(layer.inputs, layer.outputs, layer.kernel, stride=stride, padding=half, bias=biased)
    return copied(twin, layer)


def copied(to: nn.Module, of: nn.Module) -> nn.Module:
    """``to`` with the weights and the precision ``of`` the other."""
    to.to(next(of.parameters()).dtype).load_state_dict(of.state_dict())
    return to


class Textbook:
    """The textbook's side: the step as tutorials have it, with the game's weights copied."""

    def __init__(self, ours: Game) -> None:
        self.generator, self.critic = TextbookGenerator(ours.generator), TextbookCritic(ours.critic)
        self.critic_optimizer = torch.optim.RMSprop(self.critic.parameters(), lr=LEARNING_RATE)
        self.generator_optimizer = torch.optim.RMSprop(self.generator.parameters(), lr=LEARNING_RATE)

    def step(self, batches: list[Batch]) -> None:
        """Five updates of the critic, one of the generator."""
        for batch in batches:
            self.critic_optimizer.zero_grad()
            fake = self.generator(batch.latents).detach()
            loss = self.critic(fake).mean() - self.critic(batch.real).mean()
            loss.backward()
            self.critic_optimizer.step()
            for weight in self.critic.parameters():
                weight.data.clamp_(-CLIP, CLIP)
        self.generator_optimizer.zero_grad()
        loss = -self.critic(self.generator(batches[-1].latents)).mean()
        loss.backward()
        self.generator_optimizer.step()


def game(*, channels: int, kernel: int, biases: bool, dtype: torch.dtype = torch.float32) -> Game:
    """Our side: networks of this room, optimizers and the clip."""
    torch.manual_seed(0)
    shape = (1, SAMPLES)
    generator = build_generator(GeneratorConfig(channels=channels, kernel=kernel), shape)
    critic = build_critic(CriticConfig(channels=channels, kernel=kernel), shape)
    if not biases:
        for layer in [*generator.modules(), *critic.modules()]:
            if isinstance(layer, Conv1d | UpsampleConv1d):
                layer.bias = None
    generator, critic = generator.to(dtype), critic.to(dtype)
    optimizers = [torch.optim.RMSprop(net.parameters(), lr=LEARNING_RATE, foreach=True) for net in (critic, generator)]
    return Game(generator, critic, Wasserstein(), Clip(CLIP), *optimizers)


def struck_tones(latent: int) -> Iterator[list[Batch]]:
    """Endless steps' worth of batches: tones of 100 to 1,000 Hz that die away at 20 to 800 per second."""
    draw = torch.Generator().manual_seed(1)
    time = torch.arange(SAMPLES) / RATE
    while True:
        batches = []
        for _ in range(N_CRITIC):
            pitch, decay = (torch.rand(BATCH, 1, generator=draw) for _ in range(2))
            sound = torch.sin(2 * math.pi * (100 + 900 * pitch) * time) * torch.exp(-20 * 40**decay * time)
            batches.append(Batch(0.8 * sound.unsqueeze(1), None, torch.randn(BATCH, latent, generator=draw)))
        yield batches


def denormal_share(x: Tensor) -> float:
    """Share of numbers that are neither zero nor normal."""
    return float(((x != 0) & (x.abs() < torch.finfo(x.dtype).tiny)).double().mean())


def multiply_adds(ours: Game) -> int:
    """Those that a step cannot do without, the network folded.

    Five generator passes (the fifth serves the generator's update too), five critic passes over real and fake with the
    weights' and the activations' gradients (no gradient for the sounds), the critic once more with gradients down to
    the sounds, and the generator's gradients.
    """
    generator, critic = (describe(net)["multiply_adds"] for net in (ours.generator, ours.critic))
    first = ours.critic.stages[0]
    into_sounds = SAMPLES // first.stride * first.weight.numel()
    into_latents = ours.generator.linear.weight.numel()
    critic_update = 2 * (3 * critic - into_sounds)
    generator_update = 2 * critic + 2 * generator - into_latents
    return BATCH * (N_CRITIC * (generator + critic_update) + generator_update)


def differences(ours: list[Tensor], theirs: list[Tensor]) -> list[float]:
    """Relative differences of corresponding weights, each as a whole (2-norm), the smallest first."""
    return sorted(float((a - b).norm() / b.norm()) for a, b in zip(ours, theirs, strict=True))


def after_three_steps(name: str, *, biases: bool, dtype: torch.dtype) -> tuple[list[Tensor], list[Tensor]]:
    """Our weights and the textbook's, both from the same start, in the same precision."""
    ours = game(**NETWORKS[name], biases=biases, dtype=dtype)
    textbook = Textbook(ours)
    batches = struck_tones(ours.generator.latent)
    for number in range(3):
        step = [Batch(batch.real.to(dtype), None, batch.latents.to(dtype)) for batch in next(batches)]
        play(ours, step, update=N_CRITIC * number)
        textbook.step(step)
    return weights(ours), weights(textbook)


def weights(side: Game | Textbook) -> list[Tensor]:
    """All weights of both networks."""
    return [weight.detach() for net in (side.generator, side.critic) for weight in net.parameters()]


def check_equal(name: str, *, biases: bool) -> None:
    """Both sides take three steps; prints how far their weights are from each other, in float64 and in float32.

    RMSprop divides a gradient by its own size. Where real and fake cancel exactly, as for the bias of a unit that is
    active at every sound, what is left is rounding, and the division makes a step of it: so single weights of float32
    differ more than its rounding, while float64, where that rounding is smaller than RMSprop's epsilon, does not.

    Raises:
        SystemExit: the two sides do not do the same training.
    """
    exact, single = (
        differences(*after_three_steps(name, biases=biases, dtype=dtype)) for dtype in (torch.float64, torch.float32)
    )
    middle = statistics.median(single)
    print(f"  relative differences of weights after 3 steps: at most {exact[-1]:.0e} in float64;")
    print(f"  in float32 at most {single[-1]:.0e}, half of them below {middle:.0e}")
    if not (exact[-1] < 1e-9 and single[-1] < 1e-2 and middle < 1e-3):
        raise SystemExit("the two sides do not do the same training")


def race(name: str, *, biases: bool, rounds: int) -> list[str]:
    """One pair of networks, all sides; prints what was met, returns the lines of ratios."""
    ours = game(**NETWORKS[name], biases=biases)
    flushed = Textbook(ours)
    batches = struck_tones(ours.generator.latent)
    kept = Textbook(ours)
    feed = Feed(batches)
    matmul = machine.Matmul()
    turns = machine.alternate(
        {
            "ours": lambda: play(ours, feed.now("ours"), update=0),
            "flushed": lambda: flushed.step(feed.now("flushed")),
            "kept": lambda: keeping_denormals(lambda: kept.step(feed.now("kept"))),
            "matmul": matmul,
        },
        rounds=rounds,
    )
    title = f"{name}, {'with' if biases else 'no'} biases"
    numbers = [describe(net)["parameters"] / 1e6 for net in (ours.generator, ours.critic)]
    print(f"\n{title}: generator {numbers[0]:.2f} M, critic {numbers[1]:.2f} M parameters, {NETWORKS[name]}")
    check_equal(name, biases=biases)
    tell_denormals(kept.critic, feed.now("kept")[0].real)
    for side in ("ours", "flushed", "kept"):
        print(f"  {side:8s} {machine.median(turns[side]):.3f} s CPU, {machine.median(turns[side], 'wall'):.3f} s wall")
    return summary(title, turns, 2 * multiply_adds(ours), matmul)


def summary(title: str, turns: dict[str, list[Turn]], operations: int, matmul: machine.Matmul) -> list[str]:
    """The ratios of one race, and ours as a share of the matmul rate."""
    ceiling = matmul.rate(turns["matmul"])
    share = operations / machine.median(turns["ours"]) / ceiling
    print(f"  {operations / 1e9:.1f} GFLOP needed a step; matmul {ceiling / 1e9:.0f} GFLOP/s")
    return [
        machine.spoken(
            f"{title}: textbook that leaves denormals on / ours", machine.ratio(turns["kept"], turns["ours"])
        ),
        machine.spoken(f"{title}: textbook that flushes / ours", machine.ratio(turns["flushed"], turns["ours"])),
        f"{title}: ours as share of the matmul rate: {100 * share:.0f} %",
    ]


class Feed:
    """Gives each side the same batches in the same order, whoever comes first."""

    def __init__(self, batches: Iterator[list[Batch]]) -> None:
        self._batches, self._dealt, self._turn = batches, [], {}

    def now(self, side: str) -> list[Batch]:
        """The side's next step's worth."""
        turn = self._turn.get(side, 0)
        self._turn[side] = turn + 1
        while len(self._dealt) <= turn:
            self._dealt.append(next(self._batches))
        return self._dealt[turn]


def keeping_denormals(work: Callable[[], None]) -> None:
    """Does the work with denormals left on, as torch does unless told."""
    with machine.denormals(kept=True):
        work()


@torch.no_grad()
def tell_denormals(critic: TextbookCritic, real: Tensor) -> None:
    """Prints what share of the real sounds and of the critic's activations at them is denormal."""
    with machine.denormals(kept=True):
        shares, x = [denormal_share(real)], real
        for convolution in critic.convolutions:
            x = F.leaky_relu(convolution(x), critic.slope)
            shares.append(denormal_share(x))
    print("  denormal: sounds and each layer of the critic:", " ".join(f"{100 * share:.1f} %" for share in shares))


def recorder(*, rounds: int) -> str:
    """What the evidence costs: a step that is recorded, held-out batch and all, against one that is not."""
    ours = game(**NETWORKS["default"], biases=True)
    batches = struck_tones(ours.generator.latent)
    step = next(batches)
    held_out = next(batches)[0]
    with tempfile.TemporaryDirectory() as place:
        run = Run.create(Path(place) / "run", {"config": {}})

        def recorded() -> None:
            before = evidence.Before({"generator": ours.generator, "critic": ours.critic})
            played = play(ours, step, update=0)
            run.metrics.append({"kind": "step", "step": 1, **evidence.line(ours, played, before, held_out)})

        turns = machine.alternate({"on": recorded, "off": lambda: play(ours, step, update=0)}, rounds=rounds)
    each, low, high = (100 * (figure - 1) for figure in machine.ratio(turns["on"], turns["off"]))
    print(f"\na recorded step takes {each:.1f} % [{low:.1f}, {high:.1f}] longer; every {RECORD_EVERY}th is recorded")
    return machine.spoken("evidence recorder on, slower by", tuple(x / RECORD_EVERY for x in (each, low, high)), " %")


def main() -> None:
    """Measure and print; the ratios come last."""
    parser = argparse.ArgumentParser(description="Our training step against the textbook's.")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each side that count")
    parser.add_argument("--threads", type=int, default=1, help="torch's threads")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    print(machine.about())
    lines = race("default", biases=True, rounds=options.rounds)
    lines += race("wavegan", biases=False, rounds=options.rounds)
    lines.append(recorder(rounds=options.rounds))
    print("\nmedians over rounds [quartiles], CPU time", *lines, sep="\n")


if __name__ == "__main__":
    main()
