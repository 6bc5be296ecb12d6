"""Whether one hyperparameter matters, where its optimum lies, and whether the present value is far from it."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.studies.judging.best import Behind, behind
from ganbaru.studies.judging.table import LEAST_SEEDS, Table, tabulate
from ganbaru.studies.judging.zone import CANNOT_TELL, index_of, interval, number, zone

Array = np.ndarray[Any, Any]
DECADE = 10.0
"""A range of positive values this many times its least is on a log axis, where its steps are more even there."""
Verdict = Literal["matters", "does not matter here", "can't tell"]
Present = Literal["worse", "as good", "can't tell"]
Edge = Literal["low", "high", "inside", "can't tell"]


@dataclass(frozen=True)
class Sweep:
    """What one hyperparameter's values did to the score.

    Attributes:
        verdict: "matters", "does not matter here" or "can't tell".
        said: the verdict as one sentence.
        effect: from the worst value to the best; None where there was too little to look at.
        optimum: where the best lies, by a parabola through the best value tried and its neighbours; its interval goes
            one step beyond every value that may be the best. None where there was too little to look at.
        equally_good: the values that may be the best.
        present: "worse" than the best, "as good" or "can't tell"; None where no present value was named.
        gain: what going from the present value to the best would bring; None where none was named.
        edge: whether the best lies at an end of the range ("low", "high"), "inside" it, or "can't tell".
        log: whether the values belong on a log axis.
        worthwhile: the difference that counts.
    """

    verdict: Verdict
    said: str
    effect: Estimate | None
    optimum: Estimate | None
    equally_good: tuple[float, ...]
    present: Present | None
    gain: Estimate | None
    edge: Edge
    log: bool
    worthwhile: float


def sweep(
    values: Array,
    scores: Array,
    present: float | None = None,
    collapsed: Array | None = None,
    *,
    higher_is_better: bool = True,
    worthwhile: float | None = None,
    log: bool | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Sweep:
    """What a hyperparameter does to the score, its values compared over the same seeds.

    "matters" where the best and the worst value differ by more than noise, all pairs counted as looked at;
    "does not matter here" where every pair is shown to differ by less than ``worthwhile``.

    Args:
        values: ``(C,)`` at least two values of the hyperparameter.
        scores: ``(C, S)``, a column being one seed; NaN where a run is missing; at least 3 of each value.
        present: the value in use, one of ``values``.
        collapsed: ``(C, S)`` runs that collapsed; they count as the worst score.
        higher_is_better: direction of the scores.
        worthwhile: the difference that would count; by default what one seed differs from another.
        log: whether the values belong on a log axis; by default judged by how they are spaced.
        confidence: of the intervals.
        seed: of the drawn errors.

    Raises:
        UserError: the shapes do not fit, or the present value is none of the values.
    """
    table = tabulate(values, scores, collapsed, higher_is_better=higher_is_better)
    least = table.worthwhile if worthwhile is None else worthwhile
    axis = logarithmic(table.x) if log is None else log
    here = None if present is None else index_of(present, table.x)
    if len(table.x) < 2 or not table.enough:
        said = f"can't tell: at least 2 values with {LEAST_SEEDS} seeds each are needed"
        return Sweep(CANNOT_TELL, said, None, None, (), None, None, CANNOT_TELL, axis, least)
    effect = _effect(table, table.errors(seed), confidence)
    rivals = behind(table, confidence=confidence, seed=seed)
    gain = None if here is None else rivals.gains[here]
    edge = _edge(rivals.together)
    verdict = _verdict(effect, least)
    return Sweep(
        verdict=verdict,
        said=_said(verdict, effect, table, rivals, edge, least),
        effect=effect,
        optimum=_optimum(table, rivals, axis, confidence),
        equally_good=tuple(float(value) for value in table.x[rivals.together]),
        present=None if gain is None else _present(gain, least),
        gain=gain,
        edge=edge,
        log=axis,
        worthwhile=least,
    )


def logarithmic(values: Array) -> bool:
    """Whether ascending values belong on a log axis: positive, over a decade, and spaced more evenly there."""
    if len(values) < 2 or values[0] <= 0 or values[-1] < DECADE * values[0]:
        return False
    return len(values) == 2 or _unevenness(np.log(values)) < _unevenness(values)


def _unevenness(values: Array) -> float:
    steps = np.diff(values)
    return float(steps.std() / steps.mean())


def _effect(table: Table, errors: Array, confidence: float) -> Estimate:
    """From the worst to the best cell: all pairs share the lower bound, the upper one is the greatest of the pairs'."""
    share = 0.5 + confidence / 2
    low = np.ptp(table.means) - np.quantile(np.ptp(errors, axis=1), share)
    single = np.quantile(errors[:, :, None] - errors[:, None, :], share, axis=0)
    high = (table.means[:, None] - table.means[None, :] + single).max()
    point = float(np.ptp(table.means))
    return Estimate(point, float(low), float(high), confidence, samples=_samples(table), method="best less worst")


