"""Step 2: is there enough data?"""

from ganbaru.checkup.cause import Cause

CAUSES: tuple[Cause, ...] = ()
