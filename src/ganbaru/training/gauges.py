"""Gauges of a batch: how its generated samples stand to its real ones. Each reads tensors and leaves no trace.

All are cheap against a step: at most 256 samples of each side are looked at. Distances are Euclidean, between samples
as the networks see them, flattened, in units of the standard deviation of the real batch's values. Nothing draws from
a random state: directions depend on the number of dimensions alone.
"""

from functools import lru_cache

import torch
from torch import Tensor

_MOST = 256
_DIRECTIONS = 32
_NEIGHBOUR = 3
_FEWEST = 8
_TAIL = 1e-3
_VALUES = 65_536


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
        fakes nearer to some real than that one's third nearest real (Kynkäänniemi et al. 2019, eq. 2);
        ``batch_distance``: sliced W1 over 32 directions; ``drift_0``, ``drift_1``: mean of the fakes along two
        directions, from the mean of the reals; with ``other`` the three before those again, with ``_real`` behind the
        name. Of fewer than eight samples only ranges and standard deviations.
    """
    a, b = _flat(real), _flat(fake)
    numbers = {**_ranges("real", a), **_ranges("fake", b)}
    if min(len(a), len(b)) < _FEWEST or not (bool(a.isfinite().all()) and bool(b.isfinite().all())):
        return numbers
    unit = numbers["real_std"] or 1.0
    centre = a.mean(dim=0)
    a, b = (a - centre) / unit, (b - centre) / unit
    numbers |= _drift(b)
    numbers |= {"spread": _spread(b) / max(_spread(a), 1e-12), **_apart(a, b, "")}
    if other is not None and len(other) >= _FEWEST:
        numbers |= _apart(a, (_flat(other) - centre) / unit, "_real")
    return numbers


def lipschitz(real: Tensor, fake: Tensor, real_scores: Tensor, fake_scores: Tensor) -> float:
    """95 % quantile of ``|C(x) − C(G(z))| / ‖x − G(z)‖`` over pairs of a batch: a lower bound of the constant.

    Args:
        real: ``(B, *shape)``.
        fake: ``(B, *shape)``.
        real_scores: ``(B,)``.
        fake_scores: ``(B,)``.
    """
    count = min(len(real), len(fake), len(real_scores), len(fake_scores), _MOST)
    a, b = real[:count].detach().flatten(1).float(), fake[:count].detach().flatten(1).float()
    rises, runs = [], []
    for shift in range(min(4, count)):
        rises.append((real_scores[:count].detach() - fake_scores[:count].detach().roll(shift)).flatten().abs().float())
        runs.append(torch.linalg.vector_norm(a - b.roll(shift, dims=0), dim=1))
    steep = torch.cat(rises) / torch.cat(runs).clamp(min=1e-12)
    return float(torch.quantile(steep, 0.95)) if len(steep) else float("nan")


def _flat(samples: Tensor) -> Tensor:
    flat = samples.detach()[:_MOST].flatten(1)
    return flat.abs() if flat.is_complex() else flat.float()


def _ranges(name: str, flat: Tensor) -> dict[str, float]:
    values = flat.flatten()
    if not len(values):
        return {}
    low, high = _quantile(values, _TAIL), _quantile(values, 1 - _TAIL)
    return {f"{name}_low": low, f"{name}_high": high, f"{name}_std": float(values.std(correction=0))}


def _quantile(values: Tensor, share: float) -> float:
    """A quantile without interpolation, of at most 65,536 of the values, evenly taken."""
    values = values[:: -(-len(values) // _VALUES)]
    return float(values.kthvalue(min(len(values), 1 + round(share * (len(values) - 1)))).values)


def _spread(points: Tensor) -> float:
    count = len(points)
    return float(torch.cdist(points, points).sum()) / (count * (count - 1))


def _apart(a: Tensor, b: Tensor, name: str) -> dict[str, float]:
    radius = torch.cdist(a, a).kthvalue(_NEIGHBOUR + 1, dim=1).values[:, None]
    near = torch.cdist(a, b) < radius
    return {
        f"coverage{name}": float(near.any(dim=1).float().mean()),
        f"precision{name}": float(near.any(dim=0).float().mean()),
        f"batch_distance{name}": _sliced(a, b),
    }


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
    """Fixed directions of length 1 ``(D, 32)``."""
    generator = torch.Generator().manual_seed(dimensions)
    drawn = torch.randn(dimensions, _DIRECTIONS, generator=generator)
    return (drawn / drawn.norm(dim=0)).to(device)
