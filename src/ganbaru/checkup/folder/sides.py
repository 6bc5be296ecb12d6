"""On which side of the split each file of a folder would fall, were it opened as a source."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganbaru.errors import UserError
from ganbaru.sources import arranging, slicing
from ganbaru.sources.rows import Copied, Rows
from ganbaru.sources.splitting import held_out

TRAIN, HELD_OUT, NEITHER = "train", "held-out", ""


def sides(
    files: Sequence[str], heard: Sequence[dict[str, Any]], *, rate: int, seconds: float | None, seed: int
) -> list[str]:
    """ "train", "held-out" or "" (not used) for each file, as `sources.folder` would split them.

    It is the same rule over the same hashes. Only how many rows a long file gives is counted by its length, pauses
    and all, which matters to a file that alone outweighs the share that is held out.

    Args:
        files: paths relative to the folder; heard: what was heard of each, in the same order.
        rate: Hz; seconds: of a row, None: as the source would choose; seed: of the split.
    """
    used = {file: done for file, done in zip(files, heard, strict=True) if done["kept"] > 0}
    if len({done["sound"] for done in used.values()}) < arranging.FEWEST_SOUNDS:
        return [NEITHER] * len(files)
    samples = round(seconds * rate) if seconds else slicing.automatic_samples([d["kept"] for d in used.values()], rate)
    labels = _labels(list(used))
    usable = [file for file in used if file in labels]
    chosen = held_out(
        [used[file]["sound"] for file in usable],
        [labels[file] for file in usable],
        seed=seed,
        weights=[max(1, round(used[file]["kept"] / samples)) for file in usable],
    )
    side = {file: HELD_OUT if held else TRAIN for file, held in zip(usable, chosen, strict=True)}
    return [side.get(file, NEITHER) for file in files]


def _labels(files: list[str]) -> dict[str, int]:
    rows = Rows(0, Copied(np.zeros(0)), {"file": files}, {})
    try:
        return arranging._labels(files, rows, arranging.Wish("auto", 0))[0]
    except UserError:
        return dict.fromkeys(files, 0)
