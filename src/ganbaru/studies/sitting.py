"""One sitting of a study: the driver's loop, which gives trials to workers and enters what becomes of them."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganbaru.bell import Bell, listening
from ganbaru.studies import performing
from ganbaru.studies.asked import Asked
from ganbaru.studies.crew import Crew, Hand
from ganbaru.studies.extension import SEARCH
from ganbaru.studies.ledger import DONE, FAILED, PLANNED, Ledger, Trial
from ganbaru.studies.live import Live, Running, live
from ganbaru.studies.others import Others
from ganbaru.studies.performing import Trainee, perform
from ganbaru.studies.plan import Key, Plan, Settings, write_plan
from ganbaru.studies.table import Results
from ganbaru.studies.workers import cannot_start, forget_empty_log

log = logging.getLogger("ganbaru.studies")

Progress = Callable[[Live], None]
"""Told how far the study is: at every change, and every second."""


@dataclass(frozen=True)
class Wanted:
    """What a search wants next.

    Attributes:
        cells: new ones.
        trials: of which cells single trials are run: of these, new or not, no others than those here; the other new
            cells are run with every seed.
    """

    cells: Mapping[str, Settings] = field(default_factory=dict)
    trials: Sequence[Key] = ()

    def __bool__(self) -> bool:
        return bool(self.cells or self.trials)


More = Callable[[Results], Mapping[str, Settings] | Wanted]
"""Given what was found so far, returns the cells to run next; none for none before another trial has ended."""

_TICK = 0.25
"""Seconds between two looks at workers that say nothing."""
_GRACE = 120.0
"""Seconds that trials have for saving once they are asked to stop."""
_LEAST_GRACE = 2.0
"""The same for a trial that is stopped alone: a tenth of its limit, between this and `_GRACE`."""


class Sitting:
    """One run of the driver.

    Args:
        study: the folder, held by this process.
        plan: as it is stored there.
        ledger: the one that lies there.
        jobs, retries, progress, more, limit_seconds: see `ganbaru.studies.run_study`.
        others: who shares the study; None if nobody does.
    """

    def __init__(
        self,
        study: Path,
        plan: Plan,
        ledger: Ledger,
        *,
        jobs: int,
        retries: int,
        progress: Progress | None,
        more: More | None,
        limit_seconds: float | None = None,
        others: Others | None = None,
    ) -> None:
        self.study, self.plan, self.ledger, self.jobs, self.retries = study, plan, ledger, jobs, retries
        self.queue = deque(trial.key for trial in ledger.trials.values() if trial.state == PLANNED and not others)
        self.workers: dict[Hand, None] = {}
        self.stopping = False
        self._progress, self._more, self._may_ask = progress, more, True
        self._limit, self._others, self._asked = limit_seconds, others, Asked()
        self._began = self._told = time.monotonic()
        self._started = self._unready = 0

    def run_here(self, trial: Trainee) -> bool:
        """Do all trials in this process; returns whether it was stopped."""
        while not self.stopping and self._has_work():
            key = self.queue.popleft()
            attempt = self.ledger.start(key, worker=0).attempt
            self._tell(self.ledger.trials[key], [Running(*key, attempt=attempt, worker=0, seconds=0.0)])
            answer = perform(trial, self.plan.cells[key[0]], key[1], self.study / self.plan.place(key))
            self.stopping = answer["became"] == performing.STOPPED
            self._settle(key, answer)
        return self.stopping

    def run(self, crew: Crew) -> bool:
        """Have all trials done by workers; returns whether it was stopped."""
        try:
            with listening(Bell()) as bell:
                if self._others:
                    self._others.listen_to(bell)
                while self._has_work():
                    if bell.rung:
                        self._stop(crew, bell)
                        break
                    self._employ(crew)
                    self._listen(crew)
        finally:
            for worker in list(self.workers):
                self._dismiss(worker)
            forget_empty_log(self.study)
        return self.stopping

    def _has_work(self) -> bool:
        """Whether something runs or is to be run, once the search was asked where a worker is free."""
        self._meet()
        while self._more and self._may_ask and not self.queue and len(self._busy()) < max(1, self.jobs):
            if not self._search(self._more):
                break
        elsewhere = self._others and (self._settled() < len(self.ledger.trials) or (self._more and self._may_ask))
        return bool(self.queue or self._busy() or elsewhere)

    def _search(self, more: More) -> bool:
        """Ask the search what to run next, unless another machine does; returns whether it said anything."""
        if self._others:
            if not self._others.lead():
                return False
            self.plan = self._others.catch_up(self.plan, self.ledger, at_once=True)
        asked = more(Results(self.study, self.plan, self.ledger.trials, self.ledger.sittings, [], True))
        self._may_ask = bool(asked)
        if asked:
            wanted = asked if isinstance(asked, Wanted) else Wanted(asked)
            done = self.ledger.count(DONE)
            self._take_up(self.plan.extended(why=SEARCH, cells=wanted.cells, trials=wanted.trials, done=done))
        elif self._others:
            self._others.follow()
        return self._may_ask

    def _take_up(self, plan: Plan) -> None:
        """Have what a plan has more than the present one run: here, or by whoever claims it."""
        if self._others:
            self._others.extend(plan, self.ledger)
        self.plan = write_plan(self.study, plan)
        new = self.ledger.add(self.plan.keys)
        if self._others:
            self._claim()
        else:
            self.queue.extend(new)

    def _settled(self) -> int:
        return self.ledger.count(DONE) + self.ledger.count(FAILED)

    def _busy(self) -> dict[Hand, Key]:
        return {worker: worker.key for worker in self.workers if worker.key is not None}

    def _meet(self) -> None:
        """Learn what others did, and claim as many trials as workers can begin."""
        if self._others is None:
            return
        before = self._settled()
        self.plan = self._others.catch_up(self.plan, self.ledger)
        self._may_ask |= self._settled() > before
        self.queue = deque(key for key in self.queue if self._others.holds(key))
        self._claim()

    def _claim(self) -> None:
        """Claim as many trials as workers can begin; what was said of each before is entered first."""
        while self._others and len(self.queue) + len(self._busy()) < self.jobs and (key := self._others.claim()):
            self.plan = self._others.catch_up(self.plan, self.ledger, at_once=True)
            if self.ledger.trials[key].state == PLANNED:
                self.queue.append(key)
            else:  # it is done here, of which the others do not know any more
                self._others.enter(self.plan, self.ledger)

    def _employ(self, crew: Crew) -> None:
        """Give work to whoever waits, and start workers where there are too few."""
        for worker in self.workers:
            if self.queue and worker.ready and worker.key is None:
                self._give(worker, self.queue.popleft())
        free = len(self.workers) - len(self._busy())
        for _ in range(min(self.jobs - len(self.workers), len(self.queue) - free)):
            self._started += 1
            self.workers[crew.hire(self._started)] = None

    def _give(self, worker: Hand, key: Key) -> None:
        self.ledger.start(key, worker=worker.number)
        worker.give(key, self.plan.cells[key[0]], self.study / self.plan.place(key))
        self._tell(self.ledger.trials[key])

    def _listen(self, crew: Crew) -> None:
        """Wait until a worker says something or dies, a quarter of a second at most."""
        crew.wait(self.workers, _TICK)
        for worker in list(self.workers):
            answer = worker.hear()
            if answer is not None:
                self._hear(worker, answer)
        if not self.stopping:
            self._end_what_should()
        if time.monotonic() - self._told >= 1.0:
            self._tell(None)

    def _end_what_should(self) -> None:
        """Ask trials to stop that take too long or were taken over, and kill those that were asked and do not stop."""
        for worker, key in self._busy().items():
            if self._limit is not None and worker.seconds > self._limit:
                grace = min(_GRACE, max(_LEAST_GRACE, self._limit / 10))
                self._asked.ask(worker, f"longer than {self._limit:g} s", grace=grace)
            elif self._others and not self._others.holds(key):
                self._asked.ask(worker, "taken over", grace=_LEAST_GRACE)
        for worker in self._asked.late():
            self._hear(worker, {"became": "dead", "seconds": worker.seconds})

    def _hear(self, worker: Hand, answer: dict[str, Any]) -> None:
        key, worker.key = worker.key, None
        if why := self._asked.why(worker):
            answer = {**answer, "became": performing.RAISED, "reason": why}
        if answer["became"] == "unready":
            raise cannot_start(self.study, answer["reason"])
        if answer["became"] == "ready":
            worker.ready, self._unready = True, 0
        elif key is not None:
            self._settle(key, answer)
            if answer["became"] != performing.DONE:  # what crashed may have left anything behind in its process
                self._dismiss(worker)
        else:
            self._dismiss(worker)
            self._not_started(worker, answer["reason"])

    def _not_started(self, worker: Hand, reason: str) -> None:
        """Count a worker that died without a trial; the third in a row that was never ready ends the study."""
        self._unready += not worker.ready
        if self._unready == 3:
            raise cannot_start(self.study, reason)

    def _settle(self, key: Key, answer: dict[str, Any]) -> None:
        """Enter into the ledger what became of a trial."""
        self._may_ask = True
        event = self._event(key, answer["became"])
        if self._others and not self._others.settle(key, event, answer):
            event, answer = "interrupted", {**answer, "reason": "another machine took it over: this one was silent"}
        spent = {name: answer.get(name, 0.0) for name in ("seconds", "cpu_seconds")}
        if event == "done":
            self.ledger.finish(key, score=answer["score"], details=answer["details"], **spent)
        elif event == "interrupted":
            self.ledger.interrupt(key, answer["reason"], **spent)
        else:
            self.ledger.crash(key, answer["reason"], retries=self.retries, **spent)
        if self.ledger.trials[key].state == PLANNED and not self.stopping and not self._others:
            self.queue.append(key)
        self._tell(self.ledger.trials[key])

    def _event(self, key: Key, became: str) -> str:
        """What the ledger is to say of a trial."""
        if became == performing.DONE:
            return "done"
        if self.stopping or became == "lost":
            return "interrupted"
        return "crashed" if self.ledger.trials[key].crashes < self.retries else "failed"

    def _stop(self, crew: Crew, bell: Bell) -> None:
        """Ask every trial to save, and wait for that; a second ring, or the end of patience, kills them."""
        self.stopping, bell.rung = True, False
        deadline = time.monotonic() + _GRACE
        for worker in self._busy():
            worker.ask_to_stop()
        while self._busy() and not bell.rung and time.monotonic() < deadline:
            self._listen(crew)
        for key in self._busy().values():
            self._settle(key, {"became": performing.STOPPED, "reason": "killed while it was to save"})

    def _dismiss(self, worker: Hand) -> None:
        del self.workers[worker]
        worker.close()

    def _tell(self, last: Trial | None, running: Iterable[Running] | None = None) -> None:
        """Tell the listener; one that fails is named once and told no more."""
        self._told = time.monotonic()
        if self._progress is None:
            return
        at_work = list(running) if running is not None else [self._running(*pair) for pair in self._busy().items()]
        seconds = time.monotonic() - self._began
        try:
            self._progress(live(self.ledger, at_work, jobs=self.jobs, seconds=seconds, last=last))
        except Exception:
            log.exception("what listens to the study failed and is not told any more")
            self._progress = None

    def _running(self, worker: Hand, key: Key) -> Running:
        return Running(*key, self.ledger.trials[key].attempt, worker.number, worker.seconds)
