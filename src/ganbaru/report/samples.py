"""What a generator makes beside what is real, for findings about its samples: a scatter of points, a grid of sounds."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import soundfile

from ganbaru.report import charts
from ganbaru.report.facts import Facts, points_of
from ganbaru.report.markup import Markup, tag
from ganbaru.report.pictures import RANGE_DB
from ganbaru.signal.raster import ceiling_of, image, levels

Array = np.ndarray[Any, Any]

SHOWN_BY_SAMPLES = ("mode-collapse", "mode-dropping", "latent-ignored", "silent-output")
"""Causes that samples show."""
_POINTS, _SOUNDS = 400, 8
_COLUMNS, _ROWS = 72, 40
_REACH = 1.25


def beside_real(facts: Facts) -> Markup:
    """The newest listening set beside held-out samples; nothing where none is stored."""
    if not facts.sets or not facts.real:
        return Markup("")
    step = max(facts.sets)
    return _points(facts, step) if facts.rate == 0 else _sounds(facts, step)


def _points(facts: Facts, step: int) -> Markup:
    real, made = (points_of(files)[:_POINTS] for files in (facts.real, facts.sets[step]))
    reach = _REACH * float(np.abs(real).max(initial=1e-6))
    beyond = int((np.abs(made).max(axis=1, initial=0.0) > reach).sum())
    note = f"{beyond:,} of {len(made):,} generated points lie beyond this picture." if beyond else ""
    clouds = {"generated": made, "real": real}
    return charts.scatter(f"points at step {step:,}", clouds, reach=reach, note=note)


def _sounds(facts: Facts, step: int) -> Markup:
    """Small spectrograms in one scale of levels, so that what is quieter than real sounds is darker."""
    named = {"generated": facts.sets[step], "real": facts.real}
    sounds = {name: _decoded(files) for name, files in named.items()}
    drawn = {name: [_levels(sound, facts.rate) for sound in each] for name, each in sounds.items()}
    ceiling = max((ceiling_of(level) for level in drawn["real"]), default=0.0)
    rows = [_row(name, each, ceiling) for name, each in drawn.items() if each]
    note = tag("p", "Time to the right, pitch upwards (mel), as bright as it is loud, in one scale.", class_="note")
    return tag("figure", tag("figcaption", f"sounds at step {step:,}"), *rows, note, class_="chart")


def _row(name: str, drawn: list[Array], ceiling: float) -> Markup:
    pictures = [Markup(image(level, ceiling_db=ceiling, range_db=RANGE_DB)) for level in drawn]
    images = [tag("img", src=each, alt="", width=_COLUMNS, height=_ROWS) for each in pictures]
    grid = tag("div", *images, class_="samples", role="img", aria_label=f"{len(images)} {name} sounds")
    return tag("div", tag("p", name, class_="keys"), grid)


def _levels(sound: Array, rate: int) -> Array:
    return levels(sound, rate=rate, frequency="mel", columns=_COLUMNS, rows=_ROWS)[1]


def _decoded(files: Mapping[str, bytes]) -> list[Array]:
    """The first few sounds ``(T,)``."""
    chosen = [data for name, data in sorted(files.items()) if name.endswith(".wav")][:_SOUNDS]
    return [soundfile.read(io.BytesIO(data), dtype="float32", always_2d=True)[0][:, 0] for data in chosen]
