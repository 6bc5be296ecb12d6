"""Recordings much shorter than the rest: fragments, which are mostly padding once all have one length.

What counts: sound for less than 13 ms, of which nothing but a click is heard, unless most of the set is so short; or
for less than a twentieth of the median, where no more than a tenth of the files are so short and the lengths of the set
do not differ as much by themselves: a tick belongs to a drum kit, and not to spoken words. Where the length to train on
is known, a twentieth of that counts instead of the median.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, Array, leaving_out, readable, rule, sheet
from ganbaru.checkup.evidence import Evidence

CLICK = 0.013
"""Seconds; about the shortest sound that has a pitch or a colour. The shortest of 91 drums, a tick, has 0.019."""
MOST = 0.5
"""Share of the files from which clicks are what the set is of."""
SHARE = 0.05
"""Of the usual length; the tick has 0.044 of the median."""
RARE = 0.1
APART, LEAST_SPREAD = 4.0, 0.25
"""Robust deviations of the logarithm of the length by which a file is shorter than its set explains, and the least
deviation; the tick lies 3.2 below the drums."""


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    heard = files.sounding()
    length = np.where(heard, files.numbers("seconds") * files.numbers("sounding"), np.nan)
    usual = float(evidence.facts.get("seconds") or (np.nanmedian(length) if heard.any() else 0.0))
    click, short = heard & (length < CLICK), heard & (length < SHARE * usual)
    rare = short.sum() <= RARE * max(1, heard.sum())
    found = click & (click.sum() < MOST * len(files)) | (short & rare & (_below(length) >= APART))
    numbers = {"shortest_s": float(np.nanmin(length)) if heard.any() else 0.0, "shortest_s_limit": CLICK}
    numbers |= {"usual_s": usual}
    return rule(files.names, -length, found, click | short & rare, numbers, "the set may be meant so")


def _below(length: Array) -> Array:
    """How many robust deviations each length lies below the median, in logarithms: ``(N,)``; 0 where nothing sounds."""
    log = np.log(np.maximum(length, 1e-6))
    below = np.nanmedian(log) - log if np.isfinite(log).any() else np.zeros(len(log))
    return np.nan_to_num(below / max(1.4826 * float(np.nanmedian(np.abs(below))), LEAST_SPREAD), nan=0.0)


CAUSE = Cause(
    slug="too-short",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=leaving_out(_judge),
    remedy="Leave these fragments out.",
)
