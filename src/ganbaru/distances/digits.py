"""The compiled part of `sorting`, which is imported where it is used, as numba takes half a second to load."""

from typing import Any

import numpy as np

from ganbaru.distances.transport.compiled import compiled

Array = np.ndarray[Any, Any]

VALUES = 2048
"""Of a number's 64 bits, eleven at a time are a digit."""
UPPER = 3
"""Digits by which numbers are sorted first: 31 bits, in which but few of any usual sample agree."""
_MOVES = 2
"""Moves for each number, beyond which putting the few in order by insertion is given up."""

_BITS, _MASK = np.uint64(11), np.uint64(VALUES - 1)
_SIGN, _SIGN_AT = np.uint64(1 << 63), np.uint64(63)
_LOW, _MIDDLE, _HIGH = np.uint64(33), np.uint64(44), np.uint64(55)
"""Where the upper digits begin."""


@compiled
def by_digits(keys: Array, spare: Array, counts: Array) -> None:
    """Radix sort of doubles seen as their bits; a digit in which all agree is passed over.

    Positive numbers are in the order of their bits, and negative ones in the reverse: with the sign's bit set, or all
    turned over, both are. The upper half of the digits comes first, and insertion puts in order what agrees in them;
    where that is much, all digits are gone through, the least first.

    Args:
        keys: ``(n,)``, sorted in place.
        spare: ``(n,)``.
        counts: ``(UPPER, VALUES)``.
    """
    for i in range(len(keys)):
        keys[i] = ~keys[i] if keys[i] & _SIGN else keys[i] | _SIGN
    _by_upper(keys, spare, counts)
    if not _inserted(keys):
        _by_all(keys, spare, counts[0])
    for i in range(len(keys)):
        keys[i] = keys[i] ^ _SIGN if keys[i] >> _SIGN_AT else ~keys[i]


@compiled
def _by_upper(keys: Array, spare: Array, counts: Array) -> None:
    """Sorts by the upper digits, in place. All are counted at once: a third of the time of one by one."""
    counts[:] = 0
    low, middle, high = counts[0], counts[1], counts[2]
    for i in range(len(keys)):
        key = keys[i]
        low[(key >> _LOW) & _MASK] += 1
        middle[(key >> _MIDDLE) & _MASK] += 1
        high[key >> _HIGH] += 1
    here, there = keys, spare
    moved = False
    for digit in range(UPPER):
        if _dealt(here, there, counts[digit], _LOW + np.uint64(digit) * _BITS):
            here, there = there, here
            moved = not moved
    if moved:
        keys[:] = here


@compiled
def _by_all(keys: Array, spare: Array, counts: Array) -> None:
    """Sorts by all digits, in place."""
    here, there = keys, spare
    moved, shift = False, np.uint64(0)
    while shift < np.uint64(64):
        counts[:] = 0
        for i in range(len(keys)):
            counts[(here[i] >> shift) & _MASK] += 1
        if _dealt(here, there, counts, shift):
            here, there = there, here
            moved = not moved
        shift += _BITS
    if moved:
        keys[:] = here


@compiled
def _dealt(here: Array, there: Array, counts: Array, shift: Any) -> bool:
    """Puts numbers in the order of one digit, of which the counts are given; False, and nothing, where all agree."""
    if counts[(here[0] >> shift) & _MASK] == len(here):
        return False
    total = 0
    for value in range(VALUES):
        counts[value], total = total, total + counts[value]
    for i in range(len(here)):
        key = here[i]
        value = (key >> shift) & _MASK
        place = counts[value]
        there[place] = key
        counts[value] = place + 1
    return True


@compiled
def _inserted(keys: Array) -> bool:
    """Puts numbers in order that nearly are; False, with all still there, if it takes too many moves."""
    left, before = _MOVES * len(keys), keys[0]
    for i in range(1, len(keys)):
        key, at = keys[i], i
        if key >= before:
            before = key
            continue
        while at > 0 and keys[at - 1] > key:
            keys[at] = keys[at - 1]
            at, left = at - 1, left - 1
        keys[at] = key
        if left < 0:
            return False
    return True
