"""Which sounds are drawn, and which held out: whole files, the same share of every label, copies on one side."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ganbaru.sources.rows import Rows

SHARE = 0.15
"""The share of files that is held out."""
FEWEST = 4
"""At least so many files are held out."""


@dataclass
class _Heap:
    """Copies of one sound: how many files, how many rows they give together."""

    files: int = 0
    rows: int = 0


def held_out(
    groups: Sequence[str], labels: Sequence[int], *, seed: int, weights: Sequence[int] | None = None
) -> list[bool]:
    """Whether each file is held out.

    Args:
        groups: what each file sounds like, as a hash: files of one group are copies and stay together.
        labels: the label of each file (all 0 when unlabelled).
        seed: another seed is another choice. The order of the files does not matter: a file's rank comes from its
            own hash.
        weights: how many rows each file gives (1 each if not given): a file that alone outweighs the share stays in
            training, so that one long recording among short ones is not held out.
    """
    heaps: dict[int, dict[str, _Heap]] = defaultdict(dict)
    home: dict[str, int] = {}
    for group, label, rows in zip(groups, labels, weights or [1] * len(groups), strict=True):
        heap = heaps[home.setdefault(group, label)].setdefault(group, _Heap())
        heap.files += 1
        heap.rows += rows
    quota = _quotas({label: sum(heap.files for heap in of.values()) for label, of in heaps.items()})
    chosen: set[str] = set()
    for label, of in heaps.items():
        chosen |= _pick(of, quota[label], seed)
    return [group in chosen for group in groups]


def draw(rows: Rows, count: int) -> list[int]:
    """``count`` rows of a labelled world: as many of each label, within it of each voice, by a keyed order.

    A larger draw holds all of a smaller one.
    """
    columns = rows.columns
    keyed = [hashlib.sha256(name.encode()).digest() for name in columns["name"]]
    ranked: dict[tuple[str, str], int] = defaultdict(int)
    turns: list[tuple[int, bytes, str, int]] = []
    for row in sorted(range(len(rows)), key=lambda row: keyed[row]):
        group = (columns["label"][row], columns["voice"][row])
        turns.append((ranked[group], hashlib.sha256("/".join(group).encode()).digest(), group[0], row))
        ranked[group] += 1
    place: dict[str, int] = defaultdict(int)
    by_label: list[tuple[int, str, int]] = []
    for _, _, label, row in sorted(turns):
        by_label.append((place[label], label, row))
        place[label] += 1
    return sorted(row for _, _, row in sorted(by_label)[:count])


def _quotas(sizes: dict[int, int]) -> dict[int, int]:
    """Files to hold out of each label: by share, one at the least, by largest remainder up to the total."""
    total = max(FEWEST, round(SHARE * sum(sizes.values())))
    exact = {label: total * size / sum(sizes.values()) for label, size in sizes.items()}
    quota = {label: min(size - 1, max(1, int(exact[label]))) for label, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda label: (quota[label] - exact[label], label))
    while sum(quota.values()) < total:
        room = [label for label in by_remainder if quota[label] < sizes[label] - 1]
        if not room:
            break
        for label in room[: total - sum(quota.values())]:
            quota[label] += 1
    return quota


def _pick(heaps: dict[str, _Heap], quota: int, seed: int) -> set[str]:
    """Groups in a keyed order until the quota of files is met, leaving at least one group for training.

    First those with which the rows stay near their share too; if they are too few, the lightest of the others.
    """
    ranked = sorted(heaps, key=lambda group: hashlib.sha256(f"{seed}/{group}".encode()).digest())
    share = quota / sum(heap.files for heap in heaps.values())
    most = 1.5 * share * sum(heap.rows for heap in heaps.values())
    chosen: set[str] = set()
    held = _Heap()
    rounds = [(group, most) for group in ranked]
    rounds += [(group, math.inf) for group in sorted(ranked, key=lambda group: heaps[group].rows)]
    for group, limit in rounds:
        if held.files >= quota or len(chosen) == len(ranked) - 1:
            break
        if group not in chosen and held.rows + heaps[group].rows <= limit:
            chosen.add(group)
            held = _Heap(held.files + heaps[group].files, held.rows + heaps[group].rows)
    return chosen
