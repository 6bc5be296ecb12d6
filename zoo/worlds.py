"""Small worlds for loops of other people: points, short sounds and images of blobs, with the truth about what is made.

Everything is float32 and on the CPU; a world draws as many fresh samples as it is asked for.
"""

import itertools
from collections.abc import Callable, Sequence
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


def weighted(name: str, centres: Sequence[Sequence[float]], weights: Sequence[float], *, sd: float) -> World:
    """Round Gaussians ``(n, D)`` at some places, of unequal weights that add up to one."""
    places = np.asarray(centres, dtype=np.float64)

    def draw(count: int, rng: np.random.Generator) -> Array:
        chosen = places[rng.choice(len(places), size=count, p=weights)]
        return chosen + sd * rng.standard_normal(chosen.shape)

    return World(name, draw, lambda x: x.reshape(len(x), -1), places, sd)


def even(name: str, centres: Array, *, sd: float) -> World:
    """Round Gaussians ``(n, D)`` of equal weights at some places."""
    return weighted(name, centres.tolist(), [1 / len(centres)] * len(centres), sd=sd)


def moons(sd: float = 0.08) -> World:
    """Points ``(n, 2)`` on two half circles that reach into each other."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        angle, lower = np.pi * rng.random(count), rng.random(count) < 0.5
        x = np.where(lower, 1 - np.cos(angle), np.cos(angle))
        y = np.where(lower, 0.5 - np.sin(angle), np.sin(angle))
        return np.stack([x, y], axis=1) + sd * rng.standard_normal((count, 2))

    return World("moons", draw, lambda x: x.reshape(len(x), -1))


def pinwheel(count: int = 5, bend: float = 1.5) -> World:
    """Points ``(n, 2)`` on bent arms of a pinwheel, from radius 0.3 to 1.5."""

    def draw(number: int, rng: np.random.Generator) -> Array:
        radius = rng.uniform(0.3, 1.5, number)
        angle = 2 * np.pi * rng.integers(count, size=number) / count + bend * radius
        places = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return places + 0.04 * rng.standard_normal((number, 2))

    return World(f"pinwheel{count}", draw, lambda x: x.reshape(len(x), -1))


def sweeps(samples: int = 256) -> World:
    """Chirps ``(n, 1, samples)`` at 8 kHz: from 300 to 900 Hz on, up or down by an octave, with a soft beginning."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        time = np.arange(samples) / samples
        start, way = rng.uniform(300, 900, (count, 1)), rng.choice([-0.5, 1.0], (count, 1))
        turns = (start * (time + way * time**2 / 2)) * samples / RATE
        waves = np.sin(2 * np.pi * (turns + rng.random((count, 1)))) * np.sin(np.pi * time) ** 0.5
        return (rng.uniform(0.5, 0.9, (count, 1)) * waves)[:, None]

    return World(f"sweeps{samples}", draw, _log_spectrum)


def buzzes(samples: int = 256) -> World:
    """Buzzes ``(n, 1, samples)`` at 8 kHz: ten harmonics of 120 to 240 Hz through one of three pairs of formants."""
    formants = np.array([[700.0, 1200.0], [300.0, 2300.0], [350.0, 800.0]])

    def draw(count: int, rng: np.random.Generator) -> Array:
        time = np.arange(samples) / RATE
        pitch = rng.uniform(120, 240, (count, 1)) * np.arange(1, 11)[None]
        peaks = formants[rng.integers(len(formants), size=count)]
        gain = sum(np.exp(-(((pitch - peaks[:, k : k + 1]) / 150) ** 2)) for k in (0, 1)) + 0.02
        phase = 2 * np.pi * (pitch[:, :, None] * time + rng.random((count, 1, 1)) * np.arange(1, 11)[None, :, None])
        waves = (gain[:, :, None] * np.sin(phase)).sum(axis=1)
        return (0.7 * waves / np.abs(waves).max(axis=1, keepdims=True))[:, None]

    return World(f"buzzes{samples}", draw, _log_spectrum)


def spectrograms(frames: int = 16, bins: int = 16, kind: Callable[[int], World] = tones) -> World:
    """Log-magnitude pictures ``(n, bins, frames)`` of tones or other sounds, scaled to about deviation one."""
    sounds = kind(16 * (frames + 1))

    def draw(count: int, rng: np.random.Generator) -> Array:
        waves = sounds.draw(count, rng)[:, 0]
        cut = np.stack([waves[:, 16 * k : 16 * k + 32] for k in range(frames)], axis=2) * np.hanning(32)[None, :, None]
        return (np.log(np.abs(np.fft.rfft(cut, axis=1))[:, 1 : bins + 1] + 0.01) + 1.7) / 1.9

    return World(f"spectrograms{bins}x{frames}-{sounds.name}", draw, lambda x: x.reshape(len(x), -1))


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


def helix(turns: float = 1.5) -> World:
    """Points ``(n, 3)`` on a helix round the third axis."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        along = rng.random(count)
        angle = 2 * np.pi * turns * along
        places = np.stack([np.cos(angle), np.sin(angle), 3 * along - 1.5], axis=1)
        return places + 0.06 * rng.standard_normal((count, 3))

    return World("helix3", draw, lambda x: x.reshape(len(x), -1))


def circles(inner: float = 0.6, outer: float = 1.6) -> World:
    """Points ``(n, 2)`` on two circles, one within the other."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        radius, angle = rng.choice([inner, outer], count, p=[0.35, 0.65]), 2 * np.pi * rng.random(count)
        return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], 1) + 0.07 * rng.standard_normal((count, 2))

    return World("circles2", draw, lambda x: x.reshape(len(x), -1))


