"""Step 3: are the sounds clean and in the right form?"""

from ganbaru.checkup.cause import Cause

CAUSES: tuple[Cause, ...] = ()
