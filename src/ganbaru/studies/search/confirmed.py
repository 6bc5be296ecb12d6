"""What the fresh seeds say of the winner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ganbaru.distances.estimate import Estimate
from ganbaru.studies.judging.compare import judge
from ganbaru.studies.judging.pairs import outcomes, paired
from ganbaru.studies.plan import Settings
from ganbaru.studies.search.confirming import CONFIRM
from ganbaru.studies.search.searching import PRESENT

Array = np.ndarray[Any, Any]
FEWEST = 6
"""Pairs below which no difference whatever reaches p < 0.05."""
FOUND, STAY, OPEN, BEST = "better settings found", "the present settings stay", "can't tell", "best of those tried"


@dataclass(frozen=True)
class Confirmed:
    """What became of the winner.

    Attributes:
        verdict: "better settings found", "the present settings stay", "can't tell" or "best of those tried".
        said: one sentence; empty where nothing was to be confirmed.
        winner: the cell that won; empty where none did.
        change: what the winner sets otherwise than it is, if that is recommended.
        evidence: gain, share of wins, mean score.
    """

    verdict: str
    said: str
    winner: str = ""
    change: dict[str, Any] | None = None
    evidence: Mapping[str, float | Estimate] = field(default_factory=dict)


def confirmed(
    planned: Mapping[str, Settings],
    scores: Array,
    collapsed: Array,
    won: tuple[str, Settings] | None,
    searched: Sequence[str],
    *,
    otherwise: str,
    higher_is_better: bool,
    worthwhile: float | None,
) -> Confirmed:
    """Winner and present settings over the fresh seeds.

    Args:
        planned: the study's cells.
        scores: ``(C, F)`` of these cells with the fresh seeds; collapsed: ``(C, F)``.
        won: the winner; None where nothing did better than what is in use.
        searched: the settings.
        otherwise: the verdict where nothing won.
        higher_is_better: direction of the scores.
        worthwhile: the difference that counts.
    """
    if won is None:
        return Confirmed(otherwise, "")
    cells = list(planned)
    name, settings = CONFIRM + won[0], {key: won[1][key] for key in searched}
    row = cells.index(name) if name in cells else -1
    if row < 0 or not (np.isfinite(scores[row]) | collapsed[row]).any():
        return Confirmed(OPEN, "it is not confirmed by fresh seeds", won[0])
    mine, fell = scores[row], collapsed[row]
    if PRESENT not in cells:
        known = mine[np.isfinite(mine)]
        said = f"on {len(mine)} fresh seeds it scores {_mean(known)} on average, {int(fell.sum())} collapsed"
        return Confirmed(
            BEST, said, won[0], settings, {"mean on fresh seeds": float(known.mean()) if len(known) else np.nan}
        )
    here = cells.index(PRESENT)
    arms = outcomes(scores[[row, here]], collapsed[[row, here]], higher_is_better=higher_is_better)
    names = ("the best", "the present settings")
    found = judge(paired(*arms), names, worthwhile=worthwhile, confidence=0.95, seed=0)
    change = {key: value for key, value in settings.items() if value != planned[PRESENT][key]}
    verdict = {"A is better": FOUND, "B is better": STAY, "alike": STAY}.get(found.verdict, OPEN)
    evidence = {"gain on fresh seeds": found.difference, "share of fresh seeds won": found.a_wins}
    return Confirmed(verdict, f"on fresh seeds {found.said}", won[0], change if verdict == FOUND else None, evidence)


def _mean(values: Array) -> str:
    return f"{values.mean():.3g}" if len(values) else "nothing"
