"""A learning rate is too low: in the whole training the weights can hardly have moved."""

import math

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.hyper.settings import learners, no_learners, path, scaled
from ganbaru.checkup.causes.standing import by_harm
from ganbaru.checkup.evidence import Evidence

_PATH = 0.1
"""All updates over the norm of the weights; 0.5 and more in trainings that came to their end."""


def _judge(evidence: Evidence) -> Ruling:
    paths = {name: path(evidence, name) for name in learners(evidence)}
    least = min(paths, key=lambda name: paths[name])
    numbers = {f"{name}_path": value for name, value in paths.items()} | {f"{least}_path_limit": _PATH}
    if math.isnan(paths[least]) or paths[least] > _PATH:
        return Ruling("fine", numbers)
    return by_harm(evidence, numbers, least, unseen="no samples were seen: it may be done learning")


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
    explains=("critic-too-weak", "mode-dropping", "mode-collapse", "critic-too-strong", "no-update"),
)
