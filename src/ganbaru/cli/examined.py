"""A checkup as it is printed: what to mend first, the six steps, and what could not be looked at."""

import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ganbaru.checkup import export, logs, words
from ganbaru.checkup.examining import checkup
from ganbaru.checkup.finding import Finding, Findings
from ganbaru.checkup.vocabulary import STEPS
from ganbaru.cli import speech
from ganbaru.cli.mapping import read_columns
from ganbaru.errors import UserError
from ganbaru.runs.run import DOCUMENT

FOUND = 3
"""Exit code where something was found and ``--strict`` was given."""
_WIDTH, _KEY = 100, 13
_LISTED = 6
"""Causes of a step that are listed where they stand; more that were not checked are listed with the reasons only."""
_STYLES = {"found": "bold red", "suspect": "yellow", "fine": "green", "not-checked": "dim", "title": "bold"}


@dataclass(frozen=True)
class Line:
    """A line of the result and how it looks on a terminal."""

    text: str
    style: str = ""


def tell_checkup(
    subject: str,
    *,
    causes: Sequence[str] | None,
    columns: Sequence[str] | None,
    studies: Sequence[Path],
    active: bool,
    seed: int,
    strict: bool,
    sarif: str | None,
    summary: Path | None,
    tensorboard: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Examines, says what was found, and gives back the exit code."""
    if as_json and sarif == "-":
        raise UserError("--json and --sarif - both want stdout", hint="give --sarif a file")
    with speech.bars(quiet=quiet) as progress:
        findings = checkup(
            subject,
            causes=causes or None,
            columns=read_columns(columns) if columns else None,
            studies=studies,
            active=active,
            progress=progress,
            seed=seed,
        )
    _export(findings, subject, sarif=sarif, summary=summary, tensorboard=tensorboard)
    if as_json:
        speech.document(findings.to_json())
    elif sarif != "-":
        _print(findings, subject)
    return FOUND if strict and findings.found else 0


def described(findings: Findings, subject: str, *, width: int = _WIDTH) -> list[Line]:
    """The whole result.

    Args:
        findings: what was found.
        subject: the run, folder or log as it was typed, for the commands that are named.
        width: letters in a line at most.
    """
    path = Path(subject)
    run = subject if (path / DOCUMENT).exists() or (path.is_dir() and not logs.is_log(path)) else ""
    lines = [Line(f"Checkup of {words.plain(findings.subject or subject)}", "title")]
    lines += [Line(text) for note in findings.notes for text in _wrapped(words.plain(note), width, "  ")]
    lines += [Line(""), Line(words.opinion(findings), "title"), Line(words.counts(findings))]
    for finding in words.leading(findings):
        lines += [Line(""), *_case(finding, findings, run, width)]
    for step in STEPS:
        lines += _step(findings, step, width)
    return [*lines, *_unchecked(findings, run, width)]


def _case(finding: Finding, findings: Findings, run: str, width: int) -> Iterator[Line]:
    """One finding in full: the numbers, what to do, which command tries it, and what follows from it."""
    sign = "✗ found" if finding else "? suspected"
    for text in _wrapped(f"{sign}: {finding.cause}, {finding.meaning}", width, "  ", first=""):
        yield Line(text, finding.verdict)
    for key, text in [*words.rows(finding, run=run), *words.consequences(finding, findings)]:
        yield from _row(key, text, width)


def _step(findings: Findings, step: int, width: int) -> Iterator[Line]:
    yield Line("")
    for text in _wrapped(f"{words.step_name(step)}: {words.step_question(step)}", width, "   ", first=f"{step}  "):
        yield Line(text, "title")
    for verdict, word in words.VERDICTS.items():
        held = words.of_step(findings, step, verdict)
        if held:
            many = verdict == "not-checked" and len(held) > _LISTED
            yield from _row(word, f"{len(held)} causes" if many else words.listed(held), width, verdict)
    if not words.of_step(findings, step, *words.VERDICTS):
        yield from _row("not checked", "not asked for", width, "not-checked")


def _unchecked(findings: Findings, run: str, width: int) -> Iterator[Line]:
    groups = words.unchecked(findings, run=run)
    if groups:
        yield Line("")
        yield Line("Why not checked", "title")
    for reason, causes in groups.items():
        for text in _wrapped(f"{words.plain(reason)}: {words.listed(causes)}", width, "   ", first="·  "):
            yield Line(text, "not-checked")


def _row(key: str, text: str, width: int, style: str = "") -> Iterator[Line]:
    for line in _wrapped(text, width, " " * (_KEY + 3), first=f"   {key:<{_KEY}}"):
        yield Line(line, style)


def _wrapped(text: str, width: int, indent: str, *, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _print(findings: Findings, subject: str) -> None:
    """On a terminal with colours, elsewhere as plain text."""
    if not sys.stdout.isatty():
        for line in described(findings, subject):
            speech.result(line.text)
        return
    console = Console(highlight=False, emoji=False, soft_wrap=True)
    for line in described(findings, subject, width=min(_WIDTH, console.width)):
        console.print(Text(line.text, style=_STYLES.get(line.style, "")))


def _export(
    findings: Findings, subject: str, *, sarif: str | None, summary: Path | None, tensorboard: Path | None
) -> None:
    if sarif == "-":
        speech.document(export.sarif(findings, path=subject))
    elif sarif is not None:
        Path(sarif).write_text(speech.as_json(export.sarif(findings, path=subject)), encoding="utf-8")
    if summary is not None:
        with summary.open("a", encoding="utf-8") as file:
            file.write(export.summary(findings))
    if tensorboard is not None:
        export.to_tensorboard(findings, tensorboard)
