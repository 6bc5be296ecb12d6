"""Recordings of several sampling rates: those of a lower one lack the treble that the others have.

What counts: a rate below that of the source, or, where that is not known, less than 0.75 of the commonest, an
audible loss of treble. 44.1 and 48 kHz together are only suspected: both hold all that is heard.
"""

from collections import Counter

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, leaving_out, readable, rule, sheet
from ganbaru.checkup.evidence import Evidence

SHARE = 0.75
"""Of the commonest rate; 32 kHz beside 44.1 kHz is below it, 44.1 beside 48 above."""
AUDIBLE = 44_100
"""Hz; a higher rate holds nothing more to hear."""


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    rate = files.numbers("rate")
    counts = Counter(rate.tolist())
    commonest = max(counts, key=lambda each: (counts[each], each))
    least = min(evidence.facts.get("rate") or SHARE * min(commonest, AUDIBLE), commonest)
    other = rate != commonest
    numbers = {"rates": float(len(counts)), "commonest_hz": float(commonest)}
    numbers |= {"lowest_hz": float(rate.min()), "lowest_hz_limit": float(least)}
    lower = other & (rate < least)
    return rule(files.names, np.abs(np.log(rate / commonest)), lower, other, numbers, "all hold what will be heard")


CAUSE = Cause(
    slug="mixed-rates",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=leaving_out(_judge),
    remedy="Set the sample rate to the lowest of these, or leave out the files whose rate is lower than the rest.",
)
