"""One sitting of a study: the driver's loop, which gives trials to workers and enters what becomes of them."""

import logging
import multiprocessing.connection
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ganbaru.bell import Bell, listening
from ganbaru.studies import performing
from ganbaru.studies.ledger import DONE, PLANNED, Ledger, Trial
from ganbaru.studies.live import Live, Running, live
from ganbaru.studies.performing import Trainee, perform
from ganbaru.studies.plan import Key, Plan, Settings, write_plan
from ganbaru.studies.table import Results
from ganbaru.studies.workers import Worker, cannot_start, cores, forget_empty_log

log = logging.getLogger("ganbaru.studies")

Progress = Callable[[Live], None]
"""Told how far the study is: at every change, and every second."""
More = Callable[[Results], Mapping[str, Settings]]
"""Given what was found so far, returns the cells to run next; none for none before another trial has ended."""

_TICK = 0.25
"""Seconds between two looks at workers that say nothing."""
_GRACE = 120.0
"""Seconds that trials have for saving once they are asked to stop."""


class Sitting:
    """One run of the driver.

    Args:
        study: the folder, held by this process.
        plan: as it is stored there.
        ledger: the one that lies there.
        jobs, retries, progress, more: see `ganbaru.studies.run_study`.
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
    ) -> None:
        self.study, self.plan, self.ledger, self.jobs, self.retries = study, plan, ledger, jobs, retries
        self.queue = deque(trial.key for trial in ledger.trials.values() if trial.state == PLANNED)
        self.workers: dict[Worker, None] = {}
        self.stopping = False
        self._progress, self._more, self._may_ask = progress, more, True
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

    def run(self, trial: bytes) -> bool:
        """Have all trials done by workers; returns whether it was stopped."""
        try:
            with listening(Bell()) as bell:
                while self._has_work():
                    if bell.rung:
                        self._stop(bell)
                        break
                    self._employ(trial)
                    self._listen()
        finally:
            for worker in list(self.workers):
                self._dismiss(worker)
            forget_empty_log(self.study)
        return self.stopping

    def _has_work(self) -> bool:
        """Whether something runs or is to be run, once the search was asked where a worker is free."""
        while self._more and self._may_ask and not self.queue and len(self._busy()) < max(1, self.jobs):
            cells = self._more(Results(self.study, self.plan, self.ledger.trials, self.ledger.sittings, [], True))
            if not cells:
                self._may_ask = False
                break
            plan = self.plan.extended(why="the search asked for it", cells=cells, done=self.ledger.count(DONE))
            self.plan = write_plan(self.study, plan)
            self.queue.extend(self.ledger.add(self.plan.keys))
        return bool(self.queue or self._busy())

    def _busy(self) -> dict[Worker, Key]:
        return {worker: worker.key for worker in self.workers if worker.key is not None}

    def _employ(self, trial: bytes) -> None:
        """Give work to whoever waits, and start workers where there are too few."""
        for worker in self.workers:
            if self.queue and worker.ready and worker.key is None:
                self._give(worker, self.queue.popleft())
        free = len(self.workers) - len(self._busy())
        threads = max(1, cores() // self.jobs)
        for _ in range(min(self.jobs - len(self.workers), len(self.queue) - free)):
            self._started += 1
            self.workers[Worker(self._started, self.study, trial, threads=threads)] = None

    def _give(self, worker: Worker, key: Key) -> None:
        self.ledger.start(key, worker=worker.number)
        worker.give(key, self.plan.cells[key[0]], self.study / self.plan.place(key))
        self._tell(self.ledger.trials[key])

    def _listen(self) -> None:
        """Wait until a worker says something or dies, a quarter of a second at most."""
        multiprocessing.connection.wait([worker.connection for worker in self.workers], timeout=_TICK)
        for worker in list(self.workers):
            answer = worker.hear()
            if answer is not None:
                self._hear(worker, answer)
        if time.monotonic() - self._told >= 1.0:
            self._tell(None)

    def _hear(self, worker: Worker, answer: dict[str, Any]) -> None:
        key, worker.key = worker.key, None
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

    def _not_started(self, worker: Worker, reason: str) -> None:
        """Count a worker that died without a trial; the third in a row that was never ready ends the study."""
        self._unready += not worker.ready
        if self._unready == 3:
            raise cannot_start(self.study, reason)

    def _settle(self, key: Key, answer: dict[str, Any]) -> None:
        """Enter into the ledger what became of a trial."""
        self._may_ask = True
        spent = {name: answer.get(name, 0.0) for name in ("seconds", "cpu_seconds")}
        if answer["became"] == performing.DONE:
            self.ledger.finish(key, score=answer["score"], details=answer["details"], **spent)
        elif self.stopping:
            self.ledger.interrupt(key, answer["reason"], **spent)
        elif self.ledger.crash(key, answer["reason"], retries=self.retries, **spent):
            self.queue.append(key)
        self._tell(self.ledger.trials[key])

    def _stop(self, bell: Bell) -> None:
        """Ask every trial to save, and wait for that; a second ring, or the end of patience, kills them."""
        self.stopping, bell.rung = True, False
        deadline = time.monotonic() + _GRACE
        for worker in self._busy():
            worker.ask_to_stop()
        while self._busy() and not bell.rung and time.monotonic() < deadline:
            self._listen()
        for key in self._busy().values():
            self._settle(key, {"became": performing.STOPPED, "reason": "killed while it was to save"})

    def _dismiss(self, worker: Worker) -> None:
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

    def _running(self, worker: Worker, key: Key) -> Running:
        return Running(*key, self.ledger.trials[key].attempt, worker.number, worker.seconds)
