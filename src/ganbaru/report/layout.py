"""Where everything stands in a graph of a study: its axes, its points, and what would hide one another set apart."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganbaru.report.scales import Names, Numbers, Value, label, scale
from ganbaru.signal.panels import Box
from ganbaru.studies.answer import Graph, Series

WIDTH = 480
"""Of a graph, px."""
_LEFT, _RIGHT, _TOP, _HEIGHT, _UNDER, _LETTER = 58, 14, 34, 240, 46, 6.4
_DODGE, _NUDGE, _NUDGES = 0.7, 7.0, 24.0
"""Side by side stand series of one name in this share of its room, and dots of one number so far apart, px, in all at
most so far."""
_FAR = 3.0
"""Ends of intervals that lie so many times the range of all points beyond them don't widen the axis."""


@dataclass(frozen=True)
class Point:
    """A point that has a place.

    Attributes:
        index: in its series.
        x, y: where it is drawn, px.
        low, high: ends of its interval, px; NaN where it has none.
    """

    index: int
    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True)
class Frame:
    """What a graph is drawn into.

    Attributes:
        graph: what is drawn.
        x, y: its axes.
        box: where, px.
        turned: whether the names of the axis are turned, as there is no room for them otherwise.
        beside: what stands side by side at each position.
    """

    graph: Graph
    x: Numbers | Names
    y: Numbers | Names
    box: Box
    turned: bool
    beside: Mapping[str, Sequence[tuple[str, str]]]

    @property
    def bottom(self) -> float:
        """The lower edge of all of it, px."""
        if not self.turned or not isinstance(self.x, Names):
            return self.box.bottom + _UNDER
        return self.box.bottom + _UNDER + 0.6 * _LETTER * max(len(short(name)) for name in self.x.names)

    def points(self, series: Series) -> list[Point]:
        """Those of a series that have a place."""
        placed = [self._point(series, index) for index in range(len(series.y))]
        return [point for point in placed if math.isfinite(point.x + point.y)]

    def across(self, value: Value) -> float:
        """Where a position stands, px; NaN where it has no place."""
        return float(self.box.x(self.x.place(value)))

    def up(self, value: float) -> float:
        """Where a height stands, px; NaN where it has no place."""
        return float(self.box.y(self.y.place(value)))

    def _point(self, series: Series, index: int) -> Point:
        value = series.x[index]
        ends = (series.low[index], series.high[index]) if len(series.low) else (math.nan, math.nan)
        low, high = map(self._end, map(number, ends))
        x = self.across(value) + self._aside(series, label(value))
        return Point(index, x, self.up(number(series.y[index])), low, high)

    def _end(self, value: float) -> float:
        """The end of an interval, px; one beyond the axis stands at the axis' end."""
        if math.isnan(value):
            return value
        if math.isinf(value) or (self.graph.log_y and value <= 0):
            return self.box.top if value > 0 else self.box.bottom
        return min(self.box.bottom, max(self.box.top, self.up(value)))

    def _aside(self, series: Series, name: str) -> float:
        """How far from its true position a point stands, so that several series don't hide one another, px."""
        places, own = self.beside.get(name, []), (series.name, series.drawn)
        if own not in places:
            return 0.0
        room = min(_NUDGES, _NUDGE * len(places))
        if isinstance(self.x, Names):
            room = _DODGE * self.box.width / len(self.x.names)
        return room * ((places.index(own) + 0.5) / len(places) - 0.5)


def laid_out(graph: Graph) -> Frame:
    """The frame of a graph."""
    x = scale([*(value for each in graph.series for value in each.x), *graph.marks.values()], log=graph.log_x)
    heights = [number(y) for each in graph.series for y in each.y] + list(graph.levels.values())
    ends = [number(end) for each in graph.series for end in (*each.low, *each.high)]
    y = scale([*heights, *_near(ends, heights, log=graph.log_y)], log=graph.log_y)
    width = WIDTH - _LEFT - _RIGHT
    longest = max((len(name) for name in x.names), default=0) if isinstance(x, Names) else 0
    turned = isinstance(x, Names) and longest * _LETTER > width / len(x.names) - 6
    return Frame(graph, x, y, Box(_LEFT, _TOP, width, _HEIGHT), turned, _beside(graph, x))


def number(value: Any) -> float:
    """A number as an answer holds it; NaN where there is none."""
    return math.nan if value is None else float(value)


def short(name: str, most: int = 26) -> str:
    """Without its middle where it is long."""
    return name if len(name) <= most else f"{name[: most - 9]}…{name[-8:]}"


def _near(ends: Sequence[float], heights: Sequence[float], *, log: bool) -> list[float]:
    """The ends of intervals that the axis is to hold: one far off would squeeze all points into a line."""

    def warped(value: float) -> float:
        if not math.isfinite(value) or (log and value <= 0):
            return math.nan
        return math.log(value) if log else value

    held = [at for at in map(warped, heights) if not math.isnan(at)]
    low, high = min(held, default=0.0), max(held, default=0.0)
    reach = _FAR * (high - low) or math.inf
    return [end for end in ends if low - reach <= warped(end) <= high + reach]


def _beside(graph: Graph, x: Numbers | Names) -> dict[str, list[tuple[str, str]]]:
    """What stands side by side: on names dots and means of each series, on numbers its dots only."""
    places: dict[str, dict[tuple[str, str], None]] = {}
    for series in graph.series:
        if series.drawn == "dots" or (series.drawn == "line" and isinstance(x, Names)):
            for value in series.x:
                places.setdefault(label(value), {})[series.name, series.drawn] = None
    return {name: list(held) for name, held in places.items()}
