"""Recordings far below or beyond full scale: numbers that were stored in another unit than they are read in.

What counts: a peak of twice full scale and more (integers kept as floats), or below -46 dB (16 bits kept in 24 or 32, 8
in 16; and of 16 bits not 8 are left, so that their rounding is heard as noise). Floats up to twice full scale are
suspected: whoever writes them as integers clips them. Quiet recordings, to -40 dB, are not wrong. What few bits leave
of a sound is flat on top, noisy and unlike the rest.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, leaving_out, readable, rule, sheet
from ganbaru.checkup.evidence import Evidence

HIGHEST, FULL = 2.0, 1.0
LOWEST, FAINT = 0.005, 0.01
"""Peaks, full scale at 1; one of 16 bits stored in 24 is at most 0.0039."""
_FLOATS = ("FLOAT", "DOUBLE")


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    peak, heard = files.numbers("peak"), files.sounding()
    floats = np.array([coding in _FLOATS for coding in files.words("coding")], bool)
    found = heard & ((peak >= HIGHEST) | (peak < LOWEST))
    suspect = heard & ((floats & (peak > FULL)) | (peak < FAINT))
    numbers = {"greatest_peak": float(peak.max()), "greatest_peak_limit": HIGHEST}
    numbers |= {"least_peak": float(peak[heard].min()) if heard.any() else 0.0, "least_peak_limit": LOWEST}
    return rule(files.names, np.abs(np.log(np.maximum(peak, 1e-9))), found, suspect, numbers, "they may be meant so")


CAUSE = Cause(
    slug="wrong-scale",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=leaving_out(_judge),
    remedy="Write these files again with full scale at 1, or leave them out.",
    explains=("clipped", "dc-offset", "upsampled", "level-spread", "outliers", "noisy"),
)
