"""Statements about one clip that cannot both hold, each told in one sentence that names both and where they stand."""

from collections.abc import Iterator, Sequence

from ganbaru.rights.expressions import NO_ASSERTION, same
from ganbaru.rights.facts import Clip, Conflict, Grant
from ganbaru.rights.ledger import ordered
from ganbaru.rights.names import forbids_commerce, same_holder
from ganbaru.rights.reading.texts import Claim

COMMERCE_CLAIMED = "LicenseRef-claim-commercial-use"
"""In a conflict: the collection's sentence that all of it may be used commercially. It is no licence of anything."""


def conflicts(clip: Clip, claims: Sequence[Claim] = ()) -> Iterator[Conflict]:
    """What contradicts itself about one clip.

    Three sorts: two licences, two holders under one licence, and a collection that promises commercial use over a
    clip whose licence forbids it.
    """
    named = [grant for grant in ordered(clip.grants) if grant.licence != NO_ASSERTION]
    yield from _licences(clip, named)
    yield from _holders(clip, ordered(clip.grants), apart=_differ(named))
    yield from _commerce(clip, named, claims)


def told(conflict: Conflict, lang: str) -> str:
    """A contradiction in a sentence: in English as the ledger holds it, in Japanese of the same statements."""
    if lang != "ja":
        return conflict.said
    first, *others = conflict.grants
    if first.licence == COMMERCE_CLAIMED:
        promised = f"{_where(first, lang)}は商用利用を認めていますが(「{first.proof.quote}」)、"
        return f"{conflict.clip}: {promised}{_where(others[0], lang)}では{others[0].licence}となっています"
    what = "ライセンス" if _differ(conflict.grants) else "権利者"
    named = (each.licence if what == "ライセンス" else each.holder for each in conflict.grants)
    said = "、".join(f"{_where(each, lang)}では{name}" for each, name in zip(conflict.grants, named, strict=True))
    return f"{conflict.clip}: {what}は、{said}となっています"


def _differ(named: Sequence[Grant]) -> bool:
    return any(not same(named[0].licence, grant.licence) for grant in named[1:])


def _licences(clip: Clip, named: Sequence[Grant]) -> Iterator[Conflict]:
    if not _differ(named):
        return
    different: list[Grant] = []
    for grant in named:
        if not any(same(grant.licence, other.licence) for other in different):
            different.append(grant)
    said = ", but ".join(f"{_where(grant)} says {grant.licence}" for grant in different)
    yield Conflict(clip.path, tuple(different), f"{clip.path}: {said}")


def _holders(clip: Clip, grants: Sequence[Grant], *, apart: bool) -> Iterator[Conflict]:
    """Two holders; where the licences differ already, the one sentence about that is enough."""
    held = [grant for grant in grants if grant.holder]
    other = next((grant for grant in held[1:] if not same_holder(held[0].holder, grant.holder)), None)
    if other is None or apart:
        return
    said = ", but ".join(f"{_where(grant)} names {grant.holder} as the holder" for grant in (held[0], other))
    yield Conflict(clip.path, (held[0], other), f"{clip.path}: {said}")


def _commerce(clip: Clip, named: Sequence[Grant], claims: Sequence[Claim]) -> Iterator[Conflict]:
    forbidding = next((grant for grant in named if forbids_commerce(grant.licence)), None)
    for claim in claims:
        inside = not claim.folder or clip.path.startswith(f"{claim.folder}/")
        if forbidding is not None and inside:
            promise = Grant(COMMERCE_CLAIMED, claim.proof, kind="text")
            said = (
                f"{clip.path}: {_where(promise)} promises commercial use (“{claim.proof.quote}”), "
                f"but {_where(forbidding)} says {forbidding.licence}"
            )
            yield Conflict(clip.path, (promise, forbidding), said)


def _where(grant: Grant, lang: str = "en") -> str:
    if grant.kind == "tag":
        return f"its tag {grant.proof.place}" if lang == "en" else f"タグ「{grant.proof.place}」"
    return f"{grant.proof.file} ({grant.proof.place})"
