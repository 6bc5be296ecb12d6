"""The way of a source through the rooms: opened, trained, measured, reported. What the commands call."""

import logging
import os
import re
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from ganbaru import sources, training
from ganbaru.cli import speech
from ganbaru.cli.follow import clock, following
from ganbaru.cli.permitted import owed as owed_by
from ganbaru.cli.permitted import permitted
from ganbaru.distances import Estimate
from ganbaru.errors import UserError, unknown
from ganbaru.report import build
from ganbaru.runs import Run
from ganbaru.runs.mark import about_sounds, marked
from ganbaru.sources import Source
from ganbaru.sources.listed import names_in
from ganbaru.training import Interrupted

if TYPE_CHECKING:
    from ganbaru.checkup.finding import Findings
    from ganbaru.checkup.treating import Treatment

_REPORT_SECONDS, _LEAST_SECONDS, _REPORT_SHARE = 35.0, 15.0, 0.6
"""What the checkup, the report and the page take at the end, what they take of small runs, and the share of a short
budget that is kept for them."""
_NAMED = 10
"""Files that were left out and are named; the report names them all."""
LABELS = ("auto", "folder", "none")


def raise_model(
    name: str,
    *,
    began: float,
    out: Path | None,
    minutes: float,
    labels: str,
    rate: int | None,
    seconds: float | None,
    files: Path | None,
    settings: Mapping[str, Any],
    treat: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Opens, trains, measures, reports and ships within a budget of minutes since ``began``, saying what it does.

    A treatment, where one is asked for and something was found, comes on top of the budget.
    """
    settings = _told(labels, settings)
    source = open_source(name, labels=labels, rate=rate, seconds=seconds, files=files, settings=settings, quiet=quiet)
    kept = min(_REPORT_SECONDS, max(_LEAST_SECONDS, _REPORT_SHARE * 60 * minutes))
    left = minutes - (monotonic() - began + kept) / 60
    if left <= 0:
        raise UserError(f"preparing {name} used up the {minutes:g} minutes", hint="give more --minutes")
    run = _fit(source, out or free_folder(name), {"minutes": left, **settings}, quiet=quiet)
    if not speech.first_process():
        return
    findings = _examined(run, quiet=quiet)
    treatment = _treated(run, quiet=quiet) if treat and findings.found else None
    if treatment is not None and treatment.helped:
        run = Run.open(treatment.best)
        findings = _examined(run, quiet=quiet)
    pages = {"report": build(run).save(), **_shipped(run, quiet=quiet)}
    speech.say(f"all of it took {clock(monotonic() - began)} minutes", quiet=quiet)
    _tell(run, as_json=as_json, pages=pages, findings=findings, treatment=treatment)


def _treated(run: Run, *, quiet: bool) -> "Treatment":
    """What came of treating a run."""
    from ganbaru.cli.treated import treat_run

    return treat_run(run.path, quiet=quiet)


def _shipped(run: Run, *, quiet: bool) -> dict[str, Path]:
    """The page that plays the generator, in the run; none of points, and none where it cannot be shipped."""
    if not run.document["source"]["rate"]:
        return {}
    from ganbaru.ship.shipping import ship

    try:
        owed = permitted(run, (), quiet=quiet)
        shipped = ship(run, run.path / "site", licence=owed.licence, credits=owed.credits)
        return {"page": shipped.site / "index.html"}
    except UserError as error:
        speech.say(f"no page: {error}", quiet=quiet)
        return {}


def _examined(run: Run, *, quiet: bool) -> "Findings":
    """What the checkup finds in a run; it is stored there."""
    from ganbaru.checkup.examining import checkup

    with speech.bars(quiet=quiet) as progress:
        return checkup(run, progress=progress)


def fit_model(
    name: str,
    *,
    out: Path | None,
    config: Path | None,
    resume: bool,
    labels: str,
    rate: int | None,
    seconds: float | None,
    files: Path | None,
    settings: Mapping[str, Any],
    tensorboard: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Opens a source and trains on it."""
    if resume and out is None:
        raise UserError("--resume needs the run", hint="name its folder with --out")
    before = _opened_before(out if resume else None, config)
    settings = _told(labels, settings)
    source = open_source(
        name,
        labels=labels,
        rate=rate,
        seconds=seconds,
        files=files,
        settings=settings,
        quiet=quiet,
        before=before,
    )
    callbacks = []
    if tensorboard is not None:
        from ganbaru.training.tensorboard import TensorBoard

        callbacks.append(TensorBoard(tensorboard))
    target = out or free_folder(name)
    run = _fit(source, target, settings, quiet=quiet, config=config, resume=resume, callbacks=callbacks)
    if speech.first_process():
        _tell(run, as_json=as_json)


def write_sounds(
    path: Path,
    *,
    count: int,
    seed: int,
    labels: Sequence[str] | None,
    out: Path | None,
    step: int | None,
    purpose: Sequence[str] = (),
    quiet: bool = False,
) -> list[Path]:
    """Writes new sounds (or points) of a run's generator, marked as machine-made; gives back the files.

    Raises:
        UserError: what they are for is forbidden by the licence of a sound that was learned from.
    """
    run = Run.open(path)
    owed = permitted(run, purpose, quiet=quiet) if purpose else owed_by(run)
    trained = training.load(run, step=step)
    made = trained.sample(count, labels=labels, seed=seed)
    asked = trained.asked(count, labels)
    folder = out or run.path / "listen"
    folder.mkdir(parents=True, exist_ok=True)
    if trained.rate == 0:
        rows = "\n".join(",".join(f"{value:.6g}" for value in point) for point in made)
        return [_write(folder / f"points-seed{seed}.csv", f"x,y\n{rows}\n".encode())]
    names = ["sound"] * count if asked is None else [trained.label_names[number] for number in asked]
    newest = run.steps[-1] if step is None else step
    about = about_sounds(run.document, step=newest, licence=owed.licence or "", credits=owed.credits)
    return [
        _write(
            folder / f"seed{seed}-{index:03d}-{training.safe_name(label)}.wav",
            marked(training.to_wav(sound, trained.rate), about),
        )
        for index, (sound, label) in enumerate(zip(made, names, strict=True))
    ]


def open_source(
    name: str,
    *,
    labels: str,
    rate: int | None,
    seconds: float | None,
    settings: Mapping[str, Any],
    quiet: bool,
    files: Path | None = None,
    before: Mapping[str, Any] | None = None,
) -> Source:
    """The source of that name, with what it is said in a line, and the files that had to be left out.

    Labels are read even where the networks are not told them: what is generated is then still judged by them.

    Args:
        files: the list of those to take of a folder.
        before: how an earlier run had opened it; what the command does not say is taken from there.
    """
    wished: dict[str, Any] = {"rate": rate, "seconds": seconds, "labels": "folder" if labels == "folder" else None}
    wished |= {"seed": settings.get("seed"), "files": None if files is None else names_in(files)}
    given = {key: value for key, value in wished.items() if value is not None}
    with speech.bars(quiet=quiet) as progress:
        source = sources.reopen({**(before or {}), "name": name, **given}, progress=progress)
    speech.say(f"source: {source!r}", quiet=quiet)
    for file, reason in source.skipped[:_NAMED]:
        speech.say(f"  left out: {file}: {reason}", quiet=quiet)
    if len(source.skipped) > _NAMED:
        speech.say(f"  and {len(source.skipped) - _NAMED} more; the report lists them", quiet=quiet)
    return source


def _opened_before(resumed: Path | None, config: Path | None) -> Mapping[str, Any]:
    """How the source was opened by the run that is resumed, or by the one whose settings are taken."""
    if resumed is not None:
        recipe: dict[str, Any] = Run.open(resumed).document["source"]["recipe"]
        return recipe
    return {} if config is None else training.source_recipe(config)


def _told(labels: str, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings with what ``--labels`` means for the networks."""
    if labels not in LABELS:
        raise unknown("value of --labels", labels, LABELS)
    return {"labels": "none", **settings} if labels == "none" else settings


def free_folder(name: str) -> Path:
    """``runs/NAME-N`` with the first number that is free."""
    plain = re.sub(r"[^\w-]+", "-", Path(name).name if os.path.sep in name else name).strip("-") or "run"
    number = 1
    while (path := Path("runs") / f"{plain}-{number}").exists():
        number += 1
    return path


def _fit(
    source: Source,
    out: Path,
    settings: Mapping[str, Any],
    *,
    quiet: bool,
    config: Path | None = None,
    resume: bool = False,
    callbacks: Sequence[Any] = (),
) -> Run:
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it speaks at INFO through a handler of its own
    speech.say(f"training in {out}", quiet=quiet)
    layers = {} if config is None else dict(training.from_file(config))
    try:
        with following(quiet=quiet) as follower:
            return training.fit(
                source, out=out, config={**layers, **settings}, resume=resume, callbacks=[follower, *callbacks]
            )
    except Interrupted as stop:
        speech.say(f"stopped at step {stop.step}; everything is saved. To go on:")
        speech.say(f"  {resume_command(source.name, out)}")
        raise


def resume_command(name: str, out: Path) -> str:
    """What to type to go on with a run."""
    return f"ganbaru fit {shlex.quote(name)} --out {shlex.quote(str(out))} --resume"


def _tell(
    run: Run,
    *,
    as_json: bool,
    pages: Mapping[str, Path] | None = None,
    findings: "Findings | None" = None,
    treatment: "Treatment | None" = None,
) -> None:
    """The result: where the run is, how good it is, what to mend first, and what came of mending."""
    measured = run.read_json("quality") or {}
    if as_json:
        paths = {"run": str(run.path), **{name: str(page) for name, page in (pages or {}).items()}}
        more: dict[str, Any] = {} if findings is None else {"findings": findings.to_json()["findings"]}
        more |= {} if treatment is None else {"treatment": treatment.to_json()}
        speech.document({"schema": "ganbaru.fit/1", **paths, "quality": measured, **more})
        return
    for name, figure in measured.get("figures", {}).items():
        speech.result(f"{name.replace('_', ' '):>16}  {Estimate.from_json(figure)}")
    for sentence in measured.get("verdicts", []):
        speech.result(sentence)
    if findings is not None:
        from ganbaru.checkup import words

        speech.result(f"checkup: {words.opinion(findings)} ({words.counts(findings)}; ganbaru checkup tells more)")
    for line in [] if treatment is None else treatment.lines():
        speech.result(line)
    speech.result(f"run: {run.path}")
    for name, page in (pages or {}).items():
        speech.result(f"{name}: {page.resolve()}")
    sys.stdout.flush()


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
