"""Whether generated sounds have more of something than real ones, beyond what real ones differ among themselves."""

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_LISTED = 64
_WORST = 8
_HALVES = 40
_NORMAL = 2.563
"""Distance of the 10 % and 90 % quantiles of a normal distribution, in standard deviations."""


@dataclass(frozen=True)
class Pair:
    """Generated and real sounds, to be compared measure by measure.

    Attributes:
        count: how many different generated sounds there are.
        real: how many real ones.
        places: of the generated sounds, among all that were given, ``(K,)``.
        seed: of the halves.
    """

    count: int
    real: int
    places: Array
    seed: int

    def compare(self, made: Array, real: Array, *, margin: float, low: bool = False) -> dict[str, Any]:
        """One measure of each sound.

        Args:
            made: ``(K,)``; real: ``(M,)``.
            margin: how far beyond the real sounds' 95 % quantile one has clearly more, in the measure's unit.
            low: less is worse.

        Returns:
            ``quantiles`` (5, 25, 50, 75, 95 %) and ``median`` of either side, ``sounds`` (the first 64) of either;
            ``shift``: how much worse the generated median is; ``spread``: standard deviation of the real ones, by
            their 10 and 90 % quantiles; ``null``: the shift between halves of the real ones that one in twenty
            exceeds; ``beyond``: share of the generated ones that are worse than the real sounds' worst 5 % by more
            than the margin; ``beyond_null``: that between halves, likewise; ``worst``: places of the worst ones.
        """
        sign = -1.0 if low else 1.0
        bad, good = sign * made, sign * real
        halves = list(self._halves(good))
        return {
            "made": _summary(made),
            "real": _summary(real),
            "shift": _short(np.median(bad) - np.median(good)),
            "spread": _short(spread(real)),
            "null": _short(np.quantile([abs(np.median(a) - np.median(b)) for a, b in halves], 0.95)),
            "beyond": _short(beyond(bad, good, margin)),
            "beyond_null": _short(np.quantile([beyond(a, b, margin) for a, b in halves], 0.95)),
            "worst": [int(self.places[index]) for index in np.argsort(-bad, kind="stable")[:_WORST]],
        }

    def by_chance(self, real: Array, quantile: float) -> Array:
        """How far a quantile of halves of the real ones ``(M, B)`` differs, 95 % quantile, ``(B,)``."""
        levels = [[np.quantile(each, quantile, axis=0) for each in halves] for halves in self._halves(real)]
        apart = [np.abs(one - other) for one, other in levels]
        return np.asarray(np.quantile(apart, 0.95, axis=0))

    def _halves(self, real: Array) -> Any:
        """Real ones in two parts; the first has no more than there are different generated ones."""
        random = np.random.default_rng(self.seed)
        half = max(1, len(real) // 2)
        for _ in range(_HALVES):
            order = random.permutation(len(real))
            yield real[order[: min(half, self.count)]], real[order[-half:]]


def spread(values: Array, axis: int = 0) -> Array:
    """Standard deviation by the 10 and 90 % quantiles."""
    low, high = np.quantile(values, (0.1, 0.9), axis=axis)
    return np.asarray((high - low) / _NORMAL)


def beyond(bad: Array, good: Array, margin: float) -> float:
    """Share that exceeds the others' 95 % quantile by a margin."""
    return float((bad > np.quantile(good, 0.95) + margin).mean())


def distinct(sounds: Array) -> int:
    """How many of the sounds ``(N, T)`` differ, to four digits."""
    prints = np.stack([np.square(part).sum(axis=1, dtype=np.float64) for part in np.array_split(sounds, 4, axis=1)], 1)
    return len({tuple(f"{value:.4g}" for value in row) for row in prints})


def _summary(values: Array) -> dict[str, Any]:
    return {
        "median": _short(np.median(values)),
        "quantiles": [_short(value) for value in np.quantile(values, _QUANTILES)],
        "sounds": [_short(value) for value in values[:_LISTED]],
    }


def _short(value: Any) -> float:
    return float(f"{float(value):.5g}")
