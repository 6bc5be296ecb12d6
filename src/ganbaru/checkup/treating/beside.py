"""Trains a trial in a run of its own beside the run that it is held against, which is only read."""

import logging
from collections.abc import Callable, Iterable
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganbaru import training
from ganbaru.checkup.treating.planning import Plan
from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.runs import Run, durable
from ganbaru.runs.run import DOCUMENT
from ganbaru.training import Callback, Event, Request, StepDone
from ganbaru.training.session import Parts

_log = logging.getLogger("ganbaru.checkup")
_ORIGIN = "origin"
Goal = Callable[[StepDone], bool]


def place(parent: Path, name: str, plan: Plan) -> Path:
    """Where the trial lies or will lie: ``NAME-treated-1``, or the first number that is this trial or free."""
    number = 1
    while not _fits(path := parent / f"{name}-treated-{number}", plan):
        number += 1
    return path


def train(plan: Plan, path: Path, parts: Parts, callbacks: Iterable[Callback], progress: Progress) -> Run:
    """The trained trial; what is there of it already is used.

    Raises:
        UserError: it cannot be trained with these settings. A number that stops being finite raises nothing: the run
            says so itself.
        Interrupted: as in `training.fit`; what was trained is kept.
    """
    if not (path / DOCUMENT).exists() and plan.start:
        _prepare(plan, path)
    if (path / DOCUMENT).exists() and is_done(Run.open(path)):
        return Run.open(path)
    try:
        return training.fit(
            plan.source,
            out=path,
            config=plan.config.model_dump(),
            resume=(path / DOCUMENT).exists(),
            callbacks=[*callbacks, *_stopping(plan.base)],
            progress=progress,
            **_own(plan, parts),
        )
    except UserError:
        if not (path / DOCUMENT).exists() or not stopped(run := Run.open(path)):
            raise
        return run


def is_done(run: Run) -> bool:
    """Whether a training came to its end: it was measured there, or a number stopped being finite."""
    if stopped(run):
        return True
    quality = run.read_json("quality")
    return quality is not None and quality.get("step") == max(run.steps, default=-1)


def stopped(run: Run) -> str:
    """Why a training had to stop: which number was not finite, and when; empty where it did not."""
    for line in run.metrics.read():
        if line["kind"] == "non-finite":
            return f"a number was not finite at step {line['step']:,}"
    return ""


def _fits(path: Path, plan: Plan) -> bool:
    """Whether a folder is free, or holds this very trial."""
    if not (path / DOCUMENT).exists():
        return not path.exists() or (path.is_dir() and all(each.name.startswith(".") for each in path.iterdir()))
    try:
        run = Run.open(path)
        origin = run.read_json(_ORIGIN)
    except UserError:
        return False
    known = run.document
    same_data = known.get("source", {}).get("fingerprint") == plan.source.fingerprint
    return known.get("config") == plan.config.document() and same_data and origin == plan.origin


def _prepare(plan: Plan, path: Path) -> None:
    """Makes the run that goes on from a checkpoint: under another name first, so that no half of it is taken for it."""
    unfinished = path.with_name(f".{path.name}.preparing")
    if unfinished.exists():
        durable.remove_tree(unfinished)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    run = Run.create(unfinished, {**plan.base.document, "config": plan.config.document(), "created": created})
    run.write_json(_ORIGIN, plan.origin or {})
    _copy(plan.base, run, plan.start)
    if path.exists():
        durable.remove_tree(path)
    durable.disk.rename(unfinished, path)
    durable.disk.fsync_folder(path.parent)


def _copy(base: Run, run: Run, step: int) -> None:
    """Metrics and listening sets up to a step, and its checkpoint."""
    for line in base.metrics.read():
        if line["step"] <= step:
            run.metrics.append(line)
    for name in base.samples():
        if name == "real" or int(name.rpartition("-")[2]) <= step:
            run.save_samples(name, base.read_samples(name))
    checkpoint = base.load_checkpoint(step)
    assert checkpoint is not None
    run.save_checkpoint(step, checkpoint.files, score=checkpoint.score)


def _stopping(base: Run) -> list[Callback]:
    """Stops a trial where its base stands, if that was cut short: equal budgets are compared."""
    reached = max(base.steps, default=0)
    if is_done(base) or not reached:
        return []

    def stop(event: Event) -> Request | None:
        return Request.STOP if isinstance(event, StepDone) and event.step >= reached else None

    return [stop]


def _own(plan: Plan, parts: Parts) -> dict[str, Any]:
    """Copies of the user's own parts that the trial is still made of.

    Raises:
        UserError: one of them was not given.
    """
    networks = plan.base.document["networks"]
    needed = {name: bool(networks.get(f"own_{name}")) for name in ("generator", "critic")}
    needed |= {n: getattr(plan.config, n).startswith("own:") for n in ("objective", "constraint", "representation")}
    for name, own in needed.items():
        if own and getattr(parts, name) is None:
            raise UserError(f"its {name} is one of your own", hint=f"give it: treat(run, parts=Parts({name}=…))")
    return {name: deepcopy(getattr(parts, name)) for name, own in needed.items() if own}
