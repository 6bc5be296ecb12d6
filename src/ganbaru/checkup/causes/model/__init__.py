"""Step 6: is the model too small?"""

from ganbaru.checkup.cause import Cause

CAUSES: tuple[Cause, ...] = ()
