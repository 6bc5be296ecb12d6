"""Trainees for the tests of studies: cheap, some of them ill-behaved; each notes its calls in its folder."""

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganbaru.studies import Plan

Settings = dict[str, Any]


def plan(cells: int = 2, seeds: int = 3, **settings: Any) -> Plan:
    """Cells of which the score is known: 10 × width + seed."""
    return Plan(
        question="Does a wider model score higher?",
        rule="Yes if the interval of the mean paired difference lies above 0.",
        cells={f"width {width}": {"width": width, **settings} for width in range(1, cells + 1)},
        seeds=tuple(range(seeds)),
    )


def calls(folder: Path) -> int:
    """How often a trial was begun in its folder."""
    file = folder / "calls"
    return len(file.read_text().splitlines()) if file.exists() else 0


def note(folder: Path) -> int:
    """Note one more call; returns which it is, from 1."""
    with (folder / "calls").open("a") as file:
        file.write(f"{os.getpid()}\n")
    return calls(folder)


def pid(folder: Path) -> int:
    """The process of the latest call."""
    return int((folder / "calls").read_text().split()[-1])


def steady(settings: Settings, seed: int, folder: Path) -> float:
    note(folder)
    time.sleep(settings.get("sleep", 0.0))
    return float(10 * settings["width"] + seed)


def together(settings: Settings, seed: int, folder: Path) -> float:
    """Waits until another trial of the study has begun."""
    note(folder)
    deadline = time.monotonic() + 60
    while len(list(folder.parents[1].glob("*/*/calls"))) < 2:
        if time.monotonic() > deadline:
            raise TimeoutError("nobody else begins")
        time.sleep(0.01)
    return float(10 * settings["width"] + seed)


def ill(settings: Settings, seed: int, folder: Path) -> Any:
    """With seed 1 the last cell does what ``settings["evil"]`` says, the first ``settings["times"]`` times."""
    if settings["width"] == 2 and seed == 1 and note(folder) <= settings.get("times", 99):
        return _EVIL[settings["evil"]]()
    return float(10 * settings["width"] + seed)


def _raise() -> None:
    raise ValueError("the critic\nis no good")


def _fork_and_wait() -> None:
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
    time.sleep(60)


_EVIL: dict[str, Any] = {
    "raise": _raise,
    "exit": lambda: os._exit(3),
    "leave": lambda: sys.exit(4),
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "nothing": lambda: None,
    "text": lambda: "0.5",
    "no score": lambda: {"loss": 1.0},
    "object": lambda: {"score": 1.0, "model": object()},
    "large": lambda: {"score": 1.0, "curve": "x" * 100_000},
    "nan": lambda: float("nan"),
    "stop": lambda: os.kill(os.getpid(), signal.SIGTERM) or time.sleep(60),
}


def with_a_child(settings: Settings, seed: int, folder: Path) -> float:
    """Starts a process of its own, notes it, and waits."""
    note(folder)
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    (folder / "child").write_text(str(child))
    time.sleep(settings["sleep"])
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return float(seed)


def stepping(settings: Settings, seed: int, folder: Path) -> dict[str, Any]:
    """Counts to ``settings["steps"]``; stopped or killed, it goes on where it was."""
    note(folder)
    file = folder / "step"
    first = step = int(file.read_text()) if file.exists() else 0
    try:
        while step < settings["steps"]:
            time.sleep(0.01)
            step += 1
    finally:
        file.write_text(str(step))
    return {"score": step, "first": first}


def stubborn(settings: Settings, seed: int, folder: Path) -> float:
    """Does not stop when it is asked to."""
    note(folder)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)
    return 0.0


def told(settings: Settings, seed: int, folder: Path) -> dict[str, Any]:
    """What its process was given."""
    print("said on stdout")
    os.write(1, b"written to descriptor 1\n")
    print("said on stderr", file=sys.stderr)
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
    return {
        "score": 0,
        "torch": int("torch" in sys.modules),
        "folder": str(folder),
        "empty": int(not any(folder.iterdir())),
        "spin": os.environ["GOMP_SPINCOUNT"],
        "settings": settings,
        **{name: int(os.environ[name]) for name in names},
    }


def die() -> None:
    os._exit(5)


class Unloadable:
    """Cannot be had from its pickle: ``how`` is called instead."""

    def __init__(self, how: Callable[[], None]) -> None:
        self.how = how

    def __call__(self, settings: Any, seed: int, folder: Path) -> float:
        return 0.0

    def __reduce__(self) -> Any:
        return self.how, ()


def refuse() -> None:
    raise ImportError("not here")
