"""How far the critic tells real from generated samples, record by record."""

import numpy as np

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Array

_MEANS = ("real_score_mean", "fake_score_mean")
_STDS = ("real_score_std", "fake_score_std")
_TINY = 1e-30
"""Deviation that is none: a critic that gives one score for a whole batch."""


def gaps(evidence: Evidence, share: float = 0.25) -> Array:
    """Mean score of real minus that of generated samples, of each of the last records ``(N,)``; none where unknown."""
    real, fake = _together(evidence, _MEANS)
    return _last(real - fake, share)


def parted(evidence: Evidence, share: float = 0.25) -> float:
    """Distance of the mean scores over their deviation, in the median of the last records; NaN where that is unknown.

    Of each record by itself: a critic that is sure now of this and now of that is not blind.
    """
    real, fake, real_std, fake_std = _together(evidence, (*_MEANS, *_STDS))
    common = np.sqrt((real_std**2 + fake_std**2) / 2)
    found = _last(np.abs(real - fake) / np.where(common > _TINY, common, np.nan), share)
    return float(np.median(found)) if len(found) else float("nan")


def _together(evidence: Evidence, names: tuple[str, ...]) -> list[Array]:
    """The finite values of some series at the steps that all of them have; none where one is lacking."""
    if any(evidence.lacks(name) for name in names):
        return [np.zeros(0) for _ in names]
    found = [evidence.series[name].finite for name in names]
    steps = found[0].steps
    for each in found[1:]:
        steps = np.intersect1d(steps, each.steps)
    return [each.values[np.isin(each.steps, steps)] for each in found]


def _last(values: Array, share: float) -> Array:
    """The last share of some values, without NaN; one at least where there is any."""
    known = values[~np.isnan(values)]
    return known[-max(1, int(share * len(known))) :]