def bars() -> World:
    """Points ``(n, 2)`` on three slanted bars beside each other."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        which, along = rng.integers(3, size=count) - 1.0, rng.uniform(-1, 1, count)
        return np.stack([1.2 * which + 0.5 * along, along], axis=1) + 0.08 * rng.standard_normal((count, 2))

    return World("bars3", draw, lambda x: x.reshape(len(x), -1))


def pings(samples: int = 256) -> World:
    """Pings ``(n, 1, samples)`` at 8 kHz: a decaying tone of 400 to 1600 Hz, and a fainter one 2.4 times as high."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        time = np.arange(samples) / RATE - rng.uniform(0, 0.004, (count, 1))
        pitch = 400.0 * 4 ** rng.random((count, 1))
        decay = np.exp(-rng.uniform(60, 160, (count, 1)) * time) * (time >= 0)
        waves = np.sin(2 * np.pi * pitch * time) + 0.4 * np.sin(4.8 * np.pi * pitch * time)
        return (0.65 * waves * decay)[:, None]

    return World(f"pings{samples}", draw, _log_spectrum)


def warbles(samples: int = 192) -> World:
    """Tones ``(n, 1, samples)`` at 8 kHz of 300 to 700 Hz whose pitch wavers at 60 to 120 Hz."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        time = np.arange(samples) / RATE
        pitch, speed, depth, phase = (
            rng.uniform(low, high, (count, 1)) for low, high in ((300, 700), (60, 120), (0.5, 1.5), (0, 2 * np.pi))
        )
        return (0.8 * np.sin(2 * np.pi * pitch * time + phase + depth * np.sin(2 * np.pi * speed * time)))[:, None]

    return World(f"warbles{samples}", draw, _log_spectrum)


def gratings(side: int = 12) -> World:
    """Pictures ``(n, 1, side, side)`` in [-1, 1] of stripes: one of four ways, of any phase, of varying contrast."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        way, phase = np.pi * rng.integers(4, size=(count, 1, 1)) / 4, 2 * np.pi * rng.random((count, 1, 1))
        y, x = np.mgrid[:side, :side] / side
        light = rng.uniform(0.6, 0.95, (count, 1, 1))
        return (light * np.sin(4 * np.pi * (np.cos(way) * x + np.sin(way) * y) + phase))[:, None]

    return World(f"gratings{side}", draw, lambda x: x.reshape(len(x), -1))


def crosses(side: int = 8) -> World:
    """Pictures ``(n, 1, side, side)`` in [-1, 1] of one bright cross: its place, its arms and its brightness vary."""

    def draw(count: int, rng: np.random.Generator) -> Array:
        middle, arm = rng.uniform(2, side - 3, (2, count, 1, 1)), rng.uniform(1.2, 2.5, (count, 1, 1))
        y, x = np.abs(np.mgrid[:side, :side][:, None] - middle)
        line = np.maximum(np.exp(-2 * y**2) * (x < arm), np.exp(-2 * x**2) * (y < arm))
        return (2 * rng.uniform(0.6, 1.0, (count, 1, 1)) * line - 1)[:, None]

    return World(f"crosses{side}", draw, lambda x: x.reshape(len(x), -1))


def _ellipse(count: int) -> Array:
    """Places ``(count, 2)`` round an ellipse that does not lie at the origin."""
    angle = 2 * np.pi * (np.arange(count) + 0.3) / count
    return np.stack([1.0 + 2.0 * np.cos(angle), -0.5 + 0.8 * np.sin(angle)], axis=1)


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
    "moons": lambda: moons(),
    "pinwheel5": lambda: pinwheel(5),
    "pinwheel3": lambda: pinwheel(3, 0.8),
    "uneven4": lambda: weighted("uneven4", [[0, 0], [2, 0.5], [-1, 1.5], [0.5, -2]], [0.4, 0.3, 0.2, 0.1], sd=0.3),
    "uneven6": lambda: weighted("uneven6", [[k, k % 2] for k in range(6)], [0.3, 0.1, 0.2, 0.1, 0.2, 0.1], sd=0.2),
    "ellipse6": lambda: even("ellipse6", _ellipse(6), sd=0.12),
    "cube8": lambda: even("cube8", np.array(list(itertools.product((-1.0, 1.0), repeat=3))), sd=0.2),
    "sweeps256": lambda: sweeps(256),
    "buzzes256": lambda: buzzes(256),
    "sweep-pictures": lambda: spectrograms(12, 12, sweeps),
    "buzz-pictures": lambda: spectrograms(12, 12, buzzes),
    "origin": lambda: None,
    "origin3": lambda: None,
    "origin4": lambda: None,
    "arms": lambda: None,
    "surface": lambda: None,
    "helix3": lambda: helix(),
    "circles2": lambda: circles(),
    "bars3": lambda: bars(),
    "pings256": lambda: pings(256),
    "warbles192": lambda: warbles(192),
    "gratings12": lambda: gratings(12),
    "crosses8": lambda: crosses(8),
    "orthoplex5": lambda: even("orthoplex5", 1.2 * np.concatenate([np.eye(5), -np.eye(5)]), sd=0.2),
    "tetra4": lambda: weighted(
        "tetra4", [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], [0.35, 0.3, 0.2, 0.15], sd=0.25
    ),
    "timbres": lambda: None,
}
"""The small worlds by the names that specimens use; None for a program that brings its own."""
