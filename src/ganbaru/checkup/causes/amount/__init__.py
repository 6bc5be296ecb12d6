"""Step 2: is there enough data?"""

from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes.amount import (
    critic_memorises,
    data_saturated,
    data_starved,
    overfitting,
    source_memorised,
)

CAUSES: tuple[Cause, ...] = (
    data_starved.CAUSE,
    data_saturated.CAUSE,
    critic_memorises.CAUSE,
    source_memorised.CAUSE,
    overfitting.CAUSE,
)
