"""Which sounds are drawn, and which held out: whole files, the same share of every label, copies on one side."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from ganbaru.sources.rows import Rows

SHARE = 0.15
"""The share of files that is held out."""
FEWEST = 4
"""At least so many files are held out."""


def held_out(groups: Sequence[str], labels: Sequence[int], *, seed: int) -> list[bool]:
    """Whether each file is held out.

    Args:
        groups: what each file sounds like, as a hash: files of one group are copies and stay together.
        labels: the label of each file (all 0 when unlabelled).
        seed: another seed is another choice. The order of the files does not matter, nor what else is there
            beyond the shares: a file's rank comes from its own hash.
    """
    members: dict[int, list[str]] = defaultdict(list)
    weight: dict[str, int] = defaultdict(int)
    home: dict[str, int] = {}
    for group, label in zip(groups, labels, strict=True):
        weight[group] += 1
        if group not in home:
            home[group] = label
            members[label].append(group)
    quota = _quotas({label: sum(weight[group] for group in of) for label, of in members.items()})
    chosen: set[str] = set()
    for label, of in members.items():
        chosen |= _pick(of, weight, quota[label], seed)
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


def _pick(groups: list[str], weight: dict[str, int], quota: int, seed: int) -> set[str]:
    """Groups in a keyed order until the quota is met, leaving at least one group for training."""
    ranked = sorted(set(groups), key=lambda group: hashlib.sha256(f"{seed}/{group}".encode()).digest())
    chosen: set[str] = set()
    held = 0
    for group in ranked[:-1]:
        if held >= quota:
            break
        if held and held + weight[group] > 2 * quota:  # a big heap of copies would swallow the training set
            continue
        chosen.add(group)
        held += weight[group]
    return chosen
