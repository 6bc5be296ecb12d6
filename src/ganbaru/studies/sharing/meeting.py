"""One machine's part in a study that is shared: what it claims, keeps claimed, tells the others and hears of them."""

import contextlib
import secrets
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from ganbaru.bell import Bell
from ganbaru.errors import UserError
from ganbaru.studies.ledger import Ledger
from ganbaru.studies.plan import Key, Plan, write_plan
from ganbaru.studies.sharing import claims, joining
from ganbaru.studies.sharing.claims import News
from ganbaru.studies.sharing.database import Database
from ganbaru.studies.sharing.hearing import Entering
from ganbaru.studies.sharing.schema import DONE, FAILED, FREE

LAPSE = 60.0
"""Seconds without a word after which others may take over what a machine has claimed."""
_BEATS = 4
"""How often in that time a machine says that it lives."""
_PERIOD = 1.0
"""Seconds between two looks at what is new, and between two asks for a trial where there was none."""
_STATES = {"done": DONE, "failed": FAILED, "crashed": FREE, "interrupted": FREE}


class Meeting:
    """The place in a database where machines that share a study meet.

    Args:
        url: of the database.
        folder: of the study, held by this process.
        former: the names this machine had in earlier sittings in this folder: nobody is behind them any more.

    Attributes:
        name: what the others call this machine during this sitting.

    Raises:
        UserError: the URL cannot be used.
    """

    def __init__(self, url: str, folder: Path, *, former: Iterable[str] = ()) -> None:
        self.name = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._database, self._folder, self._former = Database(url), folder, list(former)
        self._study = ""
        self._held: dict[Key, int] = {}
        self._guard = threading.Lock()
        self._closed = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="claims", daemon=True)
        self._entering = Entering({self.name, *self._former})
        self._looked = self._refused = self._denied = -_PERIOD

    def join(self, plan: Plan, ledger: Ledger, *, rerun_failed: bool) -> Plan:
        """Bring in what the folder has, take back what this machine had claimed before it died, and begin.

        Returns:
            The plan, with what others added to it.

        Raises:
            UserError: the database does not answer or refuses, or its plan and this one contradict each other.
        """
        self._database.make_tables()
        self._study, whole = self._database.do(lambda c: joining.join(c, plan, ledger, self.name))
        self._database.do(lambda c: claims.release(c, self._study, self._former))
        if rerun_failed:
            self._database.do(lambda c: claims.ask_again(c, self._study))
        self._heart.start()
        return self.catch_up(self._agree(plan, whole, ledger), ledger)

    def enter(self, plan: Plan, ledger: Ledger) -> None:
        """Tell the others what is done here and they do not know."""
        self._database.do(lambda c: joining.join(c, plan, ledger, self.name))

    def listen_to(self, bell: Bell) -> None:
        """Once this bell is rung, a database that does not answer is not waited for."""
        self._database.bell = bell

    def catch_up(self, plan: Plan, ledger: Ledger, *, at_once: bool = False) -> Plan:
        """Enter into the ledger what the others did since; returns the plan as it is now.

        Args:
            plan: as it was.
            ledger: of the folder.
            at_once: even if there was a look less than a second ago.
        """
        if not at_once and time.monotonic() - self._looked < _PERIOD:
            return plan
        new = self._database.do(lambda c: claims.news(c, self._study, since=self._entering.version))
        self._looked = time.monotonic()
        if any(item.key not in ledger.trials for item in new):
            plan = self._agree(plan, self._database.do(lambda c: joining.document(c, self._study)), ledger)
        for damaged in self._entering.enter(new, ledger):
            self._reopen(damaged)
        return plan

    def claim(self) -> Key | None:
        """A trial that nobody else will do now; None if there is none."""
        if time.monotonic() - self._refused < _PERIOD:
            return None
        given = self._database.do(lambda c: claims.claim(c, self._study, self.name, lapse=LAPSE))
        if given is None:
            self._refused = time.monotonic()
            return None
        with self._guard:
            self._held[given[0]] = given[1]
        return given[0]

    def lead(self) -> bool:
        """Be the only one that asks the search for more trials, until `extend` or `follow`; False if another is."""
        if time.monotonic() - self._denied < _PERIOD:
            return False
        leads = self._database.do(self._leading)
        self._denied = -_PERIOD if leads else time.monotonic()
        return leads

    def extend(self, plan: Plan, ledger: Ledger) -> None:
        """Let all run what was added to the plan, and lead no more.

        Raises:
            UserError: this machine was silent for so long that another leads: what it added is not run.
        """

        def work(connection: Connection) -> bool:
            leads = self._leading(connection)
            if leads:
                joining.join(connection, plan, ledger, self.name)
                claims.follow(connection, self._study, [self.name])
            return leads

        if not self._database.do(work):
            hint = "run it again: the search goes on from what all have found"
            raise UserError("another machine has taken the search over: this one was silent", hint=hint)
        self._refused = -_PERIOD

    def follow(self) -> None:
        """Lead no more."""
        self._database.do(lambda c: claims.follow(c, self._study, [self.name]))

    def holds(self, key: Key) -> bool:
        """Whether a trial that was claimed is still this machine's."""
        return key in self._held

    def settle(self, key: Key, event: str, answer: Mapping[str, Any]) -> bool:
        """Tell the others what became of a claimed trial; False, and nothing is told, if another took it over.

        Args:
            key: the trial.
            event: of the ledger: "done", "failed", "crashed" or "interrupted".
            answer: of its worker.
        """
        number = self._held.get(key)
        if number is None:
            return False
        state, crashed = _STATES[event], event in ("failed", "crashed")
        told = "" if event == "interrupted" else joining.line(answer)
        kept = self._database.do(
            lambda c: claims.settle(c, self._study, self.name, key, number, state=state, crashed=crashed, told=told)
        )
        with self._guard:
            self._held.pop(key, None)
        return kept

    def close(self) -> None:
        """Give back what is still claimed, where the database answers."""
        self._closed.set()
        if self._heart.ident is not None:
            self._heart.join()
        with contextlib.suppress(UserError):
            self._database.do(lambda c: claims.release(c, self._study, [self.name]), patience=0.0)
        self._database.close()

    def _agree(self, plan: Plan, theirs: Plan, ledger: Ledger) -> Plan:
        """The plan with what theirs has beside it, written down before anything of it is entered."""
        whole = joining.merged(plan, theirs)
        if whole.extensions != plan.extensions:
            whole = write_plan(self._folder, whole)
            ledger.add(whole.keys)
        return whole

    def _reopen(self, damaged: News) -> None:
        self._database.do(lambda c: claims.reopen(c, self._study, damaged))

    def _leading(self, connection: Connection) -> bool:
        return claims.lead(connection, self._study, self.name, lapse=LAPSE)

    def _beat(self) -> None:
        """Renew the claims for as long as this machine lives; what others have claimed since is held no more."""
        while not self._closed.wait(LAPSE / _BEATS):
            with self._guard:
                held = dict(self._held)
            with contextlib.suppress(UserError):  # the driver, which waits for the database too, says so
                lost = self._renewed(held)
                with self._guard:
                    self._held = {k: n for k, n in self._held.items() if k not in lost or n != held[k]}

    def _renewed(self, held: Mapping[Key, int]) -> set[Key]:
        if not held:
            return set()
        return self._database.do(lambda c: claims.renew(c, self._study, self.name, held, lapse=LAPSE), patience=0.0)
