"""A process that dies at any call of a save, or at any instant, loses nothing that was acknowledged."""

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from disks import Counting, Dying
from scenes import check, hidden, play, prepare, state, using, visible

from ganbaru.runs import Run


def in_child(work: Callable[[Callable[[str], object]], object]) -> tuple[int, int]:
    """Fork; the child does ``work``, given a way to tell names to its parent, and ends. Returns its id and the pipe."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(lambda name: os.write(send, name.encode() + b"\n"))
            os._exit(0)
        finally:
            os._exit(1)
    os.close(send)
    return child, receive


def ended(child: int, receive: int) -> tuple[int, list[str]]:
    """Wait for a child; returns how it ended and what it told."""
    with open(receive) as file:
        told = file.read().split()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), told


def count_calls(template: Path, path: Path) -> int:
    shutil.copytree(template, path)
    with using(Counting()) as disk:
        play(Run.open(path))
    return disk.count


@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "within", "after"])
def test_death_at_every_call_of_a_whole_save(memory: Path, when: str) -> None:
    prepare(memory / "template")
    calls = count_calls(memory / "template", memory / "whole")
    assert calls > 100
    for number in range(1, calls + 1):
        path = memory / "run"
        shutil.copytree(memory / "template", path)

        def work(tell: Callable[[str], object], path: Path = path, number: int = number) -> None:
            with using(Dying(number, when)):
                play(Run.open(path), told=tell)

        code, told = ended(*in_child(work))
        assert code == 9
        check(path, told)
        play(Run.open(path))
        assert visible(path) == visible(memory / "whole"), f"{when} call {number}"
        assert hidden(path) == [], f"{when} call {number}"
        shutil.rmtree(path)


@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "after"])
def test_death_at_every_call_of_a_recovery(memory: Path, when: str) -> None:
    """Killed while replacing a checkpoint, and killed again while the next save cleans up."""
    prepare(memory / "template")
    with using(Counting()) as disk:
        Run.open(memory / "template").save_checkpoint(5, state(5), score=2.0)
    for first in range(disk.count // 2, disk.count):  # the renames are in the second half
        for second in range(1 + first % 2, 9, 2):
            path = memory / "run"
            shutil.copytree(memory / "template", path)
            for number in (first, second):

                def work(tell: Callable[[str], object], path: Path = path, number: int = number) -> None:
                    with using(Dying(number, when)):
                        Run.open(path).save_checkpoint(5, state(5), score=2.0)

                assert ended(*in_child(work))[0] in (0, 9)
                check(path, [])
            Run.open(path).save_checkpoint(5, state(5), score=2.0)
            assert hidden(path) == []
            shutil.rmtree(path)


def test_death_at_every_call_of_create(memory: Path) -> None:
    for number in range(1, 99):
        path = memory / str(number) / "run"

        def work(tell: Callable[[str], object], path: Path = path, number: int = number) -> None:
            with using(Dying(number, "before")):
                Run.create(path, {"seed": 7})
                tell("created")

        code, told = ended(*in_child(work))
        run = Run.open(path) if (path / "run.toml").exists() else Run.create(path, {"seed": 7})
        assert run.document == {"seed": 7}
        if code == 0:
            assert told == ["created"]
            return
    pytest.fail("create never ended")


def test_kills_at_random_instants(tmp_path: Path) -> None:
    """On a real disk, with a real SIGKILL; as long after the start as the whole of it was seen to take, or less."""
    prepare(tmp_path / "template")
    chance, longest, killed = random.Random(7), 0.02, 0
    for number in range(40):
        path = tmp_path / str(number)
        shutil.copytree(tmp_path / "template", path)

        def work(tell: Callable[[str], object], path: Path = path) -> None:
            run = Run.open(path)
            tell("ready")
            play(run, told=tell)

        child, receive = in_child(work)
        os.read(receive, 6)
        began = time.monotonic()
        time.sleep(chance.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
        code, told = ended(child, receive)
        assert code in (0, -signal.SIGKILL)
        killed += code != 0
        longest = min(1.0, longest * 1.5) if code else time.monotonic() - began
        check(path, told)
    assert killed >= 10
