"""How far the critic tells real from generated samples, record by record."""

from collections.abc import Callable
from functools import reduce

import numpy as np

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Array, Series

_MEANS = ("real_score_mean", "fake_score_mean")
_STDS = ("real_score_std", "fake_score_std")
_TINY = 1e-30
"""Deviation that is none: a critic that gives one score for a whole batch."""


_STRAIGHT, _HALF = 1e-6, 0.5
"""Bend of the scores that is none; and share of the directions in which reals vary up to which a critic is blind: one
that averages or masks has a few, one that does not has as many as there are, but for rows of one and the same slope."""


def unseen(evidence: Evidence) -> dict[str, float]:
    """What tells that the critic cannot see most of a sample, whatever it learns, with its bounds; nothing where not.

    A straight one compares means alone. One whose slopes lie in a few directions is given no more than those.
    """
    views = evidence.probes.get("view") or ()
    if not views:
        return {}
    bend, directions, of = (max(float(each[name]) for each in views) for name in ("bend", "directions", "of"))
    if bend < _STRAIGHT:
        return {"bend": bend, "bend_limit": _STRAIGHT}
    return {"directions": directions, "directions_limit": _HALF * of} if directions <= _HALF * of else {}


def gaps(evidence: Evidence, share: float = 0.25) -> Array:
    """Mean score of real minus that of generated samples, of each of the last records ``(N,)``; none where unknown."""
    real, fake = _together(evidence, _MEANS)
    return _last(real - fake, share)


def parted(evidence: Evidence, share: float = 0.25) -> float:
    """Distance of the mean scores over their deviation, in the median of the last records; NaN where that is unknown.

    Of each record by itself: a critic that is sure now of this and now of that is not blind.
    """
    found = _last(partings(evidence).values, share)
    return float(np.median(found)) if len(found) else float("nan")


def said(evidence: Evidence, share: float = 0.25) -> float:
    """Distance of the mean scores in the unit of the loss, in the median of the last records; NaN where it has none.

    A critic that gives nearly one score to all samples parts them by its own deviation, and tells nothing.
    """
    found = gaps(evidence, share) if evidence.facts.get("objective") in _WITH_UNIT else np.zeros(0)
    return float(np.median(np.abs(found))) if len(found) else float("nan")


def doubt(evidence: Evidence, share: float = 0.25) -> float:
    """What the critic's loss leaves at its mean scores, over that of a guess, likewise; NaN where that is not known."""
    objective, family = evidence.facts.get("objective"), evidence.probes.get("family") or {}
    real, fake = _together(evidence, _MEANS)
    if objective not in _LEAVES or family.get("real_family") in _SHARES or not len(real):
        return float("nan")
    found = _last(_LEAVES[objective](real, fake), share)
    return float(np.median(found)) if len(found) else float("nan")


def _logistic(scores: Array) -> Array:
    return np.logaddexp(0.0, scores) / np.log(2.0)


_LEAVES: dict[str, Callable[[Array, Array], Array]] = {
    "nonsaturating": lambda real, fake: (_logistic(-real) + _logistic(fake)) / 2,
    "minimax": lambda real, fake: (_logistic(-real) + _logistic(fake)) / 2,
    "relativistic": lambda real, fake: _logistic(fake - real),
    "hinge": lambda real, fake: (np.maximum(1 - real, 0) + np.maximum(1 + fake, 0)) / 2,
}
"""The critic's loss at mean scores of real and of generated samples, over that of a guess."""
_WITH_UNIT = (*_LEAVES, "least-squares")
_SHARES = ("log", "squashed sigmoid")
"""Formulas of scores that are no logits."""


def partings(evidence: Evidence) -> Series:
    """Distance of the mean scores over their deviation, record by record; empty where unknown."""
    real, fake, real_std, fake_std = _together(evidence, (*_MEANS, *_STDS))
    common = np.sqrt((real_std**2 + fake_std**2) / 2)
    apart = np.abs(real - fake) / np.where(common > _TINY, common, np.nan)
    return Series.of(_common_steps(evidence, (*_MEANS, *_STDS)), apart).finite


def _together(evidence: Evidence, names: tuple[str, ...]) -> list[Array]:
    """The finite values of some series at the steps that all of them have; none where one is lacking."""
    if any(evidence.lacks(name) for name in names):
        return [np.zeros(0) for _ in names]
    steps = _common_steps(evidence, names)
    found = [evidence.series[name].finite for name in names]
    return [each.values[np.isin(each.steps, steps)] for each in found]


def _common_steps(evidence: Evidence, names: tuple[str, ...]) -> Array:
    """The steps at which all of some series have a finite value."""
    if any(evidence.lacks(name) for name in names):
        return np.zeros(0)
    return reduce(np.intersect1d, [evidence.series[name].finite.steps for name in names])


def _last(values: Array, share: float) -> Array:
    """The last share of some values, without NaN; one at least where there is any."""
    known = values[~np.isnan(values)]
    return known[-max(1, int(share * len(known))) :]
