"""A study as it is run and printed: what it answers, what is missing, where its page is."""

import json
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ganbaru.cli import asking, speech
from ganbaru.cli.asking import Asked, read_seeds
from ganbaru.cli.calling import answered
from ganbaru.cli.watching import watching
from ganbaru.errors import UserError, unknown
from ganbaru.report import build
from ganbaru.sources.naming import printable
from ganbaru.studies import Interrupted, Live, Results, results
from ganbaru.studies.answer import DOCUMENT as ANSWER
from ganbaru.studies.answer import Answer
from ganbaru.studies.kinds import KINDS
from ganbaru.studies.kinds.frame import about, answer_of
from ganbaru.studies.plan import DOCUMENT as PLAN
from ganbaru.studies.plan import read_plan


def tell_study(
    what: str,
    source: str | None,
    *,
    out: Path | None,
    seeds: str | None,
    steps: int | None,
    set_: list[str] | None,
    vary: list[str] | None,
    with_: list[str] | None,
    resume: bool,
    quiet: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Runs what is missing of a study, and prints what it answers."""
    if what not in KINDS or resume:
        folder = _folder(what, out)
        asked = asking.kept(folder)
        given = (source, seeds, steps, set_, vary, with_)
        if any(each is not None for each in given):
            hint = "give none of them, or name the kind and ask for all of it"
            raise UserError("a study that goes on is asked for nothing new", hint=hint)
    else:
        folder = out or _default(what, source)
        typed = (tuple(each or ()) for each in (set_, vary, with_))
        asked = Asked(what, source or "", folder, read_seeds(seeds), steps, *typed)
    answer = answer_of(folder) if asked is None else _run(asked, options, quiet=quiet)
    found = results(folder)
    page = build(folder).save()
    if as_json:
        speech.document(_document(found, page))
    else:
        _print(answer, found, page)
    _say_what_is_left(found, runs=asked is not None, quiet=quiet)


def _run(asked: Asked, options: dict[str, Any], *, quiet: bool) -> Answer:
    speech.say(f"study in {printable(asked.out)}", quiet=quiet)
    try:
        with watching(quiet=quiet) as watcher:
            answer = answered(asked, progress=_keeping(asked, watcher), **options)
    except Interrupted as stop:
        planned = (asked.out / PLAN).exists()
        speech.say(f"stopped: {stop.done} of {stop.total} trials are done and stored. To go on:")
        speech.say(f"  {resume_command(asked.out) if planned else asked.command}{_how(options)}")
        raise
    asked.keep()
    return answer


def _keeping(asked: Asked, watcher: Callable[[Live], None]) -> Callable[[Live], None]:
    """The watcher, which also keeps what was asked for, once a plan lies there: before, the folder must stay empty."""
    kept = False

    def watch(live: Live) -> None:
        nonlocal kept
        if not kept and (asked.out / PLAN).exists():
            asked.keep()
            kept = True
        watcher(live)

    return watch


def _how(options: Mapping[str, Any]) -> str:
    """The options of running, which no study keeps; the database without its address, which may hold a password."""
    jobs, cluster = options.get("jobs"), options.get("cluster")
    words = [f" --jobs {jobs}"] if jobs else []
    words += [f" --cluster {shlex.quote(cluster)}"] if cluster else []
    words += [" --storage URL"] if options.get("storage") else []
    return "".join(words)


def resume_command(folder: Path) -> str:
    """What to type to go on with a study."""
    return f"ganbaru study {shlex.quote(str(folder))}"


def _folder(what: str, out: Path | None) -> Path:
    """The study that is gone on with."""
    if what not in KINDS and not Path(what).expanduser().exists():
        raise unknown("kind of study", what, KINDS)
    if what in KINDS and out is None:
        raise UserError("--resume needs the study", hint="name its folder with --out, or in the place of its kind")
    folder = out if what in KINDS and out is not None else Path(what).expanduser()
    read_plan(folder)
    kind, _ = about(folder)
    if what in KINDS and kind != what:
        raise UserError(f"{printable(folder)} holds a study of the kind {kind!r}, not {what!r}", hint="name that kind")
    return folder


def _default(kind: str, source: str | None) -> Path:
    """``studies/KIND-SOURCE``: asked for the same again, a study goes on."""
    plain = re.sub(r"[^\w-]+", "-", Path(source).name if source else "").strip("-")
    return Path("studies") / "-".join(filter(None, (kind, plain)))


def _print(answer: Answer, found: Results, page: Path) -> None:
    said_again = answer.sentence.lower().startswith(answer.verdict.lower())
    speech.result(answer.sentence if said_again else f"{answer.verdict}: {answer.sentence}")
    for note in answer.notes:
        speech.result(f"  {note}")
    if answer.change:
        speech.result(f"recommended: {answer.assignments}")
    speech.result(f"trials: {counted(found)}")
    speech.result(f"study: {printable(found.folder)}")
    speech.result(f"report: {page.resolve()}")


def counted(found: Results) -> str:
    """How many trials of the plan are done, failed and missing."""
    total, failed, missing = len(found.trials), len(found.failures), len(found.missing)
    parts = [f"{total - failed - missing} of {total} done"]
    parts += [f"{count} {state}" for count, state in ((failed, "failed"), (missing, "missing")) if count]
    return ", ".join(parts)


def _document(found: Results, page: Path) -> dict[str, Any]:
    """The answer is taken as it lies in the study: there, what is not finite is written as JSON can hold it."""
    failed, missing = len(found.failures), len(found.missing)
    answer = json.loads((found.folder / ANSWER).read_bytes())
    answer.pop("sha256")
    trials = {"planned": len(found.trials), "done": len(found.trials) - failed - missing}
    return {
        "schema": "ganbaru.studied/1",
        "study": str(found.folder),
        "report": str(page),
        "trials": {**trials, "failed": failed, "missing": missing},
        "answer": answer,
    }


def _say_what_is_left(found: Results, *, runs: bool, quiet: bool) -> None:
    """The command that runs again what failed, or why nothing here can run what is missing."""
    command = resume_command(found.folder)
    if found.failures and runs:
        speech.say(f"to run what failed once more: {command} --rerun-failed", quiet=quiet)
    if found.missing and not runs:
        speech.say(f"{len(found.missing)} trials are missing; the Python call that began it runs them", quiet=quiet)
