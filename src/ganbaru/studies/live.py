"""What can be shown of a study while it runs, as plain values."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ganbaru.studies.ledger import DONE, FAILED, Ledger, Trial
from ganbaru.studies.plan import Key


@dataclass(frozen=True)
class Running:
    """A trial at work.

    Attributes:
        cell: its cell.
        seed: its seed.
        attempt: which one, from 1.
        worker: the number of its worker; 0 where it runs in the driver's own process.
        seconds: how long it has been at it (s).
    """

    cell: str
    seed: int
    attempt: int
    worker: int
    seconds: float


@dataclass(frozen=True)
class Live:
    """How far a study is.

    Attributes:
        total: trials in the plan.
        done: of these, done.
        failed: of these, failed.
        running: the ones at work.
        last: the trial that changed since the last time, if one did.
        seconds: since this sitting began (s).
        left_seconds: about how long it still takes (s); None before anything is known.
    """

    total: int
    done: int
    failed: int
    running: tuple[Running, ...]
    last: Trial | None
    seconds: float
    left_seconds: float | None

    @property
    def waiting(self) -> int:
        """Trials not begun yet, or to be begun again."""
        return self.total - self.done - self.failed - len(self.running)


def live(ledger: Ledger, running: Iterable[Running], *, jobs: int, seconds: float, last: Trial | None) -> Live:
    """How far the study of ``ledger`` is."""
    at_work = tuple(running)
    return Live(
        total=len(ledger.trials),
        done=ledger.count(DONE),
        failed=ledger.count(FAILED),
        running=at_work,
        last=None if last is None else replace(last),
        seconds=seconds,
        left_seconds=_left(ledger, at_work, max(1, jobs)),
    )


def _left(ledger: Ledger, running: tuple[Running, ...], jobs: int) -> float | None:
    """The mean time of the done trials of each cell, for all that are left, shared by the workers.

    A cell of which nothing is done yet is expected to take what the others take.
    """
    known: dict[str, list[float]] = {}
    for trial in ledger.trials.values():
        if trial.state == DONE:
            known.setdefault(trial.cell, []).append(trial.seconds)
    if not known:
        return None
    means = {cell: sum(times) / len(times) for cell, times in known.items()}
    usual = sum(means.values()) / len(means)
    spent: dict[Key, float] = {(one.cell, one.seed): one.seconds for one in running}
    left = [
        max(0.0, means.get(trial.cell, usual) - spent.get(trial.key, 0.0))
        for trial in ledger.trials.values()
        if trial.state not in (DONE, FAILED)
    ]
    return max(sum(left) / jobs, max(left, default=0.0))
