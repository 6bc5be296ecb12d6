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

_ALONG = 2.0
"""Deviations of a cosine that are no chance: 1 in 20 of what has nothing to do with either is beyond."""


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
    for turn in turns:
        differences(turn)
    for seen in passes:
        is_fake, is_real = seen.prints.known(fakes), seen.prints.known(reals)
        seen.label = np.where(is_fake & ~is_real, 1.0, np.where(is_real & ~is_fake, 0.0, np.nan))
        if seen.fresh and np.isnan(seen.label).all() and not seen.aside:
            seen.label = np.ones(len(seen.label))
    beside = {id(seen) for turn in turns for seen in turn if _knows_both(turn)}
    _eliminate_in([turn for turn in turns if _leaves_one(turn)], known)
    for seen in passes:
        if np.isnan(seen.label).all() and not seen.aside and id(seen) not in beside:
            seen.label = np.full(len(seen.label), _by_nearness(seen, known))
    pushed = [[seen for seen in turn if not (seen.aside or seen.apart)] for turn in turns]
    for turn in pushed:
        _by_rows(turn, known.fakes)
        _by_pairs(turn, known)
    _eliminate_in(turns, known)
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


def _by_pairs(turn: Sequence[Pass], known: Known) -> None:
    """Which of two passes is of fakes where so much was added to both that neither is near to anything.

    What one pass has more than the other, row by row, goes along with what reals have more than fakes; of what is added
    by chance the cosine of both has a deviation of one over the root of the numbers.
    """
    unknown = [seen for seen in turn if np.isnan(seen.label).all()]
    if len(unknown) != 2 or len(turn) != 2 or not all(seen.by_row for seen in unknown):
        return
    first, second = unknown
    shape, rows = first.prints.head.shape, [first.rows, second.rows]
    if shape != second.prints.head.shape:
        return
    more = first.prints.head - second.prints.head
    along = 0.0
    for real in known.reals:
        for fake in known.fakes:
            if min(len(real.head), len(fake.head)) <= max(map(max, rows)) or real.head.shape[1] != fake.head.shape[1]:
                continue
            apart = real.head[rows[0]] - fake.head[rows[1]]
            if apart.shape != shape:
                continue
            size = np.linalg.norm(more) * np.linalg.norm(apart)
            cosine = float((more * apart).sum() / max(size, 1e-30)) * np.sqrt(more.size)
            along = cosine if abs(cosine) > abs(along) else along
    if abs(along) > _ALONG:
        first.label = np.full(len(first.label), float(along < 0))
        second.label = np.full(len(second.label), float(along > 0))


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


def _leaves_one(turn: Sequence[Pass]) -> bool:
    """Whether a single pass of a turn is not known at all, so that it need not be asked what it is near to."""
    return len({id(seen) for seen in turn if np.isnan(seen.label).all() and not (seen.aside or seen.apart)}) == 1


def _eliminate_in(turns: Sequence[Sequence[Pass]], known: Known) -> None:
    for turn in turns:
        _eliminate([seen for seen in turn if not (seen.aside or seen.apart)], bool(known.reals))


def _knows_both(turn: Sequence[Pass]) -> bool:
    """Whether a turn has a pass of reals and one of fakes, row by row: what is neither is something else then."""
    return all(any((seen.label == side).all() and len(seen.label) for seen in turn) for side in (0.0, 1.0))


def differences(turn: Sequence[Pass]) -> None:
    """Marks the passes of a turn of which a loss holds the difference, such as a penalty on slopes between two points.

    The gradients at the scores of such a pair are opposite, sample by sample, and not all one, as those of a game by
    the means are; and another pair is left, by which the game is played.
    """
    pushed = [(seen, seen.pushes[0]) for seen in turn if len(seen.pushes) == 1 and seen.by_row]
    for number in {push.task for _, push in pushed}:
        some = [(seen, push.rows) for seen, push in pushed if push.task == number and not push.graph]
        pairs = [
            (a, b)
            for place, (a, rows) in enumerate(some)
            for b, other in some[place + 1 :]
            if len(rows) == len(other) and np.array_equal(rows, -other) and (np.ptp(rows) > 0 or not rows.any())
        ]
        paired = {id(seen) for pair in pairs for seen in pair}
        if sum(1 for seen, rows in some if id(seen) not in paired and rows.any()) > 1:
            for seen, _ in some:
                seen.apart = id(seen) in paired


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
    """Where one side of a turn is known, the rest is the other; of reals only where the loop did not tell them all.

    Rows that are not known among others that are, such as fakes of a buffer, are of their side where another pass is
    of the other one.
    """
    before = {id(seen): seen.label for seen in passes}
    some_fake = any((label == 1.0).any() for label in before.values())
    some_real = any((label == 0.0).any() for label in before.values())
    for seen in passes:
        unknown = np.isnan(seen.label)
        if unknown.all() and some_fake != some_real:
            seen.label = np.full(len(seen.label), 0.0 if some_fake else 1.0)
        elif unknown.any() and not unknown.all() and not (told and some_real and some_fake):
            mine = np.nanmax(seen.label)
            others = [label for place, label in before.items() if place != id(seen)]
            alone = not any(np.isnan(label).all() or (label == 1.0 - mine).all() for label in others)
            seen.label = np.where(unknown, 1.0 - mine if alone else mine, seen.label)
