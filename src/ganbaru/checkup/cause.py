"""What a cause is made of: when it is looked at, what evidence it needs, how it decides, and what to do about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ganbaru.checkup.evidence import Evidence
from ganbaru.checkup.finding import Finding, Verdict
from ganbaru.checkup.vocabulary import MEANING

Change = Mapping[str, Any]


@dataclass(frozen=True)
class Ruling:
    """How one cause was decided; the fields are those of `Finding`."""

    verdict: Verdict
    evidence: Mapping[str, float] = field(default_factory=dict)
    where: str = ""
    files: Sequence[str] = ()
    since: int | None = None
    reason: str = ""


def always(evidence: Evidence) -> str:
    """A cause that is looked at in whatever has the evidence for it."""
    return ""


def nothing(evidence: Evidence) -> Change | None:
    """No settings mend it."""
    return None


@dataclass(frozen=True)
class Cause:
    """One cause.

    Attributes:
        slug: of the closed vocabulary.
        needs: series, probes or facts without any of which nothing can be said.
        judge: evidence to a ruling; called only where everything needed is there.
        remedy: what to do, one imperative sentence.
        when: evidence to why this cause is not looked at there; empty where it is.
        change: the settings that mend it, or None.
        explains: causes that follow from this one, so that they do not lead where both are found.
        explains_later: causes that follow from this one where it clearly began before them, and not otherwise.
        instead: probes by any of which it can be judged where what it needs is not there.
    """

    slug: str
    needs: Sequence[str]
    judge: Callable[[Evidence], Ruling]
    remedy: str
    when: Callable[[Evidence], str] = always
    change: Callable[[Evidence], Change | None] = nothing
    explains: Sequence[str] = ()
    explains_later: Sequence[str] = ()
    instead: Sequence[str] = ()

    def __post_init__(self) -> None:
        for slug in (self.slug, *self.explains, *self.explains_later):
            if slug not in MEANING:
                raise ValueError(f"{slug!r} is not in the vocabulary of causes")

    def examine(self, evidence: Evidence) -> Finding:
        """The finding on this evidence."""
        needs = () if any(name in evidence.probes for name in self.instead) else self.needs
        reason = self.when(evidence) or "; ".join(filter(None, map(evidence.lacks, needs)))
        if reason:
            return Finding(self.slug, "not-checked", reason=reason)
        with np.errstate(all="ignore"):  # numbers of a training that broke down may be of any size
            ruling = self.judge(evidence)
        bad = ruling.verdict in ("found", "suspect")
        return Finding(
            self.slug,
            ruling.verdict,
            evidence=dict(ruling.evidence),
            where=ruling.where,
            files=tuple(ruling.files),
            remedy=self.remedy if bad else "",
            change=self.change(evidence) if bad else None,
            since=ruling.since,
            reason=ruling.reason,
        )
