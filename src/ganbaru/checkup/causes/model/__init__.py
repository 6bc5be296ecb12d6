"""Step 6: is the model too small?"""

from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes.model import critic_too_small, generator_too_small, receptive_field_short

CAUSES: tuple[Cause, ...] = (generator_too_small.CAUSE, critic_too_small.CAUSE, receptive_field_short.CAUSE)
