"""Axes of graphs: where a value stands along a line, and which round ones are written beside it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ganbaru.signal.axes import Axis

Value = str | float
_ROOM = 0.05


@dataclass(frozen=True)
class Numbers:
    """An axis of numbers.

    Attributes:
        low: where it begins.
        high: where it ends.
        log: whether it is logarithmic; both ends are positive then.
    """

    low: float
    high: float
    log: bool = False

    def place(self, value: Value) -> float:
        """Where a value stands: 0 at the beginning, 1 at the end; NaN where it has no place."""
        number = float(value)
        if not math.isfinite(number) or (self.log and number <= 0):
            return math.nan
        if self.log:
            return math.log(number / self.low) / math.log(self.high / self.low)
        return (number - self.low) / (self.high - self.low)

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """At most about so many round numbers: where each stands, and its words."""
        powers = self._powers(most) if self.log else []
        values = powers if len(powers) > 2 else _even(self.low, self.high, most)
        return [(self.place(value), written(value)) for value in values if not math.isnan(self.place(value))]

    def _powers(self, most: int) -> list[float]:
        """Powers of ten, with what lies between them where there is room, every so many where there is none."""
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        every = max(1, math.ceil((last - first + 1) / most))
        between = (1, 2, 5) if 3 * (last - first + 1) <= most else (1,)
        values = (factor * 10.0**power for power in range(first - 1, last + 1) for factor in between)
        aligned = (value for value in values if math.floor(math.log10(value) + 1e-9) % every == 0)
        return [value for value in aligned if self.low * (1 - 1e-9) <= value <= self.high * (1 + 1e-9)]


@dataclass(frozen=True)
class Names:
    """An axis of names, each in the middle of its share of the line.

    Attributes:
        names: in their order.
    """

    names: tuple[str, ...]

    def place(self, value: Value) -> float:
        """Where a name stands: 0 at the beginning, 1 at the end; NaN where it is not on the axis."""
        name = label(value)
        return (self.names.index(name) + 0.5) / len(self.names) if name in self.names else math.nan

    def ticks(self, most: int) -> list[tuple[float, str]]:
        """All of them, whatever is asked for: a name that is left out could not be guessed."""
        return [(self.place(name), name) for name in self.names]


def scale(values: Sequence[Value], *, log: bool = False) -> Numbers | Names:
    """The axis that holds all values with a little room; one of names where one of them is a name."""
    if any(isinstance(value, str) for value in values):
        return Names(tuple(dict.fromkeys(map(label, values))))
    return _numbers((float(value) for value in values), log)


def label(value: Value) -> str:
    """A value as an axis of names calls it."""
    return value if isinstance(value, str) else written(value)


def written(value: float) -> str:
    """A number for people: four digits, a true minus, powers of ten where it is long."""
    if not math.isfinite(value):
        return "no number" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if float(value).is_integer() and abs(value) < 1e7:
        return f"{value:,.0f}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def _numbers(values: Iterable[float], log: bool) -> Numbers:
    held = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    if not held:
        return Numbers(1.0, 10.0, log) if log else Numbers(0.0, 1.0)
    low, high = min(held), max(held)
    if log:
        reach = (high / low) ** _ROOM if high > low else 2.0
        return Numbers(low / reach, high * reach, log=True)
    room = _ROOM * (high - low) or 0.1 * abs(high) or 1.0
    return Numbers(low - room, high + room)


def _even(low: float, high: float, most: int) -> list[float]:
    """Round numbers at even distances."""
    return [float(words) for _, words in Axis(low, high, repr).ticks(most)]
