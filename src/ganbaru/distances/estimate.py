"""A measured number with how sure it is, and what it would be if there were nothing to find."""

import html
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ganbaru.errors import UserError

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Estimate:
    """A number with its interval.

    Attributes:
        value: the estimate.
        low: lower end of the interval.
        high: upper end.
        confidence: how often such an interval holds the truth.
        floor: what the same estimator says of two samples of these sizes from the same distribution; a distance
            whose interval reaches down to it is not distinguishable from none. None where that has no meaning.
        samples: sizes of the samples.
        method: how it was estimated.
    """

    value: float
    low: float
    high: float
    confidence: float = 0.95
    floor: float | None = None
    samples: tuple[int, int] | None = None
    method: str = ""

    @property
    def distinguishable(self) -> bool | None:
        """Whether the whole interval lies above the floor; None without a floor."""
        return None if self.floor is None else bool(self.low > self.floor)

    def times(self, unit: float) -> "Estimate":
        """In another unit: all four numbers multiplied."""
        floor = None if self.floor is None else unit * self.floor
        return replace(self, value=unit * self.value, low=unit * self.low, high=unit * self.high, floor=floor)

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {key: _plain(value) for key, value in asdict(self).items() if value is not None and value != ""}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Estimate":
        """The inverse of `to_json`."""
        numbers: dict[str, Any] = {
            key: float(item) if isinstance(item, str) and key != "method" else item for key, item in value.items()
        }
        if "samples" in numbers:
            numbers["samples"] = tuple(numbers["samples"])
        return cls(**numbers)

    def __str__(self) -> str:
        form = self._form()
        floor = "" if self.floor is None else f" (floor {self.floor:{form}})"
        return f"{self.value:{form}} [{self.low:{form}}, {self.high:{form}}]{floor}"

    def _form(self) -> str:
        """Three decimals; four digits where those would hide a number or swell it."""
        sizes = [abs(number) for number in (self.value, self.low, self.high) if math.isfinite(number)]
        greatest = max(sizes, default=0.0)
        return ".3f" if greatest == 0 or 0.1 <= greatest < 1e5 else ".4g"

    def _repr_html_(self) -> str:
        return f"<code>{html.escape(str(self))}</code>"


def proportion(successes: int, trials: int, *, confidence: float = 0.95, method: str = "") -> Estimate:
    """A share with its Wilson score interval (Wilson 1927).

    Args:
        successes: how many.
        trials: of how many; at least one.
        confidence: how often the interval holds the truth.
        method: what was counted.

    Raises:
        UserError: there were no trials, or more successes than trials.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise UserError(f"{successes} of {trials} is not a share")
    z = _normal_quantile(0.5 + confidence / 2)
    share = successes / trials
    centre = (share + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z / (1 + z * z / trials) * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Estimate(share, min(low, share), max(high, share), confidence, samples=(trials, trials), method=method)


def bootstrap(
    statistic: Callable[..., float],
    *samples: Array,
    resamples: int = 200,
    confidence: float = 0.95,
    seed: int = 0,
    method: str = "",
) -> Estimate:
    """A statistic of one or several samples with its percentile bootstrap interval (Efron 1979).

    Args:
        statistic: of samples as they are given, each drawn anew with replacement along its first axis.
        samples: arrays ``(n, …)``, each resampled on its own.
        resamples: how often.
        confidence: how often the interval holds the truth.
        seed: of the resampling.
        method: how it was estimated.

    Raises:
        UserError: a sample is empty.
    """
    if not all(len(sample) for sample in samples):
        raise UserError("an empty sample has no statistic")
    rng = np.random.default_rng([seed, 0xB007])
    draws = [
        statistic(*(sample[rng.integers(len(sample), size=len(sample))] for sample in samples))
        for _ in range(resamples)
    ]
    value = float(statistic(*samples))
    low, high = np.quantile(draws, [0.5 - confidence / 2, 0.5 + confidence / 2])
    sizes = (len(samples[0]), len(samples[-1]))
    return Estimate(value, min(float(low), value), max(float(high), value), confidence, samples=sizes, method=method)


def _normal_quantile(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
