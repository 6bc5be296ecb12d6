"""Recordings unlike all others: a hum, a whistle or a burst of noise among voices.

What counts: the nearest sounds, in spectrum, its changes, course and length, lie 2.7 times as far away as is usual in
the set; suspected from 2.2 on. Natural variety (a bell in a drum kit) stays below: the usual distance is the set's own,
and in a set of everything, such as a drum kit with one of each, nothing is an outlier. Music among voices, and noise
among voices of many kinds, are mostly only suspected. What sounds for less than 0.2 s is not judged.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, enough, leaving_out, rule, sheet, worst
from ganbaru.checkup.evidence import Evidence

FAR, SUSPECT = 2.7, 2.2
"""Times as far as usual; of 1,300 letters read in 18 languages and 165 samples of Sonic Pi one has more."""
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
