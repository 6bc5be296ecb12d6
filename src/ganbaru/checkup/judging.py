"""From evidence to findings: every cause is examined, and what explains the rest is put first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from ganbaru.checkup.cause import Cause
from ganbaru.checkup.causes import CAUSES
from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding, Findings

_FEW = 0.1
"""Share of the files that a network learns around."""
_MOST = 0.5
"""Share of another cause's files that a cause must be about to explain it."""
_EARLIER, _CLEARLY = 0.5, 0.1
"""Share of the steps until one cause began by which another one must have begun to be clearly before it, and the share
of the training that must lie between: each is told by a bound of its own, at records that are some steps apart."""
_CODE = 1
"""The step whose causes are proved by what the code does, so that they follow only from what was found as well."""
_HAPPENS = 4
"""The step whose causes come about during a training. All others are there from its first step on, whenever they show:
bugs, data, settings and networks."""
_RANK = {"found": 0, "suspect": 1, "not-checked": 2, "fine": 3}


def judge(evidence: Evidence, causes: Sequence[Cause] = CAUSES) -> Findings:
    """All findings on this evidence, the leading one first.

    A cause that was found leads where no other found cause explains it; of several such, that of the earliest step
    and of the most files, but a few bad files among many do not lead where something else is wrong with a training.
    A cause about files explains another only where it is about most of the same files. Of two that come about in a
    training, one explains the other only where that one was not there long before: units that were dead at the
    first record were not killed by a divergence of later, they explain it. A bug of step 1 is proved by what the
    code does, and follows through causes that were found only. What a cause explains stands right behind it and
    among its ``consequences``. What is suspected comes next, then what could not be checked, then what is fine.

    Args:
        evidence: what was gathered.
        causes: those to look for.
    """
    findings = {cause.slug: cause.examine(evidence) for cause in causes}
    follows = _followers(findings, {cause.slug: cause for cause in causes}, _ends(evidence))
    explained = {slug for slugs in follows.values() for slug in slugs}
    roots = [finding for slug, finding in findings.items() if finding and slug not in explained]
    ordered: dict[str, Finding] = {}
    for root in sorted(roots, key=lambda finding: (_few_files(finding, evidence), finding.step, -len(finding.files))):
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


def _followers(
    findings: Mapping[str, Finding], causes: Mapping[str, Cause], records: Sequence[int]
) -> dict[str, set[str]]:
    """For each found cause, the other found ones that it explains, directly or through another cause."""
    found = [slug for slug, finding in findings.items() if finding]

    def explains(slug: str, other: str) -> bool:
        mine, theirs = findings[slug], findings[other]
        if other in causes[slug].explains_later and _was_before(mine, theirs, records):
            return True
        listed = other in _reach(slug, causes, found if theirs.step == _CODE else causes) - {slug}
        return listed and _covers(mine, theirs) and not _was_before(theirs, mine, records)

    reached = {slug: {other for other in found if explains(slug, other)} for slug in found}
    return {slug: {other for other in reached[slug] if not _mutual(slug, other, reached, findings)} for slug in found}


def _covers(finding: Finding, other: Finding) -> bool:
    """Whether a cause is about most of the files that another one is about, where both are about files."""
    if not finding.files or not other.files:
        return True
    return len(set(finding.files) & set(other.files)) >= _MOST * len(other.files)


def _was_before(finding: Finding, other: Finding, records: Sequence[int]) -> bool:
    """Whether a cause was there at the first record or clearly began before another one, which came about later.

    Args:
        finding: the one.
        other: the other one.
        records: the first and the last step that was recorded.
    """
    if finding.since is None or other.since is None or {finding.step, other.step} != {_HAPPENS}:
        return False
    clearly = other.since - finding.since > _CLEARLY * records[1]
    return finding.since < _EARLIER * other.since and (clearly or finding.since <= records[0])


def _ends(evidence: Evidence) -> tuple[int, int]:
    """The first and the last step that was recorded; 0 where none was."""
    steps = [int(series.steps[end]) for series in evidence.series.values() if len(series) for end in (0, -1)]
    return min(steps, default=0), max(steps, default=0)


def _mutual(slug: str, other: str, reached: Mapping[str, set[str]], findings: Mapping[str, Finding]) -> bool:
    """Whether two causes explain each other and the other one is of an earlier step, or as early and named earlier."""
    mine, theirs = findings[slug], findings[other]
    return slug in reached.get(other, set()) and (theirs.step, other) < (mine.step, slug)


def _reach(slug: str, causes: Mapping[str, Cause], through: Collection[str]) -> set[str]:
    """What a cause explains, directly or through some others."""
    waiting, seen = [slug], {slug}
    while waiting:
        cause = causes.get(waiting.pop())
        new = set(cause.explains) - seen if cause else set()
        new &= set(through)
        seen |= new
        waiting += new
    return seen
