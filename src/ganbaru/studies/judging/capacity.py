"""Whether a model is too small for its data: performance against width (or depth, or parameters)."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.studies.judging.best import Behind, behind, gain
from ganbaru.studies.judging.table import LEAST_SEEDS, Table, tabulate
from ganbaru.studies.judging.zone import CANNOT_TELL, index_of, interval, number, zone

Array = np.ndarray[Any, Any]
Verdict = Literal["too small", "large enough", "can't tell"]


@dataclass(frozen=True)
class Capacity:
    """What more width would bring.

    Attributes:
        verdict: "too small", "large enough" or "can't tell".
        said: the verdict as one sentence.
        gain: from the present width to the best wider one; None where there was nothing to compare.
        knee: the least width that loses less than ``worthwhile`` to the best; its upper end is infinite where no width
            is shown to. None where there was nothing to compare.
        worthwhile: the gain that counts.
    """

    verdict: Verdict
    said: str
    gain: Estimate | None
    knee: Estimate | None
    worthwhile: float


def capacity(
    widths: Array,
    scores: Array,
    present: float,
    collapsed: Array | None = None,
    *,
    higher_is_better: bool = True,
    worthwhile: float | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Capacity:
    """Whether a wider model than the present one would be better, and where the knee lies.

    "too small" where the best wider model is better by more than noise, all wider ones counted as looked at; "large
    enough" where each of them is shown to bring less than ``worthwhile``.

    Args:
        widths: ``(C,)`` at least two.
        scores: ``(C, S)``, a column being one seed; NaN where a run is missing; at least 3 of each width.
        present: the width in use, one of ``widths``; without a wider one the verdict is "can't tell".
        collapsed: ``(C, S)`` runs that collapsed; they count as the worst score.
        higher_is_better: direction of the scores.
        worthwhile: the gain that would count; by default what one seed differs from another.
        confidence: of the intervals.
        seed: of the drawn errors.

    Raises:
        UserError: the shapes do not fit, or the present width is none of the widths.
    """
    table = tabulate(widths, scores, collapsed, higher_is_better=higher_is_better)
    least = table.worthwhile if worthwhile is None else worthwhile
    here = index_of(present, table.x)
    wider = np.arange(here + 1, len(table.x))
    if len(wider) == 0 or not table.enough:
        said = f"can't tell: a wider model and {LEAST_SEEDS} seeds of each width are needed"
        return Capacity(CANNOT_TELL, said, None, None, least)
    more = gain(table, here, wider, table.errors(seed), confidence)
    knee = _knee(table, behind(table, confidence=confidence, seed=seed), least, confidence)
    verdict, said = _verdict(table, here, wider, more, least)
    return Capacity(verdict, said, more, knee, least)


def _verdict(table: Table, here: int, wider: Array, more: Estimate, worthwhile: float) -> tuple[Verdict, str]:
    answer = zone(more, worthwhile)
    best = wider[table.means[wider].argmax()]
    if answer == "gain":
        factor = table.x[best] / table.x[here]
        return "too small", f"too small: {number(factor)} times the width would bring about {interval(more)}"
    if answer == "none":
        said = f"large enough: the best wider model would bring {interval(more)}, under {number(worthwhile)}"
        return "large enough", said
    return CANNOT_TELL, f"can't tell: the best wider model would bring {interval(more)}; more seeds would narrow it"


def _knee(table: Table, rivals: Behind, worthwhile: float, confidence: float) -> Estimate:
    """The least width whose loss to the best is under what counts: by its upper bound, itself, and its lower bound."""
    losses = np.array([[each.low, each.value, each.high] for each in rivals.gains])
    low, point, high = (float(table.x[under.argmax()]) if under.any() else np.inf for under in (losses < worthwhile).T)
    samples = (len(table.x), int(table.counts.min()))
    return Estimate(point, low, high, confidence, samples=samples, method="least width that loses too little to count")
