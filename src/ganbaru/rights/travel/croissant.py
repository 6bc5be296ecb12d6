"""Croissant 1.1: the sounds as a data set, each file with hash, licence and provenance, and what may be done with all.

https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html ; the data use conditions go into ``usageInfo`` as an
offer of ODRL (https://www.w3.org/TR/odrl-model/), as that specification recommends. Its own vocabulary of uses is
medical, so the acts are named by their own terms.
"""

import mimetypes
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ganbaru.rights.expressions import leaves
from ganbaru.rights.facts import Clip, Ledger
from ganbaru.rights.ledger import licences, ordered
from ganbaru.rights.matrix import licence
from ganbaru.rights.verdicts import Verdict
from ganbaru.rights.writing.id3 import address_of

ACT = "urn:ganbaru:act:"
_OWN = (
    "arrayShape citeAs column containedIn equivalentProperty extract field fileProperty fileObject fileSet format "
    "includes isArray isLiveDataset jsonPath key md5 parentField path recordSet references regex repeated replace "
    "samplingRate separator source subField transform"
)
_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{name: f"cr:{name}" for name in _OWN.split()},
}
_TYPES = {".flac": "audio/flac", ".ogg": "audio/ogg", ".opus": "audio/ogg", ".mp3": "audio/mpeg", ".wav": "audio/wav"}


def croissant(ledger: Ledger, verdicts: Sequence[Verdict] = ()) -> dict[str, Any]:
    """The description, ready for JSON.

    Args:
        verdicts: on acts; they become the data use conditions.
    """
    names = sorted({leaf for clip in ledger.clips for said in licences(clip) for leaf in leaves(said)})
    said: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": _name(ledger.name),
        "description": f"{len(ledger.clips):,} sounds and what is known of the rights in each, read {ledger.made_at}.",
        "url": f"urn:ganbaru:ledger:{_name(ledger.name)}",
        "datePublished": ledger.made_at[:10],
        "version": "1.0.0",
        "license": [_address(name) for name in names] or ["NOASSERTION"],
        "creator": [{"@type": "sc:Person", "name": holder} for holder in _holders(ledger)],
        "citeAs": f"{_name(ledger.name)}: {'; '.join(_holders(ledger)) or 'holders not named'}",
        "distribution": [_file(number, clip) for number, clip in enumerate(ledger.clips, 1)],
    }
    return {**said, "usageInfo": _offer(verdicts)} if verdicts else said


def _address(name: str) -> str:
    """Where a licence can be read; the name itself of one that is on no list."""
    if name.startswith("LicenseRef-"):
        return address_of(name) or licence(name).source.url or name
    return address_of(name) or f"https://spdx.org/licenses/{name}"


def _file(number: int, clip: Clip) -> dict[str, Any]:
    """One sound: hash, every licence that was stated, where it came from, who holds the rights.

    It is numbered: an ``@id`` may hold no spaces, which names of files do.
    """
    ending = clip.path[clip.path.rfind(".") :].lower()
    named = licences(clip)
    source = next((grant.source for grant in ordered(clip.grants) if grant.source), "")
    holder = next((grant.holder for grant in ordered(clip.grants) if grant.holder), "")
    said: dict[str, Any] = {
        "@type": "cr:FileObject",
        "@id": f"sound-{number}",
        "name": clip.path,
        "contentUrl": quote(clip.path),
        "encodingFormat": _TYPES.get(ending) or mimetypes.guess_type(f"x{ending}")[0] or "application/octet-stream",
        "sha256": clip.sha256,
    }
    said |= {"license": named if len(named) > 1 else named[0]} if named else {}
    said |= {"prov:wasDerivedFrom": source} if source else {}
    return said | ({"prov:wasAttributedTo": {"@type": "prov:Agent", "prov:label": holder}} if holder else {})


def _offer(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """An ODRL offer of what is allowed and what is refused, and a term for each act with the deciding sentence."""
    kinds: Mapping[str, str] = {"allowed": "permission", "allowed with duties": "permission", "refused": "prohibition"}
    offer: dict[str, Any] = {"@type": ["CreativeWork", "odrl:Offer"], "name": "What may be done with these sounds"}
    for verdict in verdicts:
        kind = kinds.get(verdict.answer)
        if kind is None:
            continue
        rule: dict[str, Any] = {
            "@type": f"odrl:{kind.capitalize()}",
            "odrl:action": {"@id": ACT + verdict.question.act},
        }
        if verdict.answer == "allowed with duties":
            rule["odrl:duty"] = {"@type": "odrl:Duty", "odrl:action": {"@id": "odrl:attribute"}}
        offer.setdefault(f"odrl:{kind}", []).append(rule)
    return [offer, *map(_term, verdicts)]


def _term(verdict: Verdict) -> dict[str, Any]:
    return {
        "@type": "DefinedTerm",
        "name": f"{verdict.question.act}: {verdict.answer}",
        "termCode": f"{verdict.question.act}/{verdict.answer.replace(' ', '-')}",
        "description": f"{verdict.ruling.text.en} [{verdict.ruling.licence}]",
    }


def _holders(ledger: Ledger) -> list[str]:
    return sorted({grant.holder for clip in ledger.clips for grant in clip.grants if grant.holder})


def _name(name: str) -> str:
    """A name without the letters that Croissant forbids in one."""
    return re.sub(r"[^\w.-]+", "-", name.rstrip("/").rpartition("/")[2]).strip("-.") or "sounds"
