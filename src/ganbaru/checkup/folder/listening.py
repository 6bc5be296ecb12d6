"""One sound file heard once, in blocks: everything the checkup asks of it. Runs in a worker process only."""

import hashlib
from typing import Any, BinaryIO

import numpy as np
import soxr

from ganbaru.checkup.folder import prints, traits
from ganbaru.checkup.folder.character import character
from ganbaru.checkup.folder.cutoff import cutoff
from ganbaru.checkup.folder.spectra import Spectra
from ganbaru.checkup.folder.tops import Tops
from ganbaru.sources.claims import Refused
from ganbaru.sources.decoding import Reading, mixed, reading
from ganbaru.sources.trimming import Levels

Array = np.ndarray[Any, Any]

_BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 24, "ULAW": 13, "ALAW": 12}
_FRAME = 0.05
_UNHEARD = ("cutoff", "cliff", "height", "signal_to_noise", "character")
"""What silence does not have."""


def listen(job: dict[str, Any], spool: BinaryIO) -> dict[str, Any]:
    """Hear ``job["path"]``; append the sound at 8 kHz (float16) and its fingerprints (uint32) to ``spool``.

    Returns numbers of this file alone, and where those lie in the spool: ``offset`` in bytes, ``samples`` at 8 kHz,
    ``prints`` how many moments (their times follow their bits, int32 each).

    Raises:
        Refused: with the reason, if it is not a whole, finite sound.
    """
    with reading(job) as sound:
        return {**_hear(sound, job["rate"], spool), "content": sound.content}


def _hear(sound: Reading, wanted: int, spool: BinaryIO) -> dict[str, Any]:
    file = sound.file
    rate = file.samplerate
    tops = Tops(2.0 ** (1 - _BITS.get(file.subtype, 24)))
    middle = _Middle(rate, file.channels)
    spectra = Spectra(rate, sound.frames)
    copy = _Copy(rate, wanted)
    for block in sound.blocks():
        tops.add(block)
        middle.add(block)
        mono = mixed(block)
        spectra.add(mono)
        copy.add(mono)
    answer = {
        "rate": rate,
        "channels": file.channels,
        "coding": file.subtype,
        "seconds": sound.frames / rate,
        "peak": tops.peak,
        **tops.summary(),
        "offset_share": middle.share(),
        **_said(spectra),
        **copy.finish(),
    }
    return {**answer, **_keep(copy.low, spool)}


def _said(spectra: Spectra) -> dict[str, Any]:
    linear, mel, texture = spectra.finish()
    level = traits.levels(linear)
    sounding = traits.sounding(level)
    if not sounding.any():
        return {"level": float(level.max()), "sounding": 0.0, **dict.fromkeys(_UNHEARD)}
    place, depth, height = cutoff(linear, level)
    return {
        "level": float(np.quantile(level[sounding], 0.95)),
        "sounding": float(sounding.mean()),
        "cutoff": place,
        "cliff": depth,
        "height": height,
        "signal_to_noise": traits.noise(mel, level),
        "character": [round(float(value), 2) for value in character(mel, texture, level)],
    }


def _keep(low: Array, spool: BinaryIO) -> dict[str, int]:
    moments, bits = prints.fingerprints(low)
    offset = spool.tell()
    top = float(np.abs(low).max(initial=0.0)) or 1.0
    spool.write((low / top).astype(np.float16).tobytes())
    spool.write(bits.tobytes())
    spool.write(moments.astype(np.int32).tobytes())
    return {"offset": offset, "samples": len(low), "prints": len(bits)}


class _Middle:
    """Around which value a sound swings, channel by channel."""

    def __init__(self, rate: int, channels: int) -> None:
        self._frame = max(1, round(_FRAME * rate))
        self._means: list[Array] = []
        self._peak = np.zeros(channels)

    def add(self, block: Array) -> None:
        whole = max(1, len(block) // self._frame) * self._frame
        frames = block[:whole].reshape(-1, min(self._frame, len(block)), block.shape[1])
        self._means.append(frames.mean(axis=1, dtype=np.float64))
        self._peak = np.maximum(self._peak, np.abs(block).max(axis=0))

    def share(self) -> float:
        """The offset of the channel that has the most, in shares of its peak.

        An offset is there at all times: the mean and the median over pieces of 50 ms must both show it.
        """
        means = np.concatenate(self._means)
        mean, median = means.mean(axis=0), np.median(means, axis=0)
        offset = np.where(mean * median > 0, np.minimum(np.abs(mean), np.abs(median)), 0.0)
        return float((offset / np.maximum(self._peak, 1e-9)).max())


class _Copy:
    """The same sound as a source would prepare it, to know its hash and its bounds; and at 8 kHz, to compare it."""

    def __init__(self, rate: int, wanted: int) -> None:
        self._levels = Levels(wanted)
        self._digest = hashlib.sha256()
        self._wanted = None if rate == wanted else soxr.ResampleStream(rate, wanted, 1, "float32", "HQ")
        self._low_rate = wanted if wanted >= prints.RATE else rate
        self._low = (
            None
            if self._low_rate == prints.RATE
            else soxr.ResampleStream(self._low_rate, prints.RATE, 1, "float32", "MQ")
        )
        self._lows: list[Array] = []
        self._direct = self._low_rate == rate and rate != wanted
        self._rate = wanted

    def add(self, mono: Array, last: bool = False) -> None:
        block = np.ascontiguousarray(mono)
        if self._wanted is not None:
            block = self._wanted.resample_chunk(block, last=last)
        if len(block):
            self._levels.add(block)
            self._digest.update(block.tobytes())
        low = np.ascontiguousarray(mono) if self._direct else block
        self._lows.append(low if self._low is None else self._low.resample_chunk(low, last=last))

    @property
    def low(self) -> Array:
        """The sound at 8 kHz, ``(T,)``."""
        return np.concatenate(self._lows)

    def finish(self) -> dict[str, Any]:
        """Its hash, and how many samples a source would keep of it (0: none)."""
        self.add(np.zeros(0, np.float32), last=True)
        try:
            begin, end = self._levels.bounds()
        except Refused:
            begin = end = 0
        return {"sound": self._digest.hexdigest(), "begin": begin / self._rate, "kept": end - begin}
