"""What a training writes while the disk is full: nothing that was heard is lost once there is room again."""

import errno
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from ganbaru.runs import Run
from ganbaru.training.journal import Journal

SOUNDS = {"points.csv": b"one"}
STATE = {"state.json": b"{}"}


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """Whether there is room for listening sets; checkpoints always find some."""
    there = {"is": True}
    save = Run.save_samples

    def save_if_there_is_room(run: Run, name: str, files: Mapping[str, bytes]) -> Path:
        if not there["is"]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return save(run, name, files)

    monkeypatch.setattr(Run, "save_samples", save_if_there_is_room)
    return there


def test_the_last_checkpoint_makes_room_for_the_last_listening_set(
    room: dict[str, bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run.create(tmp_path / "run", {"source": {"name": "toy:ring"}, "version": "0.1.0"})
    journal = Journal(run)
    save = Run.save_checkpoint

    def save_and_make_room(saved: Run, step: int, files: Mapping[str, bytes], *, score: float | None) -> Path:
        path = save(saved, step, files, score=score)
        room["is"] = True
        return path

    monkeypatch.setattr(Run, "save_checkpoint", save_and_make_room)
    room["is"] = False
    journal.samples("step-000008", SOUNDS, step=8, seconds=1.0)
    assert run.samples() == {}
    journal.checkpoint(STATE, step=8, seconds=1.0, score=None)
    assert run.read_samples("step-000008") == SOUNDS


def test_a_listening_set_that_finds_room_brings_those_that_are_owed(room: dict[str, bool], tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", {"source": {"name": "toy:ring"}, "version": "0.1.0"})
    journal = Journal(run)
    room["is"] = False
    journal.samples("real", SOUNDS, step=0, seconds=0.0)
    room["is"] = True
    journal.samples("step-000000", SOUNDS, step=0, seconds=0.0)
    assert set(run.samples()) == {"real", "step-000000"}


def test_an_owed_set_never_replaces_a_newer_one(room: dict[str, bool], tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", {"source": {"name": "toy:ring"}, "version": "0.1.0"})
    journal = Journal(run)
    room["is"] = False
    journal.samples("real", SOUNDS, step=0, seconds=0.0)
    room["is"] = True
    newer = {"points.csv": b"another"}
    journal.samples("real", newer, step=0, seconds=0.0)
    journal.checkpoint(STATE, step=0, seconds=0.0, score=None)
    assert run.read_samples("real") == newer
