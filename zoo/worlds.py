"""Small worlds for loops of other people: points, short sounds and images of blobs, with the truth about what is made.

Everything is float32 and on the CPU; a world draws as many fresh samples as it is asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ganbaru.sources.worlds import WORLDS as TOYS
from zoo import truth

Array = np.ndarray

RATE = 8_000
"""Of the small sounds, Hz."""
_JUDGED = 1024


@dataclass(frozen=True)
class World:
    """Something to draw from.

    Attributes:
        name: as the specimens call it.
        draw: a count and a generator to samples ``(n, *shape)``.
        seen: samples to the features ``(n, D)`` in which they are compared.
        centres: the modes ``(modes, D)``, or None; sd: of each.
    """

    name: str
    draw: Callable[[int, np.random.Generator], Array]
    seen: Callable[[Array], Array]
    centres: Array | None = None
    sd: float = 0.0

    def sample(self, count: int, seed: int) -> Tensor:
        """``count`` samples, the same for the same seed."""
        return torch.from_numpy(np.ascontiguousarray(self.draw(count, np.random.default_rng(seed)), dtype=np.float32))

    def batches(self, size: int, seed: int, *, pool: int = 20_000) -> Callable[[], Tensor]:
        """A function that gives one random batch after another, out of a pool of samples."""
        samples = self.sample(pool, seed)
        order = torch.Generator().manual_seed(seed)
        return lambda: samples[torch.randint(len(samples), (size,), generator=order)]

    def start(self, made: Tensor) -> None:
        """Notes how far from real ones samples are before training."""
        flat = made.detach().cpu().float().numpy()[:_JUDGED]
        if np.isfinite(flat).all():
            real = self.draw(len(flat), np.random.default_rng(987))
            truth.note(untrained=_sliced(self.seen(flat), self.seen(real)))

    def judge(self, made: Tensor) -> None:
        """Notes how good samples are: sliced W1 to real ones in units of their spread, its floor, spread, modes."""
        flat = made.detach().cpu().float().numpy()[:_JUDGED]
        real = self.draw(2 * _JUDGED, np.random.default_rng(987))
        if not np.isfinite(flat).all():
            truth.note(distance=float("inf"))
            return
        a, b, c = self.seen(flat), self.seen(real[:_JUDGED]), self.seen(real[_JUDGED:])
        truth.note(distance=_sliced(a, b), floor=_sliced(c, b), spread=_spread(a) / _spread(b))
        if self.centres is not None:
            apart = np.linalg.norm(a[:, None] - self.centres[None], axis=2)
            good = apart.min(axis=1) <= 3 * self.sd
            truth.note(modes=len(np.unique(apart.argmin(axis=1)[good])), of=len(self.centres))


def points(name: str, **options: float) -> World:
    """A toy world of points, as `ganbaru.sources.toy` has it."""
    world = TOYS[name](**options)

    def draw(count: int, rng: np.random.Generator) -> Array:
        return world.sample(count, rng)

    return World(name, draw, lambda x: x.reshape(len(x), -1), world.centres, world.sd)


def tones(samples: int = 512, pitches: int = 6, *, gain: float = 0.8) -> World:
    """Plucked tones ``(n, 1, samples)`` at 8 kHz: one of some pitches, a decay, two overtones and a random phase."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        time = np.arange(samples) / RATE
        pitch = 250.0 * 2 ** (rng.integers(pitches, size=(count, 1)) / 3)
        phase, decay = rng.random((count, 1)), rng.uniform(15, 60, (count, 1))
        waves = sum(np.sin(2 * np.pi * (k * pitch * time + phase)) / k**2 for k in (1, 2, 3))
        return (gain * 0.7 * waves * np.exp(-decay * time))[:, None]

    return World(f"tones{samples}x{pitches}", draw, _log_spectrum)


def spectrograms(frames: int = 16, bins: int = 16) -> World:
    """Log-magnitude pictures ``(n, bins, frames)`` of tones, scaled to deviation one."""
    sounds = tones(16 * (frames + 1))

    def draw(count: int, rng: np.random.Generator) -> Array:
        waves = sounds.draw(count, rng)[:, 0]
        cut = np.stack([waves[:, 16 * k : 16 * k + 32] for k in range(frames)], axis=2) * np.hanning(32)[None, :, None]
        return (np.log(np.abs(np.fft.rfft(cut, axis=1))[:, 1 : bins + 1] + 0.01) + 1.7) / 1.9

    return World(f"spectrograms{bins}x{frames}", draw, lambda x: x.reshape(len(x), -1))


def blobs(side: int = 16) -> World:
    """Pictures ``(n, 1, side, side)`` in [-1, 1] of one bright blob: its place, size and brightness vary."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        grid = np.arange(side)
        middle = rng.uniform(0.25 * side, 0.75 * side, (count, 2, 1))
        width = rng.uniform(0.1, 0.2, (count, 1)) * side
        along = np.exp(-((grid - middle[:, 0]) ** 2) / (2 * width**2))
        across = np.exp(-((grid - middle[:, 1]) ** 2) / (2 * width**2))
        light = rng.uniform(0.6, 1.0, (count, 1, 1))
        return (2 * light * along[:, :, None] * across[:, None, :] - 1)[:, None]

    return World(f"blobs{side}", draw, lambda x: x.reshape(len(x), -1))


def _log_spectrum(waves: Array) -> Array:
    return np.log(np.abs(np.fft.rfft(waves.reshape(len(waves), -1), axis=1)) + 0.05)


def _sliced(a: Array, b: Array) -> float:
    count = min(len(a), len(b))
    along = np.random.default_rng(0).standard_normal((a.shape[1], 64))
    along /= np.linalg.norm(along, axis=0)
    lines = [np.sort(x[:count] @ along, axis=0) for x in (a, b)]
    return float(np.abs(lines[0] - lines[1]).mean() / (b.std(axis=0).mean() + 1e-12))


def _spread(a: Array) -> float:
    return float(np.linalg.norm(a[: len(a) // 2] - a[len(a) // 2 : 2 * (len(a) // 2)], axis=1).mean())


WORLDS: dict[str, Callable[[], World | None]] = {
    "ring": lambda: points("ring", sd=0.05),
    "ring5": lambda: points("ring", modes=5, sd=0.05),
    "ring-wide": lambda: points("ring", sd=0.05, radius=3.0),
    "soft4": lambda: points("grid", side=2, step=2.0, sd=0.5),
    "soft5": lambda: points("ring", modes=5, sd=0.25),
    "soft3": lambda: points("ring", modes=3, sd=0.3),
    "grid9": lambda: points("grid", side=3, sd=0.15),
    "grid4": lambda: points("grid", side=2, sd=0.1),
    "spiral": lambda: points("spiral", turns=1.0),
    "lines": lambda: points("lines"),
    "tones512": lambda: tones(512),
    "tones1024": lambda: tones(1024, 4),
    "spectrograms": lambda: spectrograms(),
    "blobs": lambda: blobs(16),
    "origin": lambda: None,
    "origin3": lambda: None,
    "arms": lambda: None,
    "surface": lambda: None,
}
"""The small worlds by the names that specimens use; None for a program that brings its own."""
