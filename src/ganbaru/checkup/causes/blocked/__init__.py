"""Step 4: what blocks learning, and when did it begin?"""

from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes.blocked import (
    clip_saturation,
    critic_too_strong,
    critic_too_weak,
    dead_units,
    denormals,
    divergence,
    exploding_gradient,
    late_degradation,
    mode_collapse,
    mode_dropping,
    not_lipschitz,
    oscillation,
    vanishing_gradient,
)

CAUSES: tuple[Cause, ...] = (
    vanishing_gradient.CAUSE,
    exploding_gradient.CAUSE,
    mode_collapse.CAUSE,
    mode_dropping.CAUSE,
    critic_too_strong.CAUSE,
    critic_too_weak.CAUSE,
    dead_units.CAUSE,
    clip_saturation.CAUSE,
    not_lipschitz.CAUSE,
    oscillation.CAUSE,
    divergence.CAUSE,
    late_degradation.CAUSE,
    denormals.CAUSE,
)
