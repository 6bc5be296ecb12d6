"""Graphs of a study as SVG: a dot a trial, means with their intervals, bands; the data of each within it.

The picture is whole as it stands. `graphs.js` lets a reader ask what a dot is, hide a series and take the picture or
its numbers away; it finds what it needs in the attributes written here.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ganbaru.report.layout import WIDTH, Frame, Point, laid_out, number, short
from ganbaru.report.markup import Markup, join, tag
from ganbaru.report.scales import Numbers, Value, label, written
from ganbaru.studies.answer import Graph, Series
from ganbaru.studies.plan import Key

COLOURS = 8
"""That the page has for series; more begin again, with another shape."""
Who = Callable[[Value, float], Key | None]
"""Which trial a point is: of a position and a height."""

_WHISKERS = 40
"""Points up to which each shows its own interval; of more, a band is drawn."""
_SHAPES = (
    "M-4,0a4,4 0 1 0 8,0a4,4 0 1 0 -8,0z",
    "M-3.6,-3.6h7.2v7.2h-7.2z",
    "M0,-5l5,5l-5,5l-5,-5z",
    "M0,-4.8l4.8,8.4h-9.6z",
)
_HALO = {"stroke": "var(--card)", "stroke_width": "3", "paint_order": "stroke"}
"""Keeps words readable on what lies under them."""
_MEAN = "M-9,-1.5h18v3h-18z"


def figure(graph: Graph, who: Who) -> Markup:
    """A graph with its key and its numbers.

    Args:
        graph: what is drawn.
        who: names the trial that a dot is, where it is one.
    """
    held = laid_out(graph)
    colours = _colours(graph)
    trials = [[_trial(series, index, who) for index in range(len(series.y))] for series in graph.series]
    drawn = [_series(held, place, colours[each.name], trials[place]) for place, each in enumerate(graph.series)]
    svg = tag(
        "svg",
        *_axes(held),
        *(drawn[place] for place in _order(graph)),
        *_lines(held),
        viewBox=f"0 0 {WIDTH} {held.bottom:g}",
        role="img",
        aria_label=f"{graph.title}: {graph.y} over {graph.x}",
        font_size="12",
        font_family="system-ui, sans-serif",
    )
    return tag(
        "figure",
        tag("figcaption", graph.title),
        _key(graph, colours),
        tag("div", svg, class_="plot"),
        *(tag("p", said, class_="note") for said in (graph.note, _left_out(held)) if said),
        class_="graph",
        data_graph=json.dumps(_data(graph, trials), ensure_ascii=False),
    )


def _axes(frame: Frame) -> list[Markup]:
    """Level lines and what the axes say."""
    box, drawn = frame.box, []
    for place, words in frame.y.ticks(6):
        y = f"{box.y(place):.1f}"
        drawn.append(_line(f"M{box.left:g},{y}H{box.right:g}", "var(--line)"))
        drawn.append(_text(short(words), box.left - 7, box.y(place), anchor="end", dy="0.35em"))
    for place, words in frame.x.ticks(7):
        x = box.x(place)
        drawn.append(_line(f"M{x:.1f},{box.bottom:g}v4", "var(--quiet)"))
        turn = f"rotate(-35 {x:.1f} {box.bottom + 10:g})" if frame.turned else None
        drawn.append(
            _text(short(words), x, box.bottom + 10, anchor="end" if turn else "middle", dy="0.7em", transform=turn)
        )
    drawn.append(_line(f"M{box.left:g},{box.bottom:g}H{box.right:g}", "var(--quiet)"))
    drawn.append(_text(frame.graph.y, 2, 12, fill="var(--ink)"))
    drawn.append(_text(frame.graph.x, box.right, frame.bottom - 6, anchor="end", fill="var(--ink)"))
    return drawn


def _lines(frame: Frame) -> list[Markup]:
    """Marks and levels, with their names beside them."""
    box, drawn = frame.box, []
    for name, x in ((name, frame.across(value)) for name, value in frame.graph.marks.items()):
        if math.isfinite(x):
            anchor, aside = ("end", -5) if x > box.left + 0.6 * box.width else ("start", 5)
            drawn.append(_line(f"M{x:.1f},{box.bottom:g}V{box.top - 10:g}", "var(--ink)", stroke_dasharray="5 3"))
            drawn.append(_text(name, x + aside, box.top - 4, anchor=anchor, fill="var(--ink)"))
    for name, y in ((name, frame.up(value)) for name, value in frame.graph.levels.items()):
        if math.isfinite(y):
            drawn.append(_line(f"M{box.left:g},{y:.1f}H{box.right:g}", "var(--quiet)", stroke_dasharray="2 3"))
            drawn.append(_text(name, box.right, y - 5, anchor="end", **_HALO))
    return drawn


def _series(frame: Frame, place: int, colour: int, trials: Sequence[Mapping[str, Any]]) -> Markup:
    """One series, in a group that can be hidden."""
    series, points = frame.graph.series[place], frame.points(frame.graph.series[place])
    paint = f"var(--series-{colour % COLOURS})"
    parts: list[Markup] = []
    crowded = len(points) > _WHISKERS
    if series.drawn == "band" or (crowded and series.drawn == "line"):
        parts += _band(points, paint)
    elif len(series.low):
        parts += [_whisker(point, paint) for point in points if math.isfinite(point.low + point.high)]
    joined = series.drawn == "line" and isinstance(frame.x, Numbers)
    if joined:
        parts.append(_line(_path(points), paint, stroke_width="1.75"))
    if series.drawn != "band":
        shape = _MEAN if series.drawn == "line" and not joined else _SHAPES[colour // COLOURS % len(_SHAPES)]
        parts += [
            _dot(point, shape, paint, _said(frame.graph, series, point, trials[point.index]), small=joined)
            for point in points
        ]
    return tag("g", *parts, data_series=place)


def _dot(point: Point, shape: str, paint: str, said: str, *, small: bool) -> Markup:
    place = f"translate({point.x:.1f} {point.y:.1f}){' scale(.7)' if small else ''}"
    look = {"fill": paint, "fill_opacity": "0.72", "stroke": "var(--card)", "stroke_width": "0.75"}
    return tag("path", tag("title", said), d=shape, transform=place, data_point=point.index, **look)


def _whisker(point: Point, paint: str) -> Markup:
    ends = f"M{point.x:.1f},{point.low:.1f}V{point.high:.1f}"
    caps = "".join(f"M{point.x - 3:.1f},{y:.1f}h6" for y in (point.low, point.high))
    return _line(ends + caps, paint, stroke_opacity="0.8", stroke_width="1.5")


def _band(points: Sequence[Point], paint: str) -> list[Markup]:
    held = sorted((point for point in points if math.isfinite(point.low + point.high)), key=lambda point: point.x)
    if len(held) < 2:
        return [_whisker(point, paint) for point in held]
    round_it = [f"{point.x:.1f},{point.high:.1f}" for point in held]
    round_it += [f"{point.x:.1f},{point.low:.1f}" for point in reversed(held)]
    return [tag("path", d=f"M{'L'.join(round_it)}z", fill=paint, fill_opacity="0.16", stroke="none")]


def _path(points: Sequence[Point]) -> str:
    ordered = sorted(points, key=lambda point: point.x)
    return f"M{'L'.join(f'{point.x:.1f},{point.y:.1f}' for point in ordered)}" if ordered else ""


def _said(graph: Graph, series: Series, point: Point, trial: Mapping[str, Any]) -> str:
    """What a point is, in lines."""
    ends = f" [{_written(series.low, point.index)}, {_written(series.high, point.index)}]" if len(series.low) else ""
    lines = [series.name]
    lines += [f"cell {trial['cell']}, seed {trial['seed']}"] if trial else []
    lines += [f"{graph.x}: {label(series.x[point.index])}", f"{graph.y}: {_written(series.y, point.index)}{ends}"]
    return "\n".join(lines)


def _key(graph: Graph, colours: Mapping[str, int]) -> Markup:
    """One entry a name; `graphs.js` makes switches of them."""
    series = {name: [place for place, each in enumerate(graph.series) if each.name == name] for name in colours}
    entries = [
        tag("span", _swatch(colour), name, class_="entry", data_of=" ".join(map(str, series[name])))
        for name, colour in colours.items()
    ]
    return tag("p", join(entries, " "), class_="legend")


def _swatch(colour: int) -> Markup:
    shape = tag("path", d=_SHAPES[colour // COLOURS % len(_SHAPES)], fill=f"var(--series-{colour % COLOURS})")
    return tag("svg", shape, viewBox="-6 -6 12 12", width=12, height=12, aria_hidden="true")


def _line(path: str, stroke: str, **look: str) -> Markup:
    return tag("path", d=path, stroke=stroke, fill="none", **look)


def _text(
    words: str, x: float, y: float, *, anchor: str = "start", fill: str = "var(--quiet)", **more: str | None
) -> Markup:
    return tag("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, fill=fill, **more)


def _colours(graph: Graph) -> dict[str, int]:
    """A colour for each name: what is called alike belongs together."""
    return {name: place for place, name in enumerate(dict.fromkeys(each.name for each in graph.series))}


def _order(graph: Graph) -> list[int]:
    """In which order series are drawn: bands at the bottom, then the last one first."""
    places = range(len(graph.series))
    return sorted(places, key=lambda place: (graph.series[place].drawn != "band", -place))


def _left_out(frame: Frame) -> str:
    """How many points have no place, in words."""
    missing = sum(len(each.y) - len(frame.points(each)) for each in frame.graph.series if each.drawn != "band")
    if not missing:
        return ""
    logarithmic = " or none on a logarithmic axis" if frame.graph.log_x or frame.graph.log_y else ""
    return f"Not drawn: {missing} {'point has' if missing == 1 else 'points have'} no finite value{logarithmic}."


def _trial(series: Series, index: int, who: Who) -> dict[str, Any]:
    found = who(series.x[index], number(series.y[index])) if series.drawn == "dots" else None
    return {} if found is None else {"cell": found[0], "seed": found[1]}


def _data(graph: Graph, trials: Sequence[Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    """All numbers of a graph, for its file."""
    series = [
        {"name": each.name, "points": [_row(each, index, of[index]) for index in range(len(each.y))]}
        for each, of in zip(graph.series, trials, strict=True)
    ]
    return {"title": graph.title, "x": graph.x, "y": graph.y, "series": series}


def _row(series: Series, index: int, trial: Mapping[str, Any]) -> list[Any]:
    ends = [series.low[index], series.high[index]] if len(series.low) else [None, None]
    numbers = [_plain(value) for value in (series.x[index], series.y[index], *ends)]
    return [*numbers, trial.get("cell"), trial.get("seed")]


def _plain(value: Any) -> Any:
    """A value as JSON has it; what is not finite is nothing."""
    return value if isinstance(value, str) else (float(value) if math.isfinite(number(value)) else None)


def _written(values: Sequence[float], index: int) -> str:
    return written(number(values[index]))
