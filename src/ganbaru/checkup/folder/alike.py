"""Which sounds of a folder are nearly the same, without comparing each with each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ganbaru.checkup.folder.likeness import LONGEST, likeness
from ganbaru.checkup.folder.prints import HOP, RATE

Array = np.ndarray[Any, Any]

_TURNS = (0, 8, 16, 24)
"""By how many bits the fingerprints are turned before they are sorted: an error in the leading bits of one order is
among the last bits of another."""
_NEIGHBOURS = 6
_WRONG = 0.35
"""Share of the bits beyond those that sorting makes equal by chance which may be wrong."""
_PARTNERS, _PARTNERS_OF_MANY, _MANY = 6, 3, 5000
"""Candidates of one sound that are compared, and how many where there are many sounds."""
_MOST_PRINTS, _MOST_OF_ONE, _LEAST_OF_ONE = 2_000_000, 4000, 20
_LEAST_LIKE = 0.5
COPY = 0.88
"""Likeness from which one sound may be a copy of the other."""
_LEAD = RATE // 2
"""Samples by which the shift that fingerprints tell may be off."""
_SCRAMBLE = np.uint32(2654435761)
"""Knuth's multiplier (The Art of Computer Programming 3, section 6.4), which spreads the values evenly."""


@dataclass(frozen=True)
class Heard:
    """Where a worker left one sound: at 8 kHz, with its fingerprints."""

    spool: str
    offset: int
    samples: int
    prints: int

    def sound(self, begin: int = 0, end: int | None = None) -> Array:
        """Samples ``(T,)`` float32 of it."""
        end = self.samples if end is None else min(end, self.samples)
        count = max(0, end - begin)
        return np.fromfile(self.spool, np.float16, count, offset=self.offset + 2 * begin).astype(np.float32)

    def fingerprints(self) -> tuple[Array, Array]:
        """Moments and bits, as `prints.fingerprints` gave them."""
        with Path(self.spool).open("rb") as file:
            file.seek(self.offset + 2 * self.samples)
            bits = np.frombuffer(file.read(4 * self.prints), np.uint32)
            return np.frombuffer(file.read(4 * self.prints), np.int32), bits


def near_pairs(sounds: Sequence[Heard]) -> list[tuple[int, int, float, float]]:
    """Pairs of sounds that may be nearly the same: ``(first, second, likeness, covered)``, ``first < second``.

    Candidates are neighbours in sorted lists of all fingerprints, so the time grows with the number of sounds and not
    with its square (Charikar 2002, section 3: near neighbours by sorted permutations of bits).
    """
    numbers, moments, bits = _gathered(sounds)
    found = []
    for (a, b), shift in _candidates(numbers, moments, bits).items():
        like, covered = _compared(sounds[a], sounds[b], shift)
        if like >= _LEAST_LIKE:
            found.append((a, b, like, covered))
    return sorted(found)


def _gathered(sounds: Sequence[Heard]) -> tuple[Array, Array, Array]:
    """Of all fingerprints, or as many as can be kept: whose, when, what."""
    most = int(np.clip(_MOST_PRINTS // max(1, len(sounds)), _LEAST_OF_ONE, _MOST_OF_ONE))
    numbers, moments, bits = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0, np.uint32)]
    for number, sound in enumerate(sounds):
        when, what = sound.fingerprints()
        if len(what) > most:  # chosen by what they are, so that a copy's are the same ones
            chosen = np.sort(np.argsort(what * _SCRAMBLE, kind="stable")[:most])
            when, what = when[chosen], what[chosen]
        numbers.append(np.full(len(when), number))
        moments.append(when.astype(np.int64))
        bits.append(what)
    return np.concatenate(numbers), np.concatenate(moments), np.concatenate(bits)


