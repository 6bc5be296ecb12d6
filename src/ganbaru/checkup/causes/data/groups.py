"""Sets of files that belong together because some pairs of them do."""

from collections.abc import Hashable, Iterable, Sequence


def of_pairs(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """The connected sets of two and more, each sorted, by their first."""
    parent: dict[int, int] = {}
    for a, b in pairs:
        parent[_root(parent, b)] = _root(parent, a)
    gathered: dict[int, list[int]] = {}
    for each in parent:
        gathered.setdefault(_root(parent, each), []).append(each)
    return sorted(sorted(group) for group in gathered.values() if len(group) > 1)


def of_equals(keys: Sequence[Hashable]) -> list[list[int]]:
    """The places of keys that occur more than once."""
    places: dict[Hashable, list[int]] = {}
    for place, key in enumerate(keys):
        places.setdefault(key, []).append(place)
    return sorted(group for group in places.values() if len(group) > 1)


def _root(parent: dict[int, int], each: int) -> int:
    parent.setdefault(each, each)
    while parent[each] != each:
        parent[each] = parent[parent[each]]
        each = parent[each]
    return each
