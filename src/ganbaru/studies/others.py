"""The other machines that share a study, as one machine's driver sees them: see `ganbaru.studies.sharing`."""

from collections.abc import Mapping
from typing import Any, Protocol

from ganbaru.bell import Bell
from ganbaru.studies.ledger import Ledger
from ganbaru.studies.plan import Key, Plan


class Others(Protocol):
    """Whom a driver asks what is left for it, and tells what it did."""

    def catch_up(self, plan: Plan, ledger: Ledger, *, at_once: bool = False) -> Plan:
        """Enter into the ledger what the others did since; returns the plan as it is now."""

    def enter(self, plan: Plan, ledger: Ledger) -> None:
        """Tell the others what is done here and they do not know."""

    def listen_to(self, bell: Bell) -> None:
        """Once this bell is rung, nobody waits for what does not answer."""

    def claim(self) -> Key | None:
        """A trial that nobody else will do now; None if there is none."""

    def lead(self) -> bool:
        """Be the only one that asks the search for more trials, until `extend` or `follow`; False if another is."""

    def extend(self, plan: Plan, ledger: Ledger) -> None:
        """Let all run what was added to the plan, and lead no more."""

    def follow(self) -> None:
        """Lead no more."""

    def holds(self, key: Key) -> bool:
        """Whether a trial that was claimed is still this machine's."""

    def settle(self, key: Key, event: str, answer: Mapping[str, Any]) -> bool:
        """Tell the others what became of a claimed trial; False, and nothing is told, if another took it over."""
