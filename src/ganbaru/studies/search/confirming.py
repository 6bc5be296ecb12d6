"""The winner of a search, run once more with seeds that had no part in choosing it."""

from collections.abc import Callable, Sequence
from typing import Any

from ganbaru.studies.ledger import DONE, FAILED
from ganbaru.studies.plan import Key, Settings
from ganbaru.studies.search.searching import PRESENT
from ganbaru.studies.sitting import More, Wanted
from ganbaru.studies.table import Results

CONFIRM = "confirm "
"""Begins the name of a cell that is run with the fresh seeds only; what it confirms follows."""

Winner = Callable[[Results], tuple[str, Settings] | None]
"""The cell that did best so far, if it is to be confirmed, and its settings for a training from the beginning."""


class Confirming:
    """What is given to `run_study` as ``more``: the search to its end, then winner and present settings afresh.

    The best of many runs looks better than it is: of fifty equal ones by 2.25 standard deviations. What is chosen by
    some seeds is therefore judged by others.

    Args:
        winner: tells which cell won.
        fresh: the seeds for it.
        search: asked first; None where the plan has all of it.
    """

    def __init__(self, winner: Winner, fresh: Sequence[int], search: More | None = None) -> None:
        self._winner, self._fresh, self._search = winner, tuple(fresh), search

    def __call__(self, found: Results) -> Any:
        """What is to be run next."""
        wanted = self._search(found) if self._search is not None else None
        if wanted:
            return wanted
        if not self._fresh or any(trial.state not in (DONE, FAILED) for trial in found.trials.values()):
            return Wanted()
        won = self._winner(found)
        if won is None:
            return Wanted()
        name, settings = CONFIRM + won[0], won[1]
        arms = [name, *([PRESENT] if PRESENT in found.plan.cells else [])]
        trials: list[Key] = [(arm, seed) for seed in self._fresh for arm in arms if (arm, seed) not in found.trials]
        return Wanted({} if name in found.plan.cells else {name: settings}, trials)
