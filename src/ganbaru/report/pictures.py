"""Pictures of the sounds: a small one on every button, and two large ones whose axes say what the small ones show."""

from typing import Any

import numpy as np

from ganbaru.report.markup import Markup, tag
from ganbaru.signal import draw
from ganbaru.signal.raster import ceiling_of, image, levels

Array = np.ndarray[Any, Any]
RANGE_DB = 70.0
_COLUMNS, _ROWS = 160, 80
_WIDTH, _HEIGHT = 520, 320


def spectrogram(waveform: Array, rate: int) -> str:
    """A sound ``(T,)`` as a data URI: mel upwards, time to the right, 70 dB below its own loudest point."""
    _, level = levels(waveform.astype(np.float32), rate=rate, frequency="mel", columns=_COLUMNS, rows=_ROWS)
    return image(level, ceiling_db=ceiling_of(level), range_db=RANGE_DB)


def closer(sounds: dict[str, Array], rate: int) -> Markup:
    """Sounds ``(T,)`` by their titles, side by side with axes in Hz and s; folded away until asked for.

    What `draw` makes is markup: it escapes the titles itself.
    """
    drawn = [
        Markup(draw(sound, rate, title=title, width=_WIDTH, height=_HEIGHT, range_db=RANGE_DB).svg)
        for title, sound in sounds.items()
    ]
    heading = tag("summary", f"with axes: {' · '.join(sounds)}")
    return tag("details", heading, tag("div", *drawn, class_="closer"))
