"""Pictures of sounds: waveform and spectrogram over one axis of time, for pages, notebooks and files.

>>> import numpy as np
>>> draw(np.sin(np.arange(8000.0)), 8000, title="a tone")
Picture('a tone', 720×380)
"""

import html
import re
import unicodedata
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, Literal, get_args
from xml.etree.ElementTree import Element, tostring

import numpy as np
from torch import Tensor

from ganbaru.errors import UserError, unknown
from ganbaru.signal.axes import Frequency, time_axis
from ganbaru.signal.panels import Box, add, draw_spectrogram, draw_waveform, time_ticks
from ganbaru.signal.raster import ceiling_of, levels

Array = np.ndarray[Any, Any]
What = Literal["both", "spectrogram", "waveform"]

_HEIGHTS: dict[What, int] = {"both": 380, "spectrogram": 280, "waveform": 180}
_LEAST_HEIGHTS: dict[What, int] = {"both": 240, "spectrogram": 120, "waveform": 120}
_LEFT, _RIGHT, _RIGHT_OF_COLOURS, _TOP, _TOP_WITH_TITLE, _BOTTOM, _BETWEEN = 58, 24, 78, 10, 32, 26, 14
_WAVEFORM_SHARE = 0.3
_MOST_PIXELS = 160_000
_MOST_AMPLITUDE = 1e30
_LEAST_WIDTH, _MOST = 240, 4000
_NARROW, _WIDE = 7.6, 13.5
_WORDS: dict[What, str] = {
    "both": "waveform and spectrogram",
    "spectrogram": "spectrogram",
    "waveform": "waveform",
}
_INK, _PAPER = "#1d1b22", "#ffffff"
_NOT_IN_XML = re.compile("[^\\t\\n\\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Picture:
    """A drawn sound; notebooks show it by themselves.

    Attributes:
        title: what stands above it.
        width: CSS pixels.
        height: CSS pixels.
        svg: an element to put into a page. It needs nothing beside it and takes its ink from the text around it, so
            that it reads on light and dark.
    """

    title: str
    width: int
    height: int
    svg: str = field(repr=False)

    def png(self, scale: float = 2.0) -> bytes:
        """A PNG on white, of ``scale`` pixels to each CSS pixel.

        Raises:
            UserError: the scale is not above 0 and up to 10.
        """
        if not 0 < scale <= 10:
            raise UserError(f"scale {scale} makes no PNG", hint="take one above 0 and up to 10, such as 2")
        import vl_convert

        drawn: bytes = vl_convert.svg_to_png(self._on_paper(), scale=scale)
        return drawn

    def save(self, path: str | Path) -> Path:
        """Writes ``.svg`` or ``.png``, on white, or ``.html``, a page that is light or dark as its reader likes.

        Returns:
            Where it is.

        Raises:
            UserError: the name ends otherwise.
            OSError: it cannot be written there.
        """
        target = Path(path)
        kinds = {".svg": lambda: self._on_paper().encode(), ".png": self.png, ".html": lambda: self._page().encode()}
        if target.suffix.lower() not in kinds:
            raise unknown("ending of a picture", target.suffix, kinds)
        content = kinds[target.suffix.lower()]()
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target

    def _on_paper(self) -> str:
        """With an ink and a ground of its own, for places that have none."""
        ground = f'</title><rect width="{self.width}" height="{self.height}" fill="{_PAPER}" />'
        return self.svg.replace("<svg ", f'<svg color="{_INK}" ', 1).replace("</title>", ground, 1)

    def _page(self) -> str:
        head = f'<meta charset="utf-8"><title>{html.escape(self.title)}</title>'
        style = "<style>:root { color-scheme: light dark } svg { max-width: 100%; height: auto }</style>"
        return f'<!doctype html>\n<html lang="en"><head>{head}{style}</head><body>{self.svg}</body></html>\n'

    def _repr_html_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"Picture({self.title!r}, {self.width}×{self.height})"


def draw(
    waveform: Array | Tensor,
    rate: float,
    *,
    what: What = "both",
    frequency: Frequency = "mel",
    title: str = "",
    width: int = 720,
    height: int | None = None,
    range_db: float = 80.0,
    ceiling_db: float | None = None,
    n_fft: int | None = None,
    hop: int | None = None,
) -> Picture:
    """Draws a sound: every pixel shows the loudest of what falls into it, however long the sound is.

    Args:
        waveform: ``(T,)`` or ``(1, T)``, where 1 is full scale.
        rate: Hz.
        what: "waveform", "spectrogram", or "both" over one axis of time.
        frequency: how frequencies are spaced: "mel", "linear" or "log".
        title: stands above the picture; screen readers say it.
        width: CSS pixels.
        height: CSS pixels; None takes what suits the kind.
        range_db: from the brightest colour to the darkest, dB.
        ceiling_db: level of the brightest colour, 0 being a sine of amplitude 1; None takes the sound's own loudest.
            Give the same to pictures that are to be compared.
        n_fft: samples in a window; None takes the power of two that lasts 32 ms or somewhat more.
        hop: samples from one window to the next; None takes what the width can show.

    Returns:
        The picture, of less than 300 kB.

    Raises:
        UserError: there is no sound to draw, or an option does not fit.
    """
    if what not in get_args(What):
        raise unknown("picture", what, get_args(What))
    sound = _samples(waveform)
    height = _HEIGHTS[what] if height is None else height
    _check_size(what, width, height)
    _check_scales(rate, range_db, ceiling_db)
    title = " ".join(_NOT_IN_XML.sub("\ufffd", title).split())
    boxes = _layout(what, width, height, titled=bool(title))
    root = _root(title, what, width, height)
    if "waveform" in boxes:
        draw_waveform(root, sound, boxes["waveform"])
    if "spectrogram" in boxes:
        box = boxes["spectrogram"]
        columns, rows = _pixels(box)
        pitch, level = levels(sound, rate=rate, frequency=frequency, columns=columns, rows=rows, n_fft=n_fft, hop=hop)
        ceiling_db = ceiling_of(level) if ceiling_db is None else ceiling_db
        draw_spectrogram(root, level, pitch, box, ceiling_db=ceiling_db, range_db=range_db)
    time_ticks(root, time_axis(len(sound) / rate), list(boxes.values()))
    return Picture(title, width, height, tostring(root, encoding="unicode"))


def _samples(waveform: Array | Tensor) -> Array:
    """The sound ``(T,)`` as float32, when it is one.

    Raises:
        UserError: it is not.
    """
    given = waveform.detach().cpu().numpy() if isinstance(waveform, Tensor) else np.asarray(waveform)
    given = given[0] if given.ndim == 2 and len(given) == 1 else given
    if given.ndim != 1:
        raise UserError(f"a sound of shape {given.shape} is not one channel (T,)", hint="draw them one by one")
    if given.dtype.kind != "f":
        raise UserError(
            f"samples of type {given.dtype} have no full scale", hint="give floats that are 1 there: int16 by 32768"
        )
    if not given.size:
        raise UserError("the sound is empty", hint="draw one of at least one sample")
    if not max(given.max(), -given.min()) < _MOST_AMPLITUDE:
        index = int(np.argmin(np.abs(given) < _MOST_AMPLITUDE))
        raise UserError(f"sample {index} is {given[index]}", hint="draw finite sounds")
    return given.astype(np.float32)


def _check_size(what: What, width: int, height: int) -> None:
    least = _LEAST_HEIGHTS[what]
    if not (_LEAST_WIDTH <= width <= _MOST and least <= height <= _MOST):
        fitting = f"take {_LEAST_WIDTH} to {_MOST} by {least} to {_MOST} pixels"
        raise UserError(f"no picture of a sound fits {width}×{height}", hint=fitting)


def _check_scales(rate: float, range_db: float, ceiling_db: float | None) -> None:
    if not 0 < rate < float("inf"):
        raise UserError(f"rate {rate} Hz is not a sampling rate", hint="give the sound's own, such as 16000")
    if not 0 < range_db < float("inf"):
        raise UserError(f"range {range_db} dB shows nothing", hint="take one above 0, such as 80")
    if ceiling_db is not None and not isfinite(ceiling_db):
        raise UserError(f"ceiling {ceiling_db} dB is no level", hint="take a finite one, such as 0")


def _layout(what: What, width: int, height: int, *, titled: bool) -> dict[str, Box]:
    """The place of each panel: equally wide, so that their times stand one above the other."""
    right = _RIGHT if what == "waveform" else _RIGHT_OF_COLOURS
    top = _TOP_WITH_TITLE if titled else _TOP
    whole = Box(_LEFT, top, width - _LEFT - right, height - top - _BOTTOM)
    if what != "both":
        return {what: whole}
    upper = Box(_LEFT, top, whole.width, round(_WAVEFORM_SHARE * whole.height))
    lower = Box(_LEFT, upper.bottom + _BETWEEN, whole.width, whole.bottom - upper.bottom - _BETWEEN)
    return {"waveform": upper, "spectrogram": lower}


def _pixels(box: Box) -> tuple[int, int]:
    """Columns and rows: one for each CSS pixel, fewer where they would be too many."""
    shrink = min(1.0, (_MOST_PIXELS / (box.width * box.height)) ** 0.5)
    return round(shrink * box.width), round(shrink * box.height)


def _root(title: str, what: What, width: int, height: int) -> Element:
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", role="img", viewBox=f"0 0 {width} {height}")
    root.attrib |= {"width": str(width), "height": str(height), "fill": "currentColor"}
    root.attrib |= {"font-family": "system-ui, sans-serif", "font-size": "11"}
    add(root, "title", f"{title}: {_WORDS[what]}" if title else _WORDS[what])
    if title:
        add(root, "text", _fitted(title, width - _LEFT - _RIGHT), x=_LEFT, y=20, font_size=13, font_weight=600)
    return root


def _fitted(words: str, width: float) -> str:
    """As many letters as there is room for; where fonts differ, so does the room, but wide letters count as wide."""
    ends = np.cumsum([_WIDE if unicodedata.east_asian_width(letter) in "WF" else _NARROW for letter in words])
    return words if ends[-1] <= width else words[: int(np.searchsorted(ends, width - _WIDE))] + "…"
