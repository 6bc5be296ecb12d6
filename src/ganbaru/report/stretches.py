"""The stretch of a sound that shows a finding, as ``excerpts.json`` holds it: its waveform, with the place marked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, tostring

import numpy as np

from ganbaru.report.markup import Markup, tag
from ganbaru.signal.axes import Axis, amplitude_axis
from ganbaru.signal.panels import Box, add, time_ticks, upright_ticks

Array = np.ndarray[Any, Any]

_WIDTH, _HEIGHT = 320, 170
_BOX = Box(44, 8, _WIDTH - 66, _HEIGHT - 34)
_ROOM = 1.12
_NARROWEST = 3.0
"""Pixels of a mark at least, for it is to be seen."""
_FULL_SCALE = 1.0
_MILLISECONDS_BELOW = 0.5
_SHORTEST, _GREATEST = 1e-6, 1e6


@dataclass(frozen=True)
class Look:
    """How the stretch of a cause is drawn.

    Attributes:
        title: what is seen.
        mark: what the marked places are.
        level: what the dashed line is.
        full_scale: whether full scale is drawn too.
    """

    title: str
    mark: str = ""
    level: str = ""
    full_scale: bool = False


LOOKS = {
    "clipped": Look("the worst moment", mark="cut off"),
    "dc-offset": Look("the whole sound", level="its mean"),
    "silence": Look("the whole sound", mark="silent"),
    "noisy": Look("the whole sound", mark="noise in a pause"),
    "wrong-scale": Look("the whole sound", full_scale=True),
    "level-spread": Look("the whole sound", full_scale=True),
    "too-short": Look("the whole sound"),
    "outliers": Look("the whole sound"),
    "clicks": Look("the sharpest click", mark="click"),
}


def stretch(excerpt: Mapping[str, Any]) -> Markup:
    """The waveform of one excerpt; nothing for a cause that is not drawn.

    Raises:
        ValueError, KeyError, TypeError: it is no excerpt.
    """
    look = LOOKS.get(excerpt["cause"])
    low, high = (np.array(excerpt[name], dtype=np.float64) for name in ("low", "high"))
    start, seconds = float(excerpt["start"]), float(excerpt["seconds"])
    level = None if excerpt["level"] is None else float(excerpt["level"])
    marks = np.array(excerpt["marks"], dtype=np.float64).reshape(-1, 2)
    if look is None:
        return Markup("")
    numbers = np.abs([*low, *high, start, seconds, *marks.flat, level or 0.0])
    if low.shape != high.shape or not low.size or seconds < _SHORTEST or not (numbers < _GREATEST).all():
        raise ValueError("an excerpt has two equally long outlines of a sound")
    svg = _drawn(low, high, _time(start, seconds), marks, level, look)
    file = str(excerpt["file"])
    picture = tag("div", svg, role="img", aria_label=f"waveform of {file}: {look.title}")
    caption = tag("figcaption", f"{look.title} of ", tag("code", file))
    keys = [tag("span", look.mark, class_="key mark")] if look.mark and len(marks) else []
    keys += [tag("span", look.level, class_="key bound")] if look.level and level is not None else []
    keys += [tag("span", "full scale", class_="key floor")] if look.full_scale else []
    under = [tag("p", *keys, class_="keys")] if keys else []
    return tag("figure", caption, picture, *under, class_="chart")


def _time(start: float, seconds: float) -> Axis:
    """Seconds from the beginning of the file, or milliseconds where the stretch is short and near it."""
    if seconds < _MILLISECONDS_BELOW and start + seconds < 10:
        return Axis(1000 * start, 1000 * (start + seconds), lambda value: f"{value:g} ms")
    return Axis(start, start + seconds, lambda value: f"{value:g} s")


def _drawn(low: Array, high: Array, across: Axis, marks: Array, level: float | None, look: Look) -> Markup:
    reach = float(max(np.abs(low).max(), np.abs(high).max(), _FULL_SCALE if look.full_scale else 0.0)) or 1.0
    upright = amplitude_axis(_ROOM * reach)
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH} {_HEIGHT}")
    root.attrib |= {"width": str(_WIDTH), "height": str(_HEIGHT), "fill": "currentColor"}
    root.attrib |= {"font-family": "system-ui, sans-serif", "font-size": "11"}
    _shade(root, across, marks)
    _level(root, 0.0, upright, "var(--line)", "")
    if look.full_scale:
        for height in (-_FULL_SCALE, _FULL_SCALE):
            _level(root, height, upright, "var(--quiet)", "4 3")
    _wave(root, low, high, upright)
    if level is not None and look.level:
        _level(root, level, upright, "var(--ink)", "4 3")
    upright_ticks(root, upright, _BOX)
    time_ticks(root, across, [_BOX])
    return Markup(tostring(root, encoding="unicode"))


def _shade(root: Element, across: Axis, marks: Array) -> None:
    """Marks ``(k, 2)`` in seconds, each wide enough to be seen."""
    unit = 1000 if across.write(0).endswith("ms") else 1
    for left, right in _BOX.x(across.place(unit * marks).clip(0, 1)):
        width = max(right - left, _NARROWEST)
        place = {"x": (left + right - width) / 2, "y": _BOX.top, "width": width, "height": _BOX.height}
        add(root, "rect", fill="var(--series-1)", fill_opacity=0.28, **place)


def _wave(root: Element, low: Array, high: Array, upright: Axis) -> None:
    """A line through single samples, else the band between the least and the greatest of each column."""
    x = _BOX.x((np.arange(len(low)) + 0.5) / len(low))
    top, bottom = _BOX.y(upright.place(high)), _BOX.y(upright.place(low))
    points = [f"{u:.1f},{v:.1f}" for u, v in zip(x, top, strict=True)]
    banded = bool((low != high).any())
    if banded:
        points += [f"{u:.1f},{v:.1f}" for u, v in zip(x[::-1], bottom[::-1], strict=True)]
    path = add(root, "path", d="M" + "L".join(points), stroke="var(--series-0)", stroke_width=0.9 if banded else 1.4)
    path.set("stroke-linejoin", "round")
    path.set("fill", "var(--series-0)" if banded else "none")


def _level(root: Element, value: float, upright: Axis, colour: str, dashes: str) -> None:
    y = float(_BOX.y(upright.place(np.array(value))))
    add(root, "path", d=f"M{_BOX.left:g},{y:.1f}H{_BOX.right:g}", stroke=colour, stroke_dasharray=dashes or "none")
