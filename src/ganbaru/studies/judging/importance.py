"""Which hyperparameters matter, held against a dummy that cannot."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.errors import UserError
from ganbaru.studies.judging.zone import CANNOT_TELL, interval

Array = np.ndarray[Any, Any]
DUMMIES = 1000
"""Shuffles of the scores that say what a parameter without any effect comes to."""
FLOOR = 0.99
"""How often the best of the dummies stays under the floor."""
LEAST_TRIALS = 30
"""Fewest trials: fewer leave under eight in each of the bins that a main effect needs."""
Verdict = Literal["matters", "not above a dummy", "can't tell"]


@dataclass(frozen=True)
class Parameter:
    """One hyperparameter.

    Attributes:
        name: of it.
        verdict: "matters", "not above a dummy" or "can't tell" (too few trials, one value, or scores all the same).
        share: of the variance of the scores' ranks that it explains on its own, 0 for a dummy on average; its floor is
            what the best of as many dummies reaches.
    """

    name: str
    verdict: Verdict
    share: Estimate


@dataclass(frozen=True)
class Importance:
    """Which hyperparameters matter.

    Attributes:
        verdict: "some matter", "none above a dummy" or "can't tell".
        said: one sentence.
        parameters: by their share, the greatest first.
        leading: those that the first is not shown to exceed, itself among them; empty where none matters.
        unexplained: share of the variance that no parameter explains on its own: noise and interactions.
    """

    verdict: Literal["some matter", "none above a dummy", "can't tell"]
    said: str
    parameters: tuple[Parameter, ...]
    leading: tuple[str, ...]
    unexplained: float


def importance(
    names: list[str],
    settings: Array,
    scores: Array,
    collapsed: Array | None = None,
    *,
    higher_is_better: bool = True,
    confidence: float = 0.95,
    resamples: int = 300,
    seed: int = 0,
) -> Importance:
    """How much of the differences between trials each hyperparameter explains on its own.

    Of each parameter the trials are put in bins of equal size, and the share of the variance of the *ranks* of the
    scores that lies between bins is taken, less what chance puts there (Kelley's ε², 1935). By ranks one collapsed or
    splendid run weighs no more than any other, and no scale of a score or a parameter matters. The floor is a dummy:
    the scores are shuffled, and what the best of all parameters then explains must be exceeded.

    The settings should be drawn at random: a search that gathers round its best trials ties parameters to one another
    and shares them out wrongly. An effect that shows only in the interplay of two counts as unexplained.

    Args:
        names: of the parameters, ``P``.
        settings: ``(trials, P)`` numbers; a category as a number of its own.
        scores: ``(trials,)`` or ``(trials, S)``; NaN where a run is missing. Seeds of a trial are averaged.
        collapsed: as ``scores``; such runs count as the worst score.
        higher_is_better: direction of the scores.
        confidence: of the intervals.
        resamples: of the trials, for the intervals.
        seed: of shuffles and resamples.

    Raises:
        UserError: the shapes do not fit.
    """
    matrix, ranks = _known(names, settings, scores, collapsed, higher_is_better)
    if why := _why_not(ranks):
        none = Estimate(0.0, 0.0, 1.0, confidence)
        parameters = tuple(Parameter(name, CANNOT_TELL, none) for name in names)
        return Importance(CANNOT_TELL, f"{CANNOT_TELL}: {why}", parameters, (), 1.0)
    rng = np.random.default_rng([seed, 0x1397])
    bins = [_bins(column) for column in matrix.T]
    shares = np.array([_share(each, ranks[None])[0] for each in bins])
    shuffled = rng.permuted(np.tile(ranks, (DUMMIES, 1)), axis=1)
    floor = float(np.quantile(np.max([_share(each, shuffled) for each in bins], axis=0), FLOOR))
    drawn = _resampled(bins, ranks, rng.integers(len(ranks), size=(resamples, len(ranks))))
    found = _parameters(names, bins, shares, drawn, floor, confidence)
    return _ordered(found, shares, drawn, names, confidence)


def _known(
    names: list[str], settings: Array, scores: Array, collapsed: Array | None, higher: bool
) -> tuple[Array, Array]:
    """Settings and centred, scaled ranks of the trials that have a score."""
    from scipy.stats import rankdata

    from ganbaru.studies.judging.table import as_outcomes

    matrix, values = np.asarray(settings, dtype=float), np.asarray(scores, dtype=float)
    fell = np.zeros(values.shape, dtype=bool) if collapsed is None else np.asarray(collapsed, dtype=bool)
    if matrix.shape != (len(values), len(names)) or fell.shape != values.shape or not np.isfinite(matrix).all():
        raise UserError(
            f"settings {matrix.shape}, scores {values.shape} and {len(names)} names do not fit",
            hint="settings are finite and (trials, parameters), scores (trials,) or (trials, seeds)",
        )
    values = as_outcomes(values if higher else -values, fell).reshape(len(values), -1)
    known = np.isfinite(values).any(axis=1)
    means = np.array([np.nanmean(row) for row in values[known]])
    return matrix[known], _standard(rankdata(means)) if len(means) else means


def _why_not(ranks: Array) -> str:
    """Why the trials of these ranks say nothing of any parameter; empty where they do."""
    if len(ranks) < LEAST_TRIALS:
        return f"{len(ranks)} trials, and at least {LEAST_TRIALS} are needed"
    return "" if np.ptp(ranks) > 0 else f"all {len(ranks)} trials came to the same"


def _standard(ranks: Array) -> Array:
    centred = ranks - ranks.mean()
    return np.asarray(centred / max(1e-300, float(np.sqrt((centred**2).mean()))))


def _bins(column: Array) -> Array:
    """Each trial's bin as one-hot rows ``(bins, trials)``: its value where they are few, else equal shares."""
    values, which = np.unique(column, return_inverse=True)
    most = int(np.clip(len(column) // 8, 2, 8))
    if len(values) > most:
        edges = np.quantile(column, np.linspace(0, 1, most + 1)[1:-1])
        which = np.unique(np.searchsorted(edges, column, side="right"), return_inverse=True)[1]
    return np.asarray(np.eye(which.max() + 1)[which].T)


def _share(bins: Array, ranks: Array) -> Array:
    """Share of the variance between bins, less what chance puts there, of many rows of ranks ``(B, trials)``.

    0 where all ranks are the same.
    """
    counts, trials = bins.sum(axis=1), bins.shape[1]
    total = (ranks**2).sum(axis=1)
    between = ((ranks @ bins.T) ** 2 / counts).sum(axis=1) / np.where(total > 0, total, 1.0)
    chance = (len(counts) - 1) / max(1, trials - len(counts))
    return np.asarray(np.where(total > 0, between - chance * (1 - between), 0.0))


def _resampled(bins: list[Array], ranks: Array, drawn: Array) -> Array:
    """Shares in trials drawn again, less the part that drawing with replacement adds, ``(resamples, P)``."""
    rows = []
    for chosen in drawn:
        again = _standard(ranks[chosen])
        picked = [each[:, chosen] for each in bins]
        rows.append([_share(each[each.sum(axis=1) > 0], again[None])[0] for each in picked])
    return np.array(rows)


def _parameters(
    names: list[str], bins: list[Array], shares: Array, drawn: Array, floor: float, confidence: float
) -> list[Parameter]:
    trials = bins[0].shape[1]
    found = []
    for index, name in enumerate(names):
        value = float(shares[index])
        wrong = drawn[:, index] - drawn[:, index].mean()
        low, high = value + np.quantile(wrong, [0.5 - confidence / 2, 0.5 + confidence / 2])
        verdict: Verdict = "matters" if value > floor else "not above a dummy"
        if len(bins[index]) < 2:
            verdict = CANNOT_TELL
        method = "rank variance between bins"
        share = Estimate(value, float(low), float(high), confidence, floor, (trials, trials), method)
        found.append(Parameter(name, verdict, share))
    return found


def _ordered(found: list[Parameter], shares: Array, drawn: Array, names: list[str], confidence: float) -> Importance:
    parameters = tuple(sorted(found, key=lambda each: -each.share.value))
    left = float(np.clip(1 - np.maximum(shares, 0).sum(), 0.0, 1.0))
    matter = [each.name for each in parameters if each.verdict == "matters"]
    if not matter:
        all_unknown = all(each.verdict == CANNOT_TELL for each in parameters)
        verdict: Literal["none above a dummy", "can't tell"] = CANNOT_TELL if all_unknown else "none above a dummy"
        return Importance(verdict, "no parameter explains more than a dummy does", parameters, (), left)
    first = names.index(matter[0])
    ahead = {
        name: shares[first]
        - shares[place]
        - np.quantile(_centred(drawn[:, first] - drawn[:, place]), 0.5 + confidence / 2)
        for place, name in enumerate(names)
    }
    leading = tuple(name for name in matter if name == matter[0] or ahead[name] <= 0)
    return Importance("some matter", _said(parameters, leading), parameters, leading, left)


def _centred(values: Array) -> Array:
    return np.asarray(values - values.mean())


def _said(parameters: tuple[Parameter, ...], leading: tuple[str, ...]) -> str:
    shares = [f"{each.name} {interval(each.share)}" for each in parameters if each.verdict == "matters"]
    rest = [each.name for each in parameters if each.verdict != "matters"]
    beside = f"; not shown to: {', '.join(rest)}" if rest else ""
    most = leading[0] if len(leading) == 1 else f"one of {', '.join(leading)}"
    return f"most depends on {most}; of the variance of ranks explain: {', '.join(shares)}{beside}"
