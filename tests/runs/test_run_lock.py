"""Two trainings never work in one run, and a dead one holds nothing."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ganbaru.errors import UserError
from ganbaru.runs import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", {})


def hold(path: Path, *, and_fork: bool = False) -> tuple[int, int]:
    """A child that holds the run until it is killed; with ``and_fork`` a grandchild outlives it. Returns both ids."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        with Run.open(path).claim():
            grandchild = os.fork() if and_fork else -1
            if grandchild:
                os.write(send, b"%d\n" % grandchild)
            time.sleep(60)
        os._exit(0)
    os.close(send)
    with open(receive) as file:
        return child, int(file.readline())


@pytest.fixture
def children() -> Iterator[list[int]]:
    ids: list[int] = []
    yield ids
    for child in ids:
        os.kill(child, signal.SIGKILL)


def test_one_at_a_time(run: Run) -> None:
    with run.claim(), pytest.raises(UserError, match="another training") as caught, Run.open(run.path).claim():
        pass
    assert "--out" in caught.value.hint
    with run.claim():
        pass


def test_reading_needs_no_lock_and_a_copy_is_free(run: Run, tmp_path: Path) -> None:
    run.save_checkpoint(1, {"a": b"1"})
    with run.claim():
        assert Run.open(run.path).load_checkpoint().step == 1
        copy = Run.open(shutil.copytree(run.path, tmp_path / "copy"))
        with copy.claim():
            pass
    assert (run.path / "lock").read_bytes() == b""


def test_another_process_holds_it_until_it_dies(run: Run) -> None:
    child, _ = hold(run.path)
    with pytest.raises(UserError, match="another training"), run.claim():
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with run.claim():
        pass


def test_a_child_that_outlives_the_holder_holds_nothing(run: Run, children: list[int]) -> None:
    child, grandchild = hold(run.path, and_fork=True)
    children.append(grandchild)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    deadline = time.monotonic() + 5
    while True:  # the grandchild closes its copy as soon as it runs at all
        try:
            with run.claim():
                return
        except UserError:
            assert time.monotonic() < deadline, "still held"
            time.sleep(0.01)


def test_a_forked_child_does_not_unlock_its_parent(run: Run) -> None:
    with run.claim():
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        with pytest.raises(UserError), Run.open(run.path).claim():
            pass


def test_of_many_at_once_one_wins(run: Run) -> None:
    start_receive, start_send = os.pipe()
    receive, send = os.pipe()
    children = []
    for _ in range(8):
        child = os.fork()
        if child == 0:
            os.close(start_send)
            os.read(start_receive, 1)  # all wait for the same instant
            try:
                with run.claim():
                    os.write(send, b"won ")
                    time.sleep(0.3)
            except UserError:
                os.write(send, b"lost ")
            os._exit(0)
        children.append(child)
    os.close(start_receive)
    os.close(start_send)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    os.close(send)
    with open(receive) as file:
        said = file.read().split()
    assert sorted(said) == ["lost"] * 7 + ["won"]


def test_a_folder_one_may_not_write_in_is_said(run: Run) -> None:
    (run.path / "lock").mkdir()
    with pytest.raises(UserError, match="cannot write in"), run.claim():
        pass
