"""Recordings that are silent, or mostly so.

What counts: a peak below -80 dB of full scale, as nothing of it is heard; and five seconds or more of silence that
make up nine tenths of the file. Pauses of speech, and silence after a short sound, are less than that.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, leaving_out, readable, rule, sheet
from ganbaru.checkup.evidence import Evidence

SOUNDING, SUSPECT = 0.1, 0.2
"""Share of the time in which there is sound, of files with ``LONG`` seconds of silence."""
LONG = 5.0


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    silent = ~files.sounding()
    share = np.where(silent, 0.0, files.numbers("sounding"))
    long = (1 - share) * files.numbers("seconds") >= LONG
    numbers = {"least_sounding_share": float(share.min()), "least_sounding_share_limit": SOUNDING}
    found = silent | (long & (share < SOUNDING))
    return rule(files.names, 1 - share, found, long & (share < SUSPECT), numbers, "a fifth of them or less is sound")


CAUSE = Cause(
    slug="silence",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=leaving_out(_judge),
    remedy="Cut the silence out of these files, or leave them out.",
    explains=("silent-output",),
)
