"""How well a training stands: what many judges ask first, since a symptom without harm is no fault."""

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
_MISSED = 0.1
"""Share of the way that is left at least where kinds are missing: without every second one of a ring of eight it is
0.2; on the calibration half coverage fell to 0.59 of precision by thinness alone, where 0.05 of the way was left."""
_FALLS = 0.85
"""Distance of the last eighth, or measurement, over that of the one before below which it still gets better."""
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
        improving: it still gets better.
    """

    apart: float
    left: float
    covered: float
    precise: float
    spread: float
    start: float
    improving: bool

    @property
    def lacks_kinds(self) -> bool:
        """Whether what is made looks right, and much of what is real has nothing like it and shows in the distance."""
        return self.precise > _PRECISE and self.covered < self.covered_limit and self.left > _MISSED

    @property
    def covered_limit(self) -> float:
        """Coverage below which kinds are missing; what is covered as by other reals is all there."""
        return _COVERED * min(self.precise, 1.0)

    @property
    def is_far(self) -> bool:
        """Whether much of the way is left."""
        return self.left > _LEFT and self.apart > _APART

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
        if self.lacks_kinds:
            numbers |= {"covered": self.covered, "covered_limit": self.covered_limit}
        return numbers


def standing(evidence: Evidence) -> Standing | None:
    """How well a training stands; None where no samples were seen."""
    if any(evidence.lacks(name) for name in SAMPLES):
        return None
    series = evidence.series
    floor = max(_ratio(series["batch_distance_real"].late(1.0), 1.0), 1e-9)
    distance = series["batch_distance"].finite
    first = float(distance.values[0]) if len(distance) else float("nan")
    last, before = _middle(distance.part(0.875)), _middle(distance.part(0.75, 0.875))
    left, falls = _measured(evidence) or ((distance.late() - floor) / max(first - floor, _MIDDLE - floor, 1e-9), False)
    return Standing(
        apart=distance.late() / floor,
        left=left,
        covered=_ratio(series["coverage"].late(), series["coverage_real"].late(1.0)),
        precise=_precise(evidence),
        spread=series["spread"].late() if "spread" in series else float("nan"),
        start=first / floor,
        improving=last < _FALLS * before or falls,
    )


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
