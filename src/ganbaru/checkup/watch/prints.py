"""Fingerprints of samples: a few values of each, by which it is known again wherever a network is shown it."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

Array = np.ndarray[Any, Any]

_COLUMNS = 8
_ROWS = 64
_KNOWN_ROWS = 1024


def chosen(count: int, most: int = _ROWS) -> list[int]:
    """Up to 64 of so many rows, evenly spread."""
    return list(range(count)) if count <= most else np.linspace(0, count - 1, most).round().astype(int).tolist()


@dataclass(frozen=True)
class Prints:
    """Fingerprints ``(R, 8)`` of rows: of their first values and of their last ones.

    A sample that a critic is shown beside a condition stands before or behind it, so both ends are kept.
    """

    head: Array
    tail: Array

    @classmethod
    def of(cls, samples: Tensor, rows: list[int], reach: int | None = None) -> "Prints":
        """Of some rows of ``(B, *shape)``.

        Args:
            samples: the batch.
            rows: which rows.
            reach: how many values a generated sample has.
        """
        values = torch.view_as_real(samples.detach()) if samples.is_complex() else samples.detach()
        flat = values.reshape(len(values), -1)
        size = flat.shape[1]
        within = min(reach or size, size)
        head = np.linspace(0, within - 1, min(_COLUMNS, within)).round().astype(int)
        columns = torch.from_numpy(np.concatenate([head, size - within + head])).to(flat.device)
        picked = flat[rows] if len(rows) < len(flat) else flat
        found = picked[:, columns].float().cpu().numpy()
        return cls(found[:, : len(head)], found[:, len(head) :])

    @classmethod
    def all_of(cls, samples: Tensor, reach: int | None = None) -> "Prints":
        """Of all rows (1,024 at the most) of ``(B, *shape)``."""
        return cls.of(samples, chosen(len(samples), _KNOWN_ROWS), reach)

    def row_keys(self) -> list[tuple[bytes, bytes]]:
        """Each row as bytes."""
        head, tail = np.ascontiguousarray(self.head), np.ascontiguousarray(self.tail)
        return [(a.tobytes(), b.tobytes()) for a, b in zip(head, tail, strict=True)]

    def known(self, among: Container[bytes]) -> Array:
        """Which rows are among these, by either end ``(R,)``."""
        return np.array([a in among or b in among for a, b in self.row_keys()], dtype=bool)
