"""More critic updates than are of use: the time goes to a critic that has learned all it can."""

import numpy as np

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.standing import is_game
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Array

_MANY = 15
"""Updates to one of the generator: three times the published five."""
_SHARE = 0.8
"""Share of the time that goes to the critic."""


def _judge(evidence: Evidence) -> Ruling:
    updates = int(evidence.facts["n_critic"])
    numbers = {"n_critic": float(updates), "n_critic_limit": float(_MANY)}
    share = _time_share(evidence)
    if share is not None:
        numbers |= {"critic_time": share, "critic_time_limit": _SHARE}
    if updates < _MANY:
        return Ruling("fine", numbers)
    if share is not None and share < _SHARE:
        return Ruling("suspect", numbers, "critic", reason="the time does not go there")
    return Ruling("found", numbers, "critic")


def _time_share(evidence: Evidence) -> float | None:
    """By the usual time from record to record, so that one wait of a busy machine is not counted."""
    names = ("seconds_critic", "seconds_generator")
    if any(evidence.lacks(name) for name in names):
        return None
    critic, generator = (_usual(evidence.series[name].finite.values) for name in names)
    return critic / max(critic + generator, 1e-12)


def _usual(seconds: Array) -> float:
    """The median growth of a time that is added up."""
    return float(np.median(np.diff(seconds, prepend=0.0)))


def _change(evidence: Evidence) -> Change | None:
    """Fewer updates, and as many more steps as that saves: at the published number its time goes to learning."""
    updates, fewer = int(evidence.facts["n_critic"]), 5 if evidence.facts.get("objective") == "wasserstein" else 1
    steps = evidence.facts.get("steps")
    return {"n_critic": fewer} | ({"steps": int(steps) * (updates + 1) // (fewer + 1)} if steps else {})


CAUSE = Cause(
    "n-critic-high",
    needs=("n_critic",),
    when=is_game,
    judge=_judge,
    remedy="Lower n_critic (five for a Wasserstein critic, one for others), and take more steps in the time it saves.",
    change=_change,
    explains=(
        "critic-too-strong",
        "vanishing-gradient",
        "clip-saturation",
        "mode-collapse",
        "mode-dropping",
        "learning-rate-low",
    ),
)
