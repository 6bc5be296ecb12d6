"""A treatment as it is printed: what was tried and whether it helped; of a folder, what is left out and why."""

import logging
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganbaru.checkup import words
from ganbaru.checkup.treating import Cleaning, Treatment, clean, treat
from ganbaru.checkup.vocabulary import MEANING
from ganbaru.cli import speech
from ganbaru.cli.follow import following
from ganbaru.errors import UserError
from ganbaru.runs.run import DOCUMENT
from ganbaru.sources.naming import printable
from ganbaru.training import Interrupted, Started

_NAMED = 10
"""Files that are named for one reason; the list has what is left."""


def tell_treatment(subject: str, *, out: Path | None, most: int, seed: int | None, quiet: bool, as_json: bool) -> None:
    """Treats a run, or lists what is clean of a folder, and prints what came of it."""
    path = Path(subject).expanduser()
    if not path.exists():
        raise UserError(
            f"{printable(path)}: there is no such folder", hint="give a run's folder, or a folder of sounds"
        )
    if (path / DOCUMENT).exists():
        treatment = treat_run(path, out=out, most=most, seed=seed, quiet=quiet)
        _print(treatment, treatment.lines(), as_json)
        return
    with speech.bars(quiet=quiet) as progress:
        cleaning = clean(path, out=out, progress=progress)
    _print(cleaning, cleaned(cleaning), as_json)


def treat_run(path: Path, *, out: Path | None = None, most: int = 3, seed: int | None = None, quiet: bool) -> Treatment:
    """Treats a run and tells how far it is."""
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it speaks at INFO through a handler of its own
    try:
        with following(quiet=quiet) as follower:
            return treat(path, out=out, most=most, seed=seed, callbacks=[_announcing(quiet), follower])
    except Interrupted as stop:
        speech.say(f"stopped at step {stop.step}; everything is saved. To go on:")
        options = f" --out {shlex.quote(str(out))}" if out else ""
        speech.say(f"  ganbaru treat {shlex.quote(str(path))}{options} --most {most}")
        raise


def cleaned(cleaning: Cleaning) -> list[str]:
    """What is left out of a folder, why, and the command that trains on the rest."""
    total = len(cleaning.kept) + len(cleaning.left_out)
    lines = [f"{len(cleaning.left_out):,} of {total:,} files are left out of {printable(cleaning.folder)}"]
    for cause, files in _by_cause(cleaning).items():
        more = len(files) - _NAMED
        named = ", ".join(map(words.plain, files[:_NAMED])) + (f" and {more:,} more" if more > 0 else "")
        lines.append(f"  {cause}: {MEANING[cause]}: {named}")
    if cleaning.unmended:
        lines.append(f"leaving out files does not mend: {', '.join(cleaning.unmended)}")
    if cleaning.path is not None:
        where = f"{shlex.quote(str(cleaning.folder))} --files {shlex.quote(str(cleaning.path))}"
        lines += [f"list: {printable(cleaning.path)}", f"train on it: ganbaru raise {where}"]
    return lines


def _by_cause(cleaning: Cleaning) -> dict[str, list[str]]:
    """The files that each cause leaves out."""
    found: dict[str, list[str]] = {}
    for name, causes in cleaning.left_out.items():
        for cause in causes:
            found.setdefault(cause, []).append(name)
    return found


def _announcing(quiet: bool) -> Callable[[Any], None]:
    def announce(event: Any) -> None:
        if isinstance(event, Started):
            speech.say(f"training in {printable(event.path)}", quiet=quiet)

    return announce


def _print(result: Treatment | Cleaning, lines: list[str], as_json: bool) -> None:
    if as_json:
        speech.document(result.to_json())
        return
    for line in lines:
        speech.result(line)
