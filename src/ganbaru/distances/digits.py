"""The compiled part of `sorting`, which is imported where it is used, as numba takes half a second to load."""

from typing import Any

import numpy as np

from ganbaru.distances.transport.compiled import compiled

Array = np.ndarray[Any, Any]

DIGITS, VALUES = 6, 2048
"""Of a number's 64 bits, eleven at a time."""

_BITS, _MASK = np.uint64(11), np.uint64(VALUES - 1)
_SIGN, _SIGN_AT = np.uint64(1 << 63), np.uint64(63)


@compiled
def by_digits(keys: Array, spare: Array, counts: Array) -> None:
    """Radix sort of doubles seen as their bits, least digit first; a digit in which all agree is passed over.

    Positive numbers are in the order of their bits, and negative ones in the reverse: with the sign's bit set, or all
    turned over, both are.

    Args:
        keys: ``(n,)``, sorted in place.
        spare: ``(n,)``.
        counts: ``(DIGITS, VALUES)``.
    """
    n = len(keys)
    counts[:] = 0
    for i in range(n):
        key = ~keys[i] if keys[i] & _SIGN else keys[i] | _SIGN
        keys[i] = key
        for digit in range(DIGITS):
            counts[digit, (key >> np.uint64(digit) * _BITS) & _MASK] += 1
    here, there = keys, spare
    for digit in range(DIGITS):
        places, shift = counts[digit], np.uint64(digit) * _BITS
        if places[(here[0] >> shift) & _MASK] == n:
            continue
        total = 0
        for value in range(VALUES):
            places[value], total = total, total + places[value]
        for i in range(n):
            value = (here[i] >> shift) & _MASK
            there[places[value]] = here[i]
            places[value] += 1
        here, there = there, here
    for i in range(n):
        keys[i] = here[i] ^ _SIGN if here[i] >> _SIGN_AT else ~here[i]
