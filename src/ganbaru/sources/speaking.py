"""The speech synthesiser espeak-ng, through ctypes. Runs in a worker process only: the library is one global state.

Its sound depends on everything it has said before, and no call resets that; only what a fresh library says first is
always the same. So each job is said by a child forked from this process, which loads the library and never speaks:
the same job gives the same bytes, whatever was said before or beside it.
"""

import ctypes
import hashlib
import os
from collections.abc import Callable
from typing import Any, BinaryIO

import espeakng_loader
import numpy as np
import soxr

from ganbaru.sources.claims import Refused

Array = np.ndarray[Any, Any]

EDGE = 0.02
"""Samples at either end below this share of the peak are cut."""
_SYNCHRONOUS, _UTF8 = 2, 1  # names of speak_lib.h: AUDIO_OUTPUT_SYNCHRONOUS, espeakCHARS_UTF8
_SPEED, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_FIXED = {_VOLUME: 100, _RANGE: 50}

_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class _Espeak:
    """The library, initialised: 22,050 Hz int16."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = os.fsencode(espeakng_loader.get_data_path())
        self.rate = int(self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0))
        if self.rate <= 0:
            raise RuntimeError(f"espeak-ng cannot load its data from {espeakng_loader.get_data_path()}")
        self._library.espeak_ng_SetRandSeed(ctypes.c_long(1))  # else the breath of some voices is seeded by the clock
        self._parts: list[Array] = []
        self._callback = _Callback(self._take)  # kept: the library holds only its address
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._parts.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def choose(self, voice: str) -> bool:
        """Take this voice; False if there is none of that name."""
        return int(self._library.espeak_SetVoiceByName(voice.encode())) == 0

    def say(self, text: str, pitch: int, speed: int) -> Array:
        """``text`` as ``(n,)`` int16."""
        self._parts.clear()
        for parameter, value in {_SPEED: speed, _PITCH: pitch, **_FIXED}.items():
            self._library.espeak_SetParameter(parameter, value, 0)
        data = text.encode() + b"\0"
        self._library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        return np.concatenate([np.zeros(0, np.int16), *self._parts])


_espeak = _Espeak()


def speak(job: dict[str, Any], spool: BinaryIO) -> dict[str, Any]:
    """Say ``job["text"]`` in ``job["voice"]`` at every one of ``job["pitches"]`` and ``job["speeds"]``.

    Each utterance is resampled to ``job["rate"]`` Hz, cut at its ends, and appended to ``spool`` as float32.

    Returns:
        ``{"utterances": [...]}``, by pitch, then speed: ``offset``, ``length``, ``peak``, ``sound`` (a hash).

    Raises:
        Refused: if there is no such voice, or it says nothing.
    """
    said = _apart(lambda: _say_all(job)) if hasattr(os, "fork") else _say_all(job)
    if not said:
        raise Refused(f"there is no voice {job['voice']!r}")
    return {"utterances": [_keep(sound, job["rate"], spool) for sound in said]}


def _say_all(job: dict[str, Any]) -> list[Array]:
    said = []
    for pitch in job["pitches"]:
        for speed in job["speeds"]:
            if not _espeak.choose(job["voice"]):
                return []
            said.append(_espeak.say(job["text"], pitch, speed))
    return said


def _apart(work: Callable[[], list[Array]]) -> list[Array]:
    """The result of ``work`` done by a forked child, which leaves no trace in this process."""
    source, sink = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(source)
            with os.fdopen(sink, "wb") as out:
                for sound in work():
                    out.write(len(sound).to_bytes(4, "little") + sound.tobytes())
            status = 0
        finally:
            os._exit(status)
    os.close(sink)
    with os.fdopen(source, "rb") as inside:
        data = inside.read()
    if os.waitpid(child, 0)[1] != 0:
        raise Refused("the synthesiser crashed on it")
    return _unpack(data)


def _unpack(data: bytes) -> list[Array]:
    sounds, at = [], 0
    while at < len(data):
        count = int.from_bytes(data[at : at + 4], "little")
        sounds.append(np.frombuffer(data, np.int16, count, at + 4))
        at += 4 + 2 * count
    return sounds


def _keep(sound: Array, rate: int, spool: BinaryIO) -> dict[str, Any]:
    if not len(sound):
        raise Refused("the synthesiser says nothing")
    amplitude = sound.astype(np.float32) / 32768
    heard = soxr.resample(amplitude, _espeak.rate, rate) if rate != _espeak.rate else amplitude
    level = np.abs(heard)
    peak = float(level.max(initial=0.0))
    if peak < 1e-3:
        raise Refused("the synthesiser says nothing")
    loud = np.flatnonzero(level > EDGE * peak)
    data = np.ascontiguousarray(heard[loud[0] : loud[-1] + 1], dtype=np.float32).tobytes()
    offset = spool.tell() // 4
    spool.write(data)
    return {"offset": offset, "length": len(data) // 4, "peak": peak, "sound": hashlib.sha256(data).hexdigest()}
