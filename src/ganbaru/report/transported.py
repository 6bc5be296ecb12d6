"""How one sample is moved onto another at the least cost, as a picture.

>>> import numpy as np
>>> points = np.random.default_rng(0).normal(size=(40, 2))
>>> transported(points, points + 1, names=("here", "there"))
Picture('here moved onto there', 720×554)
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element, tostring

import numpy as np

from ganbaru.distances import transport
from ganbaru.distances.max_sliced import principal_directions
from ganbaru.distances.resampling import split
from ganbaru.distances.samples import pair, rescaled
from ganbaru.report.charts import Point, intervals
from ganbaru.runs import Run
from ganbaru.signal.axes import Axis
from ganbaru.signal.panels import Box, add, time_ticks, upright_ticks
from ganbaru.signal.pictures import Picture

Array = np.ndarray[Any, Any]
ENDINGS = (".svg", ".png", ".html")
"""Of the files that such a picture is saved as."""

COLOURS = ("#2b83c6", "#cf5f2a")
"""Of the two samples: told apart by any eye, and read on white as well as on black."""

_WIDTH, _LEFT, _RIGHT = 720, 62, 24
_TOP, _LINE, _UNDER = 68, 16, 50
_PLANE, _DENSITY, _SHARES, _COURSE = 420, 110, 220, 110
_MOST = 250
"""Points of each sample that are drawn in a plane: with more, arrows hide one another."""

_FEWEST_HALVES = 16
_NARROW = 1e-4
_LEVELS = 400
_ARROWS_AT = np.arange(0.05, 1, 0.1)
_HEAD = 4.5
_LETTERS = 110


class Cloud(NamedTuple):
    """Both samples as they are drawn: ``(n, k)`` and ``(m, k)`` for k = 1 or 2, what the axes are called, and why."""

    a: Array
    b: Array
    axes: tuple[str, ...]
    said: str


def transported(
    a: Array,
    b: Array,
    *,
    names: tuple[str, str] = ("A", "B"),
    note: str = "",
    unit: str = "",
    courses: Mapping[str, Sequence[Point]] | None = None,
    p: int = 1,
    seed: int = 0,
) -> Picture:
    """Draws two samples and the way of the ones' mass onto the others' that is the shortest.

    On the line: their densities, and the shares of points below each place, between which the mass moves sideways. In
    the plane: both clouds, with an arrow for every part of the plan. In more dimensions: the plane in which one half
    of the points differs most, showing the other half, so that what is seen there is not chance alone.

    Args:
        a: ``(n, d)`` or ``(n,)``.
        b: ``(m, d)`` or ``(m,)``.
        names: of the two, shown as plain text whatever letters they have.
        note: stands under the title, such as the distance that was measured.
        unit: of the points, such as "dB".
        courses: how a measured distance went over the steps of a training, by the name of its side; see `history`.
        p: the plan minimises the mean of the p-th power of lengths.
        seed: of the points that are chosen where there are too many.

    Raises:
        UserError: the shapes do not fit, a sample is empty, or a number is not finite.
    """
    a, b = pair(a, b)
    cloud = _near_zero(_seen(a, b, unit, np.random.default_rng([seed, 0xD4A])))
    shown = {_clean(name): course for name, course in (courses or {}).items() if course}
    called = (_clean(names[0]), _clean(names[1]))
    heights = [_DENSITY, _SHARES] if len(cloud.axes) == 1 else [_PLANE]
    heights += [_COURSE] if shown else []
    words = textwrap.wrap(_caption(cloud, shown), _LETTERS)
    boxes = _boxes(heights)
    height = round(boxes[-1].bottom + _UNDER + _LINE * len(words))
    root = _root(called, _clean(note), (len(a), len(b)), height)
    _lines_of(root, words, boxes[-1].bottom + _UNDER)
    if len(cloud.axes) == 1:
        _draw_line(root, cloud, boxes[0], boxes[1])
    else:
        _draw_plane(root, cloud, boxes[0], p)
    if shown:
        _draw_courses(root, shown, called, boxes[-1])
    title = f"{called[0]} moved onto {called[1]}"
    return Picture(title, _WIDTH, height, tostring(root, encoding="unicode"))


def history(run: Run) -> list[Point]:
    """The distance to held-out data that a run measured while it trained, by step."""
    return intervals([line for line in run.metrics.read() if line.get("kind") == "measure"], "distance")


def _seen(a: Array, b: Array, unit: str, rng: np.random.Generator) -> Cloud:
    size = a.shape[1]
    measured = f" ({unit})" if unit else ""
    if size == 1:
        return Cloud(a[:, 0], b[:, 0], (f"value{measured}",), "")
    if size == 2:
        return _few(a, b, (f"first coordinate{measured}", f"second coordinate{measured}"), "", rng)
    a, b, scale = rescaled(a, b)
    halved = min(len(a), len(b)) >= _FEWEST_HALVES
    a_halves, b_halves = (split(a, rng), split(b, rng)) if halved else ((a, a), (b, b))
    plane = _plane(a_halves[0], b_halves[0], rng)
    plane = plane * np.where((b.mean(axis=0) - a.mean(axis=0)) @ plane < 0, -1, 1)  # what moves, moves right and up
    axes = (f"direction of the greatest difference{measured}", f"of the next greatest{measured}")
    shown = "one half of the points differs most; shown is the other half" if halved else "these points differ most"
    said = f"Of {size} dimensions, the plane in which {shown}."
    return _few(scale * (a_halves[1] @ plane), scale * (b_halves[1] @ plane), axes, said, rng)


def _plane(a: Array, b: Array, rng: np.random.Generator) -> Array:
    """Where they differ most, ``(d, 2)``; where all spread most, if single or equal points do not tell."""
    together = np.concatenate([a, b])
    if min(len(a), len(b)) < 2 or not np.ptp(together, axis=0).any():
        return np.asarray(np.linalg.svd(together - together.mean(axis=0))[2][:2].T)
    return principal_directions(a, b, 2, rng)


def _few(a: Array, b: Array, axes: tuple[str, ...], said: str, rng: np.random.Generator) -> Cloud:
    """At most so many as can be told apart, and as many of the one as of the other where both have more."""
    chosen = [x if len(x) <= _MOST else x[np.sort(rng.choice(len(x), _MOST, replace=False))] for x in (a, b)]
    drawn = f"Drawn: {len(chosen[0])} and {len(chosen[1])} points at random." if max(len(a), len(b)) > _MOST else ""
    return Cloud(chosen[0], chosen[1], axes, " ".join(filter(None, (said, drawn))))


def _near_zero(cloud: Cloud) -> Cloud:
    """Less what all have in common, where it would fill the numbers at the axes."""
    together = np.concatenate(cloud[:2]).reshape(-1, len(cloud.axes))
    low, high = together.min(axis=0), together.max(axis=0)
    common = np.where((high > low) & (high - low < _NARROW * np.abs(high)), low, 0.0)
    axes = tuple(f"{name} less {x:.15g}" if x else name for name, x in zip(cloud.axes, common, strict=True))
    base = common if len(axes) > 1 else common[0]
    return Cloud(cloud.a - base, cloud.b - base, axes, cloud.said)


def _caption(cloud: Cloud, courses: Mapping[str, Any]) -> str:
    if len(cloud.axes) == 1:
        moved = "Above, densities. Below, the share of points up to each value: mass moves along the arrows, sideways."
    else:
        moved = "Arrows: the shortest way to move the first onto the second; chance alone draws some."
    learnt = " and ".join(map(_short, courses))
    course = f"Last, the sliced distance to its held-out data that {learnt} measured in training."
    return " ".join(filter(None, (cloud.said, moved, course if courses else "")))


def _boxes(heights: list[int]) -> list[Box]:
    boxes: list[Box] = []
    top = float(_TOP)
    for height in heights:
        boxes.append(Box(_LEFT, top, _WIDTH - _LEFT - _RIGHT, height))
        top += height + _UNDER
    return boxes


def _root(names: tuple[str, str], note: str, sizes: tuple[int, int], height: int) -> Element:
    """The picture with its title and its legend."""
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", role="img", viewBox=f"0 0 {_WIDTH} {height}")
    root.attrib |= {"width": str(_WIDTH), "height": str(height), "fill": "currentColor"}
    root.attrib |= {"font-family": "system-ui, sans-serif", "font-size": "11"}
    add(root, "title", f"{names[0]} moved onto {names[1]}{f': {note}' if note else ''}")
    title = f"{_short(names[0])} moved onto {_short(names[1])}"
    add(root, "text", title, x=_LEFT, y=20, font_size=13, font_weight=600)
    add(root, "text", note, x=_WIDTH - _RIGHT, y=38, text_anchor="end", fill_opacity=0.8)
    for index, (name, size) in enumerate(zip(names, sizes, strict=True)):
        y = 38 + 17 * index
        _dots(root, np.array([[_LEFT + 4, y - 4]]), index)
        add(root, "text", f"{_short(name)}, {size:,} point{'' if size == 1 else 's'}", x=_LEFT + 14, y=y)
    return root


def _lines_of(root: Element, words: list[str], top: float) -> None:
    for index, line in enumerate(words):
        add(root, "text", line, x=_LEFT, y=top + _LINE * index, fill_opacity=0.8)


def _draw_plane(root: Element, cloud: Cloud, box: Box, p: int) -> None:
    """Both clouds on axes of one scale, since lengths in all directions are compared, and the plan as arrows."""
    across, upright = _even(np.concatenate([cloud.a, cloud.b]), box)
    a, b = (np.column_stack([box.x(across.place(x[:, 0])), box.y(upright.place(x[:, 1]))]) for x in cloud[:2])
    plan = transport(cloud.a, cloud.b, p=p)
    mass = np.asarray(plan.mass) / np.max(plan.mass)
    _frame(root, box)
    for least in (0.0, 0.5):
        kept = (mass > least) & (mass <= least + 0.5)
        _arrows(root, a[np.asarray(plan.rows)[kept]], b[np.asarray(plan.columns)[kept]], 0.15 + 0.4 * least)
    _dots(root, a, 0)
    _dots(root, b, 1)
    _axes(root, across, upright, box, cloud.axes)


def _draw_line(root: Element, cloud: Cloud, upper: Box, lower: Box) -> None:
    """Densities above; below, what share of points is up to each place, and the mass between the two."""
    across = _axis(np.concatenate([cloud.a, cloud.b]))
    _draw_densities(root, cloud, upper, across)
    shares = Axis(0, 1, _plain)
    level = (np.arange(_LEVELS) + 0.5) / _LEVELS
    y = lower.y((np.arange(_LEVELS + 1)) / _LEVELS)
    stairs = [_stairs(lower.x(across.place(_quantiles(x, level))), y) for x in cloud[:2]]
    _frame(root, lower)
    add(root, "path", d="M" + "L".join([*stairs[0], *reversed(stairs[1])]) + "Z", fill_opacity=0.1)
    for stair, colour in zip(stairs, COLOURS, strict=True):
        add(root, "path", d="M" + "L".join(stair), stroke=colour, stroke_width=1.75, fill="none")
    start, end = (
        np.column_stack([lower.x(across.place(_quantiles(x, _ARROWS_AT))), lower.y(_ARROWS_AT)]) for x in cloud[:2]
    )
    _arrows(root, start, end, 0.75)
    _axes(root, across, shares, lower, (cloud.axes[0], "share of points"))


def _draw_densities(root: Element, cloud: Cloud, box: Box, across: Axis) -> None:
    bins = int(np.clip(2 * min(map(len, cloud[:2])) ** (1 / 2), 8, 48))
    edges = np.linspace(across.low, across.high, bins + 1)
    heights = [np.histogram(x, edges)[0] / len(x) for x in cloud[:2]]
    upright = Axis(0, 1.08 * float(max(x.max() for x in heights)), _plain)
    _frame(root, box)
    x = box.x(across.place(edges))
    for share, colour in zip(heights, COLOURS, strict=True):
        y = box.y(upright.place(np.concatenate([[0.0], share, [0.0]])))
        outline = "L".join(_stairs(np.asarray(x), np.asarray(y)))
        add(root, "path", d=f"M{outline}", fill=colour, fill_opacity=0.2, stroke=colour, stroke_width=1.25)
    _axes(root, across, upright, box, ("", "share in a bin"))


def _draw_courses(root: Element, courses: Mapping[str, Sequence[Point]], names: tuple[str, str], box: Box) -> None:
    points = [point for course in courses.values() for point in course]
    least, most = (found(value for point in points for value in (point["low"], point["high"])) for found in (min, max))
    across = Axis(0, max(1.0, max(point["x"] for point in points)), _plain)
    logarithmic = least > 0 and most > 10 * least
    upright = Axis(least / 1.1, 1.1 * most, _plain, "log") if logarithmic else Axis(0, 1.05 * most or 1.0, _plain)
    _frame(root, box)
    for name, course in courses.items():
        x = box.x(across.place(np.array([point["x"] for point in course])))
        low, y, high = (
            box.y(upright.place(np.array([point[key] for point in course]))) for key in ("low", "y", "high")
        )
        colour = COLOURS[names.index(name)]
        band = [*_joined(x, high), *reversed(_joined(x, low))]
        add(root, "path", d="M" + "L".join(band) + "Z", fill=colour, fill_opacity=0.2)
        add(root, "path", d="M" + "L".join(_joined(x, y)), stroke=colour, stroke_width=1.75, fill="none")
        _dots(root, np.column_stack([x, y]), names.index(name))
    _axes(root, across, upright, box, ("step", "distance"))


def _axes(root: Element, across: Axis, upright: Axis, box: Box, names: tuple[str, ...]) -> None:
    time_ticks(root, across, [box])
    upright_ticks(root, upright, box)
    add(root, "text", names[0], x=box.right, y=box.bottom + 30, text_anchor="end", fill_opacity=0.8)
    middle = (box.top + box.bottom) / 2
    turned = f"rotate(-90 14 {middle:g})"
    add(root, "text", names[1], x=14, y=middle, text_anchor="middle", fill_opacity=0.8, transform=turned)


def _frame(root: Element, box: Box) -> None:
    place = {"x": box.left, "y": box.top, "width": box.width, "height": box.height}
    add(root, "rect", fill="none", stroke="currentColor", stroke_opacity=0.2, **place)


def _dots(root: Element, at: Array, index: int) -> None:
    """Points in pixels ``(n, 2)``: discs of the first sample, diamonds of the second."""
    if index == 0:
        discs = "".join(f"M{x:.1f},{y:.1f}h0" for x, y in at)
        add(root, "path", d=discs, stroke=COLOURS[0], stroke_width=5.5, stroke_linecap="round")
        return
    diamonds = "".join(f"M{x - 3.2:.1f},{y:.1f}l3.2,-3.2l3.2,3.2l-3.2,3.2z" for x, y in at)
    add(root, "path", d=diamonds, fill=COLOURS[1])


def _arrows(root: Element, start: Array, end: Array, opacity: float) -> None:
    """Thin arrows between pixels ``(k, 2)``; one that is shorter than its head has none."""
    length = np.linalg.norm(end - start, axis=1, keepdims=True)
    along = (end - start) / np.maximum(length, 1e-9)
    beside = along[:, ::-1] * [-1, 1]
    shafts = [f"M{x:.1f},{y:.1f}L{u:.1f},{v:.1f}" for (x, y), (u, v) in zip(start, end, strict=True)]
    back = end - _HEAD * along
    heads = [
        f"M{u:.1f},{v:.1f}L{x:.1f},{y:.1f}L{s:.1f},{t:.1f}z"
        for (u, v), (x, y), (s, t), enough in zip(
            end, back + 0.45 * _HEAD * beside, back - 0.45 * _HEAD * beside, length[:, 0] > _HEAD, strict=True
        )
        if enough
    ]
    add(root, "path", d="".join(shafts), stroke="currentColor", stroke_opacity=opacity, stroke_width=0.8)
    add(root, "path", d="".join(heads), fill_opacity=min(1.0, opacity + 0.25))


def _quantiles(x: Array, level: Array) -> Array:
    found: Array = np.sort(x)[np.minimum((level * len(x)).astype(np.int64), len(x) - 1)]
    return found


def _stairs(x: Array, y: Array) -> list[str]:
    """The corners of steps: ``y`` has one more number than ``x``; at each x it goes from one to the next."""
    return [f"{at:.1f},{height:.1f}" for at, *both in zip(x, y, y[1:], strict=False) for height in both]


def _joined(x: Array, y: Array) -> list[str]:
    return [f"{u:.1f},{v:.1f}" for u, v in zip(x, y, strict=True)]


def _axis(values: Array) -> Axis:
    """Round all values ``(n,)``, with a little room."""
    low, high = float(values.min()), float(values.max())
    room = 0.04 * (high - low) or 0.05 * abs(high) or 1.0
    return Axis(low - room, high + room, _plain)


def _even(points: Array, box: Box) -> tuple[Axis, Axis]:
    """Axes round points ``(n, 2)`` on which a pixel is the same length both ways."""
    axes = [_axis(points[:, index]) for index in (0, 1)]
    scale = max((axis.high - axis.low) / pixels for axis, pixels in zip(axes, (box.width, box.height), strict=True))
    widened = []
    for axis, pixels in zip(axes, (box.width, box.height), strict=True):
        middle, half = (axis.low + axis.high) / 2, scale * pixels / 2
        widened.append(Axis(middle - half, middle + half, _plain))
    return widened[0], widened[1]


def _plain(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _clean(name: str) -> str:
    """Without letters that XML has no place for or that a reader cannot see."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)


def _short(name: str, most: int = 40) -> str:
    """Without its middle where it is long."""
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-most // 2 + 1 :]}"
