"""What is known of the rights in a set of sounds, as plain values: each statement with where it was read.

Nothing here decides: `ledger` gathers these, `verdicts` and `duties` reason over them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Lamp = Literal["given", "refused", "unknown", "none"]
"""Of a speaker's consent: "none" where nobody speaks or sings."""


@dataclass(frozen=True)
class Proof:
    """Where a statement was read, so that it can be shown later what stood there on the day.

    Attributes:
        file: relative to the folder of the sounds, such as ``copyright``; of a tag, the sound file itself.
        place: in it: a line number, the name of a tag, a key.
        sha256: of the whole file as it was read.
        read_at: when (UTC, ISO 8601).
        quote: the words that were read, 200 characters at most.
    """

    file: str
    place: str
    sha256: str
    read_at: str
    quote: str = ""


@dataclass(frozen=True)
class Grant:
    """One statement about what may be done with a sound.

    Attributes:
        licence: an SPDX expression (``CC-BY-3.0-DE``), ``LicenseRef-terms-NAME`` for a named terms file,
            ``LicenseRef-all-rights-reserved``, ``LicenseRef-public-domain-mark`` …
        proof: where it was read.
        holder: who holds the rights, as written; "" where not said.
        source: where the sound came from, a URL or words; "" where not said.
        obtained: the day it was obtained (ISO 8601); "" where not said.
        kind: what sort of statement it is; of several, the more deliberate is shown first, none is dropped.
    """

    licence: str
    proof: Proof
    holder: str = ""
    source: str = ""
    obtained: str = ""
    kind: Literal["rights.toml", "sidecar", "reuse", "debian", "tag", "text", "croissant", "c2pa", "recipe"] = "text"


@dataclass(frozen=True)
class Consent:
    """What the person whose voice is heard has agreed to. Never derived from a licence.

    Attributes:
        lamp: as far as is known.
        speaker: who; "" where not said.
        scope: what was agreed to, as acts of `ganbaru.rights.matrix`; empty where not said.
        proof: where it was read; None where nothing was.
    """

    lamp: Lamp = "unknown"
    speaker: str = ""
    scope: Sequence[str] = ()
    proof: Proof | None = None


@dataclass(frozen=True)
class Clip:
    """One sound file.

    Attributes:
        path: relative to the folder, with ``/``.
        sha256: of its bytes.
        seconds: its length; None where it could not be decoded.
        grants: every statement found about it; empty where there is none.
        consent: of the speaker.
        wishes: signals that are no licence: reservations of text and data mining, C2PA training assertions, by name.
        share: of all that a model was trained on, 0 to 1; 1/N where all count alike.
    """

    path: str
    sha256: str
    seconds: float | None = None
    grants: Sequence[Grant] = ()
    consent: Consent = field(default_factory=Consent)
    wishes: Sequence[tuple[str, str]] = ()
    share: float = 0.0


@dataclass(frozen=True)
class Conflict:
    """Statements about one clip that cannot both hold, or one that its collection contradicts.

    Attributes:
        clip: its path.
        grants: the statements, two or more.
        said: one sentence that names both and where they stand.
    """

    clip: str
    grants: Sequence[Grant]
    said: str


@dataclass(frozen=True)
class Ledger:
    """All that is known about a folder of sounds, or about what a run was trained on.

    Attributes:
        name: of the folder or run, as given.
        clips: one for each sound file, by path.
        conflicts: what contradicts itself.
        unknown: paths of the clips of which nothing is known.
        notes: what could not be read, a sentence each.
        made_at: when it was gathered (UTC, ISO 8601).
    """

    name: str
    clips: Sequence[Clip]
    conflicts: Sequence[Conflict] = ()
    unknown: Sequence[str] = ()
    notes: Sequence[str] = ()
    made_at: str = ""
