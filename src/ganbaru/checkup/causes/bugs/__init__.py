"""Step 1: is it implemented correctly?"""

from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes.bugs import (
    batch_coupling,
    critic_on_stale_fake,
    critic_sigmoid,
    generator_detached,
    grad_leak,
    known_domain_failed,
    latent_ignored,
    loss_sign,
    no_update,
    no_zero_grad,
    non_finite,
    output_range,
    shared_optimizer,
    train_eval_mode,
)

CAUSES: tuple[Cause, ...] = (
    non_finite.CAUSE,
    generator_detached.CAUSE,
    no_update.CAUSE,
    no_zero_grad.CAUSE,
    shared_optimizer.CAUSE,
    loss_sign.CAUSE,
    grad_leak.CAUSE,
    critic_on_stale_fake.CAUSE,
    critic_sigmoid.CAUSE,
    output_range.CAUSE,
    batch_coupling.CAUSE,
    latent_ignored.CAUSE,
    train_eval_mode.CAUSE,
    known_domain_failed.CAUSE,
)
