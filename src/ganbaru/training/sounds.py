"""Amplitudes to the bytes of a WAV file that equal sounds always share."""

import io
import logging

import numpy as np
import soundfile

_log = logging.getLogger("ganbaru.training")


def to_wav(waveform: np.ndarray, rate: int) -> bytes:
    """A 16-bit WAV file of one sound.

    The amplitude is rounded to the nearest of the 65,535 steps by us (libsndfile floors it) and what lies beyond
    full scale is clipped and counted in the log.

    Args:
        waveform: ``(T,)``, amplitude with full scale at ±1.
        rate: samples a second, Hz.
    """
    scaled = np.rint(np.asarray(waveform, dtype=np.float64) * 32767)
    clipped = int((np.abs(scaled) > 32767).sum())
    if clipped:
        _log.debug("clipped %d of %d samples to full scale", clipped, scaled.size)
    buffer = io.BytesIO()
    pcm = np.clip(np.nan_to_num(scaled), -32767, 32767).astype(np.int16)
    soundfile.write(buffer, pcm, rate, format="WAV", subtype="PCM_16")
    return buffer.getvalue()
