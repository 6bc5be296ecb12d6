"""From the tags of one sound to statements: which fields name a licence, a holder, a source; what is only a wish."""

from collections.abc import Iterator
from dataclasses import replace

from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Grant, Proof
from ganbaru.rights.names import from_address, licence_of, notice
from ganbaru.rights.reading.shelf import quoted
from ganbaru.rights.reading.tags.fields import C2PA, Field
from ganbaru.runs.mark import MADE

_LICENCE = frozenset(
    "WCOP USER LICENSE LICENCE TXXX:LICENSE TXXX:LICENCE WXXX:LICENSE WXXX:LICENCE xmpRights:WebStatement "
    "xmpRights:UsageTerms cc:license ILIC LICENSEURL TXXX:LICENSEURL".upper().split()
)
"""Fields whose purpose is to name terms: what they say and is not known here is reported as unknown terms."""
_NOTICE = frozenset("TCOP ICOP COPYRIGHT (C) dc:rights xmpRights:Owner RIGHTS".upper().split())
"""Fields whose purpose is a copyright notice: a holder, and perhaps a licence."""
_SOURCE = frozenset("WOAF WOAS CONTACT ISRF dc:source cc:attributionURL TXXX:SOURCE SOURCE".upper().split())
_REMARK = frozenset("ICMT COMM COMMENT COMMENTS DESCRIPTION NOTE ANNO".upper().split())
"""Fields for anything: a licence counts only where nothing else stands beside it."""
MACHINE_MADE = MADE.partition(":")[0]
"""In a remark: the mark of generated sounds."""
_RESERVED = ("TDM-RESERVATION", "TXXX:TDM-RESERVATION", "TDM:RESERVATION")
"""Fields of the text and data mining reservation protocol: 1 reserves, 0 does not. https://www.w3.org/community/tdmrep/"""


def grants(fields: tuple[Field, ...], proof: Proof) -> Iterator[Grant]:
    """A grant for each field that names a licence or unknown terms; one without a licence where only a holder stands.

    Args:
        proof: of the file; place and quote are set for each field.
    """
    said = [each for field in fields if (each := _said(field, proof)) is not None]
    holder = next((grant.holder for grant in said if grant.holder), "")
    source = next((quoted(field.value) for field in fields if _key(field) in _SOURCE), "")
    named = [grant for grant in said if grant.licence != NO_ASSERTION]
    kept = named or said[:1]
    yield from (replace(grant, holder=grant.holder or holder, source=source) for grant in kept)


def wishes(fields: tuple[Field, ...]) -> Iterator[tuple[str, str]]:
    """Signals that are no licence: the mark of a machine's sound, a reservation in words."""
    remarks = _REMARK | {"USER"}
    made = next((each for each in fields if MACHINE_MADE in each.value.lower() and _key(each) in remarks), None)
    if made is not None:
        yield MACHINE_MADE, quoted(made.value)
    for field in fields:
        if _key(field) in _RESERVED:
            yield "text and data mining", "not reserved" if field.value == "0" else f"reserved ({quoted(field.value)})"


def has_manifest(fields: tuple[Field, ...]) -> bool:
    """Whether a C2PA manifest is in it."""
    return any(field.name == C2PA for field in fields)


def _key(field: Field) -> str:
    return field.name.partition(" ")[2].upper()


def _said(field: Field, proof: Proof) -> Grant | None:
    key = _key(field)
    at = replace(proof, place=field.name, quote=quoted(field.value))
    if key in _LICENCE:
        return Grant(from_address(field.value) or notice(field.value)[0], at, kind="tag")
    if key in _NOTICE:
        licence, holder = notice(field.value)
        return Grant(licence, at, holder=quoted(holder), kind="tag")
    if key in _REMARK:
        licence = licence_of(field.value) or notice(field.value)[0]
        return None if licence == NO_ASSERTION else Grant(licence, at, kind="tag")
    return None
