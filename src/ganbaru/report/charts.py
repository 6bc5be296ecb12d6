"""Charts as inline SVG that takes its colours from the page, so that light, dark and paper all suit it."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import vl_convert

from ganbaru.report.markup import Markup, join, tag

Array = np.ndarray[Any, Any]
Point = dict[str, float]
_WIDTH, _HEIGHT = 270, 150
_BINS = 240
_FONT = "system-ui, sans-serif"
_QUIET = "var(--quiet)"
_STROKES = {"floor": _QUIET, "bound": "var(--ink)", "began": _QUIET}
_KEYS = {"floor": "real against real", "bound": "the bound", "began": "since here"}
_CONFIG = {
    "background": "transparent",
    "font": _FONT,
    "view": {"stroke": None},
    "axis": {
        "domainColor": _QUIET,
        "gridColor": "var(--line)",
        "labelColor": _QUIET,
        "tickColor": "var(--line)",
        "labelFontSize": 11,
        "titleColor": _QUIET,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
    },
}


def lines(
    title: str,
    series: Mapping[str, Sequence[Point]],
    *,
    note: str = "",
    log: bool = False,
    floor: float | None = None,
    bound: float | None = None,
    since: float | None = None,
) -> Markup:
    """A chart of one or several curves over the steps.

    Args:
        title: what is drawn, with its unit.
        series: points ``{"x", "y"}`` with ``"low"`` and ``"high"`` where there is an interval, by name.
        note: a sentence under it.
        log: logarithmic scale; values that have no logarithm are left out.
        floor: a dashed line: what real sounds measure.
        bound: a dashed line: what the curve was held against.
        since: a line at the step at which something began.

    Returns:
        The figure; nothing at all where no series has a point.
    """
    shown = {name: _drawable(points, log) for name, points in series.items()}
    shown = {name: points for name, points in shown.items() if points}
    if not shown:
        return Markup("")
    rows = [{**point, "s": index} for index, points in enumerate(shown.values()) for point in points]
    layers: list[dict[str, Any]] = [{"mark": {"type": "line", "strokeWidth": 1.75}, "encoding": _encoding("y", log)}]
    if any("low" in row for row in rows):
        band = {**_encoding("low", log), "y2": {"field": "high"}}
        layers.insert(0, {"mark": {"type": "area", "opacity": 0.18}, "encoding": band})
    marks = {"floor": floor, "bound": bound, "began": since}
    drawn = {name: at for name, at in marks.items() if at is not None and (at > 0 or not log or name == "began")}
    layers += [_rule(name, at, log) for name, at in drawn.items()]
    svg = _svg({"width": _WIDTH, "height": _HEIGHT, "data": {"values": rows}, "layer": layers})
    return _figure(svg, title, list(shown), note, marks=list(drawn))


def _rule(name: str, at: float, log: bool) -> dict[str, Any]:
    """A line across the chart: upright where something began, else level."""
    mark = {"type": "rule", "strokeDash": [1, 0] if name == "began" else [4, 3], "stroke": _STROKES[name]}
    axis, encoding = ("x" if name == "began" else "y"), _encoding("y", log)
    return {"data": {"values": [{axis: at}]}, "mark": mark, "encoding": {axis: encoding[axis]}}


def scatter(title: str, clouds: Mapping[str, Array], *, reach: float, size: int = 200, note: str = "") -> Markup:
    """Points in the plane, ``(N, 2)`` each, on axes from ``−reach`` to ``reach``, the first on top."""
    rows = [
        {"x": round(float(x), 4), "y": round(float(y), 4), "s": index}
        for index, cloud in reversed([*enumerate(clouds.values())])
        for x, y in cloud
        if abs(x) <= reach and abs(y) <= reach
    ]
    axis = {"scale": {"domain": [-reach, reach]}, "title": None, "type": "quantitative"}
    encoding = {"x": {"field": "x", **axis}, "y": {"field": "y", **axis}, "color": _colour()}
    mark = {"type": "circle", "size": 5, "opacity": 0.6}
    svg = _svg({"width": size, "height": size, "data": {"values": rows}, "mark": mark, "encoding": encoding})
    return _figure(svg, title, list(clouds), note)


def levels(title: str, values: Mapping[str, float]) -> Markup:
    """One positive number a name, on a logarithmic scale, names from top to bottom in their order."""
    rows = [{"name": name, "value": value, "s": 0} for name, value in values.items() if 0 < value < math.inf]
    if not rows:
        return Markup("")
    axis = {"tickCount": 4, "format": "~g"}
    encoding = {
        "x": {"field": "value", "type": "quantitative", "title": None, "scale": {"type": "log"}, "axis": axis},
        "y": {"field": "name", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 120}},
        "color": _colour(),
    }
    mark = {"type": "circle", "size": 60, "opacity": 1}
    size = {"width": _WIDTH - 100, "height": max(_HEIGHT, 13 * len(rows)), "padding": 12}
    svg = _svg({**size, "data": {"values": rows}, "mark": mark, "encoding": encoding})
    return _figure(svg, title, list(values)[:1], "")


def curve(rows: Sequence[Mapping[str, Any]], name: str) -> list[Point]:
    """The points of one number of the metrics; many lines are drawn together, as their mean between least and most."""
    pairs = [(row["step"], float(row[name])) for row in rows if isinstance(row.get(name), int | float)]
    pairs = [(x, y) for x, y in pairs if math.isfinite(y)]
    if len(pairs) <= _BINS:
        return [{"x": x, "y": y} for x, y in pairs]
    return [_together(chunk) for chunk in np.array_split(np.array(pairs), _BINS)]


def intervals(rows: Sequence[Mapping[str, Any]], name: str) -> list[Point]:
    """The points of one figure of quality, with its interval."""
    found = [(row["step"], row[name]) for row in rows if isinstance(row.get(name), dict)]
    return [{"x": x, "y": float(v["value"]), "low": float(v["low"]), "high": float(v["high"])} for x, v in found]


def _together(chunk: Array) -> Point:
    x, y = chunk.T
    return {"x": float(x.mean()), "y": float(y.mean()), "low": float(y.min()), "high": float(y.max())}


def _drawable(points: Sequence[Point], log: bool) -> list[Point]:
    kept = []
    for point in points:
        if not all(map(math.isfinite, point.values())) or (log and point["y"] <= 0):
            continue
        low = {"low": max(point["low"], point["y"] / 10)} if log and "low" in point else {}
        kept.append({**point, **low})
    return kept


def _encoding(field: str, log: bool) -> dict[str, Any]:
    scale = {"type": "log"} if log else {"zero": False}
    label = {"tickCount": 4, "format": "~s" if not log else "~g"}
    return {
        "x": {
            "field": "x",
            "type": "quantitative",
            "title": "step",
            "axis": {"tickCount": 4, "grid": False, "format": "~s"},
        },
        "y": {"field": field, "type": "quantitative", "title": None, "scale": scale, "axis": label},
        "color": _colour(),
    }


def _colour() -> dict[str, Any]:
    colours = [f"var(--series-{index})" for index in range(4)]
    return {
        "field": "s",
        "type": "nominal",
        "scale": {"domain": list(range(4)), "range": colours},
        "legend": None,
    }


def _svg(spec: dict[str, Any]) -> Markup:
    whole = {"config": _CONFIG, **spec}
    drawn: str = vl_convert.vegalite_to_svg(whole)
    return Markup(drawn)


def _figure(svg: Markup, title: str, names: Sequence[str], note: str, *, marks: Sequence[str] = ()) -> Markup:
    keys = [tag("span", name, class_=f"key series-{index}") for index, name in enumerate(names) if len(names) > 1]
    keys += [tag("span", _KEYS[mark], class_=f"key {mark}") for mark in marks]
    under = [tag("p", join(keys, " "), class_="keys")] if keys else []
    if note:
        under.append(tag("p", note, class_="note"))
    picture = tag("div", svg, role="img", aria_label=f"{title}: {', '.join(names)}")
    return tag("figure", tag("figcaption", title), picture, *under, class_="chart")
