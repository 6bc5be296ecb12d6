"""Toy worlds: clouds of points in the plane whose density is known exactly."""

import hashlib
import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ganbaru.errors import UserError, unknown
from ganbaru.sources.source import Array, Kind, Split, describe, describe_html
from ganbaru.sources.worlds import WORLDS, World

TRAIN, HELD_OUT = 100_000, 10_000
"""How many points each side holds (100,000 as in PacGAN, Lin et al. 2018, section 4.1)."""


@dataclass(frozen=True, repr=False)
class PointSource:
    """Points of a toy world, with its true density. Follows ``Source``."""

    name: str
    world: World
    train: Split
    held_out: Split
    fingerprint: str
    recipe: dict[str, Any]
    rate: int = 0
    shape: tuple[int, ...] = (2,)
    label_names: tuple[str, ...] = ()
    skipped: tuple[tuple[str, str], ...] = field(default=())
    kind: Kind = "points"

    @property
    def centres(self) -> Array | None:
        """The middle of each mode, ``(modes, 2)``; None where the world has no modes."""
        return self.world.centres

    @property
    def sd(self) -> float:
        """The standard deviation of each mode in either coordinate; 0 for lines."""
        return self.world.sd

    def sample(self, n: int, seed: int) -> Array:
        """``n`` fresh points ``(n, 2)`` float32: the same for the same seed, and never those of ``train``."""
        return self.world.sample(n, np.random.default_rng([seed, 0]))

    def log_density(self, x: Array) -> Array:
        """The natural logarithm of the true density at ``x`` ``(n, 2)``: ``(n,)`` float64.

        For ``lines`` the density is that along the line (length, not area): 0 on it and -inf off it.
        """
        points = np.asarray(x, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != 2:
            raise ValueError(f"log_density takes points of shape (n, 2), not {points.shape}")
        return self.world.log_density(points)

    def __repr__(self) -> str:
        return describe(self)

    def _repr_html_(self) -> str:
        return describe_html(self)


def toy(name: str, *, seed: int = 0, **options: float) -> PointSource:
    """A toy world: ``"ring"``, ``"grid"``, ``"lines"`` or ``"spiral"``.

    Args:
        name: the world, with or without ``toy:`` before it; options may follow as in ``"ring?modes=12&sd=0.02"``.
        seed: of the points drawn.
        options: ``modes``, ``radius``, ``sd`` (ring); ``side``, ``step``, ``sd`` (grid); ``theta`` (lines);
            ``turns``, ``sd`` (spiral).

    Raises:
        UserError: for a world or an option that does not exist, or a value that makes no sense.
    """
    if seed < 0:
        raise UserError(f"the seed is {seed}", hint="a seed is 0 or a whole number above it")
    short, given = _parse(name)
    world = _build(short, {**given, **options})
    document = {"world": short, "options": world.options, "seed": seed, "counts": [TRAIN, HELD_OUT]}
    return PointSource(
        name=_spell(short, world.options),
        world=world,
        train=_side(short, world.sample(TRAIN, np.random.default_rng([seed, 1]))),
        held_out=_side(short, world.sample(HELD_OUT, np.random.default_rng([seed, 2]))),
        fingerprint=hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest(),
        recipe={"name": _spell(short, world.options), "seed": seed, "level": "none: points as they are drawn"},
    )


def _parse(name: str) -> tuple[str, dict[str, float]]:
    short, _, query = name.removeprefix("toy:").partition("?")
    options: dict[str, float] = {}
    for pair in filter(None, query.split("&")):
        key, _, text = pair.partition("=")
        try:
            options[key] = float(text)
        except ValueError:
            raise UserError(f"{name!r}: the option {key!r} is not a number", hint="write toy:ring?modes=12") from None
    return short, options


def _build(short: str, options: dict[str, float]) -> World:
    if short not in WORLDS:
        raise unknown("toy world", short, WORLDS)
    build: Callable[..., World] = WORLDS[short]
    known = inspect.signature(build).parameters
    for key, value in options.items():
        if key not in known:
            raise unknown(f"option of toy:{short}", key, known)
        if not np.isfinite(value):
            raise UserError(f"toy:{short}: {key} is {value}", hint="give a finite number")
    return build(**options)


def _spell(short: str, options: dict[str, float]) -> str:
    known = inspect.signature(WORLDS[short]).parameters
    changed = [f"{key}={value:g}" for key, value in sorted(options.items()) if value != known[key].default]
    return f"toy:{short}" + (f"?{'&'.join(changed)}" if changed else "")


def _side(short: str, points: Array) -> Split:
    points.flags.writeable = False
    return Split(data=points, labels=None, names=(short,) * len(points))
