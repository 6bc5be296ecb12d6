"""Recordings that were made at a lower rate than they claim: nothing lies above a cliff far below half the rate.

What counts: the spectrum falls by 24 dB within a few per cent, below 0.55 of half the rate, and nothing comes after it:
8, 11, 16 and 22 kHz stored at 44.1 kHz, where voices are dull and cymbals gone. The low-passes of MP3 and OGG at usual
qualities lie at 0.68 (15 kHz) and above: they do not count. Where nine of ten sounds end at the same place it is the
nature of the set (old recordings), and only suspected.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, leaving_out, readable, rule, sheet, worst
from ganbaru.checkup.evidence import Evidence

PLACE = 0.55
"""Share of half the rate."""
CLIFF, SUSPECT = 24.0, 20.0
"""Depth of the cliff in dB; of 165 samples of Sonic Pi one reaches more below that place: a crow that ends at 5 kHz."""
LOST = -66.0
"""dB below the strongest band: what is fainter just below the cliff is not missed above it."""
LOWEST = 2800.0
"""Hz; no recorder ends lower, but low tones without overtones do."""
ALIKE = 0.9


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    hertz = files.numbers("cutoff") * files.numbers("rate") / 2
    low = files.sounding() & (files.numbers("cutoff") < PLACE) & (hertz > LOWEST) & (files.numbers("height") > LOST)
    depth = np.where(low, files.numbers("cliff"), 0.0)
    found = depth >= CLIFF
    numbers = {"cliff_db": worst(depth), "cliff_db_limit": CLIFF}
    reason = "the cliff is not deep enough to be sure"
    suspect = depth >= SUSPECT
    if suspect.sum() >= ALIKE * len(files) and len(files) > 1:
        found = np.zeros_like(found)
        reason = "nearly all are so: it is the nature of the set, and a lower sample rate would hold it"
    return rule(files.names, depth, found, suspect, numbers, reason)


CAUSE = Cause(
    slug="upsampled",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=leaving_out(_judge),
    remedy="Set the sample rate to what these recordings hold, or leave them out.",
)
