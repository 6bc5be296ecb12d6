"""All generated samples are nearly alike, and were not before.

What never varied may be a generator that has not begun to learn; it is a collapse where the generator has gone a long
way under a clear message and its samples stayed alike.
"""

import numpy as np

from ganbaru.checkup.cause import Cause, Ruling
from ganbaru.checkup.causes.blocked import vanishing_gradient
from ganbaru.checkup.causes.standing import is_game, separation
from ganbaru.checkup.causes.travelled import travelled
from ganbaru.checkup.causes.usual import paired
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.series import Series

ALIKE = 0.2
"""Mean distance of two fakes over that of two reals; two modes of eight on a ring make 0.5 at the least in the mean."""
NARROW = 0.35
"""Below this it is suspected."""
_HEARD = 0.5
"""Diversity of sounds as they are heard, over that of real ones, that its whole interval must clear for them to differ;
0.18 at most on the calibration half where they were alike."""
_FELL, _VARIED = 0.5, 0.05
"""Late spread over the widest before it, from which they have become alike; and how wide that must have been."""
_FAR, _TOLD = 1.5, 3.0
"""Way that a generator went, in norms of its weights, and how surely the critic told what it made; on the calibration
half, samples that had begun alike and did not stay so varied after 1.2 of them at the latest where they were told so
surely, and after 2 where they were not."""
_WINDOWS = 20
"""Parts of a training, each told by its median."""


def _judge(evidence: Evidence) -> Ruling:
    spread = evidence.series["spread"].finite
    late, widest = spread.late(), _widest(spread)
    numbers = {"spread": late, "spread_limit": ALIKE, "fell_to": late / max(widest, 1e-12), "fell_to_limit": _FELL}
    if not late < NARROW:
        return Ruling("fine", numbers)
    if late >= ALIKE:
        return Ruling("suspect", numbers, "generator", reason="they vary much less than real samples, but not like one")
    if (heard := _heard(evidence)) > _HEARD:
        numbers |= {"diversity_low": heard, "diversity_low_limit": _HEARD}
        reason = (
            "their numbers vary much less than those of real ones, as soft sounds do; as they are heard they differ"
        )
        return Ruling("suspect", numbers, "generator", reason=reason)
    if late > _FELL * widest or widest < _VARIED:
        return _never_varied(evidence, numbers)
    return Ruling("found", numbers, "generator", since=spread.since(lambda values: values < ALIKE))


def _never_varied(evidence: Evidence, numbers: dict[str, float]) -> Ruling:
    """Whether it had every chance to vary: it moved far, was told clearly that it is wrong, and got that message."""
    way, told = travelled(evidence, "generator"), separation(evidence, 0.5)
    numbers |= {"travelled": way, "travelled_limit": _FAR, "separation": told, "separation_limit": _TOLD}
    if way > _FAR and told > _TOLD and not vanishing_gradient.is_lost(evidence):
        return Ruling("found", numbers, "generator", reason="however far the generator went, they stayed alike")
    return Ruling("suspect", numbers, "generator", reason="they never varied: it may not have begun to learn")


def _heard(evidence: Evidence) -> float:
    """How much sounds differ at least as they are heard, when that was last measured; 0 where it was not."""
    name = "quality.diversity.low"
    return 0.0 if evidence.lacks(name) else float(evidence.series[name].finite.values[-1])


def _widest(spread: Series) -> float:
    """The widest that they were at any time, by medians, so that one odd batch is none."""
    parts = np.array_split(spread.values, min(_WINDOWS, max(len(spread) // 2, 1)))
    return max((float(np.median(part)) for part in parts if len(part)), default=0.0)


CAUSE = Cause(
    "mode-collapse",
    needs=("spread",),
    when=is_game,
    judge=_judge,
    remedy="Compare pairs and constrain the critic on both sides (objective=relativistic, constraint=r1+r2).",
    change=paired,
    explains=("mode-dropping", "oscillation", "vanishing-gradient", "late-degradation", "critic-too-strong"),
)
