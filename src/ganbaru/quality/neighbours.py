"""What nearest neighbours say: precision, recall, density, coverage, diversity and memorisation."""

from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from ganbaru.distances import Estimate, bootstrap, proportion

Array = np.ndarray[Any, Any]


def precision_recall(real: Array, fake: Array, *, k: int = 5, seed: int = 0) -> dict[str, Estimate]:
    """Precision, recall (Kynkäänniemi et al. 2019, eqs. 1, 2), density and coverage (Naeem et al. 2020, eqs. 6, 7).

    Args:
        real: features ``(n, d)``, n > k.
        fake: features ``(m, d)``, m > k.
        k: the ball around a point reaches to its k-th neighbour of its own kind.
        seed: of density's resampling.
    """
    across = cdist(real, fake)
    real_reach, fake_reach = _reach(real, k), _reach(fake, k)
    inside = across < real_reach[:, None]
    balls = inside.sum(axis=0) / k
    return {
        "precision": proportion(
            int(inside.any(axis=0).sum()), len(fake), method=f"in a real sound's {k}-neighbour ball"
        ),
        "recall": proportion(
            int((across < fake_reach[None]).any(axis=1).sum()), len(real), method="real in fake balls"
        ),
        "density": bootstrap(lambda x: float(x.mean()), balls, seed=seed, method="real balls around a fake, over k"),
        "coverage": proportion(int(inside.any(axis=1).sum()), len(real), method="real balls with a fake inside"),
    }


def memorisation(train: Array, held_out: Array, fake: Array, *, share: float = 0.05) -> Estimate:
    """Share of generated sounds suspiciously near to a training sound.

    "Suspiciously" is nearer than 95 % of held-out sounds are, so that a generator that memorises nothing has at most
    5 % (the estimate's floor).

    Args:
        train: features ``(n, d)``.
        held_out: features ``(m, d)`` of the same kind of sounds, not trained on.
        fake: features ``(k, d)``.
        share: the share of held-out sounds that are as near.
    """
    limit = float(np.quantile(cdist(held_out, train).min(axis=1), share))
    near = int((cdist(fake, train).min(axis=1) < limit).sum())
    found = proportion(
        near, len(fake), method=f"nearer to a training sound than {1 - share:.0%} of held-out sounds are"
    )
    return Estimate(found.value, found.low, found.high, found.confidence, share, (len(fake), len(train)), found.method)


def diversity(real: Array, fake: Array, groups: tuple[Array, Array] | None = None, *, seed: int = 0) -> Estimate:
    """Mean distance of two generated sounds of one label over that of two real ones; 1 is as diverse as real.

    Args:
        real: features ``(n, d)``.
        fake: features ``(m, d)``.
        groups: labels of both, ``(n,)`` and ``(m,)``; None compares all with all.
        seed: of the draws.
    """
    labels = groups or (np.zeros(len(real), int), np.zeros(len(fake), int))
    common = [g for g in np.unique(labels[1]) if (labels[0] == g).sum() > 1 and (labels[1] == g).sum() > 1]
    if not common:
        return Estimate(0.0, 0.0, 0.0, method="no two generated sounds of one label")
    rng = np.random.default_rng([seed, 0xD17])
    pairs = [(_distances(real[labels[0] == g], rng), _distances(fake[labels[1] == g], rng)) for g in common]
    value = float(np.mean([_spread(b) / _spread(a) for a, b in pairs]))
    draws = [np.mean([_spread(b, rng) / _spread(a, rng) for a, b in pairs]) for _ in range(100)]
    low, high = np.quantile(draws, [0.025, 0.975])
    sizes = (len(fake), len(real))
    return Estimate(
        value, min(float(low), value), max(float(high), value), samples=sizes, method="mean distance in a label"
    )


def _reach(points: Array, k: int) -> Array:
    """Distance of each point to its k-th neighbour."""
    return np.asarray(np.partition(cdist(points, points), k, axis=1)[:, k])


def _distances(points: Array, rng: np.random.Generator, most: int = 200) -> Array:
    """Between some of them, drawn at random: sounds stand sorted by voice or by file."""
    some = points[rng.permutation(len(points))[:most]]
    return np.asarray(cdist(some, some))


def _spread(distances: Array, rng: np.random.Generator | None = None) -> float:
    """Mean distance of two different points; of a bootstrap draw of them with a generator."""
    size = len(distances)
    if rng is None:
        return max(float(distances.sum() / (size * (size - 1))), 1e-12)
    weight = np.bincount(rng.integers(size, size=size), minlength=size).astype(np.float64)
    pairs = size * size - float((weight * weight).sum())
    return max(float(weight @ distances @ weight) / max(pairs, 1.0), 1e-12)
