"""The generators that are raced, and what our compiler makes of them."""

import copy
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np
import torch
import torch.nn.functional as F
from shipped.way_back import TextbookWayBack
from torch import Tensor, nn

from ganbaru import signal
from ganbaru.models import Conv1d, GeneratorConfig, UpsampleConv1d, build_generator
from ganbaru.ship import shipping
from ganbaru.ship.compiler import module, quickening
from ganbaru.ship.compiler.capture import capture
from ganbaru.ship.compiler.gemm import Product
from ganbaru.ship.compiler.graph import Graph
from ganbaru.ship.compiler.module import Compiled, compiled
from ganbaru.ship.compiler.unpacking import Precision
from ganbaru.ship.compiler.way_back import with_way_back
from ganbaru.ship.compiler.winograd import Winograd
from ganbaru.signal.mel_spectrogram import LogMel
from ganbaru.training.counted import normals
from ganbaru.training.trained import Trained

Array = np.ndarray[Any, Any]
RATE, SAMPLES = 16_000, 16_000
"""Of the default generators: a second of sound at the rate that a folder of sounds is opened with."""


class Feasibility(nn.Module):
    """Latent 64 -> linear 256 x 16 -> four times (nearest x 4, convolution of 9 taps), 256-128-64-32-1, ReLU, tanh."""

    latent = 64

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(self.latent, 256 * 16)
        ends = [256, 128, 64, 32, 1]
        self.convolutions = nn.ModuleList(nn.Conv1d(a, b, 9, padding=4) for a, b in itertools.pairwise(ends))

    def forward(self, z: Tensor) -> Tensor:
        """(B, 64) -> (B, 1, 4096)."""
        x = F.relu(self.linear(z)).view(-1, 256, 16)
        for convolution in self.convolutions[:-1]:
            x = F.relu(convolution(F.interpolate(x, scale_factor=4.0)))
        return torch.tanh(self.convolutions[-1](F.interpolate(x, scale_factor=4.0)))


@dataclass(frozen=True)
class Raced:
    """One generator.

    Attributes:
        name: short, also of files.
        about: what it is.
        generator: as it is used in Python.
        textbook: the same in torch's own layers, as its layers are meant, and the way back where there is one: this is
            what is exported.
        rate: of its sound, Hz; 0 where it makes none.
        representation: whose way back follows the generator; None for none.
        encoded: what the network makes; None for a waveform.
    """

    name: str
    about: str
    generator: Any
    textbook: nn.Module
    rate: int
    representation: LogMel | None = None
    encoded: LogMel | None = None

    @property
    def graph(self) -> Graph:
        """As the compiler captures it."""
        network = capture(self.generator, latent=self.generator.latent)
        return network if self.representation is None else with_way_back(network, self.representation, SAMPLES)

    @property
    def smallest(self) -> Precision:
        """The precision that ``auto`` takes; that of a spectrogram is judged by its sound."""
        representation = signal.representation("waveform", rate=RATE) if self.encoded is None else self.encoded
        samples = self.graph.output.size if self.encoded is None else SAMPLES
        network = capture(self.generator, latent=self.generator.latent)
        trained = Trained(self.generator, representation, samples=samples, latent=self.generator.latent)
        looked_at, _ = shipping.tried(with_way_back(network, representation, samples), trained, "auto")
        return looked_at[-1].precision

    @property
    def latent(self) -> Array:
        """What all sides are given: ``(latent,)``, float32."""
        return normals(1, 0, 1, self.generator.latent)[0]

    @torch.no_grad()
    def run(self) -> Array:
        """What Python makes of it, flat."""
        made = self.generator(torch.from_numpy(self.latent[None]))
        if self.representation is not None:
            made = self.representation.decode(made, SAMPLES)
        return np.asarray(made.numpy().ravel())

    @torch.no_grad()
    def written(self) -> Array:
        """Likewise, by the textbook."""
        return np.asarray(self.textbook(torch.from_numpy(self.latent[None])).numpy().ravel())

    @property
    def parameters(self) -> int:
        """How many weights."""
        return sum(weights.numel() for weights in self.generator.parameters())


