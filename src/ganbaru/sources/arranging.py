"""From rows to a source: labels, the split, the store, and what is read back from it."""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganbaru.errors import UserError, unknown
from ganbaru.sources import store
from ganbaru.sources.naming import printable
from ganbaru.sources.rows import Copied, Rows, digest
from ganbaru.sources.source import SoundSource, Split
from ganbaru.sources.splitting import draw, held_out

_log = logging.getLogger("ganbaru.sources")

FEWEST_SOUNDS = 8
"""Fewer different sounds than this cannot be learned from, nor split."""
LABELS = ("auto", "folder", "none")


@dataclass(frozen=True)
class Wish:
    """How the rows are to be labelled and split.

    Attributes:
        labels: ``"auto"``, ``"folder"`` or ``"none"``; seed: of the split.
        count: how many rows to draw from all there are, balanced; None: all.
    """

    labels: str
    seed: int
    count: int | None = None

    def __post_init__(self) -> None:
        if self.labels not in LABELS:
            raise unknown("way of labelling", self.labels, LABELS)
        if self.seed < 0:
            raise UserError(f"the seed is {self.seed}", hint="a seed is 0 or a whole number above it")


def prepared(
    base: Path, wish: Wish, *, name: str, recipe: dict[str, Any], rules: dict[str, Any], make: Callable[[], Rows]
) -> SoundSource:
    """The source at ``base`` split as wished: opened if it stands there, else copied from a sibling, else made.

    Args:
        base: the path of the store without the part that says how it is labelled and split.
        name: for people; recipe: what opens it again, beside the rules and the wish.
        rules: everything that decides what the rows are, ``rate`` and ``seconds`` among it.
        make: reads and decodes everything; called only if no store of these sounds is whole.
    """
    place = base.with_name(f"{base.name}-{wish.labels}-{wish.seed}-{wish.count or 'all'}")
    stored = _load(place)
    if stored is None:
        rows = _sibling(base) or make()
        order, index = _arrange(name, rows, wish, rules)
        stored = store.save(place, samples=rows.samples, rows=rows.blocks(order), count=len(order), index=index)
    return _open(stored, name, {**recipe, **rules, "labels": wish.labels, "seed": wish.seed})


def _load(place: Path) -> store.Stored | None:
    try:
        return store.load(place)
    except store.Damaged as damage:
        _log.warning("the prepared sounds are damaged, preparing them anew: %s", damage)
        store.set_aside(place)
        return None


def _sibling(base: Path) -> Rows | None:
    """The same sounds, split otherwise: their rows, so that nothing is decoded twice."""
    for place in sorted(base.parent.glob(f"{base.name}-*")):
        if (stored := _load(place)) is not None and stored.index["complete"]:
            index = stored.index
            skipped = [(file, why) for file, why in index["skipped"]]
            columns, order = index["columns"], index["label_order"]
            return Rows(index["samples"], Copied(stored.sounds), columns, index["contents"], skipped, order)
    return None


def _arrange(name: str, rows: Rows, wish: Wish, rules: dict[str, Any]) -> tuple[list[int], dict[str, Any]]:
    """The order in which rows are stored, training first, and the index that goes with it."""
    drawn = range(len(rows)) if wish.count is None else draw(rows, wish.count)
    by_name = sorted(drawn, key=lambda row: (rows.columns["file"][row], rows.columns["start"][row]))
    files = dict.fromkeys(rows.columns["file"][row] for row in by_name)
    label_of, label_names, unlabelled = _labels(list(files), rows, wish)
    usable = [file for file in files if file not in unlabelled]
    sounds = dict(zip(rows.columns["file"], rows.columns["sound"], strict=True))
    _enough(name, usable, sounds, rows)
    rows_of = Counter(rows.columns["file"][row] for row in by_name)
    sides = held_out(
        [sounds[file] for file in usable],
        [label_of[file] for file in usable],
        seed=wish.seed,
        weights=[rows_of[file] for file in usable],
    )
    held = dict(zip(usable, sides, strict=True))
    kept = [row for row in by_name if rows.columns["file"][row] in held]
    order = sorted(kept, key=lambda row: held[rows.columns["file"][row]])  # stable: by name on either side
    columns = {key: [column[row] for row in order] for key, column in rows.columns.items()}
    index = {
        "samples": rows.samples,
        "train": sum(not held[file] for file in columns["file"]),
        "columns": columns,
        "labels": [label_of[file] for file in columns["file"]] if label_names else None,
        "label_names": label_names,
        "contents": rows.contents,
        "label_order": rows.label_order,
        "complete": not unlabelled and wish.count is None,
        "skipped": sorted([*rows.skipped, *unlabelled.items()]),
        "fingerprint": digest(rules, [[file, rows.contents[file]] for file in usable], label_names, wish.seed),
    }
    return order, index