def _samples(table: Table) -> tuple[int, int]:
    return len(table.x), int(table.counts.min())


def _verdict(effect: Estimate, worthwhile: float) -> Verdict:
    answers: dict[str, Verdict] = {"gain": "matters", "none": "does not matter here", "open": CANNOT_TELL}
    return answers[zone(effect, worthwhile)]


def _present(gain: Estimate, worthwhile: float) -> Present:
    answers: dict[str, Present] = {"gain": "worse", "none": "as good", "open": CANNOT_TELL}
    return answers[zone(gain, worthwhile)]


def _edge(together: Array) -> Edge:
    """At an end only where no other value may be the best; inside only where neither end may be."""
    if not together[0] and not together[-1]:
        return "inside"
    if together.sum() == 1:
        return "low" if together[0] else "high"
    return CANNOT_TELL


def _optimum(table: Table, rivals: Behind, log: bool, confidence: float) -> Estimate:
    last = len(table.x) - 1
    axis = np.log(table.x) if log else table.x
    good = np.flatnonzero(rivals.together)
    ends = axis[max(0, good[0] - 1)], axis[min(last, good[-1] + 1)]
    numbers = np.array([_peak(axis, table.means), *ends])
    point, low, high = (float(value) for value in (np.exp(numbers) if log else numbers))
    return Estimate(point, low, high, confidence, samples=_samples(table), method="parabola; Gupta's subset")


def _peak(axis: Array, means: Array) -> float:
    """Where the parabola through the best cell and its neighbours is highest; the cell itself at an end."""
    best = int(means.argmax())
    if best in (0, len(axis) - 1):
        return float(axis[best])
    left, right = axis[best] - axis[best - 1], axis[best + 1] - axis[best]
    down, up = (means[best] - means[best - 1]) / left, (means[best + 1] - means[best]) / right
    if down == up:
        return float(axis[best])
    return float(axis[best] + (down * right + up * left) / (2 * (down - up)))


def _said(verdict: Verdict, effect: Estimate, table: Table, rivals: Behind, edge: Edge, worthwhile: float) -> str:
    if verdict == "does not matter here":
        return f"does not matter here: the best value beats the worst by {interval(effect)}, under {number(worthwhile)}"
    if verdict == CANNOT_TELL:
        return f"can't tell: the best value beats the worst by {interval(effect)}; more seeds would narrow it"
    return f"matters: the best value beats the worst by {interval(effect)}; {_where(table, rivals, edge)}"


def _where(table: Table, rivals: Behind, edge: Edge) -> str:
    good = table.x[rivals.together]
    place = f"the best is {number(good[0])}" if len(good) == 1 else f"the best is one of {_listed(good)}"
    beyond = {
        "low": ", the least that was tried: try less",
        "high": ", the greatest that was tried: try more",
        "inside": "",
        CANNOT_TELL: ", an end of the range among them: it may lie beyond",
    }
    return place + beyond[edge]


def _listed(values: Array) -> str:
    return ", ".join(number(value) for value in values)
