"""The ledger counts every trial once, whatever happens to the file."""

import errno
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import study_trainees as trainees

from ganbaru.errors import UserError
from ganbaru.runs import durable
from ganbaru.studies import results, run_study
from ganbaru.studies.ledger import DONE, FAILED, PLANNED, STARTED, Ledger
from ganbaru.studies.plan import write_plan

PLAN = trainees.plan(2, 3)
ONE, OTHER = PLAN.keys[0], PLAN.keys[1]


def opened(folder: Path) -> Ledger:
    return Ledger(folder, PLAN.keys)


def done(ledger: Ledger, key: tuple[str, int], score: float = 1.0) -> None:
    ledger.start(key, worker=1)
    ledger.finish(key, score=score, details={}, seconds=2.0, cpu_seconds=1.0)


def test_a_ledger_read_anew_says_what_it_said(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    ledger.open_sitting({"jobs": 1})
    done(ledger, ONE, float("nan"))
    ledger.start(OTHER, worker=2)
    assert ledger.crash(OTHER, "no", retries=1, seconds=0.5)
    ledger.start(OTHER, worker=3)
    assert not ledger.crash(OTHER, "still no", retries=1, seconds=0.5)
    again = opened(tmp_path)
    assert repr(again.trials) == repr(ledger.trials)
    assert again.sittings == [{"jobs": 1}]
    assert again.trials[OTHER].state == FAILED
    assert (again.trials[OTHER].attempt, again.trials[OTHER].seconds) == (2, 1.0)


def test_what_is_done_is_done(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    done(ledger, ONE)
    for wrong in (
        lambda: ledger.start(ONE, worker=1),
        lambda: ledger.finish(ONE, score=2.0, details={}, seconds=0, cpu_seconds=0),
        lambda: ledger.crash(ONE, "x", retries=1),
        lambda: ledger.interrupt(ONE, "x"),
        lambda: ledger.finish(OTHER, score=2.0, details={}, seconds=0, cpu_seconds=0),
    ):
        with pytest.raises(ValueError):
            wrong()
    assert opened(tmp_path).trials[ONE].score == 1.0


def test_a_line_that_stands_twice_counts_once_and_is_said(tmp_path: Path) -> None:
    done(opened(tmp_path), ONE)
    file = tmp_path / "ledger.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines, lines[-1], lines[0]]))
    again = opened(tmp_path)
    assert (again.trials[ONE].state, again.trials[ONE].seconds) == (DONE, 2.0)
    assert len(again.problems) == 2


def test_what_nobody_ended_is_interrupted_at_the_next_start(tmp_path: Path) -> None:
    opened(tmp_path).start(ONE, worker=1)
    ledger = opened(tmp_path)
    assert ledger.trials[ONE].state == STARTED
    assert ledger.open_sitting({}) == [ONE]
    assert ledger.trials[ONE].state == PLANNED
    assert ledger.trials[ONE].crashes == 0


def test_a_tail_torn_at_any_byte_is_cut_before_the_next_line(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    done(ledger, ONE)
    file = tmp_path / "ledger.jsonl"
    whole = file.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for length in range(last, len(whole)):
        file.write_bytes(whole[:length])
        again = opened(tmp_path)
        assert again.trials[ONE].state == STARTED
        assert len(again.problems) == (length > last)
        again.open_sitting({})
        done(again, ONE, 5.0)
        final = opened(tmp_path)
        assert final.problems == []
        assert final.trials[ONE].score == 5.0


def test_a_flipped_bit_is_named_and_costs_no_more_than_its_lines(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    for key in PLAN.keys:
        done(ledger, key, float(key[1]))
    file = tmp_path / "ledger.jsonl"
    whole = file.read_bytes()
    chance = random.Random(3)
    for place in range(0, len(whole), 3):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << chance.randrange(8)
        file.write_bytes(flipped)
        again = opened(tmp_path)
        assert again.problems, f"byte {place}"
        assert any(f"line {whole.count(10, 0, place) + 1} " in said or "torn" in said for said in again.problems)
        assert again.count(DONE) >= len(PLAN.keys) - 1
        assert all(trial.score == trial.seed for trial in again.trials.values() if trial.state == DONE)


def test_a_trial_whose_line_is_damaged_is_run_again_and_no_other(tmp_path: Path) -> None:
    run_study(tmp_path, PLAN, trainees.steady, jobs=0)
    file = tmp_path / "ledger.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if b'"done"' in line and b'"seed": 1' in line)
    lines[number] = lines[number].replace(b'"score": 11', b'"score": 99')
    file.write_bytes(b"".join(lines))
    before = results(tmp_path)
    assert f"line {number + 1} does not match" in before.problems[0]
    assert before.states[0, 1] == "interrupted"
    found = run_study(tmp_path, PLAN, trainees.steady, jobs=0)
    assert found.complete
    assert found.scores.tolist() == [[10, 11, 12], [20, 21, 22]]
    assert [trainees.calls(found.place(key)) for key in PLAN.keys] == [1, 1, 2, 1, 1, 1]


def test_a_ledger_of_another_study_is_refused(tmp_path: Path) -> None:
    done(Ledger(tmp_path, [("elsewhere", 1)]), ("elsewhere", 1))
    write_plan(tmp_path, PLAN)
    with pytest.raises(UserError, match="line 1 tells of something that is not in the plan"):
        results(tmp_path)


class Faulty(durable.Disk):
    """Counts the calls that write; ``at`` is told of each before it is made."""

    def __init__(self, at: Callable[[int], None]) -> None:
        self.count, self._at = 0, at

    def _next(self) -> None:
        self.count += 1
        self._at(self.count)

    def open_append(self, path: Path) -> int:
        self._next()
        return super().open_append(path)

    def write(self, descriptor: int, data: Any) -> int:
        self.count += 1
        try:
            self._at(self.count)
        except OSError:  # as a disk that gets full does: a part is taken first
            super().write(descriptor, data[: len(data) // 2])
            raise
        return super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        self._next()
        super().fsync(descriptor)


DiskLike = TypeVar("DiskLike", bound=durable.Disk)


@contextmanager
def on(disk: DiskLike) -> Iterator[DiskLike]:
    before, durable.disk = durable.disk, disk
    try:
        yield disk
    finally:
        durable.disk = before


class Remembering(durable.Disk):
    """Remembers the names of the calls that write."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def write(self, descriptor: int, data: Any) -> int:
        self.calls.append("write")
        return super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        self.calls.append("fsync")
        super().fsync(descriptor)


def test_what_became_of_a_trial_is_on_the_disk_before_it_is_counted(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    with on(Remembering()) as disk:
        for key in PLAN.keys[:3]:
            done(ledger, key)
    assert disk.calls == ["write", "write", "fsync"] * 3, "one write to start, one to end"


def full(first: int, last: int) -> Callable[[int], None]:
    def at(number: int) -> None:
        if first <= number <= last:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return at


def calls_of_a_study(folder: Path) -> int:
    write_plan(folder, PLAN)
    disk = Faulty(lambda number: None)
    with on(disk):
        run_study(folder, PLAN, trainees.steady, jobs=0)
    return disk.count


def test_death_at_every_write_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    total = calls_of_a_study(tmp_path / "whole")
    assert total > 25
    for number in range(1, total + 1):
        folder = tmp_path / str(number)
        write_plan(folder, PLAN)
        child = os.fork()
        if child == 0:
            with on(Faulty(lambda count, number=number: os._exit(9) if count == number else None)):
                run_study(folder, PLAN, trainees.steady, jobs=0)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        acknowledged = [key for key, trial in results(folder).trials.items() if trial.state == DONE]
        found = run_study(folder, PLAN, trainees.steady, jobs=0)
        assert found.complete
        assert found.scores.tolist() == [[10, 11, 12], [20, 21, 22]]
        assert all(trainees.calls(found.place(key)) == 1 for key in acknowledged)
        assert sum(trainees.calls(found.place(key)) for key in PLAN.keys) <= len(PLAN.keys) + 1


def test_a_disk_that_is_full_for_a_while_costs_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    total = calls_of_a_study(tmp_path / "whole")
    for first in range(1, total - 10, 3):
        folder = tmp_path / str(first)
        write_plan(folder, PLAN)
        with on(Faulty(full(first, first + 3))):
            found = run_study(folder, PLAN, trainees.steady, jobs=0)
        assert found.complete
        assert found.problems == []
        assert "kept in memory" in caplog.text
        assert [trainees.calls(found.place(key)) for key in PLAN.keys] == [1] * 6
        caplog.clear()


def test_a_disk_that_stays_full_is_said_and_a_rerun_finishes(tmp_path: Path) -> None:
    write_plan(tmp_path, PLAN)
    with on(Faulty(full(9, 10**9))), pytest.raises(UserError, match=r"cannot save .*ENOSPC.*run the study again"):
        run_study(tmp_path, PLAN, trainees.steady, jobs=0)
    found = run_study(tmp_path, PLAN, trainees.steady, jobs=0)
    assert found.complete
    assert found.scores.tolist() == [[10, 11, 12], [20, 21, 22]]
