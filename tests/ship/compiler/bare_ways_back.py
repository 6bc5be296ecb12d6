"""Modules that are a way back to sound alone: their latent vector is the encoded sound."""

import math

import numpy as np
import torch
from torch import Tensor

from ganbaru.ship.compiler.graph import Graph, Node
from ganbaru.ship.compiler.module import Compiled, compiled
from ganbaru.ship.compiler.way_back import with_way_back
from ganbaru.signal import Representation


def encoded_as(shape: tuple[int, ...]) -> Graph:
    """A generator whose latent vector, given a shape, is what it makes."""
    size = math.prod(shape)
    nodes = (Node("latent0", "latent", (), (size,)), Node("reshape1", "reshape", ("latent0",), shape))
    return Graph(nodes, size, 0)


def way_back(representation: Representation, samples: int) -> Compiled:
    """Of a sound of so many samples."""
    shape = representation.shape(samples)
    return compiled(with_way_back(encoded_as(shape), representation, samples), rate=representation.rate)


def asked(module, encoded: Tensor) -> np.ndarray:
    """What a module makes of an encoded sound ``(1, …)``."""
    return module.run(encoded[0].numpy().ravel())


def difference(ours: np.ndarray, theirs: np.ndarray) -> float:
    """The largest, in the largest number wanted."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def chirps(rate: int, samples: int, seed: int) -> Tensor:
    """A sound ``(1, T)``: three tones that rise and die away, and some noise."""
    draw = np.random.default_rng(seed)
    time = np.arange(samples) / rate
    tones = [
        level * np.sin(2 * np.pi * low * rate * time * (1 + 0.3 * time))
        for level, low in zip(draw.uniform(0.05, 0.3, 3), draw.uniform(0.01, 0.3, 3), strict=True)
    ]
    made = np.sum(tones, axis=0) * np.exp(-3 * time) + 0.01 * draw.standard_normal(samples)
    return torch.from_numpy(made[None].astype(np.float32))
