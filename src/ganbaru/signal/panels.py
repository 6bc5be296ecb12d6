"""The parts of a picture as SVG elements: waveform, spectrogram, colour scale, ticks, all in colours by attribute.

Attributes, not styles, because a page whose policy forbids inline styles shows them too; no element has an identifier,
so that many pictures stand on one page without getting into each other's way.
"""

from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from ganbaru.signal.axes import Axis, amplitude_axis, level_axis
from ganbaru.signal.raster import image, png

Array = np.ndarray[Any, Any]
_WAVE = "#c8573c"
_TICK, _TIME_SPACING, _LINE_SPACING = 4, 72, 36
_BAR_GAP, _BAR_WIDTH = 10, 10
_MOST_COLUMNS = 1600
_HEADROOM, _DOTTED_FROM = 1.08, 8


@dataclass(frozen=True)
class Box:
    """A panel's place, CSS pixels from the upper left."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    def x(self, place: Any) -> Any:
        """From a place along the axis of time, 0 to 1."""
        return self.left + place * self.width

    def y(self, place: Any) -> Any:
        """From a place along the upright axis, 0 to 1."""
        return self.bottom - place * self.height


def add(parent: Element, name: str, words: str = "", /, **attributes: str | float) -> Element:
    """A new last child; ``font_size`` is written ``font-size``, and numbers to a hundredth of a pixel."""
    written = {key.replace("_", "-"): _number(value) for key, value in attributes.items()}
    child = SubElement(parent, name, written)
    child.text = words
    return child


def draw_waveform(parent: Element, sound: Array, box: Box) -> None:
    """Draws samples ``(T,)`` over their amplitudes: each pixel from its least to its greatest, or sample by sample."""
    reach = float(np.abs([sound.min(), sound.max()]).max()) or 1.0
    axis = amplitude_axis(_HEADROOM * reach)
    zero = f"M{_number(box.left)},{_number(box.y(0.5))}h{_number(box.width)}"
    add(parent, "path", d=zero, stroke="currentColor", stroke_opacity=0.3)
    columns = min(round(box.width), _MOST_COLUMNS)
    outlined = len(sound) > 2 * columns
    place, height = _outline(sound, columns) if outlined else (np.arange(len(sound)) / len(sound), sound)
    points = [f"{x:.1f},{y:.1f}" for x, y in zip(box.x(place), box.y(axis.place(height)), strict=True)]
    look = {"stroke": _WAVE, "fill": _WAVE if outlined else "none", "stroke_linejoin": "round"}
    add(parent, "path", d="M" + "L".join(points), stroke_width=0.75 if outlined else 1.25, **look)
    if len(sound) * _DOTTED_FROM <= box.width:
        dots = "".join(f"M{point}h0" for point in points)
        add(parent, "path", d=dots, stroke=_WAVE, stroke_width=4, stroke_linecap="round")
    upright_ticks(parent, axis, box)


def draw_spectrogram(
    parent: Element, level: Array, pitch: Axis, box: Box, *, ceiling_db: float, range_db: float
) -> None:
    """Draws levels ``(H, W)``, dB, over their frequencies, and beside them what the colours mean."""
    picture = image(level, ceiling_db=ceiling_db, range_db=range_db)
    _image(parent, picture, box)
    upright_ticks(parent, pitch, box)
    bar = Box(box.right + _BAR_GAP, box.top, _BAR_WIDTH, box.height)
    _image(parent, png(np.arange(255, -1, -1, dtype=np.uint8)[:, None]), bar)
    upright_ticks(parent, level_axis(ceiling_db - range_db, ceiling_db), bar, side=1)


def upright_ticks(parent: Element, axis: Axis, box: Box, *, side: int = -1) -> None:
    """Writes an axis at the left (-1) or right (1) edge of a panel."""
    edge, anchor = (box.right, "start") if side > 0 else (box.left, "end")
    for place, words in axis.ticks(box.height / _LINE_SPACING):
        y = box.y(place)
        _tick(parent, f"M{_number(edge)},{_number(y)}h{side * _TICK}")
        _label(parent, words, edge + side * (_TICK + 4), y, "0.35em", anchor)


def time_ticks(parent: Element, axis: Axis, boxes: list[Box]) -> None:
    """Marks times under every panel, and writes them under the last."""
    for place, words in axis.ticks(boxes[0].width / _TIME_SPACING):
        for box in boxes:
            _tick(parent, f"M{_number(box.x(place))},{_number(box.bottom)}v{_TICK}")
        _label(parent, words, boxes[-1].x(place), boxes[-1].bottom + _TICK, "1.1em", "middle")


def _outline(sound: Array, columns: int) -> tuple[Array, Array]:
    """Round the samples of each column: along the greatest, and back along the least."""
    starts = np.arange(columns) * len(sound) // columns
    tops, bottoms = (extreme.reduceat(sound, starts) for extreme in (np.maximum, np.minimum))
    place = (np.arange(columns) + 0.5) / columns
    return np.concatenate([place, place[::-1]]), np.concatenate([tops, bottoms[::-1]])


def _image(parent: Element, uri: str, box: Box) -> None:
    place = {"x": box.left, "y": box.top, "width": box.width, "height": box.height}
    add(parent, "image", href=uri, preserveAspectRatio="none", **place)


def _tick(parent: Element, path: str) -> None:
    add(parent, "path", d=path, stroke="currentColor", stroke_opacity=0.6)


def _label(parent: Element, words: str, x: float, y: float, dy: str, anchor: str) -> None:
    add(parent, "text", words, x=x, y=y, dy=dy, text_anchor=anchor, fill_opacity=0.8)


def _number(value: str | float) -> str:
    return value if isinstance(value, str) else f"{round(value, 2):g}"
