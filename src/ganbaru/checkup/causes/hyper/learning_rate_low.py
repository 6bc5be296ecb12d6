"""A learning rate is too low: in the whole training the weights can hardly have moved."""

import math

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.blocked import dead_units, vanishing_gradient
from ganbaru.checkup.causes.blocked.exploding_gradient import drawn_wide
from ganbaru.checkup.causes.hyper.settings import UNLEARNED, learners, no_learners, path, scaled
from ganbaru.checkup.causes.one_loss import by_outcome
from ganbaru.checkup.evidence import Evidence

_PATH = 0.1
"""All updates over the norm of the weights; 0.5 and more in trainings that came to their end."""


def _judge(evidence: Evidence) -> Ruling:
    paths = {name: path(evidence, name) for name in learners(evidence)}
    least = min(paths, key=lambda name: paths[name])
    numbers = {f"{name}_path": value for name, value in paths.items()} | {f"{least}_path_limit": _PATH}
    if math.isnan(paths[least]) or paths[least] > _PATH:
        return Ruling("fine", numbers)
    if any(cause.examine(evidence) for cause in (dead_units.CAUSE, vanishing_gradient.CAUSE)):
        return Ruling("suspect", numbers, least, reason="its steps are short for want of a gradient")
    if drawn_wide(evidence):
        return Ruling("suspect", numbers, least, reason="its steps are short beside weights that were drawn wide")
    return by_outcome(evidence, numbers, least)


def _change(evidence: Evidence) -> Change | None:
    least = min(path(evidence, name) for name in learners(evidence))
    return scaled(evidence, learners(evidence), min(100.0, max(3.0, 1 / max(least, 1e-9))))


CAUSE = Cause(
    "learning-rate-low",
    needs=(),
    when=no_learners,
    judge=_judge,
    remedy="Raise the learning rate, or train for longer.",
    change=_change,
    explains=(
        "critic-too-weak",
        "critic-too-strong",
        "mode-dropping",
        "mode-collapse",
        "divergence",
        "exploding-gradient",
        "n-critic-low",
        *UNLEARNED,
    ),
)