def _candidates(numbers: Array, moments: Array, bits: Array) -> dict[tuple[int, int], int]:
    """Pairs of sounds with the shift (hops) that their fingerprints tell, the best partners of each only."""
    wrong = round(_WRONG * (32 - np.log2(max(2, len(bits)))))
    rows = [np.zeros((0, 4), np.int32)]
    for turn in _TURNS:
        turned = (bits << np.uint32(turn)) | (bits >> np.uint32(32 - turn)) if turn else bits
        order = np.lexsort((numbers, turned))
        order = order[_firsts(turned[order], numbers[order])]
        for away in range(1, _NEIGHBOURS + 1):
            one, other = order[:-away], order[away:]
            near = _count(bits[one] ^ bits[other]) <= wrong
            rows.append(_agreeing(one[near], other[near], numbers, moments))
    return _best(np.unique(np.concatenate(rows), axis=0), int(numbers.max(initial=0)) + 1)


def _firsts(values: Array, numbers: Array) -> Array:
    """Where not the same sound says the same again."""
    new = np.ones(len(values), bool)
    new[1:] = (values[1:] != values[:-1]) | (numbers[1:] != numbers[:-1])
    return new


def _agreeing(one: Array, other: Array, numbers: Array, moments: Array) -> Array:
    """Rows ``(first, second, moment of each)`` of fingerprints of two different sounds."""
    differ = numbers[one] != numbers[other]
    one, other = one[differ], other[differ]
    swap = numbers[one] > numbers[other]
    one, other = np.where(swap, other, one), np.where(swap, one, other)
    return np.stack([numbers[one], numbers[other], moments[one], moments[other]], axis=1).astype(np.int32)


def _count(values: Array) -> Array:
    """How many bits of each uint32 are set (numpy 1 has no function for it)."""
    values = values - ((values >> np.uint32(1)) & np.uint32(0x55555555))
    values = (values & np.uint32(0x33333333)) + ((values >> np.uint32(2)) & np.uint32(0x33333333))
    values = (values + (values >> np.uint32(4))) & np.uint32(0x0F0F0F0F)
    return np.asarray((values * np.uint32(0x01010101)) >> np.uint32(24))


def _best(agreed: Array, count: int) -> dict[tuple[int, int], int]:
    """The most agreed shift of each pair, and of each sound its best partners.

    Args:
        agreed: rows ``(first, second, moment of each)``, sorted; count: how many sounds there are.
    """
    new = np.ones(len(agreed), bool)
    new[1:] = (agreed[1:, :2] != agreed[:-1, :2]).any(axis=1)
    starts = np.flatnonzero(new)
    votes = np.diff(np.r_[starts, len(agreed)])
    most = _PARTNERS if count <= _MANY else _PARTNERS_OF_MANY
    kept = np.zeros(len(starts), bool)
    for side in (0, 1):
        kept |= _rank(agreed[starts, side], votes) < most
    best = {}
    for start, length in zip(starts[kept].tolist(), votes[kept].tolist(), strict=True):
        rows = agreed[start : start + length]
        best[int(rows[0, 0]), int(rows[0, 1])] = _commonest((rows[:, 2] - rows[:, 3]).tolist())
    return best


def _rank(owners: Array, votes: Array) -> Array:
    """The place of each pair among those of the same owner, most votes first."""
    order = np.lexsort((-votes, owners))
    sorted_owners = owners[order]
    first = np.searchsorted(sorted_owners, sorted_owners)
    rank = np.empty(len(owners), np.int64)
    rank[order] = np.arange(len(owners)) - first
    return rank


def _commonest(shifts: Sequence[int]) -> int:
    """The shift that most agree on, to one hop."""
    counts = Counter(shifts)
    return max(counts, key=lambda shift: (counts[shift - 1] + 2 * counts[shift] + counts[shift + 1], -abs(shift)))


def _compared(first: Heard, second: Heard, shift: int) -> tuple[float, float]:
    """How alike two sounds are near a shift (hops of 8 ms), over the first seconds that they share."""
    samples = shift * HOP
    begin = max(0, samples)
    length = round(LONGEST * RATE)
    a = first.sound(max(0, begin - _LEAD), begin + length)
    from_a = max(0, begin - _LEAD)
    from_b = max(0, begin - samples - _LEAD)
    b = second.sound(from_b, begin - samples + length)
    return likeness(a, b, samples - from_a + from_b, _LEAD)
