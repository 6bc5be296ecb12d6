"""Step 4, by ear: what only generated sounds show."""

from ganbaru.checkup.cause import Cause

CAUSES: tuple[Cause, ...] = ()