def _labels(files: list[str], rows: Rows, wish: Wish) -> tuple[dict[str, int], list[str], dict[str, str]]:
    """The label of each file, what the labels are called, and the files that have none, with the reason."""
    none: tuple[dict[str, int], list[str], dict[str, str]] = (dict.fromkeys(files, 0), [], {})
    if wish.labels == "none":
        return none
    if "label" in rows.columns:
        of = dict(zip(rows.columns["file"], rows.columns["label"], strict=True))
    else:
        of = {file: file.split("/")[0] if "/" in file else "" for file in files}
    count = Counter(of.values())
    if wish.labels == "auto" and (len(count) < 2 or "" in count or min(count.values()) < FEWEST_SOUNDS):
        return none
    unlabelled = {file: "lies in no sub-folder, so it has no label" for file in files if not of[file]}
    unlabelled |= {file: "the only sound with its label" for file in files if of[file] and count[of[file]] < 2}
    present = {of[file] for file in files if file not in unlabelled}
    names = [label for label in rows.label_order or sorted(present) if label in present]
    if len(names) < 2:
        raise UserError(
            "labels='folder' needs two or more sub-folders with two or more sounds each",
            hint="put the sounds of each label into a sub-folder, or ask for labels='none'",
        )
    numbers = {label: number for number, label in enumerate(names)}
    labels = {file: numbers[of[file]] for file in files if file not in unlabelled}
    return labels, [printable(label) for label in names], unlabelled


def _enough(name: str, usable: list[str], sounds: dict[str, str], rows: Rows) -> None:
    different = len({sounds[file] for file in usable})
    if different >= FEWEST_SOUNDS:
        return
    copies = f" ({len(usable) - different} more are copies)" if len(usable) > different else ""
    why = first_reasons(rows.skipped)
    raise UserError(
        f"{name}: only {different} usable sound{'s' * (different != 1)}{copies}{why}",
        hint=f"{FEWEST_SOUNDS} different files or more are needed; cut a long recording into several files",
    )


def first_reasons(skipped: list[tuple[str, str]]) -> str:
    """Up to three files with what is wrong with them, to end a sentence."""
    if not skipped:
        return ""
    shown = "; ".join(f"{printable(file)}: {why}" for file, why in skipped[:3])
    more = f"; and {len(skipped) - 3:,} more" if len(skipped) > 3 else ""
    return f"; not used: {shown}{more}"


def _open(stored: store.Stored, name: str, recipe: dict[str, Any]) -> SoundSource:
    index = stored.index
    train = int(index["train"])
    return SoundSource(
        name=name,
        rate=int(recipe["rate"]),
        train=_split(stored, slice(0, train)),
        held_out=_split(stored, slice(train, None)),
        fingerprint=index["fingerprint"],
        recipe=recipe,
        label_names=tuple(index["label_names"]),
        skipped=tuple((printable(file), why) for file, why in index["skipped"]),
    )


def _split(stored: store.Stored, rows: slice) -> Split:
    index = stored.index
    columns = index["columns"]
    private = {"name", "sound", "label"} | ({"file", "start"} if "label" in columns else set())
    attributes = {key: np.asarray(column[rows]) for key, column in columns.items() if key not in private}
    if "file" in attributes:
        attributes["content"] = np.asarray([index["contents"][file] for file in columns["file"][rows]])
    labels = None if index["labels"] is None else np.asarray(index["labels"][rows], dtype=np.int64)
    return Split(stored.sounds[rows], labels, tuple(columns["name"][rows]), attributes)
