"""Which files a source was made of, by the hash of their bytes: what answers "was this clip in?" later."""

from collections import Counter
from typing import Any

from ganbaru.sources.naming import printable
from ganbaru.sources.source import Source, Split


def contents(source: Source) -> list[dict[str, Any]] | None:
    """Every file that was used: ``file``, ``sha256``, ``rows`` (how many sounds it gave) and ``side``.

    ``side`` is ``"train"`` or ``"held_out"``; what is held out is measured against and never trained on. None for a
    source that has no files or keeps no hashes: built-in worlds, and one of the user's own.
    """
    sides = {"train": source.train, "held_out": source.held_out}
    if not all({"file", "content"} <= set(split.attributes) for split in sides.values()):
        return None
    return [line for side, split in sides.items() for line in _lines(side, split)]


def _lines(side: str, split: Split) -> list[dict[str, Any]]:
    pairs = zip(map(str, split.attributes["file"]), map(str, split.attributes["content"]), strict=True)
    return [
        {"file": printable(file), "sha256": content, "rows": rows, "side": side}
        for (file, content), rows in sorted(Counter(pairs).items())
    ]
