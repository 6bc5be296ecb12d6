"""What a checkup says of one cause: found or not, on what numbers, and what to do."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ganbaru.checkup.track_record import TrackRecord, track_record
from ganbaru.checkup.vocabulary import MEANING, STEP_OF

Verdict = Literal["found", "suspect", "fine", "not-checked"]
SCHEMA = "ganbaru.findings/1"
_FOLLOWING = ("step", "track_record")
"""Members of the document that follow from the others."""


@dataclass(frozen=True, repr=False)
class Finding:
    """One cause, judged.

    Attributes:
        cause: its slug, of the closed vocabulary.
        verdict: "found"; "suspect": the evidence points there and is not enough; "fine": looked at, and it is not so;
            "not-checked": there was nothing to judge by.
        evidence: what was measured, by name; the bound that a number was held against has its name and ``_limit``.
        where: the part concerned: "generator", "critic", a layer, a loss.
        files: the files concerned, relative to the folder that was given.
        remedy: what to do, one imperative sentence; for "not-checked" which command would check it.
        change: the settings that do it, as ``treat`` sets them; None where none do.
        since: the training step at which it began; None where that is not known.
        reason: why it was not checked, or what makes it "suspect" only.
        consequences: causes that were found too and that this one explains.
    """

    cause: str
    verdict: Verdict
    evidence: Mapping[str, float] = field(default_factory=dict)
    where: str = ""
    files: Sequence[str] = ()
    remedy: str = ""
    change: Mapping[str, Any] | None = None
    since: int | None = None
    reason: str = ""
    consequences: Sequence[str] = ()

    @property
    def step(self) -> int:
        """Which of the six steps looks for it."""
        return STEP_OF[self.cause]

    @property
    def meaning(self) -> str:
        """The cause in words."""
        return MEANING[self.cause]

    @property
    def track_record(self) -> TrackRecord | None:
        """How often this verdict on this cause was right where the truth is known; None where it never came up."""
        return track_record(self.cause, self.verdict)

    def __bool__(self) -> bool:
        """Whether it was found."""
        return self.verdict == "found"

    def __repr__(self) -> str:
        """Short, the cause first: what a failed ``assert not findings.found`` shows."""
        since = "" if self.since is None else f" since step {self.since:,}"
        numbers = ", ".join(f"{name}={value:.4g}" for name, value in self.evidence.items())
        return f"<{self.cause} {self.verdict}{since}{f': {numbers}' if numbers else ''}>"

    def __str__(self) -> str:
        numbers = ", ".join(f"{name.replace('_', ' ')} {value:.4g}" for name, value in self.evidence.items())
        record = "" if self.track_record is None else str(self.track_record)
        parts = [f"{self.cause} ({self.verdict}): {self.meaning}", self.reason, numbers, record, self.remedy]
        return ". ".join(part for part in parts if part)

    def to_json(self) -> dict[str, Any]:
        """As ``findings.json`` holds it."""
        return {
            "step": self.step,
            "cause": self.cause,
            "verdict": self.verdict,
            "evidence": {name: _said(value) for name, value in self.evidence.items()},
            "where": self.where,
            "files": list(self.files),
            "remedy": self.remedy,
            "change": None if self.change is None else dict(self.change),
            "since": self.since,
            "reason": self.reason,
            "consequences": list(self.consequences),
            "track_record": None if self.track_record is None else self.track_record.to_json(),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Finding":
        """The inverse of `to_json`."""
        evidence = {name: float(number) for name, number in value.get("evidence", {}).items()}
        known = {key: item for key, item in value.items() if key not in _FOLLOWING}
        return cls(**{**known, "evidence": evidence})


class Findings(Sequence[Finding]):
    """All findings of a checkup, the leading one first.

    Attributes:
        subject: what was examined, in words.
        notes: what was assumed while gathering, a sentence each, such as which column of a log was taken for what.
    """

    def __init__(self, findings: Iterable[Finding], *, subject: str = "", notes: Iterable[str] = ()) -> None:
        self._all = tuple(findings)
        self.subject = subject
        self.notes = tuple(notes)

    @property
    def found(self) -> list[Finding]:
        """Those that are so."""
        return [finding for finding in self._all if finding.verdict == "found"]

    @property
    def leading(self) -> Finding | None:
        """The one that explains most: what to mend first."""
        return self._all[0] if self._all and self._all[0].verdict == "found" else None

    def of(self, cause: str) -> Finding | None:
        """The finding of one cause; None where it is not among them."""
        return next((finding for finding in self._all if finding.cause == cause), None)

    def to_json(self) -> dict[str, Any]:
        """The document that ``findings.json`` and ``--json`` hold."""
        findings = [finding.to_json() for finding in self._all]
        return {"schema": SCHEMA, "subject": self.subject, "notes": list(self.notes), "findings": findings}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Findings":
        """The inverse of `to_json`."""
        findings = map(Finding.from_json, value["findings"])
        return cls(findings, subject=value.get("subject", ""), notes=value.get("notes", ()))

    def __getitem__(self, index: Any) -> Any:
        return self._all[index]

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        causes = ", ".join(finding.cause for finding in self.found) or "nothing"
        return f"<Findings of {self.subject or 'a checkup'}: found {causes}; {len(self)} causes looked for>"


def _said(value: float) -> float | str:
    """A number as JSON can hold it: what is not finite is a word."""
    return float(value) if math.isfinite(value) else str(float(value))
