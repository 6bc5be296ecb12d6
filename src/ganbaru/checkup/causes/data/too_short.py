"""Recordings much shorter than the rest: fragments, which are mostly padding once all have one length.

What counts: sound for less than 13 ms, of which nothing but a click is heard; or for less than a twentieth of the
median, where no more than a tenth of the files are so short (else short sounds belong to the set). Where the length to
train on is known, a twentieth of that counts instead of the median.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, leaving_out, readable, rule, sheet
from ganbaru.checkup.evidence import Evidence

CLICK = 0.013
SHARE = 0.05
"""Of the usual length; the shortest of 91 drums, a tick, has 0.044 of the median."""
RARE = 0.1


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    heard = files.sounding()
    length = np.where(heard, files.numbers("seconds") * files.numbers("sounding"), np.nan)
    usual = float(evidence.facts.get("seconds") or (np.nanmedian(length) if heard.any() else 0.0))
    short = heard & (length < SHARE * usual)
    rare = short.sum() <= RARE * max(1, heard.sum())
    found = heard & ((length < CLICK) | (short & (length < 2 * CLICK) & rare))
    numbers = {"shortest_s": float(np.nanmin(length)) if heard.any() else 0.0, "shortest_s_limit": CLICK}
    numbers |= {"usual_s": usual}
    return rule(files.names, -length, found, short & rare, numbers, "they are short beside the rest, not clicks")


CAUSE = Cause(
    slug="too-short",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=leaving_out(_judge),
    remedy="Leave these fragments out.",
)
