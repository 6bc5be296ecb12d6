"""How a score falls with the number of training samples: a power law that levels out, with its error bars."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.checkup.cause import Ruling
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Verdict

Array = np.ndarray[Any, Any]

COMMAND = "ganbaru study data"
_Z = 1.959964
_FEWEST = 4
_EXPONENTS = np.linspace(0.05, 2.0, 40)
_DRAWS = 200


@dataclass(frozen=True)
class Curve:
    """What a data curve says of its end; all gains are in units of the score.

    Attributes:
        last: the score with all samples, by the fit.
        noise: standard deviation of the last score.
        gain: what twice as many samples would gain, by the fit.
        gain_low: lower end of its 95 % interval.
        gain_high: upper end.
        fell: what the last doubling gained, by the fit.
        exponent: of the power law.
        misfit: how far a score lies from the curve at most, in its standard deviations.
    """

    last: float
    noise: float
    gain: float
    gain_low: float
    gain_high: float
    fell: float
    exponent: float
    misfit: float

    @property
    def evidence(self) -> dict[str, float]:
        """Its numbers."""
        return {
            "score": self.last,
            "noise": self.noise,
            "gain_of_twice_the_data": self.gain,
            "gain_low": self.gain_low,
            "gain_high": self.gain_high,
            "gain_of_last_doubling": self.fell,
            "exponent": self.exponent,
        }


def studied(evidence: Evidence, verdicts: Mapping[str, Verdict]) -> Ruling | None:
    """The ruling by what a study of the amount of data answered; None where none lies beside the training.

    Args:
        evidence: the probe ``data_study`` is read; see `checkup.studied`.
        verdicts: what each verdict of the study means for the cause; any other leaves it open.
    """
    probe = evidence.probes.get("data_study")
    if probe is None:
        return None
    gain = dict(zip(("gain_of_twice_the_data", "gain_low", "gain_high"), probe["gain"] or (), strict=False))
    numbers = {**gain, **({"gain_that_counts": probe["counts"]} if gain else {})}
    return Ruling(verdicts.get(probe["verdict"], "not-checked"), numbers, reason=f"the study says: {probe['said']}")


def curve(evidence: Evidence) -> Curve | str:
    """The curve of the probe ``data_curve``, or why there is none that could be judged.

    The probe has ``counts`` (training samples), ``scores`` (less is better), ``low`` and ``high`` (95 % intervals).
    """
    if "data_curve" not in evidence.probes:
        return f"no curve of quality over the number of training samples was measured: {COMMAND} measures one"
    points = _points(evidence.probes["data_curve"])
    if len(points[0]) < _FEWEST:
        return f"the curve has {len(points[0])} points: {_FEWEST} would do"
    return _fitted(*points)


def _points(probe: Mapping[str, Any]) -> tuple[Array, Array, Array]:
    """Counts, scores and their standard deviations, finite ones, by count."""
    names = ("counts", "scores", "low", "high")
    counts, scores, low, high = (np.asarray(probe.get(name, ()), dtype=np.float64) for name in names)
    if len({len(counts), len(scores), len(low), len(high)}) > 1:
        return np.empty(0), np.empty(0), np.empty(0)
    deviations = (high - low) / (2 * _Z)
    kept = np.isfinite(scores) & np.isfinite(deviations) & (counts > 0)
    order = np.argsort(counts[kept], kind="stable")
    return counts[kept][order], scores[kept][order], deviations[kept][order]


def _fitted(counts: Array, scores: Array, deviations: Array) -> Curve:
    """The fit, and its spread over scores drawn anew within their error bars."""
    deviations = np.maximum(deviations, max(1e-3 * float(np.abs(scores).max()), 1e-12))
    rng = np.random.default_rng([len(counts), 0xDA7A])
    drawn = scores + deviations * rng.standard_normal((_DRAWS, len(scores)))
    power, exponent, level = _fit(counts / counts[-1], np.concatenate([scores[None], drawn]), deviations)
    gains = power * (1 - 2.0**-exponent)
    low, high = np.quantile(gains[1:], [0.025, 0.975])
    return Curve(
        last=float(power[0] + level[0]),
        noise=float(deviations[-1]),
        gain=float(gains[0]),
        gain_low=float(min(low, gains[0])),
        gain_high=float(max(high, gains[0])),
        fell=float(power[0] * (2.0 ** exponent[0] - 1)),
        misfit=float(np.max(np.abs(power[0] * (counts / counts[-1]) ** -exponent[0] + level[0] - scores) / deviations)),
        exponent=float(exponent[0]),
    )


def _fit(shares: Array, scores: Array, deviations: Array) -> tuple[Array, Array, Array]:
    """``a s^(−b) + c`` with ``a, c ≥ 0`` (Hestness et al. 2017, section 3): weighted least squares over a grid of b.

    Args:
        shares: of all samples, ``(N,)``.
        scores: ``(K, N)``.
        deviations: ``(N,)``.

    Returns:
        a, b and c, ``(K,)`` each.
    """
    weight = deviations.min() ** 2 / deviations**2
    powers = shares ** -_EXPONENTS[:, None]
    squares, sums, total = powers**2 @ weight, powers @ weight, weight.sum()
    along, mean = scores @ (weight * powers).T, (scores @ weight)[:, None]
    determinant = np.maximum(squares * total - sums**2, 1e-12 * squares * total)
    free = (along * total - mean * sums) / determinant, (mean * squares - along * sums) / determinant
    inside = (free[0] >= 0) & (free[1] >= 0)
    none = np.zeros_like(along)
    choices = [free, (none, np.maximum(mean / total, 0) + none), (np.maximum(along / squares, 0), none)]
    errors = [_error(*choice, powers, scores, weight) for choice in choices]
    errors[0] = np.where(inside, errors[0], np.inf)
    best = np.argmin(np.stack(errors).min(axis=0), axis=1)
    rows = np.arange(len(scores))
    which = np.argmin(np.stack(errors)[:, rows, best], axis=0)
    scale, level = (np.stack([choice[part] for choice in choices])[which, rows, best] for part in (0, 1))
    return scale, _EXPONENTS[best], level


def _error(scale: Array, level: Array, powers: Array, scores: Array, weight: Array) -> Array:
    """Weighted squared error of each score's curve at each exponent, ``(K, E)``."""
    fitted = scale[..., None] * powers + level[..., None]
    return np.asarray((scores[:, None] - fitted) ** 2 @ weight)
