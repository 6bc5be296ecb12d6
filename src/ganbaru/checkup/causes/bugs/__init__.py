"""Step 1: is it implemented correctly?"""

from ganbaru.checkup.cause import Cause

CAUSES: tuple[Cause, ...] = ()
