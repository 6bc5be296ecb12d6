"""The numbers of every file of a folder, as the causes of this step read them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ganbaru.checkup.cause import Change, Ruling
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Verdict

Array = np.ndarray[Any, Any]

NEEDS = ("files",)
"""The probe that all causes of this step judge by."""
MOST_LEFT_OUT = 0.5
"""A list that would leave out more of the files than this share mends nothing: the set itself is so."""


class Sheet:
    """The probe ``files`` of a folder: its columns as arrays over the files that could be read whole.

    Attributes:
        names: of these files; total: how many files there are in all, unreadable ones among them.
    """

    def __init__(self, probe: Mapping[str, Any]) -> None:
        self._probe = probe
        self._rows = [row for row, why in enumerate(probe["refused"]) if not why]
        self._place = {row: place for place, row in enumerate(self._rows)}
        self.names: list[str] = [probe["name"][row] for row in self._rows]
        self.total = len(probe["name"])

    def __len__(self) -> int:
        return len(self._rows)

    def numbers(self, column: str) -> Array:
        """One column as ``(N,)`` floats, NaN where nothing was measured."""
        return np.array([np.nan if (v := self._probe[column][row]) is None else v for row in self._rows], np.float64)

    def words(self, column: str) -> list[str]:
        """One column of words."""
        return [self._probe[column][row] for row in self._rows]

    def pairs(self) -> list[tuple[int, int, float, float]]:
        """Pairs of files, as places among those read whole, how alike they are and how much is shared."""
        return [(self._place[a], self._place[b], like, covered) for a, b, like, covered in self._probe["pairs"]]

    def sounding(self) -> Array:
        """Which files hold anything that can be heard, ``(N,)`` booleans."""
        return self.numbers("peak") > AUDIBLE


AUDIBLE = 1e-4
"""A sound whose peak stays below this amplitude (-80 dB of full scale) is silence, and only that is said of it."""


def sheet(evidence: Evidence) -> Sheet:
    """The sheet of this evidence."""
    return Sheet(evidence.probes["files"])


def readable(evidence: Evidence) -> str:
    """Why nothing can be said of the sounds: none can be read. Empty where one can."""
    if "files" not in evidence.probes or len(sheet(evidence)):
        return ""
    return "none of the files can be read as a sound"


def enough(least: int) -> Callable[[Evidence], str]:
    """A ``when`` that wants so many sounds, as this cause holds each against the others."""

    def when(evidence: Evidence) -> str:
        if "files" not in evidence.probes:
            return ""
        heard = int(sheet(evidence).sounding().sum())
        return f"only {heard} of the files can be heard, and it takes {least} to know what is usual" * (heard < least)

    return when


def rule(
    names: Sequence[str], badness: Array, found: Array, suspect: Array, evidence: Mapping[str, float], reason: str = ""
) -> Ruling:
    """A ruling that names the files, worst first.

    Args:
        names: of all N files; badness: ``(N,)``, the worse the greater; found, suspect: ``(N,)`` booleans.
        evidence: numbers to show; how many files were found is added.
        reason: why it is only suspected, where it is.
    """
    verdict: Verdict = "found" if found.any() else "suspect" if suspect.any() else "fine"
    named = found if found.any() else suspect
    order = sorted(np.flatnonzero(named).tolist(), key=lambda place: (-float(badness[place]), names[place]))
    numbers = {**evidence, "files": float(named.sum()), "of": float(len(names))}
    why = reason if verdict == "suspect" else ""
    return Ruling(verdict, numbers, where="sounds", files=[names[place] for place in order], reason=why)


def worst(values: Array) -> float:
    """The greatest of some numbers that is one; 0 where there is none."""
    kept = values[np.isfinite(values)]
    return float(kept.max()) if len(kept) else 0.0


def leaving_out(judge: Callable[[Evidence], Ruling]) -> Callable[[Evidence], Change | None]:
    """The change that leaves out what a judge names, unless that is most of the set."""

    def change(evidence: Evidence) -> Change | None:
        files = judge(evidence).files
        if not files or len(files) > MOST_LEFT_OUT * sheet(evidence).total:
            return None
        return {"files.exclude": sorted(files)}

    return change
