"""What a model that learns alone answers: samples to an update, which way they are pushed, and what holds them back."""

from collections import Counter
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ganbaru.checkup.causes.bugs.output_range import REACH
from ganbaru.checkup.watch import outputs
from ganbaru.checkup.watch.hooks import Guard
from ganbaru.checkup.watch.record import Record

_NEAR = {"sigmoid": 0.05, "tanh": 0.05, "softplus": 0.05}
"""How near its end an activation that never gets there stands at it; the others get there."""
_ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh}
_FLAT = 1e-6
"""Slope of an activation through which nothing is told of what came to it."""


class Answers:
    """Follows the answers of one model.

    Attributes:
        batch: samples that went into one update, at most; None before the first.
    """

    def __init__(self, record: Record, guard: Guard) -> None:
        self._record, self._guard = record, guard
        self.batch: int | None = None
        self._samples, self._of_parts = 0, Counter[int]()
        self._node: Any = None
        self._passes = 0
        self._last: tuple[Tensor, Tensor] | None = None

    def begin(self) -> None:
        """A look begins."""
        self._samples, self._of_parts, self._node, self._last = 0, Counter(), None, None

    def see_part(self, part: int, answer: Tensor) -> None:
        """A pass of a part of the model, by its id: of a model that is never called itself, they tell the batch."""
        if answer.requires_grad:
            self._of_parts[part] += len(answer)

    def see(self, answer: Tensor) -> None:
        """A pass of the model.

        Args:
            answer: what it gave ``(B, *shape)``.
        """
        if not answer.requires_grad:
            return
        self._samples += len(answer)
        end, factor = outputs.end(answer)
        self._node, self._passes = answer.grad_fn, self._passes + 1  # not in the hook, which would keep the graph alive
        answer.register_hook(partial(self._pulled, answer.detach(), self._passes))
        if end in REACH:
            answer.register_hook(partial(self._receive, answer.detach(), end, factor))

    def _pulled(self, answer: Tensor, number: int, gradient: Tensor) -> None:
        """A gradient comes back: whether a step makes the answers smaller."""
        if number == self._passes:
            self._last = answer, gradient
        self._guard.run("pulls", self._pull, answer, gradient)

    def _pull(self, answer: Tensor, gradient: Tensor) -> None:
        """Notes the cosine of the answers and the gradient."""
        a, b = answer.float().flatten(), gradient.float().flatten()
        size = float(a.norm() * b.norm())
        self._record.add("pulled_in", float(a @ b) / size if size > 0 else None)

    def _receive(self, answer: Tensor, end: str, factor: float, gradient: Tensor) -> None:
        """A gradient comes back."""
        self._guard.run("answers", self._push, answer, end, factor, gradient)

    def _push(self, answer: Tensor, end: str, factor: float, gradient: Tensor) -> None:
        """Notes which share of the answers stands at an end and is to go beyond it, and how hard beside the others.

        What is right and only comes nearer to an end is hardly pushed under squares, and under a cross-entropy as hard
        as others at the most.
        """
        low, high = sorted(factor * each for each in REACH[end])
        near = abs(factor) * _NEAR.get(end, 0.0)
        beyond = (answer <= low + near) & (gradient > 0) | (answer >= high - near) & (gradient < 0)
        self._record.add("pushed_beyond", float(beyond.float().mean()))
        others = ~beyond & (gradient != 0)  # what a loss leaves out is no measure
        if beyond.any() and others.any():
            size = gradient.abs().float()
            self._record.add("pushed_harder", float(size[beyond].mean() / size[others].mean()))

    def through(self, loss: Any) -> None:
        """A loss is told whose graph leads back to the last answers: an activation on the way is as one of the model's.

        Args:
            loss: what the loop told; nothing is learned from a number.
        """
        if self._last is None or not isinstance(loss, Tensor) or loss.grad_fn is None:
            return
        answer, gradient = self._last
        end = outputs.applied(loss, self._node)
        if end in _ACTIVATIONS:
            with torch.enable_grad():
                given = answer.float().clone().requires_grad_()
                told = _ACTIVATIONS[end](given)
                (slope,) = torch.autograd.grad(told.sum(), given)
            seen = slope > _FLAT
            if seen.any():
                self._push(told.detach()[seen], end, 1.0, gradient.float()[seen] / slope[seen])

    def end(self, updates: int) -> None:
        """A look ends, with so many updates."""
        self._node, self._last = None, None
        usual = Counter(self._of_parts.values()).most_common(1)
        samples = self._samples or (usual[0][0] if usual else 0)
        if updates and samples:
            self.batch = max(self.batch or 0, samples // updates)
