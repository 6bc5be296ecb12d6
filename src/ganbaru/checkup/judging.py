"""From evidence to findings: every cause is examined, and what explains the rest is put first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding, Findings

_FEW = 0.1
"""Share of the files that a network learns around."""
_RANK = {"found": 0, "suspect": 1, "not-checked": 2, "fine": 3}


def judge(evidence: Evidence, causes: Sequence[Cause] = CAUSES) -> Findings:
    """All findings on this evidence, the leading one first.

    A cause that was found leads where no other found cause explains it; of several such, that of the earliest step, but
    a few bad files among many do not lead where something else is wrong with a training. What it explains stands right
    behind it and among its ``consequences``. What is suspected comes next, then what could not be checked, then what is
    fine.

    Args:
        evidence: what was gathered.
        causes: those to look for.
    """
    findings = {cause.slug: cause.examine(evidence) for cause in causes}
    follows = _followers(findings, {cause.slug: cause for cause in causes})
    explained = {slug for slugs in follows.values() for slug in slugs}
    roots = [finding for slug, finding in findings.items() if finding and slug not in explained]
    ordered: dict[str, Finding] = {}
    for root in sorted(roots, key=lambda finding: (_few_files(finding, evidence), finding.step)):
        ordered.setdefault(root.cause, replace(root, consequences=tuple(sorted(follows[root.cause]))))
        for slug in sorted(follows[root.cause], key=lambda slug: (findings[slug].step, slug)):
            ordered.setdefault(slug, findings[slug])
    rest = sorted(findings.values(), key=lambda finding: (_RANK[finding.verdict], finding.step))
    for finding in rest:
        ordered.setdefault(finding.cause, finding)
    return Findings(ordered.values(), subject=evidence.subject)


def _few_files(finding: Finding, evidence: Evidence) -> bool:
    """Whether it is about a small share of the sounds that a training learned from."""
    total = len(evidence.probes.get("files", {}).get("name", ()))
    return evidence.facts.get("kind") != "folder" and 0 < len(finding.files) < _FEW * total


def _followers(findings: Mapping[str, Finding], causes: Mapping[str, Cause]) -> dict[str, set[str]]:
    """For each found cause, the other found ones that it explains, directly or through another cause."""
    found = [slug for slug, finding in findings.items() if finding]
    reached = {slug: _reach(slug, causes) - {slug} for slug in found}
    return {
        slug: {other for other in reached[slug] if other in found and not _mutual(slug, other, reached, findings)}
        for slug in found
    }


def _mutual(slug: str, other: str, reached: Mapping[str, set[str]], findings: Mapping[str, Finding]) -> bool:
    """Whether two causes explain each other and the other one is of an earlier step, or as early and named earlier."""
    mine, theirs = findings[slug], findings[other]
    return slug in reached.get(other, set()) and (theirs.step, other) < (mine.step, slug)


def _reach(slug: str, causes: Mapping[str, Cause]) -> set[str]:
    waiting, seen = [slug], {slug}
    while waiting:
        cause = causes.get(waiting.pop())
        new = set(cause.explains) - seen if cause else set()
        seen |= new
        waiting += new
    return seen
