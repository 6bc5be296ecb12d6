"""What the tests of treatments share: small runs of the ring, findings made by hand, all the bytes of a run."""

from pathlib import Path
from typing import Any

import ganbaru as gb
from ganbaru.checkup import Finding, Findings

SMALL: dict[str, Any] = {
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


def small(out: Path, **settings: Any) -> gb.Run:
    """A run of twelve steps."""
    return gb.fit("toy:ring", out=out, **{**SMALL, **settings})


def advice(*changes: dict[str, Any] | None, since: int | None = None) -> Findings:
    """Findings, one for each change, of causes that explain nothing; of causes that come about, if since a step."""
    causes = ("learning-rate-high", "learning-rate-low", "batch-too-small", "momentum-high", "n-critic-low")
    if since is not None:
        causes = ("oscillation", "divergence", "dead-units", "mode-dropping", "late-degradation")
    return Findings(
        Finding(cause, "found", change=change, since=since) for cause, change in zip(causes, changes, strict=False)
    )


def everything(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def weights(run: gb.Run | Path) -> dict[str, bytes]:
    """What a training ends with, but for what a clock says."""
    opened = run if isinstance(run, gb.Run) else gb.Run.open(run)
    checkpoint = opened.load_checkpoint()
    assert checkpoint is not None
    return {name: data for name, data in checkpoint.files.items() if name != "state.json"}


def lines(run: gb.Run | Path) -> list[dict[str, Any]]:
    """The records without what a clock says."""
    opened = run if isinstance(run, gb.Run) else gb.Run.open(run)
    return [
        {key: value for key, value in line.items() if not key.startswith("seconds")} for line in opened.metrics.read()
    ]
