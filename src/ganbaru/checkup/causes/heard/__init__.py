"""Step 4, by ear: what only generated sounds show."""

from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes.heard import clicks, hiss, imaging, phase_smear, silent_output

CAUSES: tuple[Cause, ...] = (
    silent_output.CAUSE,
    clicks.CAUSE,
    imaging.CAUSE,
    hiss.CAUSE,
    phase_smear.CAUSE,
)
