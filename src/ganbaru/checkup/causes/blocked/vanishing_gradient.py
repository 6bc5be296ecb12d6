"""Next to no gradient reaches the generator: of what the critic knows, nothing arrives.

Arjovsky & Bottou 2017, theorem 2.4: the sharper a critic, the less of its slope comes through a saturating loss. The
message to a sample is the slope of the loss at it; the critic's own slope towards the reals says how much there was to
tell. Both fade together where learning is done, and only the message does where it is stopped on its way. Where fakes
look right it fades too, and rightly so: they rest where the critic likes them, however far away it knows other reals.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.one_loss import by_loss, is_plain
from ganbaru.checkup.causes.standing import by_harm, is_game, standing
from ganbaru.checkup.causes.usual import penalty
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_FAINT = 1e-6
"""Message to a sample below which an optimizer's own epsilon (1e-8, over the weights) outweighs it."""
_PASSED = 0.02
"""Message over the critic's slope; of what is healthy on the calibration half 0.45 and more comes through."""
_REACH = 1e-3
"""Gradient over weights of the first layer, over that of the last; about 1 of layers alike."""


def _judge(evidence: Evidence) -> Ruling:
    return _of_model(evidence) if is_plain(evidence) else _of_generator(evidence)


def _of_model(evidence: Evidence) -> Ruling:
    reach = evidence.series["gradient_reach"]
    numbers = {"gradient_reach": reach.late(), "gradient_reach_limit": _REACH}
    if not reach.late() < _REACH:
        return Ruling("fine", numbers)
    return by_loss(evidence, numbers, "model", since=reach.since(lambda values: values < _REACH))


def _of_generator(evidence: Evidence) -> Ruling:
    """On the way through the loss and the critic, or on the way back through the generator's own layers."""
    message, passed, reach = evidence.series["fake_gradient"].finite, _passed(evidence), _reach(evidence)
    numbers = {"fake_gradient": message.late(), "fake_gradient_limit": _FAINT}
    since = None
    if len(passed):
        numbers |= {"passed": passed.late(), "passed_limit": _PASSED}
        since = passed.since(lambda values: values < _PASSED)
    if len(reach):
        numbers |= {"gradient_reach": reach.late(), "gradient_reach_limit": _REACH}
        since = reach.since(lambda values: values < _REACH) if since is None else since
    if not is_lost(evidence):
        return Ruling("fine", numbers)
    if late_degradation.begins(evidence, since):
        return Ruling("suspect", numbers, "generator", since=since, reason="it came through when all went well")
    unseen = "no samples were seen: it may be done learning"
    return by_harm(evidence, numbers, "generator", since=since, unseen=unseen, waits=True)


def is_lost(evidence: Evidence) -> bool:
    """Whether next to nothing of the message arrives, late, whatever comes of it; not so where nothing is known."""
    if evidence.lacks("fake_gradient"):
        return False
    message, passed, reach = evidence.series["fake_gradient"].finite, _passed(evidence), _reach(evidence)
    stopped = passed.late() < _PASSED and not _has_arrived(evidence)
    return bool(message.late() < _FAINT or stopped or reach.late() < _REACH)


def _has_arrived(evidence: Evidence) -> bool:
    """Whether most of what is made looks right."""
    now = standing(evidence)
    return now is not None and now.looks_right


def _reach(evidence: Evidence) -> Series:
    return Series.of([], []) if evidence.lacks("gradient_reach") else evidence.series["gradient_reach"].finite


def _when(evidence: Evidence) -> str:
    return (
        evidence.lacks("gradient_reach") if is_plain(evidence) else is_game(evidence) or evidence.lacks("fake_gradient")
    )


def _passed(evidence: Evidence) -> Series:
    """Message over slope where both were recorded; empty where they never were."""
    if evidence.lacks("lipschitz"):
        return Series.of([], [])
    message, slope = (evidence.series[name].finite for name in ("fake_gradient", "lipschitz"))
    steps, mine, its = np.intersect1d(message.steps, slope.steps, return_indices=True)
    there = slope.values[its] > 0
    with np.errstate(over="ignore"):  # so steep as to overflow: all of it came through
        return Series.of(steps[there], message.values[mine][there] / slope.values[its][there])


def _change(evidence: Evidence) -> Change | None:
    if evidence.facts.get("objective") == "minimax":
        return {"objective": "nonsaturating"}
    if evidence.facts.get("constraint") in (None, "none"):
        return penalty(evidence)
    return None


CAUSE = Cause(
    "vanishing-gradient",
    needs=(),
    when=_when,
    judge=_judge,
    remedy="Bound the critic by a gradient penalty (constraint=r1), or take an objective that does not saturate.",
    change=_change,
    explains=("mode-dropping", "critic-too-strong", "oscillation"),
)
