"""How well a training stands: what many judges ask first, since a symptom without harm is no fault."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ganbaru.checkup.cause import Ruling
from ganbaru.checkup.evidence import Evidence

SAMPLES = ("batch_distance", "batch_distance_real", "coverage", "coverage_real")
"""The series without which nobody has looked at samples."""

_APART = 1.6
"""Distance of fakes over that of other reals, late, from which a batch shows the difference."""
_COVERED = 0.6
"""Coverage over that of other reals below which a batch shows that kinds are missing."""
_FALLS = 0.85
"""Distance of the last eighth over that of the one before below which it still gets better."""


@dataclass(frozen=True)
class Standing:
    """Generated samples against real ones, in batches, late in the training; 1 is as good as real.

    Attributes:
        apart: distance of fakes over that of other reals.
        covered: coverage by fakes over that by other reals.
        precise: share of fakes near reals over that of other reals.
        spread: mean distance of two fakes over that of two reals.
        start: ``apart`` at the beginning.
        improving: it still gets better.
    """

    apart: float
    covered: float
    precise: float
    spread: float
    start: float
    improving: bool

    @property
    def suffers(self) -> bool:
        """Whether the samples are clearly not what they should be."""
        return self.apart > _APART or self.covered < _COVERED

    @property
    def evidence(self) -> dict[str, float]:
        """What it is told by, with the bounds."""
        return {"apart": self.apart, "apart_limit": _APART, "covered": self.covered, "covered_limit": _COVERED}


def standing(evidence: Evidence) -> Standing | None:
    """How well a training stands; None where no samples were seen."""
    if any(evidence.lacks(name) for name in SAMPLES):
        return None
    series = evidence.series
    floor = max(_ratio(series["batch_distance_real"].late(1.0), 1.0), 1e-9)
    apart = series["batch_distance"].finite
    last, before = _middle(apart.part(0.875)), _middle(apart.part(0.75, 0.875))
    return Standing(
        apart=apart.late() / floor,
        covered=_ratio(series["coverage"].late(), series["coverage_real"].late(1.0)),
        precise=_share(evidence, "precision"),
        spread=series["spread"].late() if "spread" in series else float("nan"),
        start=apart.early(0.05) / floor,
        improving=last < _FALLS * before,
    )


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


def _share(evidence: Evidence, name: str) -> float:
    if evidence.lacks(name) or evidence.lacks(f"{name}_real"):
        return float("nan")
    return _ratio(evidence.series[name].late(), evidence.series[f"{name}_real"].late(1.0))


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
