"""Whatever of the un-synced writes and renames a power loss takes, nothing that was acknowledged is lost."""

import itertools
import random
import shutil
from pathlib import Path

import pytest
from disks import Recording
from powerless import BYTES, NAMES, Folder, Model, load
from scenes import check, play, prepare, using, visible

from ganbaru.runs import Run

COMBINATIONS = list(itertools.product(NAMES, BYTES))


def recorded(memory: Path) -> Recording:
    """Play the scene in ``memory / "run"``; the trace has a mark for each action that was acknowledged."""
    prepare(memory / "template")
    path = Path(shutil.copytree(memory / "template", memory / "run"))
    with using(Recording()) as disk:
        play(Run.open(path), told=lambda name: disk.trace.append(("told", name)))
    return disk


def states(memory: Path, trace: list[tuple[object, ...]], per_call: int) -> int:
    """Check ``per_call`` outcomes of a power loss after each call; returns how many states that were."""
    model, told = Model(memory / "run", load(memory / "template")), []
    chance = random.Random(7)
    turn = itertools.cycle(COMBINATIONS)
    count = 0
    for number, call in enumerate(trace):
        if call[0] == "told":
            told.append(call[1])
        else:
            model.do(*call)
        for names, data in itertools.islice(turn, per_call):
            path = memory / "found"
            model.after_power_loss(path, names, data, chance)
            try:
                check(path, told)
                play(Run.open(path))
                assert visible(path) == visible(memory / "run")
            except Exception as error:
                raise AssertionError(f"after call {number}, {call[:2]}: names {names}, bytes {data}") from error
            shutil.rmtree(path)
            count += 1
    return count


def test_power_loss_after_every_call(memory: Path) -> None:
    trace = recorded(memory).trace
    assert states(memory, trace, per_call=3) > 300


def test_power_loss_in_a_runs_first_moments(memory: Path) -> None:
    """Each thing stands from the call on with which it was acknowledged: the run, its first records, its first save."""
    with using(Recording()) as disk:
        run = Run.create(memory / "run", {"seed": 7})
        created = len(disk.trace)
        run.metrics.append({"step": 1})
        run.metrics.sync()
        synced = len(disk.trace)
        run.metrics.append({"step": 2})
        run.save_checkpoint(2, {"a": b"2"})
        saved = len(disk.trace)
        run.write_json("quality", {"figures": 1})
    for end, (names, data) in itertools.product(range(len(disk.trace) + 1), COMBINATIONS):
        model = Model(memory, Folder())
        for call in disk.trace[:end]:
            model.do(*call)
        path = memory / "found"
        model.after_power_loss(path, names, data, random.Random(end))
        if end < created and not (path / "run" / "run.toml").exists():
            Run.create(path / "run", {"seed": 7})
        found = Run.open(path / "run")
        loaded = found.load_checkpoint()
        assert loaded is not None or end < saved
        found.metrics.cut_after(loaded.step if loaded else 1)
        records = found.metrics.read()
        assert records == [{"step": 1}, {"step": 2}][: max(len(records), 2 if end >= saved else int(end >= synced))]
        assert found.read_json("quality") or end < len(disk.trace)
        shutil.rmtree(path)


@pytest.mark.soak
def test_power_loss_after_every_call_in_every_way(memory: Path) -> None:
    trace = recorded(memory).trace
    assert states(memory, trace, per_call=5 * len(COMBINATIONS)) > 6_000


def test_the_model_sees_a_save_that_forgets_to_fsync(memory: Path) -> None:
    """The test above is worth something: without any one kind of fsync it fails."""
    trace = recorded(memory).trace
    for forgotten in ("fsync", "fsync_folder"):
        with pytest.raises(AssertionError, match="after call"):
            states(memory, [call for call in trace if call[0] != forgotten], per_call=3)
        shutil.rmtree(memory / "found")
