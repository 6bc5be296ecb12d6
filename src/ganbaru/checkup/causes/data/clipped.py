"""Recordings cut off at their loudest: flat tops with steep sides, where the sound went on beyond what was kept.

Cut peaks are heard as crackle and teach a model corners that no instrument makes. What counts: three cut peaks or more
that together take up 0.05 % of the sound, or one that takes up 1 % of it (a drum has one). A square wave is flat too
but lies at two levels nearly all the time, and a limiter rounds: neither is "found".
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, leaving_out, readable, rule, sheet, worst
from ganbaru.checkup.evidence import Evidence

FLAT = 5e-4
"""Share of a sound in flat tops; set on 165 samples of Sonic Pi, of which the one with more is clipped to the ear."""
FEWEST = 3
ONE_TOP = 0.01
"""Share of a sound in a single flat top."""
SQUARE = 0.5
"""Share of the loud samples at few levels above which a sound is taken for a synthesised square or pulse wave."""


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    flat, tops, rails = (files.numbers(name) for name in ("flat", "tops", "rails"))
    cut = ((flat >= FLAT) & (tops >= FEWEST)) | (flat >= ONE_TOP)
    cut &= files.sounding()
    square = rails >= SQUARE
    numbers = {"flat_share": worst(np.where(square, 0, flat)), "flat_share_limit": FLAT}
    reason = "they lie at few levels nearly all the time, as square waves do"
    return rule(files.names, flat, cut & ~square, cut & square, numbers, reason)


CAUSE = Cause(
    slug="clipped",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=leaving_out(_judge),
    remedy="Record these sounds again at a lower level, or leave them out.",
)