def _feasibility() -> Raced:
    made = _moved(Feasibility())
    return Raced("feasibility", "WaveGAN-like, 4,096 samples", made, made, RATE)


def _waveform() -> Raced:
    made = _moved(build_generator(GeneratorConfig(), (1, SAMPLES)))
    about = f"default of the representation 'waveform', {SAMPLES:,} samples"
    return Raced("waveform", about, made, textbook(made), RATE)


def _spectrogram() -> Raced:
    representation = _log_mel()
    bands, frames = shape = representation.shape(SAMPLES)
    made = _moved(build_generator(GeneratorConfig(), shape))
    about = f"default of 'log-mel', {bands} bands x {frames} frames"
    return Raced("spectrogram", about, made, textbook(made), 0, encoded=representation)


def _sound() -> Raced:
    alone = _spectrogram()
    representation = alone.encoded
    assert representation is not None
    back = nn.Sequential(alone.textbook, TextbookWayBack(representation, SAMPLES))
    about = f"{alone.about}, and the way back to {SAMPLES:,} samples"
    return Raced("spectrogram-sound", about, alone.generator, back, RATE, representation, representation)


def _log_mel() -> LogMel:
    made = signal.representation("log-mel", rate=RATE)
    assert isinstance(made, LogMel)
    return made


@torch.no_grad()
def _moved(made: Any) -> Any:
    """Weights a thousandth off where they were drawn. As drawn, the last bits of many are zeros (24 bits are drawn, and
    a share of them falls behind the point), which packs better than anything that was trained.
    """
    for weights in made.parameters():
        weights.mul_(1 + 1e-3 * torch.randn_like(weights))
    return made


GENERATORS: dict[str, Callable[[], Raced]] = {
    "feasibility": _feasibility,
    "waveform": _waveform,
    "spectrogram": _spectrogram,
    "spectrogram-sound": _sound,
}


def drawn(name: str) -> Raced:
    """One of `GENERATORS`, its weights drawn with a fixed seed."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made = GENERATORS[name]()
    made.generator.eval()
    made.textbook.eval()
    return made


def textbook(ours: nn.Module) -> nn.Module:
    """A copy whose convolutions are torch's own, with upsampling before them where ours folds it in.

    Ours are written so as to train fast; what they mean, and what others would write and export, is this.
    """
    if isinstance(ours, Conv1d | UpsampleConv1d):
        plain = nn.Conv1d(ours.inputs, ours.outputs, ours.kernel, padding=ours.kernel // 2)
        plain.load_state_dict(ours.state_dict())
        before = [nn.Upsample(scale_factor=ours.scale)] if isinstance(ours, UpsampleConv1d) else []
        after = [] if ours.slope is None else [nn.LeakyReLU(ours.slope)]
        return nn.Sequential(*before, plain, *after)
    made = copy.deepcopy(ours)
    for name, child in ours.named_children():
        setattr(made, name, textbook(child))
    return made


def finished(made: Compiled) -> bytes:
    """A module as it is shipped, relaxed kernels and notes within; what it says of itself left empty."""
    return shipping.finished(made, b"{}")


def shipped(graph: Graph, rate: int, precision: Precision = "fp32") -> bytes:
    """The module with weights of that precision."""
    return finished(compiled(graph, rate=rate, precision=precision))


@contextmanager
def nothing_folded() -> Iterator[None]:
    """Within, the compiler leaves the graph as it was captured, and takes no Winograd either: every layer does the
    multiply-adds that its definition has.
    """
    with (
        mock.patch.object(module, "folded", lambda graph: graph),
        mock.patch.object(quickening, "quickened", lambda program: program.kernels),
    ):
        yield


def multiply_adds(made: Compiled) -> int:
    """Products that its kernels do for one sound, columns that only fill up a panel left out."""
    total = 0
    for _, kernel in made.program.kernels:
        if isinstance(kernel, Product):
            total += kernel.turns * kernel.rows * kernel.depth * kernel.columns
        elif isinstance(kernel, Winograd):
            total += kernel.multiply_adds
    return total
