"""Whether one of two arms is better, over the same seeds."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.errors import UserError
from ganbaru.studies.judging.pairs import Pairs, outcomes, paired
from ganbaru.studies.judging.sign_flip import ends, p_value, pairs_needed, subset_means
from ganbaru.studies.judging.zone import CANNOT_TELL, interval, number

Array = np.ndarray[Any, Any]
Verdict = Literal["A is better", "B is better", "alike", "can't tell"]


@dataclass(frozen=True)
class Comparison:
    """What paired runs of two arms say.

    Attributes:
        verdict: "A is better", "B is better", "alike" (only where what counts was named) or "can't tell".
        said: the verdict as one sentence.
        difference: mean difference, positive where A is better; its interval is that of the exact test.
        a_wins: how probably A beats B with one seed.
        p: two-sided, of the exact sign-flip test.
        pairs: seeds that both arms have.
        missing: seeds that one of them lacks.
        smallest_effect: the mean difference that so many pairs would find in four of five studies.
    """

    verdict: Verdict
    said: str
    difference: Estimate
    a_wins: Estimate
    p: float
    pairs: int
    missing: int
    smallest_effect: float


def compare(
    scores_a: Array,
    scores_b: Array,
    collapsed_a: Array | None = None,
    collapsed_b: Array | None = None,
    *,
    higher_is_better: bool = True,
    worthwhile: float | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Comparison:
    """Whether A or B is better, by an exact test that flips the signs of the paired differences.

    The test is exact where the differences are symmetric about 0 if the arms are alike, and assumes no distribution.
    Five pairs cannot reach p < 0.05 (the least is 2 / 2^5), whatever they are; then it is "can't tell". The arm that a
    search chose as the best of k runs needs fresh seeds: the seeds that chose it favour it.

    Args:
        scores_a: ``(S,)``; scores_b: ``(S,)``; entries of one index share a seed, NaN where a run is missing.
        collapsed_a: ``(S,)``; collapsed_b: ``(S,)``; runs that collapsed; they count as the worst score of both.
        higher_is_better: direction of the scores.
        worthwhile: the difference that would count; "alike" is said only where one is named.
        confidence: of verdict and intervals.
        seed: of the random flips for more than 14 pairs.

    Raises:
        UserError: the shapes do not fit.
    """
    both = outcomes(
        _stacked(scores_a, scores_b), _fallen(scores_a, collapsed_a, collapsed_b), higher_is_better=higher_is_better
    )
    return judge(paired(*both), worthwhile=worthwhile, confidence=confidence, seed=seed)


def judge(
    pairs: Pairs, names: tuple[str, str] = ("A", "B"), *, worthwhile: float | None, confidence: float, seed: int
) -> Comparison:
    """The comparison of outcomes that are paired already."""
    count = len(pairs.differences)
    means = subset_means(pairs.differences, seed)
    low, high = ends(means, confidence)
    point = float(pairs.differences.mean()) if count else 0.0
    difference = Estimate(point, low, high, confidence, samples=(count, count), method="exact sign-flip test")
    verdict = _verdict(difference, worthwhile)
    smallest = pairs.smallest_effect(1 - confidence)
    wins = pairs.wins(confidence)
    said = _said(verdict, names, difference, wins, smallest, pairs_needed(1 - confidence))
    return Comparison(verdict, said, difference, wins, p_value(means), count, pairs.missing, smallest)


def _stacked(a: Array, b: Array) -> Array:
    first, second = np.atleast_1d(np.asarray(a, dtype=float)), np.atleast_1d(np.asarray(b, dtype=float))
    if first.ndim != 1 or first.shape != second.shape:
        raise UserError(f"scores {first.shape} and {second.shape} are not paired", hint="one score of each arm a seed")
    return np.stack([first, second])


def _fallen(scores: Array, a: Array | None, b: Array | None) -> Array:
    none = np.zeros(np.shape(scores), dtype=bool)
    return np.stack([none if side is None else np.asarray(side, dtype=bool) for side in (a, b)])


def _verdict(difference: Estimate, worthwhile: float | None) -> Verdict:
    if worthwhile is not None and max(-difference.low, difference.high) < worthwhile:
        return "alike"
    if difference.low > 0:
        return "A is better"
    return "B is better" if difference.high < 0 else CANNOT_TELL


def _said(
    verdict: Verdict, names: tuple[str, str], difference: Estimate, wins: Estimate, smallest: float, needed: int
) -> str:
    pairs = 0 if difference.samples is None else difference.samples[0]
    if pairs < needed:
        return f"can't tell: {pairs} pairs can't reach p < {number(1 - difference.confidence)}, {needed} are the fewest"
    if verdict == "alike":
        return f"{names[0]} and {names[1]} are alike: they differ by {interval(difference)}"
    if verdict == CANNOT_TELL:
        return (
            f"can't tell {names[0]} from {names[1]}: the difference is {interval(difference)}; "
            f"{pairs} pairs would find one of {number(smallest)} in four of five studies"
        )
    better, other, sign = (*names, 1.0) if verdict == "A is better" else (*names[::-1], -1.0)
    gain = difference if sign > 0 else mirrored(difference)
    share = wins if sign > 0 else turned(wins)
    return f"{better} is better than {other} by {interval(gain)}; it wins {interval(share)} of single runs"


def mirrored(estimate: Estimate) -> Estimate:
    """A difference the other way round."""
    return replace(estimate, value=-estimate.value, low=-estimate.high, high=-estimate.low)


def turned(share: Estimate) -> Estimate:
    """The share of the other side."""
    return replace(share, value=1 - share.value, low=1 - share.high, high=1 - share.low)
