"""Generated sounds have false harmonics from upsampling: mirror images, or tones at multiples of rate over stride."""

from collections.abc import Mapping
from typing import Any

from ganbaru.checkup.cause import Cause, Change, Ruling
from ganbaru.checkup.causes.heard.hearing import (
    WAVEFORMS,
    graded,
    is_behind,
    is_sound,
    probe,
    representation,
    ruled,
    ruled_beside_the_rest,
)
from ganbaru.checkup.evidence import Evidence

_COHERENT = 0.05
"""Squared coherence beyond that of real sounds and of neighbouring cyclic frequencies."""
_SLIGHTLY = 0.02
"""Coherence that is suspected."""
_LOUD = -34.0
"""dB of the whole sound from which an image is heard; what a usual resampler leaves lies at -39 and less."""
_FAINT = -55.0
"""dB below which it is nothing."""
_HIGH = 10.0
"""dB by which a tone stands out, beyond that of real sounds and of other places."""
_AUDIBLE = -45.0
"""dB of the whole sound below which a tone is not heard."""


def _judge(evidence: Evidence) -> Ruling:
    heard = probe(evidence)["imaging"]
    image = max(heard["images"], key=_coherent, default=None)
    tone = max(filter(_audible, heard["tones"]), key=_height, default=None)
    numbers: dict[str, float] = {}
    if image is not None:
        numbers |= {"stride": image["stride"], "coherence": _coherent(image), "coherence_limit": _COHERENT}
        numbers |= {"image_level": image["level"], "image_level_limit": _LOUD}
    if tone is not None:
        numbers |= {"tone_hertz": tone["place"] * probe(evidence)["rate"], "tone": _height(tone), "tone_limit": _HIGH}
    ghost = _coherent(image) if image is not None else 0.0
    if image is not None and image["level"] < _LOUD:
        ghost = min(ghost, _SLIGHTLY)
    line = _height(tone) if tone is not None else 0.0
    verdict = "found" if line >= _HIGH else graded(ghost, found=_COHERENT, suspected=_SLIGHTLY)
    trace = "there is a trace of mirrored spectra"
    rule = ruled_beside_the_rest if is_behind(evidence) else ruled  # bands that are not learned yet ring too
    return rule(evidence, verdict, numbers, trace)


def _coherent(image: Mapping[str, Any]) -> float:
    """How much there is beyond what chance makes; 0 where nothing is surely coherent."""
    clear = image["level"] >= _FAINT
    return float(image["coherence"] - max(image["beside"], image["coherence_real"])) if clear else 0.0


def _audible(tone: Mapping[str, Any]) -> bool:
    return bool(tone["level"] >= _AUDIBLE)


def _height(tone: Mapping[str, Any]) -> float:
    return float(tone["height"] - max(tone["usual"], tone["height_real"], 0.0))


def _change(evidence: Evidence) -> Change | None:
    return {"generator.kernel": 25} if representation(evidence) in WAVEFORMS else None


CAUSE = Cause(
    "imaging",
    needs=("heard",),
    when=is_sound,
    judge=_judge,
    remedy="Upsample by repeating or interpolating and convolve with a kernel several strides wide; where a transposed "
    "convolution must stay, make its kernel a multiple of its stride.",
    change=_change,
    explains=("hiss",),
)
