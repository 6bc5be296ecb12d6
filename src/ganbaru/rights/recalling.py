"""What a run was trained on -> a `Ledger`: the clips that it lists, with what is written about them where they lie.

A run lists its clips by hash in ``clips.json``, and keeps the ledger of the day in ``rights.json``. Runs older than
that list do not: of them it is said that it cannot be told.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.rights.facts import Clip, Ledger
from ganbaru.rights.gathering import called, gather, now
from ganbaru.rights.ledger import Found, from_json, licences, to_json
from ganbaru.rights.reading import recipe
from ganbaru.rights.reading.shelf import Document
from ganbaru.runs import Run
from ganbaru.sources.naming import printable
from ganbaru.sources.scan import scan

KEPT = "rights"
"""The name of the ledger in a run."""
_CHANGE = re.compile(r": on \d{4}-\d\d-\d\d .* was stated, now ")
_HASH = re.compile(r"[0-9a-fA-F]{64}")


class Untold(UserError):
    """Nothing is written anywhere of what a run was trained on: no folder, no ledger, no list."""


def of_run(run: Run, *, sounds: Path | None = None, at: str | None = None, progress: Progress | None = None) -> Ledger:
    """All that is known about the rights in what a run was trained on; what was held out is not in it.

    Args:
        sounds: where the folder of sounds lies now; None: where it lay, and if it is gone, the ledger kept in the run.
        at: the time to write into the proofs; None: now.

    Raises:
        Untold: nothing can be known.
        UserError: ``sounds`` is no folder of sounds, its rights.toml is wrong, or something in the run is damaged.
    """
    source, at = run.document["source"], at or now()
    name = called(run.path)
    if source["kind"] == "points":
        return Ledger(
            name, (), notes=("it was trained on points, not on sounds: nobody holds rights in them",), made_at=at
        )
    if "synthesiser" in source["recipe"]:
        document = Document("run.toml", (run.path / "run.toml").read_bytes(), at)
        return Ledger(name, (recipe.clip_of(source, document),), made_at=at)
    lay = source["recipe"].get("name", "")
    if sounds is None and not _holds_sounds(lay):
        return _without_folder(run, name, at)
    folder = sounds or Path(lay)
    ledger = gather(folder, at=at, progress=progress)
    listed = _listed(run)
    return _used(name, ledger, listed) if listed is not None else _unlisted(name, ledger, source)


def keep(run: Run, ledger: Ledger) -> Ledger:
    """Stores a ledger in the run; what has changed since the one that was there is added to its notes, and stays there.

    A ledger that says the same as the one that is there leaves it, with the time when it was first read.
    """
    before = kept(run)
    if before is not None:
        history = [note for note in before.notes if _CHANGE.search(note)]
        ledger = replace(ledger, notes=tuple(dict.fromkeys([*ledger.notes, *history, *changes(before, ledger)])))
        if _apart_from_time(before) == _apart_from_time(ledger):
            return before
    run.write_json(KEPT, to_json(ledger))
    return ledger


def kept(run: Run) -> Ledger | None:
    """The ledger that is stored in a run; None where there is none."""
    document = run.read_json(KEPT)
    return None if document is None else from_json({k: v for k, v in document.items() if k != "sha256"})


def changes(before: Ledger, after: Ledger) -> list[str]:
    """Which licences are stated otherwise than they were, a sentence each."""
    old = {clip.path: "; ".join(licences(clip)) or "nothing" for clip in before.clips}
    new = {clip.path: "; ".join(licences(clip)) or "nothing" for clip in after.clips}
    return [
        f"{path}: on {before.made_at[:10]} {old[path]} was stated, now {new[path]}"
        for path in sorted(old.keys() & new.keys())
        if old[path] != new[path]
    ]


def was_in(run: Run, clip: str | Path) -> Found:
    """Whether a clip was among what a run was trained on.

    Args:
        clip: a sound file, or the SHA-256 of one in hexadecimal.

    Raises:
        UserError: it is neither.
    """
    digest, called = _digest(clip)
    source = run.document["source"]
    if source["kind"] == "points" or "synthesiser" in source["recipe"]:
        return Found("no", (), f"{called} was not in it: the run was trained on {source['name']}, made by a program")
    listed = _listed(run)
    if listed is None:
        return Found(
            "can't tell", (), "can't tell: the run keeps no list of its clips (it was made before there was one)"
        )
    same = [line for line in listed if line["sha256"] == digest]
    trained = tuple(Clip(line["file"], digest) for line in same if line["side"] == "train")
    if trained:
        return Found("yes", trained, f"{called} was in it: {', '.join(each.path for each in trained)}, the same bytes")
    if same:
        said = f"{called} was not trained on: it was held out, as {same[0]['file']}, and only measured against"
        return Found("no", (), said)
    namesake = any(line["file"].rpartition("/")[2] == called.rpartition("/")[2] for line in listed)
    other = "; a file of that name was, with other bytes" if namesake else ""
    return Found("no", (), f"{called} was not in it: none of its {len(listed):,} files has the same bytes{other}")


def _digest(clip: str | Path) -> tuple[str, str]:
    """The hash that is meant and how to call it."""
    if _HASH.fullmatch(str(clip)):
        return str(clip).lower(), f"{str(clip)[:12]}…"
    try:
        with open(clip, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), printable(clip)
    except OSError as error:
        hint = "give a sound file, or the SHA-256 of one"
        raise UserError(f"{printable(clip)}: {error.strerror}", hint=hint) from None


def _holds_sounds(folder: str) -> bool:
    """Whether a folder is there and has sounds in it; one that was emptied is as good as gone."""
    try:
        return bool(folder and scan(folder).files)
    except UserError:
        return False


def _listed(run: Run) -> list[dict[str, Any]] | None:
    document = run.read_json("clips")
    return None if document is None else list(document["clips"])


def _used(name: str, ledger: Ledger, listed: Sequence[Mapping[str, Any]]) -> Ledger:
    """The clips that were trained on, with what the folder says of files of the same bytes."""
    rows = Counter({(line["file"], line["sha256"]): line["rows"] for line in listed if line["side"] == "train"})
    lying, notes = _lying(ledger, rows), list(ledger.notes)
    clips: list[Clip] = []
    names: dict[str, list[str]] = defaultdict(list)
    for (file, digest), count in sorted(rows.items()):
        found = lying[file, digest]
        if found is None:
            notes.append(f"{file}: what was trained on is not in the folder any more, so nothing is known of it")
        else:
            names[found.path].append(file)
        clips.append(replace(found or Clip(file, digest), path=file, share=count / rows.total()))
    return Ledger(
        name=name,
        clips=tuple(clips),
        conflicts=tuple(replace(each, clip=file) for each in ledger.conflicts for file in names[each.clip]),
        unknown=tuple(clip.path for clip in clips if not licences(clip)),
        notes=tuple(notes),
        made_at=ledger.made_at,
    )


def _lying(ledger: Ledger, rows: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Clip | None]:
    """For each file and hash the clip of these bytes that lies in the folder now: under that name, else under any."""
    by_hash = {clip.sha256: clip for clip in ledger.clips}
    exact = {(clip.path, clip.sha256): clip for clip in ledger.clips}
    return {(file, digest): exact.get((file, digest)) or by_hash.get(digest) for file, digest in rows}


def _unlisted(name: str, ledger: Ledger, source: Mapping[str, Any]) -> Ledger:
    """What lies in the folder now, less what the run says it left out."""
    skipped = {each["file"] for each in source["skipped"]}
    clips = [clip for clip in ledger.clips if clip.path not in skipped]
    note = (
        "the run keeps no list of its clips: this is what lies in the folder now, which may not be what was trained on"
    )
    return replace(
        ledger,
        name=name,
        clips=tuple(replace(clip, share=1 / len(clips)) for clip in clips),
        conflicts=tuple(each for each in ledger.conflicts if each.clip not in skipped),
        unknown=tuple(path for path in ledger.unknown if path not in skipped),
        notes=(*ledger.notes, note),
    )


def _without_folder(run: Run, name: str, at: str) -> Ledger:
    """The ledger kept in the run; else its clips, of which nothing is known."""
    before = kept(run)
    lay = run.document["source"]["recipe"].get("name", "")
    if not lay:
        said = f"{name} was trained on a source of the user's own, of which no rights are written"
        raise Untold(said, hint="name the folder that its sounds came from: --sounds FOLDER")
    where = printable(lay)
    if before is not None:
        note = f"{where} is gone: this was read on {before.made_at[:10]}"
        return replace(before, notes=tuple(dict.fromkeys([*before.notes, note])))
    listed = _listed(run)
    empty = Ledger(name, (), made_at=at)
    if listed is not None:
        ledger = _used(name, empty, listed)
        return replace(ledger, notes=(f"{where} is gone and no ledger was kept: nothing is known of the clips",))
    raise Untold(f"{where}, which {name} was trained on, is gone", hint="say where it lies: --sounds FOLDER")


def _apart_from_time(ledger: Ledger) -> str:
    return re.sub(r"'(?:read_at|made_at)': '[^']*'", "", str(to_json(ledger)))
