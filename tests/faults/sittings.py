"""Sittings of a small real training: started, killed, resumed; and what must come out however often that was done."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ganbaru.runs import Run

STEPS, RECORD = 60, 3
OPTIONS: dict[str, Any] = {
    "seed": 7,
    "steps": STEPS,
    "threads": 1,
    "batch": 16,
    "record_every": RECORD,
    "measure_every": 30,
    "checkpoint_every": 7,
    "generator": {"channels": 16},
    "critic": {"channels": 16},
}
FAMILIES: dict[str, dict[str, Any]] = {
    "nonsaturating": OPTIONS,
    "wgan": {**OPTIONS, "objective": "wgan"},
}


class Server:
    """The warm process that sittings are forked from."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("sittings_server.py"))]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "GOMP_SPINCOUNT": "0"}
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self._answer() == "ready"

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"the server of sittings ended with {self._process.wait()}"
        return json.loads(line)

    def ask(self, order: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


class Sitting:
    """One process that trains in the run ``out`` until it ends or is ended."""

    def __init__(self, server: Server, out: Path, options: dict[str, Any] = OPTIONS, **more: Any) -> None:
        self._server, self._said = server, out.with_name(f"{out.name}.said")
        self._said.unlink(missing_ok=True)
        resume = (out / "run.toml").exists()
        order = {"out": str(out), "resume": resume, "options": options, "said": str(self._said), **more}
        self._pid = server.ask({"start": order})
        self.code: int | None = None

    def send(self, signal: int) -> None:
        """Send a signal; the process is still there, if only as a zombie, until ``end`` is asked for."""
        os.kill(self._pid, signal)

    def end(self) -> int:
        """Wait for the end; returns the exit code, or minus the signal that ended it."""
        if self.code is None:
            self.code = self._server.ask({"wait": self._pid})
        return self.code

    def said(self, kind: str) -> list[str]:
        """What it said of one kind: steps that were ``saved``, ``measured``, ``started``; the ``error``."""
        text = self._said.read_text() if self._said.exists() else ""
        return [line.split(" ", 1)[1] for line in text.splitlines() if line.startswith(kind + " ")]

    def saved(self) -> int:
        """The newest step whose checkpoint was acknowledged, -1 for none."""
        return max(map(int, self.said("saved")), default=-1)


def outcome(path: Path) -> dict[str, Any]:
    """All that a finished training leaves, but for the clock's doing and the notes of interruptions."""
    run = Run.open(path)
    assert run.problems() == []
    checkpoint = run.load_checkpoint(STEPS)
    assert checkpoint is not None
    state = {**json.loads(checkpoint.files["state.json"]), "seconds": None}
    found: dict[str, Any] = {f"samples/{name}": run.read_samples(name) for name in run.samples()}
    return {
        **found,
        "model and average": checkpoint.files["model.safetensors"],
        "both optimizers": checkpoint.files["optimizer.safetensors"],
        "state": state,
        "metrics": list(timeless(run)),
        "quality": {**(run.read_json("quality") or {}), "seconds": None},
    }


def timeless(run: Run) -> Iterator[dict[str, Any]]:
    """The records without wall-clock seconds and without notes."""
    for record in run.metrics.read():
        if record["kind"] != "event":
            yield {key: value for key, value in record.items() if not key.startswith("seconds")}


def assert_equal(path: Path, expected: dict[str, Any]) -> None:
    """The run at ``path`` ended as expected, to the bit; says what differs."""
    found = outcome(path)
    assert found.keys() == expected.keys()
    different = [name for name in expected if repr(found[name]) != repr(expected[name])]
    records = [
        pair for pair in zip(found["metrics"], expected["metrics"], strict=False) if repr(pair[0]) != repr(pair[1])
    ]
    assert not different, f"{path.name} is not equal to the uninterrupted run: {different} {records[:1]}"


def finish(server: Server, out: Path, options: dict[str, Any] = OPTIONS) -> None:
    """Resume, undisturbed, to the end."""
    sitting = Sitting(server, out, options)
    assert sitting.end() == 0, sitting.said("error")


def assert_nothing_lost(out: Path, saved: int) -> None:
    """The newest acknowledged checkpoint, or a newer one, loads."""
    if saved < 0:
        return
    checkpoint = Run.open(out).load_checkpoint()
    assert checkpoint is not None
    assert checkpoint.step >= saved
