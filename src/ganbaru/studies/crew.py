"""Who does the trials of a study, as the driver sees them: worker processes here, or on the nodes of a cluster."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Protocol

from ganbaru.studies.plan import Key


class Hand(Protocol):
    """One worker, which does one trial after another.

    Attributes:
        number: from 1; no two of a sitting have the same.
        ready: it has loaded the trial.
        key: the trial it is at; None while it waits.
    """

    number: int
    ready: bool
    key: Key | None

    @property
    def seconds(self) -> float:
        """How long it has been at its trial (s)."""

    def give(self, key: Key, settings: Mapping[str, Any], folder: Path) -> None:
        """Have it do a trial."""

    def hear(self) -> dict[str, Any] | None:
        """What it says; None if it says nothing.

        Returns:
            What `perform` returns; or ``became``: "ready"; "unready" or "dead", with a ``reason``, if it never will be
            again; "lost" if its machine is gone, which is not the trial's fault.
        """

    def ask_to_stop(self) -> None:
        """Stop its trial as Ctrl-C would."""

    def close(self) -> None:
        """End it, and whatever it has started."""


class Crew(Protocol):
    """Where workers come from."""

    def hire(self, number: int) -> Hand:
        """Start one."""

    def wait(self, hands: Collection[Hand], seconds: float) -> None:
        """Return once one of them says something or is dead, after ``seconds`` at the latest."""
