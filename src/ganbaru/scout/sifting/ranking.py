"""Today's list: mostly who is most surely heard less than liked, and two places that keep it fair.

A list made by evidence alone shows the same few for ever, and those of whom little is known never. So one place a day
is drawn from all newcomers, and one goes to whoever was shown least often (of several, drawn).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ganbaru.scout.sifting.hiddenness import Hidden
from ganbaru.scout.sifting.newness import Newness
from ganbaru.scout.sifting.people import Person
from ganbaru.scout.times import DAY

Slot = Literal["hidden", "random", "least seen"]
_FAIR = 2
"""Places that are not given by evidence."""


@dataclass(frozen=True)
class Candidate:
    """A newcomer who may be listed.

    Attributes:
        person: who.
        newness: since when.
        hidden: how much more answered than is usual; None where nothing that counts was seen.
        shown: on how many lists they were before.
    """

    person: Person
    newness: Newness
    hidden: Hidden | None
    shown: int = 0


@dataclass(frozen=True)
class Listed:
    """One place of a list.

    Attributes:
        candidate: who stands there.
        slot: why there.
    """

    candidate: Candidate
    slot: Slot


def ranked(candidates: Sequence[Candidate], *, size: int, now: float, seed: int = 0) -> list[Listed]:
    """The list of a day, the same for the same day, candidates and seed.

    Args:
        candidates: all who may be listed.
        size: of the list; the last two places are drawn, where it has more than two.
        now: the day it is for (UTC seconds).
        seed: of what is drawn.
    """
    rng = np.random.default_rng([seed, int(now // DAY)])
    ordered = sorted(candidates, key=_worth, reverse=True)
    fair = _FAIR if size > _FAIR else 0
    listed = [Listed(each, "hidden") for each in ordered[: size - fair]]
    rest = ordered[size - fair :]
    if rest and fair:
        listed.append(Listed(rest.pop(int(rng.integers(len(rest)))), "random"))
    if rest and fair:
        least = min(each.shown for each in rest)
        seldom = [each for each in rest if each.shown == least]
        listed.append(Listed(seldom[int(rng.integers(len(seldom)))], "least seen"))
    return listed


def _worth(candidate: Candidate) -> tuple[float, float, str]:
    """By the chance to be among the most hidden; then by the lower end of the interval."""
    hidden = candidate.hidden
    return (hidden.first, hidden.low, candidate.person.key) if hidden else (0.0, 0.0, candidate.person.key)


def coverage(shown: Mapping[str, int], candidates: Sequence[str]) -> float:
    """Share of some people who were ever shown."""
    return sum(shown.get(key, 0) > 0 for key in candidates) / len(candidates) if candidates else 0.0


def gini(shown: Mapping[str, int], candidates: Sequence[str]) -> float:
    """How unevenly people were shown: 0 where all equally often, near 1 where one person alone was."""
    counts = np.sort([shown.get(key, 0) for key in candidates]).astype(float)
    if not counts.sum():
        return 0.0
    order = np.arange(1, len(counts) + 1)
    return float((2 * order - len(counts) - 1) @ counts / (len(counts) * counts.sum()))
