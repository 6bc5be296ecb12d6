"""Recordings of very different loudness.

What counts: peaks 20 dB from the median of the peaks, where the loudness says so too (a quarter as loud to the ear, or
four times as loud), in more than one of twenty files: beside the rest such sounds are either nearly inaudible or the
only ones heard. Of fewer, which may be the soft sounds of the set, 28 dB. The median is that of the sounds within 15 dB
of it, so that the soft ones do not draw it down. The parts of a drum kit differ less in peak, and in loudness, with
their length, by 12 dB more: so much is allowed for. Suspected from 15 dB on, as soft strokes of a drum are.
"""

from typing import Any

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, enough, leaving_out, rule, sheet, worst
from ganbaru.checkup.evidence import Evidence

Array = np.ndarray[Any, Any]

APART, ALONE, SUSPECT = 20.0, 28.0, 15.0
"""dB; set on 165 samples of Sonic Pi and letters read in 22 languages."""
FEW = 0.05
"""Share of the files up to which they must lie apart by ``ALONE``."""
OF_ONE_PEAK = 12.0
"""dB by which sounds of one peak differ in loudness."""
FEWEST = 4


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    heard = files.sounding()
    peak = 20 * np.log10(np.maximum(files.numbers("peak"), 1e-9))
    level = files.numbers("level")
    usual = heard & (_apart(peak, level, heard) < SUSPECT)
    usual = usual if usual.any() else heard
    apart = _apart(peak, level, usual) * heard
    limit = APART if (apart >= APART).sum() > FEW * len(files) else ALONE
    numbers = {"apart_db": worst(apart), "apart_db_limit": limit, "median_db": float(np.median(level[usual]))}
    reason = "soft strokes of a drum differ as much"
    return rule(files.names, apart, apart >= limit, apart >= SUSPECT, numbers, reason)


def _apart(peak: Array, level: Array, usual: Array) -> Array:
    """How far each sound lies from the median of the usual ones, dB: in peak, where its level says so too."""
    far, louder = (values - np.median(values[usual]) for values in (peak, level))
    return np.where(np.sign(far) == np.sign(louder), np.minimum(np.abs(far), np.abs(louder) + OF_ONE_PEAK), 0.0)


CAUSE = Cause(
    slug="level-spread",
    needs=NEEDS,
    judge=_judge,
    when=enough(FEWEST),
    change=leaving_out(_judge),
    remedy="Bring these recordings to the level of the rest, or leave them out.",
)
