"""A spectrogram as a raster: the level of every pixel, its shade, and the PNG that holds them.

Every pixel shows the loudest of what falls into it, so that a click survives in a picture of ten minutes and a tone
keeps its level on every scale; where less than one frame or frequency falls into a pixel, it lies between neighbours.
"""

import base64
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from ganbaru.signal.axes import Axis, Frequency, frequency_axis
from ganbaru.signal.framing import check, frames_of, stft

Array = np.ndarray[Any, Any]
_WINDOW_SECONDS, _SHORTEST_WINDOW = 0.032, 64
_SAMPLES_AT_ONCE = 2**21
_SILENCE = 1e-10
_QUIETEST_CEILING_DB = -60.0
_SIGNATURE, _SUB = b"\x89PNG\r\n\x1a\n", 1
# From silence to loud: rising in lightness throughout, so that it reads in grey as well.
_ANCHORS = ((13, 8, 35), (62, 18, 92), (126, 36, 110), (188, 62, 92), (233, 107, 62), (249, 170, 66), (250, 241, 178))


def window_of(samples: int, rate: float) -> int:
    """The window's length ``n_fft``: the power of two that lasts 32 ms or more, less where the sound is short."""
    longest = max(_SHORTEST_WINDOW, samples // 2)
    return int(2 ** min(np.ceil(np.log2(max(_WINDOW_SECONDS * rate, _SHORTEST_WINDOW))), np.floor(np.log2(longest))))


def hop_of(samples: int, n_fft: int, columns: int) -> int:
    """The longest hop that leaves no column of pixels without a frame, from an eighth of the window to half of it."""
    return max(1, min(max(samples // columns, n_fft // 8), n_fft // 2))


def levels(
    waveform: Array,
    *,
    rate: float,
    frequency: Frequency,
    columns: int,
    rows: int,
    n_fft: int | None = None,
    hop: int | None = None,
) -> tuple[Axis, Array]:
    """The level of every pixel, dB: 0 is a sine of amplitude 1.

    Args:
        waveform: ``(T,)`` float32.
        rate: Hz.
        frequency: how frequencies are spaced, see `frequency_axis`.
        columns: pixels from the sound's beginning to its end.
        rows: pixels from the lowest frequency to the highest.
        n_fft: samples in a window; None takes what `window_of` says.
        hop: samples from one window to the next; None takes what `hop_of` says.

    Returns:
        The axis of frequencies, and ``(rows, columns)``, the highest frequency first, as pictures are stored.

    Raises:
        UserError: the hop does not fit the window, or the spacing is not known.
    """
    n_fft = window_of(len(waveform), rate) if n_fft is None else n_fft
    hop = hop_of(len(waveform), n_fft, columns) if hop is None else hop
    check(n_fft, hop)
    pitch = frequency_axis(frequency, rate=rate, n_fft=n_fft)
    moments, magnitude = _columns(waveform, n_fft, hop, columns)
    level = 20 * np.log10(np.maximum(magnitude.T, _SILENCE))
    level = peaks(level, np.arange(n_fft // 2 + 1) * rate / n_fft, pitch.edges(rows))
    if level.shape[1] < columns:
        level = peaks(level.T, moments, np.linspace(0, len(waveform), columns + 1)).T
    return pitch, level[::-1]


def peaks(values: Array, at: Array, edges: Array) -> Array:
    """The loudest point of a curve within each pixel; where there is none, the line between its neighbours.

    Args:
        values: ``(N, M)``, M curves.
        at: where their points stand ``(N,)``, rising.
        edges: of the pixels ``(P + 1,)``, rising.

    Returns:
        ``(P, M)``.
    """
    place = np.interp((edges[1:] + edges[:-1]) / 2, at, np.arange(len(at)))
    before = place.astype(int)
    weight = (place - before)[:, None]
    drawn = (1 - weight) * values[before] + weight * values[np.minimum(before + 1, len(at) - 1)]
    first = np.searchsorted(at, edges)
    full = first[:-1] < first[1:]
    inside = np.maximum.reduceat(values[: first[-1]], first[:-1][full], axis=0) if full.any() else drawn[full]
    drawn[full] = np.maximum(drawn[full], inside)
    return drawn


def ceiling_of(level: Array) -> float:
    """The level of the brightest shade, dB: the loudest of a sound, but what is nearly silent stays dark."""
    return max(float(level.max()), _QUIETEST_CEILING_DB)


def image(level: Array, *, ceiling_db: float, range_db: float) -> str:
    """Levels ``(H, W)``, dB, as a data URI: the brightest shade at the ceiling, the darkest so far below it."""
    shade = np.clip((level - ceiling_db) / range_db + 1, 0, 1)
    return png(np.rint(255 * shade).astype(np.uint8))


def png(shades: Array) -> str:
    """Shades ``(H, W)`` uint8 as a data URI in our colours (PNG: W3C recommendation of 2003, section 11).

    Each pixel is stored as its difference from the one before (filter "Sub"), a third smaller for most sounds.
    """
    height, width = shades.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    differences = np.diff(shades, axis=1, prepend=np.uint8(0))
    raw = np.pad(differences, ((0, 0), (1, 0)), constant_values=_SUB).tobytes()
    chunks = [(b"IHDR", header), (b"PLTE", _palette()), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    data = _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)
    return "data:image/png;base64," + base64.b64encode(data).decode()


def _columns(waveform: Array, n_fft: int, hop: int, most: int) -> tuple[Array, Array]:
    """Magnitudes ``(C, F)``: of each frame, or where there are too many, the loudest of those in each column.

    With them the moments ``(C,)`` at which they stand, in samples.
    """
    moments = (np.arange(frames_of(len(waveform), hop)) + 0.5) * hop
    if len(moments) <= most:
        return moments, np.concatenate([part for _, part in _frames(waveform, n_fft, hop)])
    column = np.minimum(moments * most / len(waveform), most - 1).astype(int)
    loudest = np.zeros((most, n_fft // 2 + 1), dtype=np.float32)
    for first, part in _frames(waveform, n_fft, hop):
        here, starts = np.unique(column[first : first + len(part)], return_index=True)
        loudest[here] = np.maximum(loudest[here], np.maximum.reduceat(part, starts, axis=0))
    return moments[:most], loudest


def _frames(waveform: Array, n_fft: int, hop: int) -> Iterator[tuple[int, Array]]:
    """The number of a frame, and the magnitudes ``(l, F)`` of it and those after it; little memory at a time."""
    count, around = max(1, _SAMPLES_AT_ONCE // n_fft), n_fft // hop
    for first in range(0, frames_of(len(waveform), hop), count):
        begin = max(0, first - around)
        piece = torch.tensor(waveform[begin * hop : (first + count + around) * hop])
        magnitude = stft(piece[None], n_fft=n_fft, hop=hop)[0].abs()
        yield first, magnitude[first - begin :][:count].numpy()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _palette() -> bytes:
    at = np.linspace(0, len(_ANCHORS) - 1, 256)
    channels = [np.interp(at, np.arange(len(_ANCHORS)), channel) for channel in zip(*_ANCHORS, strict=True)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8).tobytes()
