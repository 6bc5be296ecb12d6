"""How often something happens: the share of runs, and of steps, that it affects."""

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.errors import UserError
from ganbaru.studies.judging.zone import CANNOT_TELL

Array = np.ndarray[Any, Any]
LEAST_CLUSTERS = 6
"""Fewest independent groups of runs for any verdict."""
Verdict = Literal["rare", "common", "can't tell"]


@dataclass(frozen=True)
class Share:
    """How often runs and steps are affected.

    Attributes:
        verdict: of the share of runs: "rare" (under ``limit``), "common" (over it) or "can't tell".
        said: the verdict as one sentence.
        runs: share of runs affected.
        steps: share of all steps affected; None where no steps were given.
        limit: the share that divides rare from common.
    """

    verdict: Verdict
    said: str
    runs: Estimate
    steps: Estimate | None
    limit: float


def share(
    affected: Array,
    affected_steps: Array | None = None,
    steps: Array | None = None,
    groups: Array | None = None,
    *,
    limit: float = 0.05,
    confidence: float = 0.95,
) -> Share:
    """How often something befalls runs and their steps.

    Steps of one run are no independent cases, nor are runs of one setting: the interval is Wilson's with the number of
    cases that groups of dependent ones are worth (Korn & Graubard 1998; Franco et al. 2019), never more than there are
    runs or steps. Where nothing or everything is affected each group counts as one case.

    Args:
        affected: ``(R,)`` which runs were affected.
        affected_steps: ``(R,)`` steps affected of each run.
        steps: ``(R,)`` steps of each run; required with ``affected_steps``.
        groups: ``(R,)`` labels; runs of one label depend on one another (one setting, many seeds). By default each run
            is its own.
        limit: the share that divides rare from common.
        confidence: of the intervals.

    Raises:
        UserError: there are no runs, or the shapes do not fit.
    """
    runs = np.asarray(affected, dtype=bool)
    labels = np.arange(len(runs)) if groups is None else np.asarray(groups)
    if runs.ndim != 1 or len(runs) == 0 or labels.shape != runs.shape:
        raise UserError("shares need at least one run, and one group label for each")
    of_runs = clustered(runs.astype(float), np.ones(len(runs)), labels, confidence)
    of_steps = None if affected_steps is None else _of_steps(affected_steps, steps, labels, confidence)
    clusters = len(np.unique(labels))
    verdict: Verdict = CANNOT_TELL
    if clusters >= LEAST_CLUSTERS and not of_runs.low <= limit <= of_runs.high:
        verdict = "rare" if of_runs.high < limit else "common"
    return Share(verdict, _said(verdict, runs, of_runs, of_steps, limit), of_runs, of_steps, limit)


def clustered(hits: Array, cases: Array, labels: Array, confidence: float) -> Estimate:
    """Share of cases that are hits, when cases of one label depend on one another.

    The variance is that of a ratio of group totals; the number of independent cases that it amounts to, scaled by
    ``(z / t)²`` for its own uncertainty with few groups, goes into Wilson's interval.

    Args:
        hits: ``(R,)``; cases: ``(R,)``, none less than its hits, in all more than 0.
        labels: ``(R,)`` of the groups.
        confidence: of the interval.
    """
    which = np.unique(labels, return_inverse=True)[1]
    hit, case = np.bincount(which, hits), np.bincount(which, cases)
    value, count, total = float(hit.sum() / case.sum()), len(hit), float(case.sum())
    low, high = _wilson(value, _effective(hit - value * case, value, count, total, confidence), confidence)
    return Estimate(value, low, high, confidence, samples=(count, int(total)), method="Wilson, effective cases")


def _effective(left: Array, value: float, groups: int, total: float, confidence: float) -> float:
    """How many independent cases the groups are worth."""
    from scipy.stats import norm, t

    variance = groups / max(1, groups - 1) * float((left**2).sum()) / total**2
    if groups < 2 or variance <= 0:
        return float(groups)
    if groups == total:
        return total
    upper = 0.5 + confidence / 2
    narrowed = float(norm.ppf(upper) / t.ppf(upper, groups - 1)) ** 2
    return min(total, value * (1 - value) / variance * narrowed)


def _wilson(value: float, count: float, confidence: float) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927) for a number of cases that need not be whole."""
    from scipy.stats import norm

    z = float(norm.ppf(0.5 + confidence / 2))
    scale = 1 + z * z / count
    centre = (value + z * z / (2 * count)) / scale
    half = z / scale * math.sqrt(value * (1 - value) / count + z * z / (4 * count * count))
    return min(value, max(0.0, centre - half)), max(value, min(1.0, centre + half))


def _of_steps(affected: Array, steps: Array | None, labels: Array, confidence: float) -> Estimate:
    hits, cases = np.asarray(affected, dtype=float), np.asarray([] if steps is None else steps, dtype=float)
    if not hits.shape == cases.shape == labels.shape or (hits > cases).any() or (hits < 0).any() or cases.sum() <= 0:
        raise UserError("affected steps and steps do not fit", hint="one of each a run, none affected beyond its steps")
    return clustered(hits, cases, labels, confidence)


def _said(verdict: Verdict, runs: Array, of_runs: Estimate, of_steps: Estimate | None, limit: float) -> str:
    found = f"{int(runs.sum())} of {len(runs)} runs were affected ({percent(of_runs)})"
    beside = "" if of_steps is None else f", and {percent(of_steps)} of all steps"
    against = {"rare": "under", "common": "over"}
    end = f"not shown to be under or over {limit:.3g}" if verdict == CANNOT_TELL else f"{against[verdict]} {limit:.3g}"
    return f"{verdict}: {found}{beside}: {end}"


def percent(estimate: Estimate) -> str:
    """A share as a sentence carries it."""
    return f"{100 * estimate.value:.3g} % [{100 * estimate.low:.3g}, {100 * estimate.high:.3g}]"
