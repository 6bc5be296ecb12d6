"""A folder of sounds -> a `Ledger`: every statement that is written anywhere about each of them, in one pass."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ganbaru.progress import Progress
from ganbaru.rights import expressions
from ganbaru.rights.conflicts import conflicts
from ganbaru.rights.expressions import NO_ASSERTION
from ganbaru.rights.facts import Clip, Consent, Grant, Ledger, Proof
from ganbaru.rights.ledger import ordered
from ganbaru.rights.matrix.cells import ACTS
from ganbaru.rights.reading import c2pa, croissant, debian, declared, reuse, tagged, texts
from ganbaru.rights.reading.lengths import lengths
from ganbaru.rights.reading.shelf import Shelf, quoted, shelf_of
from ganbaru.rights.reading.tags import read_tags
from ganbaru.sources.naming import printable
from ganbaru.sources.scan import Listing, scan

Said = dict[str, list[Grant]]
Wishes = dict[str, list[tuple[str, str]]]


def now() -> str:
    """The time, for proofs (UTC, ISO 8601)."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def called(path: str | os.PathLike[str]) -> str:
    """How a folder is called: as given, but by its whole path where that names nothing, such as ``.``."""
    return printable(path if Path(path).name not in ("", "..") else Path(path).resolve())


def gather(path: str | os.PathLike[str], *, at: str | None = None, progress: Progress | None = None) -> Ledger:
    """All that is known about the rights in a folder of sounds; the folder is only read.

    Args:
        at: the time to write into the proofs; None: now. Equal files and equal times give equal ledgers.
        progress: told how many files were read.

    Raises:
        UserError: there is no such folder, no sound in it, or its rights.toml cannot be understood.
    """
    listing = scan(path)
    shelf = shelf_of(listing.folder, [each.path for each in listing.files], at or now())
    clips = _clips(listing, shelf, progress)
    claims = list(texts.claims(shelf))
    return Ledger(
        name=called(path),
        clips=clips,
        conflicts=tuple(conflict for clip in clips for conflict in conflicts(clip, claims)),
        unknown=tuple(clip.path for clip in clips if all(grant.licence == NO_ASSERTION for grant in clip.grants)),
        notes=(*shelf.notes, *_left_out(listing), *_plainly()),
        made_at=shelf.read_at,
    )


def _clips(listing: Listing, shelf: Shelf, progress: Progress | None) -> tuple[Clip, ...]:
    said, wishes = _written(shelf)
    settled = dict(declared.read(shelf, tuple(ACTS)))
    long = lengths(listing, progress)
    made = []
    for path in shelf.sounds:
        digest, own, signals = _inside(shelf, path)
        word = settled.get(path)
        grants = _held(shelf, path, [*said[path], *own], word)
        consent = (word.consent if word else None) or Consent()
        share = 1 / len(shelf.sounds)
        shown = printable(path)
        made.append(Clip(shown, digest, long.get(path), grants, consent, (*wishes[path], *signals), share))
    return tuple(made)


def _written(shelf: Shelf) -> tuple[Said, Wishes]:
    """What the files beside the sounds say of each."""
    said: Said = defaultdict(list)
    wishes: Wishes = defaultdict(list)
    for reader in (reuse.read, debian.read, texts.read):
        for path, grant in reader(shelf):
            said[path].append(grant)
    for path, each in croissant.read(shelf):
        if isinstance(each, Grant):
            said[path].append(each)
        else:
            wishes[path].append(each)
    return said, wishes


def _inside(shelf: Shelf, path: str) -> tuple[str, list[Grant], list[tuple[str, str]]]:
    """What a sound file itself is and says: its hash, statements, wishes."""
    file = shelf.folder / path
    try:
        with file.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        tags = read_tags(file)
    except OSError as error:
        shelf.note(f"{printable(path)} cannot be read: {error.strerror or error}")
        return "", [], []
    if tags.broken:
        shelf.note(f"{printable(path)}: its tags are damaged ({tags.broken}); what stands before that was read")
    proof = Proof(printable(path), "", digest, shelf.read_at)
    signals = [*tagged.wishes(tags.fields), *(_manifest(shelf, path) if tagged.has_manifest(tags.fields) else ())]
    return digest, list(tagged.grants(tags.fields, proof)), signals


def _manifest(shelf: Shelf, path: str) -> list[tuple[str, str]]:
    """What a C2PA manifest in a sound wishes; where it cannot be looked at, that it is there."""
    why = "pip install c2pa-python reads it"
    if c2pa.installed():
        try:
            return c2pa.wishes(shelf.folder / path)
        except ValueError as error:
            why = str(error)
    shelf.note(f"{printable(path)}: holds a C2PA manifest, which was not looked at ({why})")
    return [c2pa.UNREAD]


def _held(shelf: Shelf, path: str, found: Sequence[Grant], word: declared.Declared | None) -> tuple[Grant, ...]:
    """The statements that hold of a clip: what rights.toml overrules, with a reason, goes to the notes."""
    if word is None or word.grant is None:
        return ordered(found)
    if not word.overrules:
        return ordered([word.grant, *found])
    for grant in found:
        if grant.licence != word.grant.licence:
            where = f"{grant.licence} of {grant.proof.file} ({grant.proof.place})"
            shelf.note(f"{printable(path)}: rights.toml overrules {where}: “{quoted(word.overrules)}”")
    return ordered([word.grant, *(grant for grant in found if grant.licence == word.grant.licence)])


def _left_out(listing: Listing) -> list[str]:
    return [f"{printable(path)} is not in the ledger: {why}" for path, why in listing.skipped]


def _plainly() -> list[str]:
    if expressions.complete():
        return []
    return ["only common licences are known: pip install 'ganbaru[rights]' brings the whole list of SPDX"]
