"""How well a training stands: what many judges ask first, since a symptom without harm is no fault."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ganbaru.checkup.cause import Ruling
from ganbaru.checkup.evidence import Evidence

SAMPLES = ("batch_distance", "batch_distance_real", "coverage", "coverage_real")
"""The series without which nobody has looked at samples."""

_APART = 1.25
"""Distance of fakes over that of other reals, late, from which a batch shows a difference beyond its own chance."""
_LEFT = 0.2
"""Share of the way from untrained to real that is left. On the calibration half, what had learned left 0.14 in loops
and 0.13 in runs on points, and up to 0.37 in runs of a few hundred steps on sounds."""
_MIDDLE = 0.8
"""Distance of a generator that makes the middle of the data only, in deviations of the data: √(2/π) of a Gaussian."""
_COVERED, _PRECISE = 0.6, 0.5
"""Coverage over precision below which kinds are missing; and the precision, over that of other reals, it tells from."""
RIGHT = 0.6
"""Share of fakes near reals, over that of other reals, from which they look right: they were told where reals are."""
_MISSED = 0.1
"""Share of the way that is left at least where kinds are missing: without every second one of a ring of eight it is
0.2; on the calibration half coverage fell to 0.59 of precision by thinness alone, where 0.05 of the way was left."""
MISSED, _SEEN = 0.1, 0.25
"""Share of reals of kinds that are not made, beyond what other reals miss, from which kinds are missing, and in how few
of the late records it may be less; as good as none are missed by samples that are blurred or too narrow, and 0.12 where
one of eight kinds is not made."""
_NARROW, _MANY = 1.5, 0.5
"""Times what fakes lack of the reals' mean distance from each other that must be missed besides, up to the share that
tells by itself: of a square or a Gaussian that is made too narrow as much as 1.0 times is missed, of kinds that are all
made but some too rarely up to 1.48 times, on the calibration half."""
_ASIDE = 0.5
"""Distance of the means from which what is made is of one side: without a half of a uniform distribution 0.87, without
a quarter of a ring 0.3."""
_FALLS = 0.85
"""Distance of the last eighth, or measurement, over the one before below which it still gets better; of the eighths
of the last half the best one counts, for each is told by few batches."""
_BEFORE = ((0.5, 0.625), (0.625, 0.75), (0.75, 0.875))
"""The eighths of the last half but the last one."""
_LOOKED = 0.25
"""Share of a training up to which somebody must have looked to say how it stands: where looking was dear and stopped
early, what is nearer than untrained may have been learned since."""
_MOST_DONE = 0.35
"""Share of the way that is left at most where full measurements that still come nearer say that nothing blocks it."""
_BEGINNING = 0.05
"""Share of a training by which its first measurement must have been made to be that of an untrained generator."""


@dataclass(frozen=True)
class Standing:
    """Generated samples against real ones, in batches, late in the training; 1 is as good as real.

    Attributes:
        apart: distance of fakes over that of other reals.
        left: share of the way from untrained (or from the middle of the data, if that is farther) to real that is left.
        covered: coverage by fakes over that by other reals.
        precise: share of fakes near reals over that of other reals; NaN where an untrained generator has as much.
        spread: mean distance of two fakes over that of two reals.
        start: ``apart`` at the first record.
        missed: share of reals of kinds that are not made, less that which other reals miss; NaN where not recorded.
        improving: it still gets better.
        learns: by full measurements most of the way is done, and the last one is clearly nearer than the one before.
        aside: distance of the means of fakes and reals along two directions, in deviations of the data; 0: unknown.
    """

    apart: float
    left: float
    covered: float
    precise: float
    spread: float
    start: float
    improving: bool
    missed: float = math.nan
    learns: bool = False
    aside: float = 0.0

    @property
    def looks_right(self) -> bool:
        """Whether most of what is made lies near reals, of however few kinds; not where that is unknown."""
        return self.precise >= RIGHT

    @property
    def lacks_kinds(self) -> bool:
        """Whether much of what is real has nothing like it, beside how right what is made looks, and shows in the way.

        Told by whole kinds where those were recorded; among few samples of many numbers hardly any covers another.
        """
        if not math.isnan(self.missed):
            return self.misses_kinds and self.shows
        return self.precise > _PRECISE and self.covered < self.covered_limit and self.shows

    @property
    def shows(self) -> bool:
        """Whether so much of the way is left as is where kinds are missing."""
        return self.left > _MISSED

    @property
    def misses_kinds(self) -> bool:
        """Whether whole kinds are not made, whatever comes of it."""
        return self.missed > self.missed_limit

    @property
    def missed_limit(self) -> float:
        """Share of reals that may be missed, be it by fakes that only vary too little, and are in the middle."""
        lacking = 0.0 if math.isnan(self.spread) or (self.aside > _ASIDE and self.looks_right) else 1 - self.spread
        return max(MISSED, min(_NARROW * lacking, _MANY))

    @property
    def covered_limit(self) -> float:
        """Coverage below which kinds are missing; what is covered as by other reals is all there."""
        return _COVERED * min(self.precise, 1.0)

    @property
    def is_far(self) -> bool:
        """Whether much of the way is left, and it is not being gone."""
        return self.left > _LEFT and self.apart > _APART and not self.learns

    @property
    def suffers(self) -> bool:
        """Whether much of the way is left, or kinds are missing.

        A batch of a short training that learned may be twice as far as reals are and cover a tenth, where the data are
        thin: neither number tells by itself.
        """
        return self.is_far or self.lacks_kinds

    @property
    def evidence(self) -> dict[str, float]:
        """What it is told by, with the bounds."""
        numbers = {"apart": self.apart, "apart_limit": _APART, "way_left": self.left, "way_left_limit": _LEFT}
        if self.lacks_kinds and math.isnan(self.missed):
            return numbers | {"covered": self.covered, "covered_limit": self.covered_limit}
        missed = {"missed_share": self.missed, "missed_share_limit": self.missed_limit}
        return numbers | missed if self.lacks_kinds else numbers


def standing(evidence: Evidence) -> Standing | None:
    """How well a training stands; None where no samples were seen, or only at its beginning."""
    if any(evidence.lacks(name) for name in SAMPLES):
        return None
    series = evidence.series
    floor = max(_ratio(series["batch_distance_real"].late(1.0), 1.0), 1e-9)
    distance = series["batch_distance"].finite
    first = float(distance.values[0]) if len(distance) else float("nan")
    last, before = _middle(distance.part(0.875)), min(_middle(distance.part(*each)) for each in _BEFORE)
    left, falls = _measured(evidence) or ((distance.late() - floor) / max(first - floor, _MIDDLE - floor, 1e-9), False)
    if _looked(evidence) < _LOOKED and not left > 1:
        return None
    return Standing(
        apart=distance.late() / floor,
        left=left,
        covered=_ratio(series["coverage"].late(), series["coverage_real"].late(1.0)),
        precise=_precise(evidence),
        spread=series["spread"].late() if "spread" in series else float("nan"),
        start=first / floor,
        improving=last < _FALLS * before or falls,
        missed=_missed(evidence),
        learns=falls and left < _MOST_DONE,
        aside=_aside(evidence),
    )


def _aside(evidence: Evidence) -> float:
    """How far the mean of the fakes lies from that of the reals for good: in the median, to and fro is near."""
    names = ("drift_0", "drift_1")
    if any(evidence.lacks(name) for name in names):
        return 0.0
    return max(abs(evidence.series[name].late()) for name in names)


def _looked(evidence: Evidence) -> float:
    """Share of the training after which nobody looked any more; 1 where that is not known."""
    names = ("seconds_critic", "seconds_generator")
    ends = [float(evidence.series[name].steps[-1]) for name in names if not evidence.lacks(name)]
    return max(ends) / float(evidence.facts.get("step") or max(ends)) if ends and max(ends) > 0 else 1.0


def kinds_lost_since(evidence: Evidence) -> int | None:
    """The step from which on kinds were missing; None where they are not, or where that was not recorded."""
    return None if evidence.lacks("missed") else evidence.series["missed"].finite.since(lambda values: values > MISSED)


def _missed(evidence: Evidence) -> float:
    if evidence.lacks("missed") or evidence.lacks("missed_real"):
        return math.nan
    late = evidence.series["missed"].part(0.75)
    return float(np.quantile(late, _SEEN)) - evidence.series["missed_real"].late(1.0) if len(late) else math.nan


def _measured(evidence: Evidence) -> tuple[float, bool] | None:
    """Share of the way that is left by quality's distance, and whether it still falls; None where it was not measured.

    It is of many samples and of the averaged generator, so that it says more than a batch does.
    """
    if any(evidence.lacks(name) for name in ("quality.distance", "quality.distance.floor")):
        return None
    distance, floor = evidence.series["quality.distance"].finite, evidence.series["quality.distance.floor"].late()
    if len(distance) < 2 or distance.steps[0] > _BEGINNING * distance.steps[-1] or not distance.values[0] > floor:
        return None
    left = (distance.values - floor) / (distance.values[0] - floor)
    return float(left[-1]), bool(left[-1] < _FALLS * left[-2])


def by_harm(
    evidence: Evidence,
    numbers: Mapping[str, float],
    where: str,
    *,
    since: int | None = None,
    unseen: str = "no samples were seen: it may do no harm",
    harmless: str = "",
    waits: bool = False,
) -> Ruling:
    """The ruling on a symptom that is there: found where the samples suffer, suspected where none were seen.

    Args:
        evidence: what was gathered.
        numbers: what the symptom was told by.
        where: the part concerned.
        since: the step at which it began.
        unseen: what to say where no samples were seen.
        harmless: what makes it suspected also where they do not suffer; empty where it is fine then.
        waits: suspect it only as long as the samples still get better.
    """
    now = standing(evidence)
    if now is None:
        return Ruling("suspect", numbers, where, since=since, reason=unseen)
    if not now.suffers and harmless:
        return Ruling("suspect", numbers, where, since=since, reason=harmless)
    numbers = {**numbers, **now.evidence}
    if not now.suffers:
        return Ruling("fine", numbers)
    return Ruling("suspect" if waits and now.improving else "found", numbers, where, since=since)


def _precise(evidence: Evidence) -> float:
    """Late precision, where there was none at first: among few samples of many numbers the middle is near to some."""
    if evidence.lacks("precision") or evidence.lacks("precision_real"):
        return float("nan")
    made, best = evidence.series["precision"].finite, evidence.series["precision_real"].late(1.0)
    untrained = made.early(_BEGINNING)
    return float("nan") if _ratio(untrained, best) > _PRECISE else _ratio(made.late(), best)


def _ratio(value: float, of: float) -> float:
    return value / max(of, 1e-9)


def _middle(values: np.ndarray) -> float:
    return float(np.median(values)) if len(values) else float("nan")


def separation(evidence: Evidence, share: float = 0.25) -> float:
    """Distance of the mean scores of real and fake over their common standard deviation, late; NaN where unknown.

    A critic that gives one score for a whole batch has no deviation, and nothing is known of it either.
    """
    names = ("real_score_mean", "fake_score_mean", "real_score_std", "fake_score_std")
    if any(evidence.lacks(name) for name in names):
        return float("nan")
    real, fake, real_std, fake_std = (evidence.series[name].late(share) for name in names)
    common = float(np.sqrt((real_std**2 + fake_std**2) / 2))
    return abs(real - fake) / common if common > 0 else float("nan")


WASSERSTEIN = ("wasserstein",)
SATURATING = ("minimax",)


def is_game(evidence: Evidence) -> str:
    """Why a cause of two players is not looked at; empty where there are two."""
    return "" if evidence.facts.get("kind") == "gan" else "there is no critic: this is not a game of two networks"
