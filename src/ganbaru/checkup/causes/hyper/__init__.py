"""Step 5: is a hyperparameter off?"""

from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes.hyper import (
    batch_too_small,
    clip_too_large,
    clip_too_small,
    learning_rate_high,
    learning_rate_low,
    momentum_high,
    n_critic_high,
    n_critic_low,
    penalty_too_large,
    penalty_too_small,
)

CAUSES: tuple[Cause, ...] = (
    learning_rate_high.CAUSE,
    learning_rate_low.CAUSE,
    clip_too_large.CAUSE,
    clip_too_small.CAUSE,
    penalty_too_large.CAUSE,
    penalty_too_small.CAUSE,
    n_critic_low.CAUSE,
    n_critic_high.CAUSE,
    batch_too_small.CAUSE,
    momentum_high.CAUSE,
)
