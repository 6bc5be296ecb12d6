"""Whole kinds of samples are never generated, while those that are made look right."""

import math

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import late_degradation
from ganbaru.checkup.causes.blocked.mode_collapse import NARROW
from ganbaru.checkup.causes.standing import Standing, is_game, kinds_lost_since, standing
from ganbaru.checkup.causes.usual import paired
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

_KINDS = 0.9
"""Share of the known modes or labels that must be made."""


def _judge(evidence: Evidence) -> Ruling:
    counted = _counted(evidence)
    if counted is not None:
        return counted
    now = standing(evidence)
    if now is None or (math.isnan(now.precise) and math.isnan(now.missed)):
        return Ruling("not-checked", reason="samples were not seen")
    numbers = {**_seen(now), **now.evidence, "spread": now.spread, "spread_limit": NARROW}
    if now.misses_kinds and now.spread >= NARROW and not now.lacks_kinds:
        return Ruling("suspect", numbers, "generator", reason="what is missing hardly shows in the distance")
    if not now.lacks_kinds or now.spread < NARROW:
        return Ruling("fine", numbers)
    if now.improving:
        return Ruling("suspect", numbers, "generator", reason="they are few, and come nearer to all")
    since = kinds_lost_since(evidence)
    if late_degradation.begins(evidence, since):
        return Ruling("suspect", numbers, "generator", since=since, reason="all were made when it was good")
    return Ruling("found", numbers, "generator", since=since)


def _seen(now: Standing) -> dict[str, float]:
    """What tells whether kinds are missing: how many samples are of such, or how right what is made looks."""
    if math.isnan(now.missed):
        return {"precise": now.precise}
    return {"missed_share": now.missed, "missed_share_limit": now.missed_limit}


def _counted(evidence: Evidence) -> Ruling | None:
    """By modes or labels that are known; None where none are."""
    for name, whole in (("quality.modes", "modes"), ("quality.labels_covered", "labels")):
        total = evidence.facts.get(whole)
        if total and not evidence.lacks(name):
            covered = evidence.series[name]
            now = float(covered.finite.values[-1]) if len(covered.finite) else 0.0
            numbers = {whole: now, f"{whole}_limit": math.ceil(_KINDS * total)}
            if now >= _KINDS * total:
                return Ruling("fine", numbers)
            if not _good(evidence):
                return Ruling("fine", numbers, reason="what is made is not good enough to speak of kinds")
            return Ruling("found", numbers, "generator", since=_began(covered, _KINDS * total))
    return None


def _began(covered: Series, least: float) -> int | None:
    return covered.since(lambda values: values < least)


def _good(evidence: Evidence) -> bool:
    """Whether most of what is made is one of the kinds."""
    names = ("quality.high_quality", "quality.recognised")
    shares = [evidence.series[name].late(0.1) for name in names if not evidence.lacks(name)]
    return bool(shares) and max(shares) >= 0.5


CAUSE = Cause(
    "mode-dropping",
    needs=("coverage",),
    when=is_game,
    judge=_judge,
    remedy="Compare pairs (objective=relativistic) and constrain the critic on both sides (constraint=r1+r2).",
    change=paired,
    explains=("late-degradation",),
)
