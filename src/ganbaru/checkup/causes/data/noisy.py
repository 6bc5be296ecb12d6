"""Recordings with much noise: in their pauses a steady, broad noise is heard.

What counts: the sound lies less than 20 dB above the noise, which is plainly heard with the sound and is what a model
will learn to make all the time; suspected below 26 dB, as good field recordings are. Sounds without pauses are not
judged.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, leaving_out, readable, rule, sheet
from ganbaru.checkup.evidence import Evidence

LEAST, SUSPECT = 20.0, 26.0
"""Sound over noise, dB."""


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    ratio = np.where(files.sounding(), files.numbers("signal_to_noise"), np.nan)
    judged = np.isfinite(ratio)
    numbers = {"judged": float(judged.sum())}
    if judged.any():
        numbers |= {"signal_to_noise_db": float(np.nanmin(ratio)), "signal_to_noise_db_limit": LEAST}
    ratio = np.where(judged, ratio, np.inf)
    return rule(files.names, -ratio, ratio < LEAST, ratio < SUSPECT, numbers, "field recordings have as much")


CAUSE = Cause(
    slug="noisy",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=leaving_out(_judge),
    remedy="Take the noise out of these recordings, or leave them out.",
    explains=("hiss",),
)
