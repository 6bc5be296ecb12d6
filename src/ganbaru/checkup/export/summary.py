"""Findings as GitHub-flavoured Markdown, such as a workflow appends to ``$GITHUB_STEP_SUMMARY``."""

from collections.abc import Iterable

from ganbaru.checkup import words
from ganbaru.checkup.finding import Finding, Findings

_PLAIN = frozenset(" .,;:%()=+-−∞/'")
_SIGNS = {"found": "❌", "suspect": "❓"}


def summary(findings: Findings) -> str:
    """A heading, a sentence, a table of what was found or suspected, and what was fine or not checked, folded."""
    shown = [finding for finding in findings if finding.verdict in _SIGNS]
    parts = [
        f"### Checkup of {escaped(findings.subject or 'a training')}",
        f"**{escaped(words.opinion(findings))}** {escaped(words.counts(findings))}.",
        *([table(shown)] if shown else []),
        *_folded("Taken for granted", [escaped(note) for note in findings.notes]),
        *_folded("Fine", _fine(findings)),
        *_folded("Not checked", _unchecked(findings)),
    ]
    return "\n\n".join(parts) + "\n"


def table(findings: Iterable[Finding]) -> str:
    """One row a finding."""
    head = ["| | cause | what it means | where | measured | what to do |", "| --- | --- | --- | --- | --- | --- |"]
    return "\n".join([*head, *map(_row, findings)])


def escaped(text: str) -> str:
    """Text that Markdown takes for nothing but text: whatever could be markup is a numeric entity.

    >>> escaped("a|b <script> @team #1")
    'a&#124;b &#60;script&#62; &#64;team &#35;1'
    """
    line = " ".join(words.plain(text).split())
    kept = "".join(letter if letter.isalnum() or letter in _PLAIN else f"&#{ord(letter)};" for letter in line)
    return kept.replace("://", "&#58;//").replace("www.", "www&#46;")


def _row(finding: Finding) -> str:
    settings = words.settings(finding)
    measured = "; ".join(filter(None, [*words.measured(finding.evidence), finding.reason, words.how_sure(finding)]))
    where = ", ".join(filter(None, (words.where_and_when(finding), words.named_files(finding))))
    do = " ".join(filter(None, (finding.remedy, f"({', '.join(settings)})" if settings else "")))
    cells = (finding.cause, finding.meaning, where, measured, do)
    return f"| {_SIGNS[finding.verdict]} | {' | '.join(map(escaped, cells))} |"


def _fine(findings: Findings) -> list[str]:
    return [escaped(words.listed([finding])) for finding in findings if finding.verdict == "fine"]


def _unchecked(findings: Findings) -> list[str]:
    return [f"{escaped(reason)}: {escaped(words.listed(held))}" for reason, held in words.unchecked(findings).items()]


def _folded(heading: str, items: list[str]) -> list[str]:
    if not items:
        return []
    rows = "\n".join(f"- {item}" for item in items)
    return [f"<details><summary>{heading} ({len(items)})</summary>\n\n{rows}\n\n</details>"]
