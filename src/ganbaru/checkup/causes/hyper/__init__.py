"""Step 5: is a hyperparameter off?"""

from ganbaru.checkup.cause import Cause

CAUSES: tuple[Cause, ...] = ()
