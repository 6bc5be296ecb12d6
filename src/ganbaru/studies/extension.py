"""What came into a study's plan later, why, and whether anybody could have looked at results before."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SEARCH = "the search asked for it"
"""Why a plan grows by itself while a search runs."""


@dataclass(frozen=True)
class Extension:
    """Cells and seeds that came in later.

    Attributes:
        why: the reason, one sentence.
        cells: the names of the new cells.
        seeds: the new seeds.
        done: how many trials were done when it was asked for.
        when: the time (UTC, ISO 8601).
        trials: the new ones, by cell and seed, where not every new cell is run with every seed.
    """

    why: str
    cells: tuple[str, ...]
    seeds: tuple[int, ...]
    done: int
    when: str
    trials: tuple[tuple[str, int], ...] = ()

    @classmethod
    def from_json(cls, item: Mapping[str, Any]) -> "Extension":
        """As a plan holds it."""
        trials = tuple((cell, seed) for cell, seed in item.get("trials", ()))
        return cls(**{**item, "cells": tuple(item["cells"]), "seeds": tuple(item["seeds"]), "trials": trials})

    @property
    def by_search(self) -> bool:
        """Whether nobody but a search asked for it."""
        return self.why == SEARCH

    @property
    def said(self) -> str:
        """When it came in, and why."""
        if not self.done:
            return f"extended before any trial was done: {self.why}"
        trials = "1 trial was" if self.done == 1 else f"{self.done:,} trials were"
        return f"extended after {trials} done, so whoever asked could have seen them: {self.why}"
