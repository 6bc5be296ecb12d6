"""The vocabulary of the matrix, and its entries as plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ganbaru.rights.said import Source, Text

ACTS = {
    "measure": "clip",
    "train": "clip",
    "convert": "clip",
    "merge": "weights",
    "publish-weights": "weights",
    "publish-sounds": "output",
    "sell-sounds": "output",
    "redistribute-clips": "clip",
    "imitate": "person",
}
"""Each act with the thing that it is done to, unless another is named."""

THINGS = ("clip", "text", "weights", "output", "name", "character", "person")
ACTORS = ("person", "firm", "research")
ANSWERS = ("allowed", "allowed with duties", "ask", "refused")
"""From the mildest to the strictest."""

CONDITIONS = ("commercial", "changed", "advertising")
"""What an answer may hang on: money is meant to be made; the clips were altered; it advertises something."""

DUTIES = ("credit", "notice", "share-alike", "non-commercial", "forbidden-use", "terms", "permission")
OWN = "own licence"
"""Of a result that no share-alike binds: the maker chooses a licence, which passes on every restriction."""


@dataclass(frozen=True)
class Cell:
    """One answer of one licence.

    Attributes:
        acts, actors, things: that it is about.
        when: conditions, each with the value for which it holds; empty for all.
        answer: one of `ANSWERS`.
        text: the sentence that decides.
        source: where that was read.
    """

    acts: Sequence[str]
    actors: Sequence[str]
    things: Sequence[str]
    when: Mapping[str, bool]
    answer: str
    text: Text
    source: Source

    def about(self, act: str, actor: str, thing: str) -> bool:
        """Whether it speaks of this at all, under some condition."""
        return act in self.acts and actor in self.actors and thing in (self.things or (ACTS[act],))

    def holds(self, conditions: Mapping[str, bool]) -> bool:
        """Whether its conditions are met."""
        return all(conditions[name] == value for name, value in self.when.items())


@dataclass(frozen=True)
class DutyText:
    """Something owed in return.

    Attributes:
        kind: one of `DUTIES`.
        acts: with which it comes.
        text: what is to be done, or not to be done.
        source: where that was read.
        always: even where a share is too small for the terms to follow (`Licence.follows_from`).
    """

    kind: str
    acts: Sequence[str]
    text: Text
    source: Source
    always: bool = False


@dataclass(frozen=True)
class Licence:
    """A licence, or the terms of a voice library.

    Attributes:
        name: its identifier: SPDX's, or ``LicenseRef-…``.
        title: in full.
        source: its own text.
        cells: the first that fits decides.
        duties: what it asks in return.
        notes: what a reader should know besides, with sources.
        share_alike: which licences a result of it may carry; empty where it does not ask for any.
        restrictions: what a result of it must pass on, such as "noncommercial".
        follows_from: the share (0 to 1) of a merged model from which it follows into the result; 0 for any.
    """

    name: str
    title: str
    source: Source
    cells: Sequence[Cell]
    duties: Sequence[DutyText] = ()
    notes: Sequence[tuple[Text, Source]] = ()
    share_alike: frozenset[str] = frozenset()
    restrictions: frozenset[str] = frozenset()
    follows_from: float = 0.0

    def cell(self, act: str, actor: str, conditions: Mapping[str, bool], thing: str = "") -> Cell | None:
        """The cell that decides; None where the licence is silent (only of things that are not the act's own)."""
        found = (cell for cell in self.cells if cell.about(act, actor, thing or ACTS[act]) and cell.holds(conditions))
        return next(found, None)

    def hangs_on(self, act: str, actor: str, thing: str = "") -> set[str]:
        """The conditions on which its answer may hang."""
        return {name for cell in self.cells if cell.about(act, actor, thing or ACTS[act]) for name in cell.when}

    def duties_of(self, act: str) -> Iterator[DutyText]:
        """What it asks for that act."""
        return (duty for duty in self.duties if act in duty.acts)
