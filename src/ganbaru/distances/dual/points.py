"""Where a critic's points come from: arrays that are dealt out, or samplers that never run dry."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from ganbaru.distances.samples import pair
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Sampler = Callable[[int, torch.Generator], Tensor]
"""``(count, generator)`` to ``(count, d)``."""

LEAST = 40
"""Points that a sample must have: some to learn from, some to choose by, some to be judged on."""

_CHOSEN_BY, _HELD_OUT = 2048, 8192
"""Points that are drawn to choose by and to judge on, where there is a sampler."""


class Points(NamedTuple):
    """Two distributions: something to draw from, and points that no draw holds, ``(n, d)`` of A and ``(m, d)`` of B.

    Attributes:
        draw_a: batches to learn from.
        draw_b: likewise.
        choose: to choose among critics by.
        held: to judge the chosen one on.
    """

    draw_a: Sampler
    draw_b: Sampler
    choose: tuple[Tensor, Tensor]
    held: tuple[Tensor, Tensor]


def points_of(a: Array | Sampler, b: Array | Sampler, *, share: float, seed: int) -> Points:
    """The points of two arrays, ``share`` of each held out and a tenth to choose by; or of two samplers.

    Raises:
        UserError: the shapes do not fit, a sample has fewer than 40 points, a number is not finite, or only one of
            the two is a sampler.
    """
    if not 0.05 <= share <= 0.85:
        raise UserError(f"a share of {share} cannot be held out", hint="give one from 0.05 to 0.85")
    if callable(a) and callable(b):
        return _endless(a, b, seed)
    if callable(a) or callable(b):
        raise UserError("one sample is an array and the other a sampler", hint="give two arrays or two samplers")
    random = np.random.default_rng([seed, 0xDEA1])
    (draw_a, *rest_a), (draw_b, *rest_b) = (_dealt(x, share, random) for x in pair(a, b, least=LEAST))
    return Points(draw_a, draw_b, (rest_a[0], rest_b[0]), (rest_a[1], rest_b[1]))


def generator(seed: int, use: int) -> torch.Generator:
    """One of its own for each use of a seed."""
    return torch.Generator().manual_seed(int(np.random.SeedSequence([seed, 0xDEA1, use]).generate_state(1)[0]))


def _endless(a: Sampler, b: Sampler, seed: int) -> Points:
    random = generator(seed, 1)
    choose, held = ([torch.as_tensor(draw(n, random)).float() for draw in (a, b)] for n in (_CHOSEN_BY, _HELD_OUT))
    pair(*(points.numpy(force=True) for points in held))
    return Points(a, b, (choose[0], choose[1]), (held[0], held[1]))


def _dealt(points: Array, share: float, random: np.random.Generator) -> tuple[Sampler, Tensor, Tensor]:
    """A sampler of some, the tenth to choose by, and those held out."""
    shuffled = torch.from_numpy(points[random.permutation(len(points))]).float()
    choose, held, learnt = shuffled.tensor_split([len(points) // 10, len(points) // 10 + round(share * len(points))])

    def draw(count: int, random: torch.Generator) -> Tensor:
        return learnt[torch.randint(len(learnt), (count,), generator=random)]

    return draw, choose, held
