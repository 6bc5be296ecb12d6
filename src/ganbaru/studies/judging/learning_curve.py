"""Whether more data would help: performance against the amount of data."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.errors import UserError
from ganbaru.studies.judging.power_law import PowerLaw, compatible, fit
from ganbaru.studies.judging.shape import Fall, fall
from ganbaru.studies.judging.table import LEAST_SEEDS, Table, tabulate
from ganbaru.studies.judging.zone import CANNOT_TELL, interval, number, zone

Array = np.ndarray[Any, Any]
LEAST_SIZES = 5
"""Fewest sizes: three numbers of the law, and two to see whether it holds."""
REFITS = 1000
"""How often the law is refitted: 25 of them lie beyond either end of the intervals."""
FALLS = 0.01
"""A curve is called ill-behaved, and a power law given up, where noise alone would look so less often than this."""
Verdict = Literal["still rising", "saturated", "ill-behaved", "can't tell"]


@dataclass(frozen=True)
class LearningCurve:
    """What a curve of scores against amounts of data says.

    Attributes:
        verdict: "still rising", "saturated", "ill-behaved" or "can't tell".
        said: the verdict as one sentence.
        doubling: what twice the data would bring, better being positive; None where no law was fitted.
        fall: the deepest fall from one size to a larger one; None where nothing could be looked at.
        exponent: of the power law, with its interval; None where none was fitted.
        sizes: ``(K,)`` where the band is given: the sizes, and up to twice the largest.
        band: ``(K, 3)`` lower end, law and upper end there by the refits, in the unit and direction of the scores.
        worthwhile: the gain that counts.
    """

    verdict: Verdict
    said: str
    doubling: Estimate | None
    fall: Fall | None
    exponent: Estimate | None
    sizes: Array
    band: Array
    worthwhile: float


def learning_curve(
    sizes: Array,
    scores: Array,
    collapsed: Array | None = None,
    *,
    higher_is_better: bool = True,
    worthwhile: float | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> LearningCurve:
    """Whether twice the data would bring something, and how much.

    First the shape: a curve that falls by more than noise is ill-behaved, and no law is fitted (one real curve in seven
    is, LCDB 1.1 2025). Then a power law ``a (n + d)^−b + c``, refitted to the means plus each drawn error of theirs;
    the interval of its answer also holds what every law says that fits about as well. It is asked for twice the
    largest size only: further ahead such laws were seen to be wrong by a factor. "still rising"
    needs the law's gain and, without any law, the slope of the upper half of the sizes to be over 0.

    Args:
        sizes: ``(C,)`` amounts of data, positive; at least 5 of them.
        scores: ``(C, S)``, a column being one seed; NaN where a run is missing; at least 3 of each size.
        collapsed: ``(C, S)`` runs that collapsed; they count as the worst score.
        higher_is_better: direction of the scores.
        worthwhile: the gain that would count, in the scores' unit; by default what one seed differs from another.
        confidence: of the intervals.
        seed: of the drawn errors.

    Raises:
        UserError: the shapes do not fit or a size is not positive.
    """
    table = tabulate(sizes, scores, collapsed, higher_is_better=higher_is_better)
    if len(table.x) and table.x[0] <= 0:
        raise UserError("amounts of data must be positive")
    least = table.worthwhile if worthwhile is None else worthwhile
    if len(table.x) < LEAST_SIZES or not table.enough:
        return _too_few(least)
    errors = table.errors(seed)
    deepest = fall(table, errors, confidence)
    if deepest.p < FALLS and deepest.depth.low > 0 and deepest.depth.value >= least:
        return _ill_behaved(table, deepest, least)
    return _foretold(table, errors, deepest, least, confidence, 1.0 if higher_is_better else -1.0)


def _too_few(worthwhile: float) -> LearningCurve:
    said = f"can't tell: at least {LEAST_SIZES} sizes with {LEAST_SEEDS} seeds each are needed"
    return LearningCurve(CANNOT_TELL, said, None, None, None, np.zeros(0), np.zeros((0, 3)), worthwhile)


def _ill_behaved(table: Table, deepest: Fall, worthwhile: float) -> LearningCurve:
    start, stop = table.x[deepest.start], table.x[deepest.stop]
    said = (
        f"ill-behaved: from {number(start)} to {number(stop)} the score gets worse by {interval(deepest.depth)}, "
        f"which noise alone does in {deepest.p:.2%} of cases: no forecast"
    )
    return LearningCurve("ill-behaved", said, None, deepest, None, np.zeros(0), np.zeros((0, 3)), worthwhile)


def _foretold(
    table: Table, errors: Array, deepest: Fall, worthwhile: float, confidence: float, sign: float
) -> LearningCurve:
    law, drawn = fit(table.x, table.means[None]), fit(table.x, table.means + errors[:REFITS])
    ends = [0.5 - confidence / 2, 0.5 + confidence / 2]
    doubling = _with_interval(law.doubling(), drawn.doubling(), ends, table, "power law at twice the largest size")
    doubling = _widened(doubling, table, ends[1])
    exponent = _with_interval(law.exponent, drawn.exponent, ends, table, "power law")
    sizes = np.append(table.x, table.x[-1] * 2 ** np.array([0.25, 0.5, 0.75, 1.0]))
    verdict, said = _verdict(table, errors, law, doubling, worthwhile, ends[1])
    band = _band(law, drawn, sizes, ends, sign)
    return LearningCurve(verdict, said, doubling, deepest, exponent, sizes, band, worthwhile)


def _verdict(
    table: Table, errors: Array, law: PowerLaw, doubling: Estimate, worthwhile: float, share: float
) -> tuple[Verdict, str]:
    if _misfit(table, errors, law) < FALLS:
        return CANNOT_TELL, "can't tell: the curve never falls beyond noise, but no power law runs through it"
    answer = zone(doubling, worthwhile)
    if answer == "none":
        return "saturated", f"saturated: twice the data would bring {interval(doubling)}, under {number(worthwhile)}"
    if answer == "gain" and _slope(table, errors, share) > 0:
        return "still rising", f"still rising: twice the data would bring about {interval(doubling)}"
    return CANNOT_TELL, f"can't tell: twice the data would bring {interval(doubling)}; more seeds would narrow it"


def _with_interval(value: Array, drawn: Array, ends: list[float], table: Table, method: str) -> Estimate:
    low, high = np.quantile(drawn, ends)
    point, samples = float(value[0]), (len(table.x), int(table.counts.min()))
    return Estimate(point, min(point, low), max(point, high), ends[1] - ends[0], samples=samples, method=method)


def _widened(doubling: Estimate, table: Table, share: float) -> Estimate:
    """The interval of the refits together with that of all laws that fit about as well."""
    from scipy.stats import t

    if not np.trace(table.covariance) > 0:
        return doubling
    slack = float(t.ppf(share, table.freedom))
    low, high = compatible(table.x, table.means, table.uncertainty, slack)
    return replace(doubling, low=min(low, doubling.low), high=max(high, doubling.high))


def _band(law: PowerLaw, drawn: PowerLaw, sizes: Array, ends: list[float], sign: float) -> Array:
    low, high = np.quantile(drawn.at(sizes), ends, axis=0)
    band = sign * np.stack([low, law.at(sizes)[0], high], axis=1)
    return np.asarray(band if sign > 0 else band[:, ::-1])


def _misfit(table: Table, errors: Array, law: PowerLaw) -> float:
    """How often noise about the fitted law leaves as much over as was left over: a test of the law."""
    again = fit(table.x, law.at(table.x) + errors[:REFITS])
    return float((1 + (again.misfit >= law.misfit[0]).sum()) / (1 + REFITS))


def _slope(table: Table, errors: Array, share: float) -> float:
    """Lower bound of the slope of the scores against the logarithm of the size, over the upper half of the sizes."""
    upper = slice(len(table.x) // 2, None)
    axis = np.log(table.x[upper]) - np.log(table.x[upper]).mean()
    return float(axis @ table.means[upper] - np.quantile(errors[:, upper] @ axis, share))
