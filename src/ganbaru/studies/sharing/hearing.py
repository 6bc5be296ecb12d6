"""How what others did is entered into this machine's own ledger."""

import logging
from collections.abc import Iterable, Set
from typing import Any

from ganbaru.runs.seal import Broken, open_line
from ganbaru.studies import ledger as of_ledger
from ganbaru.studies.ledger import Ledger
from ganbaru.studies.sharing.claims import News
from ganbaru.studies.sharing.schema import DONE, FAILED

log = logging.getLogger("ganbaru.studies")


class Entering:
    """Enters news, each once.

    Args:
        own: the names that this machine has and had.

    Attributes:
        version: of the study; what is older was heard.
    """

    def __init__(self, own: Set[str]) -> None:
        self.version = 0
        self._own = own
        self._waiting: list[News] = []

    def enter(self, news: Iterable[News], ledger: Ledger) -> list[News]:
        """Enter what is new; what is at work here waits until that has ended. Returns what cannot be read."""
        heard, self._waiting = [*self._waiting, *news], []
        damaged = []
        for item in heard:
            self.version = max(self.version, item.version)
            if ledger.trials[item.key].state == of_ledger.STARTED:
                self._waiting.append(item)
            elif not self._entered(item, ledger):
                damaged.append(item)
                log.warning("what another machine told of %s does not match its checksum: it is run again", item.key)
        return damaged

    def _entered(self, item: News, ledger: Ledger) -> bool:
        """Enter one; returns whether it could be read."""
        trial = ledger.trials[item.key]
        if trial.state == of_ledger.DONE:
            return True
        try:
            told: dict[str, Any] = open_line(item.told.encode()) if item.told else {}
            if item.state == DONE:
                self._adopt(ledger, item, "done", score=told["score"], details=told["details"], **_spent(told))
                return True
        except (Broken, KeyError):
            if item.state == DONE:
                return False
            told = {}
        self._crashes(ledger, item, told)
        return True

    def _crashes(self, ledger: Ledger, item: News, told: dict[str, Any]) -> None:
        """Enter crashes that this ledger does not have, or that none is left of, because all is to be run again."""
        trial = ledger.trials[item.key]
        if trial.state == of_ledger.FAILED and item.state != FAILED:
            self._adopt(ledger, item, "again")
        for number in range(trial.crashes, item.crashes):
            last = item.state == FAILED and number == item.crashes - 1
            reason = {"reason": told.get("reason", "not known")}
            self._adopt(ledger, item, "failed" if last else "crashed", **reason, **_spent(told))

    def _adopt(self, ledger: Ledger, item: News, event: str, **told: Any) -> None:
        ledger.adopt(item.key, event, by="" if item.owner in self._own else item.owner, **told)


def _spent(told: dict[str, Any]) -> dict[str, float]:
    return {name: told.get(name, 0.0) for name in ("seconds", "cpu_seconds")}
