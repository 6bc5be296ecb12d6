"""Arms over paired seeds and several worlds: what the kinds that compare arms share.

Distances of different worlds have different sizes, so they are compared as ratios: an arm's outcome with one seed is
the mean of the logarithms over the worlds. A difference of 0.7 is then a factor of two.
"""

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.studies import judging
from ganbaru.studies.answer import Graph, Grid, Series
from ganbaru.studies.judging.compare import mirrored, turned
from ganbaru.studies.judging.pairs import outcomes as as_compared
from ganbaru.studies.judging.sign_flip import ends, pairs_needed, subset_means
from ganbaru.studies.judging.zone import CANNOT_TELL, endless, interval
from ganbaru.studies.ledger import DONE
from ganbaru.studies.table import Results

log = logging.getLogger("ganbaru.studies")
Array = np.ndarray[Any, Any]
_USUAL = 10
"""Seeds of a comparison where nothing asks for more."""


def seeds_of(given: Iterable[int] | None, arms: int) -> tuple[int, ...]:
    """The seeds of a comparison of every two of so many arms: those given or, of as many as can decide, ten at least.

    Too few are said beforehand, and not refused: they may be the first of more.
    """
    needed = pairs_needed(0.05 / math.comb(arms, 2)) if arms > 1 else 1
    seeds = tuple(range(max(_USUAL, needed))) if given is None else tuple(given)
    if len(seeds) < needed:
        counts = (len(seeds), arms, math.comb(arms, 2), needed)
        log.warning("%d seeds cannot tell %d arms apart, whatever comes out: %d comparisons need %d", *counts)
    return seeds


def cell_of(results: Results, arm: str, world: str) -> str | None:
    """The cell of an arm in a world; None where there is none."""
    return next(
        (name for name, each in results.plan.cells.items() if (each["arm"], each["world"]) == (arm, world)), None
    )


def named(results: Results, key: str) -> list[str]:
    """The different values of a setting, in the plan's order."""
    return list(dict.fromkeys(each[key] for each in results.plan.cells.values()))


def told(results: Results, detail: str) -> Array:
    """What the trials of each arm told, ``(arms, worlds, S)``; NaN where a trial did not, or is not done."""
    values = results.detail(detail)
    rows = {cell: values[index] for index, cell in enumerate(results.cells)}
    empty = np.full(len(results.seeds), np.nan)
    return np.array(
        [
            [rows.get(cell_of(results, arm, world) or "", empty) for world in named(results, "world")]
            for arm in named(results, "arm")
        ]
    )


