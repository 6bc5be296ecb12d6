"""A disk that fails at any call, once or for ever, costs no more than the save it failed in."""

import errno
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from disks import Counting, Failing
from scenes import actions, check, hidden, play, prepare, state, using, visible

from ganbaru.errors import UserError
from ganbaru.runs import Run, SaveError

FAULTS = ["ENOSPC", "EIO", "EACCES", "EINTR", "short", "torn"]


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "ganbaru.runs")


def stored(run: Run) -> dict[str, bytes]:
    """What a failed save must leave as it was: all but the records, which may get further."""
    return {name: data for name, data in visible(run.path).items() if name != "metrics.jsonl"}


def failure(action: Callable[[], object]) -> SaveError | UserError | None:
    """What ``action`` raised: SaveError where it stores, UserError where it could not even read."""
    try:
        action()
    except (SaveError, UserError) as error:
        return error
    return None


def calls_of_all(template: Path, path: Path) -> list[int]:
    """How many calls were made when each action ended."""
    ends = []
    with using(Counting()) as disk:
        play(Run.open(shutil.copytree(template, path)), told=lambda name: ends.append(disk.count))
    return ends


@pytest.mark.parametrize("fault", FAULTS)
def test_one_failure_at_every_call(memory: Path, fault: str) -> None:
    prepare(memory / "template")
    calls = calls_of_all(memory / "template", memory / "whole")
    failures = 0
    for number in range(1, calls[-1] + 1):
        run = Run.open(shutil.copytree(memory / "template", memory / "run"))
        with using(Failing(number, fault, for_ever=False)) as disk:
            for end, (name, action) in zip(calls, actions(run), strict=True):
                before = stored(run) if disk.count < number <= end or disk.torn else {}
                error = failure(action)
                if error:
                    failures += 1
                    assert "\n" not in str(error)
                    assert str(run.path) in str(error)
                    assert isinstance(error, UserError) or error.errno == getattr(errno, fault, errno.ENOSPC)
                    assert stored(run) == before, f"{name} at call {number}"
                    action()
        assert visible(run.path) == visible(memory / "whole"), f"call {number}"
        run.save_checkpoint(8, state(8, 2), score=4.0)
        run.save_samples("real", {"00.wav": b"new"})
        assert [name for name in hidden(run.path) if not name.startswith(".replaced-")] == []
        shutil.rmtree(run.path)
    assert failures > 30 or fault == "short"


@pytest.mark.parametrize("fault", FAULTS)
def test_failure_for_ever_from_every_call_on(memory: Path, fault: str) -> None:
    prepare(memory / "template")
    calls = calls_of_all(memory / "template", memory / "whole")
    for number in range(1, calls[-1] + 1):
        run = Run.open(shutil.copytree(memory / "template", memory / "run"))
        told: list[str] = []
        with using(Failing(number, fault, for_ever=True)):
            for name, action in actions(run):
                if not failure(action):
                    told.append(name)
        check(run.path, told)
        play(Run.open(run.path))
        assert visible(run.path) == visible(memory / "whole"), f"call {number}"
        shutil.rmtree(run.path)


def test_records_wait_in_memory_while_the_disk_refuses(memory: Path, caplog: pytest.LogCaptureFixture) -> None:
    run = Run.create(memory / "run", {})
    run.metrics.append({"step": 1})
    with caplog.at_level(logging.WARNING, "ganbaru.runs"), using(Failing(1, "ENOSPC", for_ever=True)):
        for step in (2, 3, 4):
            run.metrics.append({"step": step})
        with pytest.raises(SaveError, match=r"metrics\.jsonl.*ENOSPC"):
            run.save_checkpoint(4, {"a": b""})
    assert len(caplog.records) == 1
    assert "kept in memory" in caplog.text
    assert run.steps == []
    run.save_checkpoint(4, {"a": b""})
    assert [record["step"] for record in run.metrics.read()] == [1, 2, 3, 4]


def test_a_folder_that_cannot_be_made_is_the_users_business(memory: Path) -> None:
    with using(Failing(1, "EACCES", for_ever=True)), pytest.raises(UserError, match="Permission denied") as caught:
        Run.create(memory / "run", {})
    assert caught.value.hint
    for number in range(1, 20):
        path = memory / str(number)
        with using(Failing(number, "ENOSPC", for_ever=False)) as disk:
            try:
                Run.create(path, {})
            except UserError:
                Run.create(path, {})  # no remains in the way
        if disk.count < number:
            return
    pytest.fail("create never ended")


def test_what_is_read_back_wrong_is_not_acknowledged(memory: Path) -> None:
    class Forgetful(Counting):
        def read(self, path: Path) -> bytes:
            return super().read(path).replace(b"weights", b"weightz")

    run = prepare(memory / "run")
    before = visible(run.path)
    with using(Forgetful()), pytest.raises(SaveError, match="read back"):
        run.save_checkpoint(8, state(8))
    assert visible(run.path) == before


FULL_DISK = """
import os, subprocess, sys
sys.path[:0] = sys.argv[2:]
mount = ["mount", "-t", "tmpfs", "-o", "size=96k", "tmpfs", sys.argv[1]]
if subprocess.run(mount, stderr=subprocess.DEVNULL).returncode:
    sys.exit(77)
from pathlib import Path
from ganbaru.runs import Run, SaveError
from scenes import check, play, prepare, visible
run = prepare(Path(sys.argv[1]) / "run")
room = Path(sys.argv[1]) / "room"
failures = 0
for leave in range(0, 60_000, 2_500):
    with open(room, "wb", buffering=0) as file:
        try:
            while True: file.write(bytes(4096))
        except OSError: pass
    os.truncate(room, max(0, room.stat().st_size - leave))
    told = []
    try: play(run, told=told.append)
    except SaveError as error:
        failures += 1
        assert "ENOSPC" in str(error), error
    room.unlink()
    check(run.path, [])
    run = Run.open(run.path)
play(run)
assert run.problems() == []
print(failures)
"""


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    """A tmpfs of 96 KB, filled up to less and less, in a mount namespace of its own."""
    if not shutil.which("unshare"):
        pytest.skip("a small disk cannot be mounted: there is no unshare(1) here")
    command = ["unshare", "-rm", sys.executable, "-c", FULL_DISK, str(tmp_path), str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip() or 'mount refused'}")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 3
