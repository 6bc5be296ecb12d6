"""A resumed training in small: every kind of save there is, with what must be true at each instant of it."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from ganbaru.runs import Run, SaveError, durable
from ganbaru.runs.durable import Disk

AnyDisk = TypeVar("AnyDisk", bound=Disk)
LAST = 8


@contextlib.contextmanager
def using(disk: AnyDisk) -> Iterator[AnyDisk]:
    """Everything that ``ganbaru.runs`` writes goes to ``disk``."""
    former, durable.disk = durable.disk, disk
    try:
        yield disk
    finally:
        durable.disk = former


def record(step: int) -> dict[str, object]:
    return {"kind": "step", "step": step, "w1": 1 / (1 + step)}


def state(step: int, version: int = 1) -> dict[str, bytes]:
    """The files of a checkpoint."""
    return {"model": b"weights %d.%d " % (step, version) * 20, "state": b"%d" % version}


def prepare(path: Path) -> Run:
    """A run that was cut at step 6: checkpoints 2 (the best), 4 and 5, metrics beyond the last of them."""
    run = Run.create(path, {"seed": 7})
    run.save_samples("real", {"00.wav": b"old"})
    run.write_json("quality", {"figures": "old"})
    done = 0
    for step, score in ((2, 1.0), (4, 3.0), (5, 2.0), (6, None)):
        for number in range(done + 1, step + 1):
            run.metrics.append(record(number))
        done = step
        if step < 6:
            run.save_checkpoint(step, state(step), score=score)
    return run


def actions(run: Run) -> Iterator[tuple[str, Callable[[], object]]]:
    """What the resumed training stores, from step 5 to 8, each with its name."""
    yield "cut", lambda: run.metrics.cut_after(5)
    for step in range(6, LAST + 1):
        yield "append", lambda step=step: run.metrics.append(record(step))
    yield "8.1", lambda: run.save_checkpoint(LAST, state(LAST, 1), score=5.0)
    yield "samples", lambda: run.save_samples("step-000008", {"00.wav": b"a", "01.wav": b"b" * 99})
    yield "8.2", lambda: run.save_checkpoint(LAST, state(LAST, 2), score=4.0)
    yield "real", lambda: run.save_samples("real", {"00.wav": b"new"})
    yield "quality", lambda: run.write_json("quality", {"figures": "new"})
    yield "findings", lambda: run.write_json("findings", {"findings": []})
    yield "sync", run.metrics.sync


def play(run: Run, *, told: Callable[[str], object] = lambda name: None, patience: int = 0) -> None:
    """Do all of it, saying the name of each action that was acknowledged; one that fails is tried again."""
    for name, action in actions(run):
        for left in reversed(range(patience + 1)):
            try:
                action()
                told(name)
                break
            except SaveError:
                if not left:
                    raise


def visible(path: Path) -> dict[str, bytes]:
    """Every stored file that counts, by its name in the run."""
    found = {}
    for folder, below, names in os.walk(path):
        below[:] = [name for name in below if not name.startswith(".")]
        for name in names:
            if not name.startswith("."):
                file = os.path.join(folder, name)
                found[os.path.relpath(file, path)] = Path(file).read_bytes()
    return found


def hidden(path: Path) -> list[str]:
    return sorted(str(file.relative_to(path)) for file in path.rglob(".*"))


def check(path: Path, acknowledged: list[str]) -> None:
    """What must be true of a run at any instant, given the actions that were acknowledged before it."""
    run = Run.open(path)
    promised = max(["5.1", *(name for name in acknowledged if name.startswith("8."))])
    loaded = run.load_checkpoint()
    assert loaded is not None
    versions = [f"{loaded.step}.{version}" for version in (1, 2) if loaded.files == state(loaded.step, version)]
    assert versions, f"step {loaded.step} holds something that was never saved"
    assert versions[0] >= promised
    assert run.load_checkpoint(2).files == state(2)  # the best
    run.metrics.cut_after(loaded.step)
    assert run.metrics.read() == [record(step) for step in range(1, loaded.step + 1)]
    assert run.read_samples("real")["00.wav"] in ((b"new",) if "real" in acknowledged else (b"old", b"new"))
    assert run.read_json("quality")["figures"] in (("new",) if "quality" in acknowledged else ("old", "new"))
    if "samples" in acknowledged:
        assert run.read_samples("step-000008") == {"00.wav": b"a", "01.wav": b"b" * 99}
    if "findings" in acknowledged:
        assert run.read_json("findings") == {"findings": []}
    assert run.problems() == []
