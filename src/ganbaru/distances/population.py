"""W1 and W2 between two distributions, from samples: without the bias that the distance of two samples has.

The distance of two samples of one distribution is far from 0 and falls slowly, as n^(−1/d): for 500 points of a unit
Gaussian in 64 dimensions W1 is 9. What is added is not a constant either: a shift comes through whole, while a matching
follows a change of scale only as far as it tells near points from far ones. So where there are more than three
dimensions the distance is put together from parts that can each be had without bias. For a plane U and the rest V,

    ``W_p(A, B)² ≥ W_p(A_U, B_U)² + W_p(A_V, B_V)²``        (p = 1 and 2; Minkowski's inequality for the plan)

U is where one half of the samples differs most (`principal_directions`); on the other half W_p in U is exact transport.
V is taken as Gaussian: its W2² is ``F − F_U`` of the Fréchet distance, extrapolated to endless samples; for p = 1 it is
multiplied by the squared ratio of mean to root mean square length of the Gaussian map's moves. Whatever U misses of
means and covariances V has, so that a plane found amiss costs nothing for shifts, scales and rotations; differences
that are neither of mean nor of covariance are seen in the plane only.

In the plane, and wherever there are at most three dimensions, the bias is taken off in squares,
``W_p(A, B)² − (W_p(A, A′)² + W_p(B, B′)²) / 2`` over halves: noise adds to a move at right angles. For p = 1 that is
a little too much of clear moves, and the interval reaches up to where less is taken off.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch

from ganbaru.distances.estimate import Estimate
from ganbaru.distances.frechet import measured as frechet_measured
from ganbaru.distances.gaussian import Moments, displacement, moments, squared_distance
from ganbaru.distances.max_sliced import principal_directions
from ganbaru.distances.resampling import drawn, floor, half, margin, pool_of, split
from ganbaru.distances.samples import dimensions, in_unit, pair, rescaled
from ganbaru.distances.transport import transport
from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]
Halves = tuple[Array, Array]

LEAST = 16
"""Points that a sample must have."""

_BLOCK = 512
"""Points of a half that are matched at once; larger ones are matched in blocks, and the blocks averaged."""

_SPREAD_WHOLE, SMALL_BLOCK = 256, 128
"""Where only the spread is wanted: halves of up to so many are matched at once, larger ones in such blocks. These take
a third of the time, and the spread is never less for it (measured: as much for differences that are clear, up to a
fifth more for those near to chance)."""


class Squared(NamedTuple):
    """What two samples say of W_p².

    Attributes:
        value: the estimate; below zero where chance has it so.
        most: for p = 1, what it would be if W1 were W2 outside the plane, which it is at most, or if chance had added
            as little as it may (see `_in_few_dimensions`); ``value`` itself for p = 2.
        biased: a statistic of samples like these that varies as ``value`` does.
    """

    value: float
    most: float
    biased: Callable[[Array, Array], float]


def population_wasserstein(
    a: Array,
    b: Array,
    p: float = 1,
    *,
    resamples: int = 40,
    floor_from: tuple[Array, Array] | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """What `wasserstein` with ``of="distributions"`` returns; the arguments are described there."""
    a, b, unit = samples_for(a, b, p)
    p = int(p)
    rng = np.random.default_rng([seed, 0xD15])
    value, low, high = interval(a, b, p, resamples, confidence, rng)
    pool = pool_of(a, b, in_unit(floor_from, unit))
    same = (root(squared(pool[i], pool[j], p, rng).value) for i, j in drawn(len(pool), len(a), len(b), 20, rng))
    return Estimate(
        value,
        low,
        high,
        confidence,
        floor=floor(same),
        samples=(len(a), len(b)),
        method=f"W{p} of the distributions, {dimensions(a.shape[1])}, bias taken off",
    ).times(unit)


def interval(
    a: Array, b: Array, p: int, resamples: int, confidence: float, rng: np.random.Generator
) -> tuple[float, float, float]:
    """Value, low and high."""
    found = squared(a, b, p, rng)
    parts = [found.biased(a[half(len(a), rng)], b[half(len(b), rng)]) for _ in range(resamples)]
    return rooted(found, np.array(parts), confidence)


def rooted(found: Squared, parts: Array, confidence: float) -> tuple[float, float, float]:
    """Value, low and high of W_p, from W_p² and its biased statistic of random halves."""
    reach = margin(parts, confidence)
    return root(found.value), root(found.value - reach), root(max(found.value, found.most) + reach)


def samples_for(a: Array, b: Array, p: float) -> tuple[Array, Array, float]:
    """Both in a unit of length in which squares neither overflow nor vanish, and that unit.

    Raises:
        UserError: the shapes do not fit, a sample has fewer than 16 points, a number is not finite, or p is another.
    """
    if p not in (1, 2):
        raise UserError(f"W_p of distributions is known for p = 1 and 2, not {p:g}", hint='of="samples" takes any p')
    return rescaled(*pair(a, b, least=LEAST))


def squared(a: Array, b: Array, p: int, rng: np.random.Generator) -> Squared:
    """W_p² between the distributions that ``a`` ``(n, d)`` and ``b`` ``(m, d)`` come from."""
    a_halves, b_halves = split(a, rng), split(b, rng)
    if a.shape[1] <= 3:
        value, most = _in_few_dimensions(a_halves, b_halves, p)
        return Squared(value, most, lambda x, y: _varying(x, y, p))
    whole = frechet_measured(torch.from_numpy(a), torch.from_numpy(b), 8, True, rng)[0]
    planes = [principal_directions(a_halves[i], b_halves[i], 2, rng) for i in (0, 1)]
    unseen = [
        (split(a_halves[1 - i] @ plane, rng), split(b_halves[1 - i] @ plane, rng)) for i, plane in enumerate(planes)
    ]
    inside = float(np.mean([_in_few_dimensions(x, y, p)[0] for x, y in unseen]))
    outside = whole - float(np.mean([_gaussian(x, y) for x, y in unseen]))
    share = 1.0 if p == 2 else float(np.mean([_mean_share(a_halves, b_halves, plane, rng) for plane in planes]))

    def biased(x: Array, y: Array) -> float:
        flat = x @ planes[0], y @ planes[0]
        return share**2 * (_fitted(x, y) - _fitted(*flat)) + _varying(*flat, p)

    return Squared(share**2 * outside + inside, max(outside, 0.0) + inside, biased)


def _in_few_dimensions(a: Halves, b: Halves, p: int) -> tuple[float, float]:
    """``W_p(A, B)² − c (W_p(A, A′)² + W_p(B, B′)²) / 2``, of halves against halves; and the most it may be.

    ``c = 2^(−2 / max(d, 2))`` is how the square of the noise falls from halves to wholes (Fournier & Guillin 2015).
    A length, p = 1, grows only by what of the noise lies across the move, (d − 1)/d of it, where the move is longer
    than the noise: then one part in d is to be left in.
    """
    least = min(map(len, (*a, *b)))
    (a1, a2), (b1, b2) = ([x[:least] for x in halves] for halves in (a, b))
    size = a[0].shape[1]
    noise = 2 ** (-2 / max(size, 2)) * (in_blocks(a1, a2, p, _BLOCK) + in_blocks(b1, b2, p, _BLOCK)) / 2
    across = in_blocks(np.concatenate([a1, a2]), np.concatenate([b1, b2]), p, 2 * _BLOCK)
    value = across - noise
    if p == 2 or not across > noise:
        return value, value
    return value, value + noise * (1 - noise / across) / size


def in_blocks(a: Array, b: Array, p: int, block: int) -> float:
    """W_p² of two samples, the mean over blocks of them where they are large."""
    count = 1 if a.shape[1] == 1 else -(-min(len(a), len(b)) // block)
    blocks = zip(np.array_split(a, count), np.array_split(b, count), strict=True)
    return float(np.mean([transport(x, y, p=p).cost ** (2 / p) for x, y in blocks]))


def _varying(a: Array, b: Array, p: int) -> float:
    """What varies as W_p² of two samples does, but may be of another size."""
    return in_blocks(a, b, p, _SPREAD_WHOLE if min(len(a), len(b)) <= _SPREAD_WHOLE else SMALL_BLOCK)


def _gaussian(a: Halves, b: Halves) -> float:
    """The Fréchet distance of two samples given by halves, with what the halves tell of its bias taken off."""
    halves = (_fitted(a[0], b[0]) + _fitted(a[1], b[1])) / 2
    return 2 * _fitted(np.concatenate(a), np.concatenate(b)) - halves


def _fitted(a: Array, b: Array) -> float:
    return squared_distance(_moments(a), _moments(b))


def _moments(x: Array) -> Moments:
    return moments(torch.from_numpy(np.ascontiguousarray(x)))


def _mean_share(a: Halves, b: Halves, plane: Array, rng: np.random.Generator, draws: int = 2_000) -> float:
    """Mean over root mean square length of the moves of the Gaussian map outside a plane.

    1 where all points move alike, as in a shift; 0.8 where they stretch along one axis. The map of samples moves
    points of one distribution too, in all directions: what the halves of each sample show of that is taken off the
    variances of the moves, largest from largest.
    """
    rest = torch.from_numpy(np.linalg.svd(plane, full_matrices=True)[0][:, plane.shape[1] :])
    whole = [_seen(_moments(np.concatenate(halves)), rest) for halves in (a, b)]
    chance = sum(_variances(*(_seen(_moments(x), rest) for x in halves)) for halves in (a, b)) / 4
    variances = (_variances(*whole) - chance).clamp(min=0).numpy()
    noise = sum(
        float(found.covariance.trace()) / (2 * len(halves[0])) for found, halves in zip(whole, (a, b), strict=True)
    )
    shift = max(0.0, float((whole[0].mean - whole[1].mean).square().sum()) - noise)
    if not shift + variances.sum() > 0:
        return 1.0
    lengths = np.sqrt(shift + rng.standard_normal((draws, len(variances))) ** 2 @ variances)
    return float(lengths.mean() / math.sqrt(shift + variances.sum()))


def _seen(found: Moments, directions: torch.Tensor) -> Moments:
    return Moments(found.mean @ directions, directions.T @ found.covariance @ directions)


def _variances(a: Moments, b: Moments) -> torch.Tensor:
    """Of the moves of the Gaussian map about their mean, along their principal axes, ascending."""
    move = displacement(a, b)
    return torch.linalg.eigvalsh(move @ a.covariance @ move.T)


def root(square: float) -> float:
    """0 below zero."""
    return math.sqrt(max(0.0, square))
