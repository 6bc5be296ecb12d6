"""Recordings that do not swing around zero.

An offset is not heard itself but clicks wherever a sound is cut or padded with zeros, and takes room from the sound.
What counts: 4 % of the peak and more at all times (a click 28 dB below the peak, plainly heard in silence); it is
suspected from 2.5 % on, where single drums of an uneven swing may lie.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.data.sheet import NEEDS, leaving_out, readable, rule, sheet, worst
from ganbaru.checkup.evidence import Evidence

OFFSET, SUSPECT = 0.04, 0.025
"""Offset over peak; set on 165 samples of Sonic Pi, which reach 0.03."""


def _judge(evidence: Evidence) -> Ruling:
    files = sheet(evidence)
    share = np.where(files.sounding(), files.numbers("offset_share"), 0.0)
    numbers = {"offset_share": worst(share), "offset_share_limit": OFFSET}
    reason = "an offset this small may be the swing of the sound itself"
    return rule(files.names, share, share >= OFFSET, share >= SUSPECT, numbers, reason)


CAUSE = Cause(
    slug="dc-offset",
    needs=NEEDS,
    judge=_judge,
    when=readable,
    change=leaving_out(_judge),
    remedy="Filter out everything below 20 Hz in these files, or leave them out.",
)
