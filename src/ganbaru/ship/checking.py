"""Whether a module makes what torch makes, and how far apart the two sound."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from ganbaru.errors import UserError
from ganbaru.ship.compiler.graph import Graph
from ganbaru.ship.compiler.module import compiled
from ganbaru.ship.running import Instance
from ganbaru.signal.audible import audible_difference
from ganbaru.training.counted import normals
from ganbaru.training.trained import Trained

Array = np.ndarray[Any, Any]

SEEDS = 8
"""How many sounds are compared; each of another seed, and of the next label where there are any."""
NETWORK_BOUND = 1e-3
"""Of the largest number that the network makes: what rounding in another order does stays far below it."""
SOUND_BOUND = 0.02
"""Share of the loudness that may be heard to be different, at full precision: 1e-6 is usual, and 1e-4 where phases are
sought and roundings are carried on from iteration to iteration."""
_LOWEST_RATE = 1000


@dataclass(frozen=True)
class Difference:
    """How far sounds of a module are from others of the same seeds.

    Attributes:
        maximum: the largest difference of two samples, full scale being 1.
        rms: root of the mean square of all.
        audible: share of the loudness heard to be different, `signal.audible_difference`; the worst sound.
        seeds: how many sounds.
    """

    maximum: float
    rms: float
    audible: float
    seeds: int


def check_network(graph: Graph, trained: Trained) -> float:
    """The largest difference between what torch and WebAssembly make of the network, in the largest number made.

    Args:
        graph: the network's alone.
        trained: the network.

    Raises:
        UserError: it is beyond `NETWORK_BOUND`.
    """
    instance = Instance(compiled(graph).binary())
    off = largest = 0.0
    for latent, label in _asked(trained):
        ours = instance.run(latent, label)
        theirs = _encoded(trained, latent, label)
        off = max(off, float(np.abs(ours - theirs).max()))
        largest = max(largest, float(np.abs(theirs).max()))
    relative = off / max(largest, 1e-6)
    if not relative <= NETWORK_BOUND:
        raise UserError(
            f"the module is {relative:.2g} of full scale off what torch makes, so it was not written",
            hint="a network of enormous weights can do that; if this one is healthy, please report it with the run",
        )
    return relative


def python_sounds(trained: Trained) -> Array:
    """What `training.Trained` makes of the seeds that are compared: ``(SEEDS, T)``."""
    asked = list(_asked(trained))
    latents = torch.from_numpy(np.stack([latent for latent, _ in asked]))
    labels = torch.tensor([label for _, label in asked]) if trained.label_names else None
    device = next(trained.generator.parameters()).device
    return trained.decode(latents.to(device), None if labels is None else labels.to(device))


def module_sounds(module: bytes, trained: Trained, *, fused: bool = False) -> Array:
    """What a module makes of them: ``(SEEDS, T)``."""
    instance = Instance(module, fused=fused)
    labels = [label for _, label in _asked(trained)]
    return np.stack([instance.generate(seed, label) for seed, label in enumerate(labels)])


def difference(reference: Array, made: Array, rate: int) -> Difference:
    """How far sounds ``(B, T)`` are from others.

    Below 1 kHz, where nothing can be heard, the share of power that differs stands for what is audible.
    """
    off = (made - reference).astype(np.float64)
    if rate >= _LOWEST_RATE:
        pair = (torch.from_numpy(np.ascontiguousarray(sounds)).float() for sounds in (reference, made))
        audible = float(audible_difference(*pair, rate=rate).max())
    else:
        audible = float(np.square(off).sum() / max(np.square(reference, dtype=np.float64).sum(), 1e-12))
    return Difference(float(np.abs(off).max()), float(np.sqrt(np.square(off).mean())), audible, len(reference))


def _asked(trained: Trained) -> Iterator[tuple[Array, int]]:
    """Latent vectors, as `training.counted` draws them, and labels."""
    for seed in range(SEEDS):
        yield normals(seed, 0, 1, trained.latent)[0], seed % max(1, len(trained.label_names))


@torch.no_grad()
def _encoded(trained: Trained, latent: Array, label: int) -> Array:
    parameter = next(trained.generator.parameters())
    z = torch.from_numpy(latent)[None].to(parameter.device)
    given = (z, torch.tensor([label], device=parameter.device)) if trained.label_names else (z,)
    made: Array = trained.generator(*given)[0].float().cpu().numpy().ravel()
    return made
