"""The door: a run in, a treatment out."""

import logging
from collections.abc import Iterable
from pathlib import Path

from ganbaru.checkup.finding import Findings
from ganbaru.checkup.treating.candidates import candidates, unmended
from ganbaru.checkup.treating.course import Course, findings_of
from ganbaru.checkup.treating.planning import config_of
from ganbaru.checkup.treating.treatment import Treatment
from ganbaru.errors import UserError
from ganbaru.progress import Progress, silent
from ganbaru.runs import Run
from ganbaru.sources import Source
from ganbaru.training import Callback
from ganbaru.training.session import Parts

_log = logging.getLogger("ganbaru.checkup")


def treat(
    run: Run | str | Path,
    *,
    out: str | Path | None = None,
    findings: Findings | None = None,
    source: Source | None = None,
    parts: Parts | None = None,
    most: int = 3,
    seed: int | None = None,
    progress: Progress = silent,
    callbacks: Iterable[Callback] = (),
) -> Treatment:
    """Tries what a checkup of a run advises, one change after another, each in a run of its own beside it.

    A change is trained for the same budget, from the newest kept checkpoint before its cause began, where it came
    about during the training and the checkpoint can go on with the change, else from the start. What both runs make of
    the same latents is then held against held-out samples. A run that is closer for sure is gone on with: what is found
    in it is tried next, on top of it. It ends with the first run that is better and in which nothing is found. The last
    of several things tried are the settings that are usual on such data. The same call again uses what is done and
    finishes what is missing.

    Args:
        run: the run or its folder. Nothing in it changes but ``treatment.json``.
        out: folder for the trials ``NAME-treated-1`` …; None takes that in which the run lies.
        findings: what was found in it; None takes those of its last checkup, or examines it, and asks whether its
            networks are too small in either case.
        source: what it was trained on; None opens it again.
        parts: networks, objective and constraint of your own, as they were before the run's first step.
        most: how many changes to train.
        seed: of comparing; None takes the run's own.
        progress: is told how far preparations are.
        callbacks: are told of every event of every training.

    Raises:
        UserError: there is no such run, it has no checkpoint yet, or what it was trained on is not there.
        Interrupted: as in `training.fit`; what was done is kept.
    """
    if most < 1:
        raise UserError(f"{most} changes are none", hint="try one or more")
    course = _course(run, out, findings, source, parts or Parts(), seed, progress, tuple(callbacks))
    found = findings
    if found is None:
        found = findings_of(course.first, course.source, course.parts, seed=course.seed, progress=progress)
    course.found, course.waiting = found, candidates(found)
    complete = False
    try:
        course.run(most)
        complete = True
    finally:
        treatment = course.treatment(unmended(found), complete=complete)
        _keep(course.first, treatment)
    return treatment


def _course(
    run: Run | str | Path,
    out: str | Path | None,
    findings: Findings | None,
    source: Source | None,
    parts: Parts,
    seed: int | None,
    progress: Progress,
    callbacks: tuple[Callback, ...],
) -> Course:
    """A course at its beginning."""
    from ganbaru.checkup.run.reopened import same_source, source_of

    first = run if isinstance(run, Run) else Run.open(run)
    if not first.steps:
        raise UserError(
            f"{first.path} has no checkpoint yet, so there is nothing to compare with", hint="train it first"
        )
    if source is not None:
        same_source(first, source)
    return Course(
        first=first,
        parent=first.path.parent if out is None else Path(out),
        parts=parts,
        seed=config_of(first).seed if seed is None else seed,
        callbacks=callbacks,
        progress=progress,
        best=first,
        source=source or source_of(first, progress),
    )


def _keep(run: Run, treatment: Treatment) -> None:
    """Stores it in the run; a run that cannot be written keeps nothing, which is said."""
    try:
        run.write_json("treatment", treatment.to_json())
    except OSError as error:
        _log.warning("treatment.json was not written: %s", error)
