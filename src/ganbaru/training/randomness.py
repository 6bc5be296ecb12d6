"""Everything random in a training as a pure function of (seed, step, stream).

No random state has to be saved, and a run that is resumed draws the very numbers that it would have drawn.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor


def mix(seed: int, *parts: int | str) -> int:
    """A 63-bit seed that depends on every part.

    Args:
        seed: the run's seed.
        parts: numbers and names that tell this use from every other, such as ``("step", 17)``.
    """
    text = "/".join([str(seed), *map(str, parts)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1


def latents(seed: int, *parts: int | str, count: int, size: int, device: torch.device | None = None) -> Tensor:
    """Standard normal latents ``(count, size)``, drawn on the CPU so that every device is given the same ones."""
    generator = torch.Generator().manual_seed(mix(seed, *parts))
    return torch.randn(count, size, generator=generator).to(device or "cpu")


def seed_torch(seed: int) -> None:
    """Seeds torch on every device; where there is none but the CPU, a hundred times as fast as torch itself does.

    `torch.manual_seed` writes down its caller's stack for devices that are not there yet, which takes as long as a
    small layer.
    """
    if torch.accelerator.is_available():
        torch.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


@contextmanager
def own_random_state(seed: int, *parts: int | str) -> Iterator[None]:
    """A block with torch's random state seeded by the parts; the caller's state is put back after it."""
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_initialized() else []
    with torch.random.fork_rng(devices=devices):
        seed_torch(mix(seed, *parts))
        yield
