"""Graphs of a study as SVG files, for pages that show pictures: Vega-Lite, drawn by vl-convert."""

import math
from typing import Any

import vl_convert

from ganbaru.studies.answer import Graph, Series

_WIDTH, _HEIGHT = 460, 240


def svg(graph: Graph) -> str:
    """A graph as SVG."""
    return str(vl_convert.vegalite_to_svg(specification(graph)))


def specification(graph: Graph) -> dict[str, Any]:
    """A graph for Vega-Lite: dots that are jittered where the axis is one of names, lines with their intervals."""
    names = [each.name for each in graph.series]
    nominal = any(isinstance(value, str) for each in graph.series for value in each.x)
    layers = [_layer(graph, each, names, nominal) for each in graph.series]
    layers += [_level(name, value) for name, value in graph.levels.items()]
    return {
        "width": _WIDTH,
        "height": _HEIGHT,
        "title": {"text": graph.title, "anchor": "start", "fontSize": 13},
        "layer": [layer for group in layers for layer in group],
        "config": {"background": "white", "font": "system-ui, sans-serif", "view": {"stroke": "#ddd"}},
    }


def _layer(graph: Graph, series: Series, names: list[str], nominal: bool) -> list[dict[str, Any]]:
    rows = _rows(graph, series)
    if not rows:
        return []
    x: dict[str, Any] = {"field": "x", "type": "nominal" if nominal else "quantitative", "title": graph.x or None}
    x |= {"sort": names, "axis": {"labelAngle": -30}} if nominal else {"scale": _scale(graph.log_x)}
    y = {"field": "y", "type": "quantitative", "title": graph.y, "scale": _scale(graph.log_y)}
    colour = {"field": "series", "type": "nominal", "title": None, "sort": names, "scale": {"domain": names}}
    colour |= {"legend": None} if nominal else {}
    encoding: dict[str, Any] = {"x": x, "y": y, "color": colour}
    layer: dict[str, Any] = {"data": {"values": rows}, "encoding": encoding}
    if series.drawn == "dots":
        jitter = (
            {"xOffset": {"field": "aside", "type": "quantitative", "scale": {"domain": [-3, 3]}}} if nominal else {}
        )
        return [{**layer, "mark": {"type": "point", "filled": True, "size": 18}, "encoding": {**encoding, **jitter}}]
    line = {**layer, "mark": {"type": "line", "strokeWidth": 1.8}}
    if "low" not in rows[0]:
        return [line]
    ends = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
    return [line, {**layer, "mark": {"type": "rule", "opacity": 0.45}, "encoding": {**encoding, **ends}}]


def _rows(graph: Graph, series: Series) -> list[dict[str, Any]]:
    """The points that can be drawn; beside one another rather than upon one another."""
    rows = []
    for index, (x, y) in enumerate(zip(series.x, series.y, strict=True)):
        if not _drawable(y, graph.log_y) or not (isinstance(x, str) or _drawable(x, graph.log_x)):
            continue
        row: dict[str, Any] = {"x": x, "y": y, "series": series.name, "aside": math.sin(12.9898 * index)}
        if len(series.low) and _drawable(series.low[index], graph.log_y) and _drawable(series.high[index], graph.log_y):
            row |= {"low": series.low[index], "high": series.high[index]}
        rows.append(row)
    return rows


def _drawable(value: float | None, log: bool) -> bool:
    return value is not None and math.isfinite(value) and (value > 0 or not log)


def _scale(log: bool) -> dict[str, Any]:
    return {"type": "log"} if log else {"zero": False}


def _level(name: str, value: float) -> list[dict[str, Any]]:
    place = {"y": {"datum": value, "type": "quantitative"}}
    words = {"type": "text", "text": name, "align": "right", "dy": -6, "color": "#666"}
    one = {"data": {"values": [{}]}}
    return [
        {**one, "mark": {"type": "rule", "strokeDash": [3, 3], "color": "#888"}, "encoding": place},
        {**one, "mark": words, "encoding": {**place, "x": {"value": _WIDTH}}},
    ]
