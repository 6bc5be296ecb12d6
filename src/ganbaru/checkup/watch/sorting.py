"""Which of the samples that a critic was shown are real and which generated.

A row is known by its fingerprint: it is one that the generator made, or one of the real batch. Rows to which something
was added are told by what they are nearest to, and what is left by elimination.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from ganbaru.checkup.watch.passes import Pass
from ganbaru.checkup.watch.prints import Array, Prints

_NEAR = 0.5
"""A row is near one side where its distance is at most this share of that to the other side."""


@dataclass
class Known:
    """Samples of which it is known what they are.

    Attributes:
        fakes: what the generator made, a batch each.
        reals: real batches.
        older: rows that the generator made earlier, as bytes.
    """

    fakes: list[Prints]
    reals: list[Prints]
    older: Container[bytes] = frozenset()

    def sets(self) -> tuple[Container[bytes], Container[bytes]]:
        """All rows of fakes and of reals, as bytes."""
        fakes, reals = ({key for prints in side for pair in prints.row_keys() for key in pair} for side in self.sides)
        return _Fakes(fakes, self.older, reals), reals - fakes

    @property
    def sides(self) -> tuple[list[Prints], list[Prints]]:
        """Fakes and reals."""
        return self.fakes, self.reals


@dataclass(frozen=True)
class _Fakes:
    """Rows that were generated now or earlier and are not real; what was earlier may be much, so it is not copied."""

    now: set[bytes]
    older: Container[bytes]
    reals: set[bytes]

    def __contains__(self, key: object) -> bool:
        return (key in self.now or key in self.older) and key not in self.reals


def label(passes: Sequence[Pass], known: Known, turns: Sequence[Sequence[Pass]]) -> None:
    """Labels each row of each pass.

    Args:
        passes: all of them.
        known: what is known already.
        turns: those whose scores were pushed in each turn, among which the rest is told by elimination.
    """
    fakes, reals = known.sets()
    for seen in passes:
        is_fake, is_real = seen.prints.known(fakes), seen.prints.known(reals)
        seen.label = np.where(is_fake & ~is_real, 1.0, np.where(is_real & ~is_fake, 0.0, np.nan))
        if np.isnan(seen.label).all() and not seen.aside:
            seen.label = np.full(len(seen.label), 1.0 if seen.fresh else _by_nearness(seen, known))
    pushed = [[seen for seen in turn if not seen.aside] for turn in turns]
    for turn in pushed:
        _by_rows(turn, known.fakes)
        _eliminate(turn, bool(known.reals))
    # a loop may show one side in one turn and the other in the next, as Keras' train_on_batch does
    _of_other_turns(pushed)


def _by_rows(turn: Sequence[Pass], fakes: Sequence[Prints]) -> None:
    """Which pass of a turn is of fakes to which something was added, where none is known: each row is near its own."""
    if len(turn) < 2 or not all(np.isnan(seen.label).all() for seen in turn):
        return
    ranked = sorted(((_row_by_row(seen, fakes), number) for number, seen in enumerate(turn)))
    (least, nearest), (second, _) = ranked[:2]
    if np.isfinite(second) and least < _NEAR * second:
        turn[nearest].label = np.ones(len(turn[nearest].label))


def _row_by_row(seen: Pass, fakes: Sequence[Prints]) -> float:
    """Mean distance of what is shown and what was made, of the nearest batch as large, row by row."""
    shape = (len(seen.given), seen.prints.head.shape[1])
    like = [each for each in fakes if each.head.shape == shape]
    chosen = seen.rows if seen.by_row else list(range(len(seen.prints.head)))
    if len(chosen) != len(seen.prints.head):
        return float("inf")
    apart = [np.linalg.norm(seen.prints.head - each.head[chosen], axis=1).mean() for each in like]
    return float(min(apart, default=float("inf")))


def _of_other_turns(turns: Sequence[Sequence[Pass]]) -> None:
    """What is real, where no pass is known to be, and the critic learns from fakes that are known in other turns."""
    passes = [seen for turn in turns for seen in turn]
    told = any((seen.label == 1.0).any() and not seen.fresh for seen in passes)
    if not told or any((seen.label == 0.0).any() for seen in passes):
        return
    for turn in turns:
        if turn and all(np.isnan(seen.label).all() for seen in turn):
            for seen in turn:
                seen.label = np.zeros(len(seen.label))


def _by_nearness(seen: Pass, known: Known) -> float:
    """Of a pass in which no row is known: what it is nearest to, row by row or in the mean; NaN where it is between."""
    rows = np.concatenate([seen.prints.head, seen.prints.tail], axis=1)
    distances = [_distance(rows, side, len(seen.given)) for side in (known.fakes, known.reals)]
    if not np.isfinite(distances[0]) or not np.isfinite(distances[1]):
        return float("nan")
    fake, real = distances
    if fake < _NEAR * real:
        return 1.0
    return 0.0 if real < _NEAR * fake else float("nan")


def _distance(rows: Array, side: Sequence[Prints], count: int) -> float:
    """Distance of the means and of the deviations to the nearest batch of one side."""
    found = [float("inf")]
    for prints in side:
        other = np.concatenate([prints.head, prints.tail], axis=1)
        if other.shape[1] == rows.shape[1]:
            mean = np.linalg.norm(rows.mean(axis=0) - other.mean(axis=0))
            std = np.linalg.norm(rows.std(axis=0) - other.std(axis=0))
            found.append(float(mean + std))
    return min(found)


def _eliminate(passes: Sequence[Pass], told: bool) -> None:
    """Where one side of a turn is known, the rest is the other; of reals only where the loop did not tell them all."""
    some_fake = any((seen.label == 1.0).any() for seen in passes)
    some_real = any((seen.label == 0.0).any() for seen in passes)
    for seen in passes:
        unknown = np.isnan(seen.label)
        if unknown.all() and some_fake != some_real:
            seen.label = np.full(len(seen.label), 0.0 if some_fake else 1.0)
        elif unknown.any() and not unknown.all() and not (told and some_real and some_fake):
            seen.label = np.where(unknown, 1.0 - np.nanmax(seen.label), seen.label)
