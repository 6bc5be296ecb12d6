"""How scores and samples of a step stand: the series that the later steps of a checkup judge by."""

from collections import deque
from collections.abc import Container, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbaru.checkup.watch.generated import Generated
from ganbaru.checkup.watch.pacing import Level
from ganbaru.checkup.watch.passes import Pass
from ganbaru.checkup.watch.record import Record
from ganbaru.checkup.watch.turns import Turn
from ganbaru.training import gauges

_KEPT = 128
_SMALL, _TOGETHER = 8, 16
"""Samples of a batch below which it is no set to hold another against, and how many of several looks make one."""


class Gauging:
    """Sets what the critic says, and the samples, against each other.

    Attributes:
        batch: samples of a batch.
        shape: of a sample.
        real: the last batch of real samples.
    """

    def __init__(self, record: Record, level: Level) -> None:
        self._record, self._level = record, level
        self._other: Tensor | None = None
        self._pooled: deque[tuple[Tensor, Tensor]] = deque()
        self.batch: int | None = None
        self.shape: tuple[int, ...] | None = None
        self.real: Tensor | None = None

    def look(
        self,
        passes: Sequence[Pass],
        turns: Sequence[Turn],
        generated: Generated,
        real: Tensor | None,
        fake: Tensor | None,
    ) -> None:
        """One step.

        Args:
            passes: of the critic in this step, labelled.
            turns: of this step.
            generated: what the generator made.
            real: the real batch, where the loop told it.
            fake: the generated batch, likewise.
        """
        message = gauges.message(generated.message(turns))
        self._record.add("fake_gradient", message)
        taught = {id(seen) for turn in turns for seen, push in turn.pushes if turn.teaches(seen, push)}
        sides = [_side(passes, label, taught) for label in (0.0, 1.0)]
        self._scores(*sides)
        real = _first(real, sides[0])
        fake = _first(fake, sides[1]) if generated.last is None else generated.last
        if real is not None:
            self.real = real.detach()
            self.batch, self.shape = max(self.batch or 0, len(real), _reals(passes)), tuple(real.shape[1:])
        if self._level.gauges and real is not None and fake is not None and real.shape[1:] == fake.shape[1:]:
            self._samples(real, fake)

    def _scores(self, real: tuple[Tensor, Tensor] | None, fake: tuple[Tensor, Tensor] | None) -> None:
        for name, side in (("real", real), ("fake", fake)):
            if side is not None and len(side[1]):
                self._record.add(f"{name}_score_mean", float(side[1].float().mean()))
                if len(side[1]) > 1:  # one score for the whole batch has no spread
                    self._record.add(f"{name}_score_std", float(side[1].float().std(correction=0)))
        if real is not None and fake is not None:
            self._record.add("w1", float(real[1].float().mean() - fake[1].float().mean()))
            if real[0].shape[1:] == fake[0].shape[1:]:
                self._record.add("lipschitz", _steep(real, fake))

    def glance(self, real: Tensor, fake: Tensor) -> None:
        """The samples of a step alone.

        Args:
            real: the real batch; fake: the generated one.
        """
        if self._level.gauges and real.shape[1:] == fake.shape[1:]:
            self._samples(real, fake.detach())

    def _samples(self, real: Tensor, fake: Tensor) -> None:
        real = real.detach()
        small = 0 < min(len(real), len(fake)) < _SMALL
        if small:
            real, fake = self._together(real, fake)
        for name, number in gauges.of_batch(real, fake, self._other).items():
            self._record.add(name, number)
        self._other = self._before() if small else real[:_KEPT].clone()

    def _together(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """A small batch with those of the looks before, as many as make a set; alone until there are so many."""
        looks = -(-_TOGETHER // min(len(real), len(fake)))
        self._pooled = deque([*self._pooled, (real.clone(), fake.detach().clone())], maxlen=2 * looks)
        latest = list(self._pooled)[-looks:]
        if len(latest) < looks:
            return real, fake
        return torch.cat([each for each, _ in latest]), torch.cat([each for _, each in latest])

    def _before(self) -> Tensor | None:
        """The real samples of as many looks as come before those that make a set with the next one."""
        reals = [each for each, _ in self._pooled]
        looks = (self._pooled.maxlen or 0) // 2
        return torch.cat(reals[1 : looks + 1]) if len(reals) == 2 * looks else None


def _steep(of_real: tuple[Tensor, Tensor], of_fake: tuple[Tensor, Tensor]) -> float | None:
    """A lower bound of the critic's Lipschitz constant; None where scores are neither of a sample nor of all.

    Of mean scores the rise is that of the means, which is at most the constant times the mean distance of a pair.
    """
    (real, real_scores), (fake, fake_scores) = of_real, of_fake
    if len(real_scores) == len(real) and len(fake_scores) == len(fake):
        return gauges.lipschitz(real, fake, real_scores, fake_scores)
    if len(real_scores) != 1 or len(fake_scores) != 1:
        return None
    count = min(len(real), len(fake), _KEPT)
    run = torch.linalg.vector_norm((real[:count] - fake[:count]).flatten(1), dim=1).mean()
    return float((real_scores - fake_scores).abs() / run.clamp(min=1e-12))


def _side(passes: Sequence[Pass], label: float, taught: Container[int]) -> tuple[Tensor, Tensor] | None:
    """Samples and scores of one side in the last pass that has any, made for a loss.

    Of what hangs on the generator only passes that the critic learned from: the generator's come after its turn.
    """
    for seen in reversed(passes):
        if seen.aside or seen.apart or (seen.fresh and id(seen) not in taught):
            continue
        if len(seen.label) and (seen.label == label).all():
            return seen.given, seen.said
        rows = np.flatnonzero(seen.label == label)
        if seen.by_row and len(rows):
            at = torch.as_tensor([seen.rows[row] for row in rows], device=seen.given.device)
            return seen.given[at], seen.said[at]
    return None


def _reals(passes: Sequence[Pass]) -> int:
    """Reals in the largest pass; of one that is shown both sides only some rows are looked at."""
    shares = [(len(seen.given), (seen.label == 0.0).mean()) for seen in passes if len(seen.label) and not seen.aside]
    return max((round(float(share) * count) for count, share in shares), default=0)


def _first(told: Tensor | None, side: tuple[Any, Any] | None) -> Tensor | None:
    if told is not None:
        return told.detach()
    return None if side is None else side[0]
