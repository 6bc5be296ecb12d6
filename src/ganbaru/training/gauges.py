"""Gauges of a batch: how its generated samples stand to its real ones. Each reads tensors and leaves no trace.

All are cheap against a step: at most 128 samples of each side are looked at, and 16,384 of their values. Distances are
Euclidean, between samples as the networks see them, flattened, in units of the standard deviation of the real batch's
values. Nothing draws from a random state: directions depend on the number of dimensions alone.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

_MOST = 128
_DIRECTIONS = 16
_NEIGHBOUR = 3
_KIN = 2
"""Real samples beside one that make a kind of it."""
_MOST_OF, _BEYOND, _APART_AT_ALL = 0.9, 1.5, 0.2
"""Share of the generated samples whose distance to the nearest real one tells how well they are made, times which, and
times the distance of a kind within itself, a kind must be away to be missed; and the share of the mean distance of two
real samples that this must be. Of other samples of the same kind 0.03 are missed by 128 at most, be they twice as wide
or a fifth as wide, of two of eight kinds that are never made the quarter."""
_FEWEST = 8
_SHIFTS = 3
_TAIL = 1e-3
_VALUES = 16_384


def of_batch(real: Tensor, fake: Tensor, other: Tensor | None = None) -> dict[str, float]:
    """How generated samples stand to real ones.

    Args:
        real: a batch of real samples ``(B, *shape)``.
        fake: generated samples ``(B', *shape)``.
        other: other real samples ``(B″, *shape)``, of which the same is said to know what it can be at best.

    Returns:
        ``real_low``, ``real_high``, ``fake_low``, ``fake_high``: 0.1 and 99.9 % quantiles of all values;
        ``real_std``, ``fake_std``; ``spread``: mean distance of two fakes over that of two reals; ``coverage``: share
        of reals with a fake nearer than their third nearest real (Naeem et al. 2020, eq. 11); ``precision``: share of
        fakes nearer to some real than that one's third nearest real (Kynkäänniemi et al. 2019, eq. 2); ``missed``:
        share of reals of kinds that are not made, which lie farther from all fakes than from their kin, and than most
        fakes lie from some real;
        ``batch_distance``: sliced W1 over 16 directions; ``drift_0``, ``drift_1``: mean of the fakes along two
        directions, from the mean of the reals; with ``other`` the four before those again, with ``_real`` behind the
        name. Of fewer than eight samples only ranges and standard deviations.
    """
    a, b = _flat(real), _flat(fake)
    numbers = {**_ranges("real", a), **_ranges("fake", b)}
    if min(len(a), len(b)) < _FEWEST or not (_all_finite(a) and _all_finite(b)):
        return numbers
    unit = numbers["real_std"] or 1.0
    centre = a.mean(dim=0)
    a, b = (a - centre) / unit, (b - centre) / unit
    among = torch.cdist(a, a)
    reals = _Reals(a, among.kthvalue(_NEIGHBOUR + 1, dim=1).values[:, None], among.kthvalue(_KIN + 1, dim=1).values)
    numbers |= _drift(b)
    varied = _mean_distance(among)
    if varied > 0:
        numbers["spread"] = _mean_distance(torch.cdist(b, b)) / varied
    numbers |= _apart(reals, b, varied, "")
    if other is not None and len(other) >= _FEWEST and _all_finite(c := _flat(other)):
        numbers |= _apart(reals, (c - centre) / unit, varied, "_real")
    return numbers


@dataclass(frozen=True)
class _Reals:
    """Real samples.

    Attributes:
        points: ``(N, D)``.
        radius: distance of each to its third nearest, ``(N, 1)``.
        kin: to its second nearest, ``(N,)``.
    """

    points: Tensor
    radius: Tensor
    kin: Tensor


def lipschitz(
    real: Tensor, fake: Tensor, real_scores: Tensor, fake_scores: Tensor, *, labels: Tensor | None = None
) -> float:
    """95 % quantile of ``|C(x) − C(G(z))| / ‖x − G(z)‖`` over pairs of a batch: a lower bound of the constant.

    Args:
        real: ``(B, *shape)``.
        fake: ``(B, *shape)``.
        real_scores: ``(B,)``.
        fake_scores: ``(B,)``.
        labels: what both were scored as, ``(B,)``; only samples of one label are set against each other.
    """
    count = min(len(real), len(fake), len(real_scores), len(fake_scores), _MOST)
    a, b = real[:count].detach().flatten(1).float(), fake[:count].detach().flatten(1).float()
    said = real_scores[:count].detach().flatten().float(), fake_scores[:count].detach().flatten().float()
    steep = []
    for shift in range(min(_SHIFTS, count)):
        other = torch.arange(count, device=a.device).roll(shift)
        alike = slice(None) if labels is None or not shift else labels[:count] == labels[:count][other]
        run = torch.linalg.vector_norm(a[alike] - b[other][alike], dim=1)
        steep.append((said[0][alike] - said[1][other][alike]).abs() / run.clamp(min=1e-12))
    return _quantile(torch.cat(steep), 0.95) if steep else float("nan")


def message(gradient: Tensor | None) -> float | None:
    """Mean over the batch of ``‖B · ∂L/∂G(z)‖``, the gradient of a loss that is a mean over the batch at one sample.

    Args:
        gradient: at the generated samples, ``(B, *shape)``; None where there is none.
    """
    if gradient is None or not len(gradient):
        return None
    return len(gradient) * float(torch.linalg.vector_norm(gradient.flatten(1).float(), dim=1).mean())


def _flat(samples: Tensor) -> Tensor:
    flat = samples.detach()[:_MOST].flatten(1)
    return flat.abs() if flat.is_complex() else flat.float()


def _all_finite(flat: Tensor) -> bool:
    return math.isfinite(float(flat.sum()))


def _ranges(name: str, flat: Tensor) -> dict[str, float]:
    values = flat.flatten()
    if not len(values):
        return {}
    values = values[:: -(-len(values) // _VALUES)].contiguous()
    low, high = _quantile(values, _TAIL), _quantile(values, 1 - _TAIL)
    return {f"{name}_low": low, f"{name}_high": high, f"{name}_std": float(values.std(correction=0))}


def _quantile(values: Tensor, share: float) -> float:
    """A quantile without interpolation."""
    return float(values.kthvalue(min(len(values), 1 + round(share * (len(values) - 1)))).values)


def _mean_distance(distances: Tensor) -> float:
    count = len(distances)
    return float(distances.sum()) / (count * (count - 1))


def _apart(reals: _Reals, b: Tensor, varied: float, name: str) -> dict[str, float]:
    """How ``b`` stands to reals whose mean distance from each other is ``varied``."""
    between = torch.cdist(reals.points, b)
    near = between < reals.radius
    return {
        f"coverage{name}": float(near.any(dim=1).float().mean()),
        f"precision{name}": float(near.any(dim=0).float().mean()),
        f"missed{name}": _missed(between, reals.kin, varied),
        f"batch_distance{name}": _sliced(reals.points, b),
    }


def _missed(between: Tensor, kin: Tensor, varied: float) -> float:
    """Share of the rows of distances ``(N, M)`` that are of a kind which is not among the columns."""
    within = _quantile(between.amin(dim=0), _MOST_OF)
    nearest = between.amin(dim=1)
    away = (nearest > _BEYOND * kin.clamp(min=within)) & (nearest > _APART_AT_ALL * varied)
    return float(away.float().mean())


def _sliced(a: Tensor, b: Tensor) -> float:
    count = min(len(a), len(b))
    along = _directions(a.shape[1], a.device)
    lines = [(points[:count] @ along).sort(dim=0).values for points in (a, b)]
    return float((lines[0] - lines[1]).abs().mean())


def _drift(b: Tensor) -> dict[str, float]:
    middle = b.mean(dim=0) @ _directions(b.shape[1], b.device)[:, :2]
    return {"drift_0": float(middle[0]), "drift_1": float(middle[1])}


@lru_cache(maxsize=4)
def _directions(dimensions: int, device: torch.device) -> Tensor:
    """Fixed directions of length 1 ``(D, 16)``."""
    generator = torch.Generator().manual_seed(dimensions)
    drawn = torch.randn(dimensions, _DIRECTIONS, generator=generator)
    return (drawn / drawn.norm(dim=0)).to(device)
