"""What the tests of training share: a tiny setting, a way to stop, what a run ends with."""

from collections.abc import Callable
from typing import Any

import ganbaru as gb
from ganbaru.training import Request, StepDone

TINY: dict[str, Any] = {
    "seed": 7,
    "steps": 12,
    "batch": 16,
    "threads": 1,
    "record_every": 3,
    "measure_every": 6,
    "checkpoint_every": 3,
    "generator": {"channels": 16, "layers": 2},
    "critic": {"channels": 16, "layers": 2},
}


def stop_at(step: int) -> Callable[[Any], Request | None]:
    """A callback that asks to stop after a step."""
    return lambda event: Request.STOP if isinstance(event, StepDone) and event.step == step else None


def trained_bytes(run: gb.Run) -> dict[str, bytes]:
    """All that a training ends with, but for what a clock says."""
    checkpoint = run.load_checkpoint()
    assert checkpoint is not None
    files = {name: data for name, data in checkpoint.files.items() if name != "state.json"}
    for name in run.samples():
        files |= {f"{name}/{file}": data for file, data in run.read_samples(name).items()}
    return files


def evidence(run: gb.Run) -> list[dict[str, Any]]:
    """The lines of metrics without what a clock says."""
    return [
        {key: value for key, value in line.items() if not key.startswith("seconds")}
        for line in run.metrics.read()
        if line["kind"] != "event"
    ]
