"""Recordings unlike all others: a hum, a whistle or a burst of noise among voices.

What counts: the nearest sounds, in spectrum, course, texture and how much all that changes, lie farther away than is
usual in the set, by 3.1 deviations of the logarithms of these distances; suspected from 2.9 on. Natural variety (a bell
in a drum kit) stays below: both are the set's own, and in a set of everything nothing is an outlier. Music and another
language among voices of many kinds are mostly part of their variety. What sounds for less than 0.2 s is not judged.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, enough, leaving_out, rule, sheet, worst
from ganbaru.checkup.evidence import Evidence

FAR, SUSPECT = 3.1, 2.9
"""Deviations; of 1,655 sounds of 14 healthy folders (letters read in ten languages, words, drums, mixtures of them)
four have more."""
FEWEST = 20


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    far = np.nan_to_num(files.numbers("strangeness"), nan=0.0)
    numbers = {"strangeness": worst(far), "strangeness_limit": FAR}
    return rule(files.names, far, far >= FAR, far >= SUSPECT, numbers, "they may be part of its variety")


CAUSE = Cause(
    slug="outliers",
    needs=NEEDS,
    judge=_judge,
    when=enough(FEWEST),
    change=leaving_out(_judge),
    remedy="Listen to these recordings, and leave out those that do not belong.",
)
