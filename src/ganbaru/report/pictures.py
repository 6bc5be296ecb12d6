"""Spectrograms as small PNG pictures."""

import base64
import struct
import zlib
from typing import Any

import numpy as np
import torch

from ganbaru.signal import LogMel

Array = np.ndarray[Any, Any]
_BANDS, _MOST_FRAMES, _RANGE_DB = 80, 160, 70.0
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# From silence to loud: rising in lightness throughout, so that it reads in grey as well.
_ANCHORS = ((13, 8, 35), (62, 18, 92), (126, 36, 110), (188, 62, 92), (233, 107, 62), (249, 170, 66), (250, 241, 178))


def spectrogram(waveform: Array, rate: int) -> str:
    """A sound ``(T,)`` as a data URI: mel bands upwards, time to the right, 70 dB below its own loudest point."""
    n_fft = max(256, 2 ** round(np.log2(0.032 * rate)))
    hop = n_fft // 8
    while len(waveform) / hop > _MOST_FRAMES and hop < n_fft // 2:
        hop *= 2
    mel = LogMel(rate=rate, bands=_BANDS, n_fft=n_fft, hop=hop)
    magnitude = mel.magnitude(torch.from_numpy(np.ascontiguousarray(waveform, dtype=np.float32))[None])[0].numpy()
    level = 20 * np.log10(np.maximum(magnitude, 1e-7))
    shade = np.clip((level - max(float(level.max()), -60.0)) / _RANGE_DB + 1, 0, 1)
    return png(np.rint(255 * shade[::-1, : 4 * _MOST_FRAMES]).astype(np.uint8))


def png(shades: Array) -> str:
    """Shades ``(H, W)`` uint8 as a data URI in the report's colours (PNG: W3C recommendation of 2003, section 11)."""
    height, width = shades.shape
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    raw = np.pad(shades, ((0, 0), (1, 0))).tobytes()
    chunks = [(b"IHDR", header), (b"PLTE", _palette()), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b"")]
    data = _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in chunks)
    return "data:image/png;base64," + base64.b64encode(data).decode()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _palette() -> bytes:
    at = np.linspace(0, len(_ANCHORS) - 1, 256)
    channels = [np.interp(at, np.arange(len(_ANCHORS)), channel) for channel in zip(*_ANCHORS, strict=True)]
    return np.rint(np.stack(channels, axis=1)).astype(np.uint8).tobytes()
