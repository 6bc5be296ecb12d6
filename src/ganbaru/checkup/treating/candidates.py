"""What may be tried, out of what was found: the changes, in the order in which to try them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ganbaru.checkup.finding import Finding, Findings

EXCLUDE = "files.exclude"
"""The key of a change that leaves out files instead of setting something."""
_COMES_ABOUT = 4
"""The step of the checkup whose causes come about during a training."""


@dataclass(frozen=True)
class Candidate:
    """A change to try.

    Attributes:
        cause: the finding's cause; of several whose files are left out together, the first.
        verdict: the finding's own: "found" or "suspect".
        change: settings by their dotted names; or ``files.exclude``, a list of files.
        remedy: what it does, in words.
        since: the step at which the cause began in the run that was examined; None where that is not known.
    """

    cause: str
    verdict: str
    change: Mapping[str, Any]
    remedy: str = ""
    since: int | None = None


def candidates(findings: Findings) -> list[Candidate]:
    """What to try, in this order, equal changes once.

    First what was found and follows from nothing else, the leading one first; then what follows from it, for a cause
    may stand for another one that has no change; then what is suspected. Files that several findings leave out are
    left out together.
    """
    first = roots(findings)
    followers = [finding for finding in findings.found if finding not in first]
    suspects = [finding for finding in findings if finding.verdict == "suspect"]
    rest = [_candidate(finding) for finding in (*followers, *suspects) if finding.change]
    return _once([*_joined([_candidate(finding) for finding in first if finding.change]), *rest])


def roots(findings: Findings) -> list[Finding]:
    """What was found and follows from nothing else that was."""
    explained = {cause for finding in findings.found for cause in finding.consequences}
    return [finding for finding in findings.found if finding.cause not in explained]


def unmended(findings: Findings) -> tuple[str, ...]:
    """Causes among these that no setting mends."""
    return tuple(finding.cause for finding in roots(findings) if not finding.change)


def left_out(findings: Findings) -> dict[str, list[str]]:
    """The files that the changes of what was found leave out, each with the causes for which it is.

    What follows from another cause leaves out none: of two alike it might leave out the one that the other keeps.
    """
    files: dict[str, list[str]] = {}
    for finding in roots(findings):
        for name in (finding.change or {}).get(EXCLUDE, ()):
            files.setdefault(name, []).append(finding.cause)
    return dict(sorted(files.items()))


def _candidate(finding: Finding) -> Candidate:
    """Settings, bugs and data are there from the first step on, whenever they show: what came about began later."""
    since = finding.since if finding.step == _COMES_ABOUT else None
    return Candidate(finding.cause, finding.verdict, dict(finding.change or {}), finding.remedy, since)


def _joined(ordered: list[Candidate]) -> list[Candidate]:
    """The same, with all files in the first that leaves out files."""
    together = [each for each in ordered if EXCLUDE in each.change]
    if len(together) < 2:
        return ordered
    names = sorted({name for each in together for name in each.change[EXCLUDE]})
    first = replace(together[0], change={EXCLUDE: names}, remedy=" ".join(dict.fromkeys(c.remedy for c in together)))
    return [first if each is together[0] else each for each in ordered if each not in together[1:]]


def _once(ordered: Iterable[Candidate]) -> list[Candidate]:
    kept: list[Candidate] = []
    for each in ordered:
        if all(dict(each.change) != dict(other.change) for other in kept):
            kept.append(each)
    return kept
