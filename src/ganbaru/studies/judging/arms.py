"""Several arms over the same seeds: which differ, when all pairs were looked at."""

from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np

from ganbaru.errors import UserError, unknown
from ganbaru.studies.judging.compare import Comparison, judge
from ganbaru.studies.judging.pairs import outcomes, paired
from ganbaru.studies.judging.sign_flip import pairs_needed
from ganbaru.studies.judging.zone import CANNOT_TELL, number

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Versus:
    """One arm against another.

    Attributes:
        a: name; b: name.
        comparison: of the two, its verdict by the corrected p; its intervals hold for all pairs together (Bonferroni).
        corrected: p after Holm's correction for all pairs.
    """

    a: str
    b: str
    comparison: Comparison
    corrected: float


@dataclass(frozen=True)
class Arms:
    """What several arms say together.

    Attributes:
        said: one sentence.
        best: the arm that is better than every other; None where there is none.
        leading: the arms that the one with the best mean is not shown to beat, itself among them.
        pairs: every comparison made.
        winners_curse: how much the best mean of so many equal arms would be over the truth by chance alone.
    """

    said: str
    best: str | None
    leading: tuple[str, ...]
    pairs: tuple[Versus, ...]
    winners_curse: float


def compare_arms(
    names: list[str],
    scores: Array,
    collapsed: Array | None = None,
    *,
    reference: str | None = None,
    higher_is_better: bool = True,
    worthwhile: float | None = None,
    confidence: float = 0.95,
    seed: int = 0,
) -> Arms:
    """Every two arms compared, or every arm with one reference; false claims are kept rare over all of them.

    The p of the exact sign-flip tests are corrected by Holm (1979): the chance of any false claim among all of them is
    at most 1 − confidence. More arms need more seeds: with m pairs the least p is ``2 m / 2^S``.

    Args:
        names: of the arms, at least two, all different.
        scores: ``(arms, S)``, a column being one seed; NaN where a run is missing.
        collapsed: ``(arms, S)`` runs that collapsed; they count as the worst score.
        reference: the arm that all others are compared with; by default every pair is.
        higher_is_better: direction of the scores.
        worthwhile: the difference that would count; "alike" is said only where one is named.
        confidence: over all comparisons together.
        seed: of the random flips.

    Raises:
        UserError: the shapes or names do not fit, or the reference is none of the names.
    """
    values = outcomes(scores, collapsed, higher_is_better=higher_is_better)
    if len(names) != len(values) or len(names) < 2 or len(set(names)) < len(names):
        raise UserError(f"{len(names)} names for {len(values)} arms", hint="one for each, all different, at least two")
    if reference is not None and reference not in names:
        raise unknown("arm", reference, names)
    chosen = [
        (first, second)
        for first, second in combinations(range(len(names)), 2)
        if reference is None or reference in (names[first], names[second])
    ]
    each = 1 - (1 - confidence) / len(chosen)
    single = [
        judge(paired(values[a], values[b]), (names[a], names[b]), worthwhile=worthwhile, confidence=each, seed=seed)
        for a, b in chosen
    ]
    corrected = holm(np.array([comparison.p for comparison in single]))
    pairs = tuple(
        Versus(names[a], names[b], _stepped(comparison, p, 1 - confidence, (names[a], names[b])), float(p))
        for (a, b), comparison, p in zip(chosen, single, corrected, strict=True)
    )
    return _together(names, values, pairs, confidence)


def holm(p: Array) -> Array:
    """Corrected p of m tests: the i-th least times ``m − i + 1``, never falling (Holm 1979)."""
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(1.0, stepped)
    return corrected


def _stepped(comparison: Comparison, p: float, level: float, names: tuple[str, str]) -> Comparison:
    """A pair that Holm's steps decide although the interval for all pairs together does not."""
    if comparison.verdict != CANNOT_TELL or p > level:
        return comparison
    first = comparison.difference.value > 0
    better, other = names if first else names[::-1]
    said = (
        f"{better} is better than {other} by about {number(abs(comparison.difference.value))} (corrected p {number(p)})"
    )
    return replace(comparison, verdict="A is better" if first else "B is better", said=said)


def _together(names: list[str], values: Array, pairs: tuple[Versus, ...], confidence: float) -> Arms:
    known = [row[np.isfinite(row)] for row in values]
    means = np.array([row.mean() if len(row) else -np.inf for row in known])
    top = names[int(means.argmax())]
    beaten = {loser for winner, loser in map(_won, pairs) if winner == top}
    leading = tuple(name for name in names if name == top or name not in beaten)
    curse = _expected_maximum(len(names)) * _error(values)
    best = top if len(beaten) == len(names) - 1 else None
    return Arms(_said(best, top, leading, pairs, curse, confidence), best, leading, pairs, curse)


def _won(pair: Versus) -> tuple[str | None, str | None]:
    """Who won and who lost."""
    by_verdict = {"A is better": (pair.a, pair.b), "B is better": (pair.b, pair.a)}
    return by_verdict.get(pair.comparison.verdict, (None, None))


def _said(
    best: str | None, top: str, leading: tuple[str, ...], pairs: tuple[Versus, ...], curse: float, confidence: float
) -> str:
    if best is not None:
        return f"{best} is better than each other arm; being chosen as the best favours it by up to {number(curse)}"
    needed = pairs_needed((1 - confidence) / len(pairs))
    if max(pair.comparison.pairs for pair in pairs) < needed:
        return f"can't tell: {len(pairs)} comparisons need at least {needed} seeds"
    others = ", ".join(name for name in leading if name != top)
    return f"can't tell which is best: {top} has the best mean, and is not shown to beat {others}"


def _error(values: Array) -> float:
    """Standard error of an arm's mean, the part that all arms of a seed share left out."""
    complete = values[:, np.isfinite(values).all(axis=0)]
    arms, seeds = complete.shape
    if seeds < 2:
        return float("nan")
    left = complete - complete.mean(axis=0) - complete.mean(axis=1, keepdims=True) + complete.mean()
    return float(np.sqrt((left**2).sum() / ((arms - 1) * (seeds - 1)) / seeds))


def _expected_maximum(count: int) -> float:
    """Of so many standard normals: ``∫ z k φ(z) Φ(z)^(k−1) dz``."""
    from scipy.stats import norm

    grid = np.linspace(-8.0, 8.0, 2001)
    density = count * norm.pdf(grid) * norm.cdf(grid) ** (count - 1)
    return float((grid * density).sum() * (grid[1] - grid[0]))
