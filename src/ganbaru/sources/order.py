"""The order in which data is seen, as a pure function of the seed and the update: nothing to save or restore."""

from functools import lru_cache
from typing import Any

import numpy as np

_STREAM = 0x0DE5
"""Keeps this stream of random numbers apart from all others that start from the same seed."""


@lru_cache(maxsize=8)
def _epoch(seed: int, epoch: int, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    order = np.random.default_rng([seed, _STREAM, epoch]).permutation(count).astype(np.int64)
    order.flags.writeable = False
    return order


def indices(seed: int, update: int, count: int, batch: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Which of ``count`` sounds make up batch number ``update``: ``(batch,)`` int64.

    The batches laid end to end are one fresh permutation of all sounds after another, so each sound comes exactly
    once an epoch; a batch may reach over the end of an epoch, and may be larger than ``count``.

    Args:
        seed: not negative; another seed is another order.
        update: not negative; 0 is the first batch.
        count: how many sounds there are, at least 1.
        batch: how many are wanted, at least 1.

    Raises:
        ValueError: if one of them is out of its range.
    """
    if seed < 0 or update < 0 or count < 1 or batch < 1:
        raise ValueError(f"indices(seed={seed}, update={update}, count={count}, batch={batch}): out of range")
    epoch, start = divmod(update * batch, count)
    parts, missing = [], batch
    while missing:
        part = _epoch(seed, epoch, count)[start : start + missing]
        parts.append(part)
        missing, start, epoch = missing - len(part), 0, epoch + 1
    return np.concatenate(parts)
