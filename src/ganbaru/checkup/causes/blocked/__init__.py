"""Step 4: what blocks learning, and when did it begin?"""

from ganbaru.checkup.cause import Cause

CAUSES: tuple[Cause, ...] = ()
