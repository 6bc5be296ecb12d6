"""What is noted at every step, looked at or not: losses, counts and time. It must cost next to nothing."""

import math
from collections.abc import Mapping
from time import perf_counter
from typing import Any

import torch
from torch import Tensor

from ganbaru.checkup.series import Series

_PENDING = 64
_MOST = 20_000


class Record:
    """Numbers over steps.

    Attributes:
        step: steps so far.
        broken: the first step at which each loss was not finite, and how many such there were since, by its name.
        tried: steps at which each loss was given.
        fresh: no network was called in this step yet.
    """

    def __init__(self) -> None:
        self.step = 0
        self.broken: dict[str, list[int]] = {}
        self.tried: dict[str, int] = {}
        self._values: dict[str, tuple[list[int], list[float]]] = {}
        self._pending: list[tuple[int, str, Tensor]] = []
        self._seconds: dict[str, float] = {}
        self._last = perf_counter()
        self.fresh = True

    def losses(self, given: Mapping[str, Any]) -> None:
        """Numbers of this step; a tensor on another device is read later, many at once."""
        for name, value in given.items():
            self.tried[name] = self.tried.get(name, 0) + 1
            if isinstance(value, Tensor) and value.device.type != "cpu":
                self._pending.append((self.step, name, value.detach().float().mean()))
            else:
                self._note(self.step, name, _number(value))
        if len(self._pending) >= _PENDING:
            self.flush()

    def flush(self) -> None:
        """Reads what still lies on another device."""
        waiting, self._pending = self._pending, []
        if waiting:
            numbers = torch.stack([value for _, _, value in waiting]).tolist()
            for (step, name, _), number in zip(waiting, numbers, strict=True):
                self._note(step, name, number)

    def _note(self, step: int, name: str, number: float) -> None:
        if not math.isfinite(number):
            first = self.broken.setdefault(name, [step, 0, step])
            first[1:] = [first[1] + 1, step]
        self.add(name, number, step)

    def add(self, name: str, number: float | None, step: int | None = None) -> None:
        """One number of a series; beyond 20,000 every other one is dropped."""
        if number is None:
            return
        steps, values = self._values.setdefault(name, ([], []))
        steps.append(self.step if step is None else step)
        values.append(float(number))
        if len(steps) > _MOST:
            del steps[1::2], values[1::2]

    def clock(self) -> None:
        """A step of the loop ends: what comes until the first pass is the data's time."""
        self._last, self.fresh = perf_counter(), True

    def passed(self) -> None:
        """A network is called."""
        if self.fresh:
            self._spend("data")
            self.fresh = False

    def update(self, name: str) -> None:
        """A network moves: the time since the last event was its own."""
        self._spend(name)
        self.fresh = False

    def _spend(self, name: str) -> None:
        now = perf_counter()
        self._seconds[name] = self._seconds.get(name, 0.0) + now - self._last
        self._last = now

    def note_seconds(self) -> None:
        """Adds the time spent so far to its series."""
        for name, spent in self._seconds.items():
            self.add(f"seconds_{name}", spent)

    def series(self) -> dict[str, Series]:
        """All series."""
        self.flush()
        return {name: Series.of(steps, values) for name, (steps, values) in self._values.items()}

    def last(self, name: str) -> float:
        """The last value of a series; NaN where there is none."""
        values = self._values.get(name, ([], []))[1]
        return values[-1] if values else math.nan


def _number(value: Any) -> float:
    if isinstance(value, Tensor):
        value = value.detach()
        return float(value if value.dim() == 0 else value.float().mean())
    return float(value.mean() if hasattr(value, "mean") else value)
