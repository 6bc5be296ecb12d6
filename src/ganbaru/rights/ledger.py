"""What a ledger answers, and its form as JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from ganbaru.errors import UserError
from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Clip, Conflict, Consent, Grant, Ledger, Proof

SCHEMA = "ganbaru.rights.ledger/1"
_ORDER = ("rights.toml", "sidecar", "reuse", "debian", "tag", "croissant", "text", "c2pa", "recipe")
"""Kinds of statements, the most deliberate first."""


@dataclass(frozen=True)
class Found:
    """Whether a clip was in what a model was trained on.

    Attributes:
        answer: "yes", "no", or "can't tell" where the run kept no list.
        clips: those that it is; said: one sentence.
    """

    answer: Literal["yes", "no", "can't tell"]
    clips: Sequence[Clip]
    said: str


def ordered(grants: Sequence[Grant]) -> tuple[Grant, ...]:
    """Statements, the more deliberate first."""
    return tuple(sorted(grants, key=lambda grant: (_ORDER.index(grant.kind), grant.proof.file, grant.proof.place)))


def licences(clip: Clip) -> list[str]:
    """Every licence that was stated for a clip, the most deliberate first, each once."""
    said = [grant.licence for grant in ordered(clip.grants) if grant.licence != NO_ASSERTION]
    return list(dict.fromkeys(said))


def counts(ledger: Ledger) -> dict[str, int]:
    """Clips by licence, the most frequent first; one under several counts as "A; B", one under none as ""."""
    found = Counter("; ".join(licences(clip)) for clip in ledger.clips)
    return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))


def consents(ledger: Ledger) -> dict[str, int]:
    """Clips by the lamp of their speaker's consent."""
    found = Counter(clip.consent.lamp for clip in ledger.clips)
    return {lamp: found[lamp] for lamp in ("given", "refused", "unknown", "none") if found[lamp]}


def to_json(ledger: Ledger) -> dict[str, Any]:
    """The whole ledger as JSON can hold it."""
    return {"schema": SCHEMA, **asdict(ledger)}


def from_json(document: Mapping[str, Any]) -> Ledger:
    """The inverse of `to_json`.

    Raises:
        UserError: it is no such document.
    """
    if document.get("schema") != SCHEMA:
        raise UserError(f"a ledger with the schema {document.get('schema')!r}", hint=f"{SCHEMA} is read here")
    try:
        return Ledger(
            name=str(document["name"]),
            clips=tuple(map(_clip, document["clips"])),
            conflicts=tuple(
                Conflict(each["clip"], tuple(map(_grant, each["grants"])), each["said"])
                for each in document["conflicts"]
            ),
            unknown=tuple(document["unknown"]),
            notes=tuple(document["notes"]),
            made_at=str(document["made_at"]),
        )
    except (KeyError, TypeError) as error:
        raise UserError(f"a ledger that is not whole: {error}", hint="make it anew: ganbaru rights …") from None


def _clip(document: Mapping[str, Any]) -> Clip:
    consent = document["consent"]
    return Clip(
        **{
            **document,
            "grants": tuple(map(_grant, document["grants"])),
            "wishes": tuple((name, said) for name, said in document["wishes"]),
            "consent": Consent(
                consent["lamp"],
                consent["speaker"],
                tuple(consent["scope"]),
                consent["proof"] and Proof(**consent["proof"]),
            ),
        }
    )


def _grant(document: Mapping[str, Any]) -> Grant:
    return Grant(**{**document, "proof": Proof(**document["proof"])})