def logs(distances: Array) -> Array:
    """Outcomes ``(arms, S)`` of distances ``(arms, worlds, S)``; NaN where one of a seed's worlds is missing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(np.where(distances > 0, distances, np.nan)).mean(axis=1))


def outcomes(distances: Array, fell: Array) -> Array:
    """Outcomes ``(arms, S)`` as they are compared: higher is better, a collapsed training is as bad as the worst."""
    return as_compared(logs(distances), fell, higher_is_better=False)


def collapsed(results: Results) -> Array:
    """Which trainings of an arm ``(arms, S)`` collapsed in some world."""
    return np.asarray((told(results, "collapsed") == 1).any(axis=1))


def mean_of(values: Array) -> Estimate:
    """A mean over seeds with the interval of the exact sign-flip test; no bounds for fewer than six."""
    known = values[np.isfinite(values)]
    if not len(known):
        return Estimate(math.nan, -np.inf, np.inf, samples=(0, 0))
    low, high = ends(subset_means(known), 0.95)
    return Estimate(float(known.mean()), low, high, samples=(len(known), len(known)), method="exact sign-flip test")


def factor(log: Estimate) -> Estimate:
    """A mean of logarithms as a factor; without an interval where that has none."""
    found = replace(log, value=math.exp(log.value))
    if endless(log):
        return found
    low, high = (math.exp(end) if end < 700 else math.inf for end in (log.low, log.high))
    return replace(found, low=low, high=high)


def pairs_grid(title: str, arms: judging.Arms) -> Grid:
    """Every comparison that was made."""
    rows = [
        [
            f"{pair.a} against {pair.b}",
            factor(pair.comparison.difference),
            pair.comparison.a_wins,
            pair.corrected,
            pair.comparison.pairs,
            factor_of(pair.comparison.smallest_effect),
            _verdict(pair),
        ]
        for pair in arms.pairs
    ]
    columns = (
        "arms",
        "B's distance over A's",
        "P(A better)",
        "corrected p",
        "seeds",
        "smallest factor",
        "verdict",
    )
    note = (
        "Exact sign-flip tests of paired logarithms of distances; intervals hold for all pairs together (Bonferroni), "
        "p is corrected for all of them (Holm). Smallest factor: what so many seeds would find in four of five "
        "studies; none where they are too few to find any."
    )
    return Grid(title, columns, rows, note)


def factor_of(log: float) -> float | None:
    """A difference of logarithms as a factor; None where there is none."""
    return math.exp(log) if math.isfinite(log) and log < 700 else None


def dots(title: str, names: Sequence[str], values: Array, y: str, *, note: str = "", **how: Any) -> Graph:
    """One dot a run; values ``(arms, worlds × S)`` or ``(arms, S)``."""
    series = [
        Series(name, [name] * len(row), row.tolist())
        for name, row in zip(names, values.reshape(len(names), -1), strict=True)
    ]
    return Graph(title, "", y, series, note=f"One dot a run. {note}".strip(), **how)


def cost(results: Results) -> str:
    """What a study took."""
    spent = sum(trial.cpu_seconds for trial in results.trials.values())
    done = sum(trial.state == DONE for trial in results.trials.values())
    return f"{done} trainings, {spent / 60:.0f} minutes of one core, measuring included"


def standing(arms: judging.Arms, names: Sequence[str], best: str, some: str) -> str:
    """The verdict on all arms together: ``best`` if one beats each other, ``some`` if the first beats some."""
    if arms.best is not None:
        return best
    return some if len(arms.leading) < len(names) else CANNOT_TELL


def first(outcomes: Array, names: Sequence[str]) -> str | None:
    """The arm with the best mean of its outcomes ``(arms, S)``; None where none is known."""
    means = [row[np.isfinite(row)].mean() if np.isfinite(row).any() else -math.inf for row in outcomes]
    return names[int(np.argmax(means))] if np.isfinite(means).any() else None


def ranked(arms: judging.Arms, outcomes: Array, names: Sequence[str]) -> str:
    """How the arm with the best mean stands to each other one, with intervals for all pairs together."""
    nearest = first(outcomes, names)
    if nearest is None:
        return "no arm is done yet"
    others = [f"{name} ends {ratio(arms, nearest, name)} times as far away" for name in names if name != nearest]
    return f"{nearest} comes nearest on the mean; {', '.join(others)}"


def ratio(arms: judging.Arms, a: str, b: str) -> str:
    """The second arm's distance over the first's, with its interval."""
    pair = against(arms, a, b)
    if pair is None:
        return "?"
    difference = pair.comparison.difference
    if pair.a != a:
        difference = mirrored(difference)
    return interval(factor(difference))


def against(arms: judging.Arms, a: str, b: str) -> judging.Versus | None:
    """The comparison of two arms, whichever stands first."""
    return next((pair for pair in arms.pairs if {pair.a, pair.b} == {a, b}), None)


def better(arms: judging.Arms, a: str, b: str) -> bool:
    """Whether the first is shown to be better than the second."""
    pair = against(arms, a, b)
    wanted = {"A is better": a, "B is better": b} if pair and pair.a == a else {"A is better": b, "B is better": a}
    return pair is not None and wanted.get(pair.comparison.verdict) == a


def said(arms: judging.Arms, a: str, b: str) -> str:
    """How two arms compare, as a phrase with its interval: a factor over 1 where the first is the better."""
    pair = against(arms, a, b)
    if pair is None:
        return f"{a} was not compared with {b}"
    difference, wins = pair.comparison.difference, pair.comparison.a_wins
    if pair.a != a:
        difference, wins = mirrored(difference), turned(wins)
    if difference.value < 0:
        return said(arms, b, a)
    return f"{b} ends {ratio(arms, a, b)} times as far away as {a}, which wins {interval(wins)} of single runs"


def _verdict(pair: judging.Versus) -> str:
    words: Mapping[str, str] = {"A is better": f"{pair.a} is better", "B is better": f"{pair.b} is better"}
    return words.get(pair.comparison.verdict, CANNOT_TELL if pair.comparison.verdict == CANNOT_TELL else "alike")
