"""Whole kinds of samples are never generated, while those that are made look right."""

import math

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.blocked.mode_collapse import NARROW
from ganbaru.checkup.causes.standing import Standing, is_game, kinds_lost_since, standing
from ganbaru.checkup.causes.usual import paired
from ganbaru.checkup.evidence import Evidence

_KINDS, _ONES = 0.9, 0.5
"""Share of the known modes below which some are not made, and of samples near one from which modes can be counted."""


def _judge(evidence: Evidence) -> Ruling:
    now = standing(evidence)
    if now is None or (math.isnan(now.precise) and math.isnan(now.missed)):
        return Ruling("not-checked", reason="samples were not seen")
    counted = _counted(evidence)
    numbers = {**_seen(now), **now.evidence, "spread": now.spread, "spread_limit": NARROW, **counted}
    misses, lacks = now.misses_kinds or bool(counted), now.lacks_kinds or (bool(counted) and now.shows)
    if misses and now.spread >= NARROW and not lacks:
        return Ruling("suspect", numbers, "generator", reason="what is missing hardly shows in the distance")
    if not lacks or now.spread < NARROW:
        return Ruling("fine", numbers)
    if now.improving:
        return Ruling("suspect", numbers, "generator", reason="they are few, and come nearer to all")
    since = kinds_lost_since(evidence) if now.misses_kinds or not counted else _began(evidence)
    if late_degradation.begins(evidence, since):
        return Ruling("suspect", numbers, "generator", since=since, reason="all were made when it was good")
    return Ruling("found", numbers, "generator", since=since)


def _seen(now: Standing) -> dict[str, float]:
    """What tells whether kinds are missing: how many samples are of such, or how right what is made looks."""
    if math.isnan(now.missed):
        return {"precise": now.precise}
    return {"missed_share": now.missed, "missed_share_limit": now.missed_limit}


def _counted(evidence: Evidence) -> dict[str, float]:
    """Of a world of known modes: how many are made, where that is too few and most samples are of one; else nothing.

    A count says it whatever the samples vary by: of three modes one may be missing, and those that are made be as far
    from each other as any two.
    """
    modes = (evidence.probes.get("quality") or {}).get("modes")
    if modes is None or evidence.lacks("quality.high_quality"):
        return {}
    made, least = float(modes["value"]), _least(evidence)
    share = float(evidence.series["quality.high_quality"].values[-1])
    if made >= least or not share >= _ONES:
        return {}
    return {"modes": made, "modes_limit": least, "of_a_mode": share, "of_a_mode_limit": _ONES}


def _least(evidence: Evidence) -> float:
    """How many of the known modes must be made."""
    return float(math.ceil(_KINDS * evidence.probes["quality"]["modes"]["samples"][1]))


def _began(evidence: Evidence) -> int | None:
    """The step from which on fewer modes were made; None where it was not measured."""
    if evidence.lacks("quality.modes"):
        return None
    return evidence.series["quality.modes"].since(lambda values: values < _least(evidence))


CAUSE = Cause(
    "mode-dropping",
    needs=("coverage",),
    when=is_game,
    judge=_judge,
    remedy="Compare pairs (objective=relativistic) and constrain the critic on both sides (constraint=r1+r2).",
    change=paired,
    explains=("late-degradation",),
)
