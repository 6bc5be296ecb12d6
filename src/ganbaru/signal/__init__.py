"""Sound: its representations and the ways back, distances of two sounds, loudness, pictures.

>>> import torch
>>> mel = representation("log-mel", rate=8000)
>>> mel.shape(4096)
(64, 32)
>>> mel.decode(mel.encode(torch.zeros(2, 4096)), 4096).shape
torch.Size([2, 4096])
"""

from typing import TYPE_CHECKING, Any

from ganbaru.signal.audible import audible_difference
from ganbaru.signal.cepstrum import mel_cepstral_distortion
from ganbaru.signal.complex_spectrogram import ComplexSpectrogram, MagnitudeAndFrequency
from ganbaru.signal.constant_q import ConstantQ, LogConstantQ
from ganbaru.signal.differences import log_mel_error, multi_resolution_stft, si_sdr, waveform_l2
from ganbaru.signal.embedding import embedding
from ganbaru.signal.framing import frames_of, istft, stft
from ganbaru.signal.griffin_lim import Recovered, griffin_lim, mel_griffin_lim, recover, spectral_convergence
from ganbaru.signal.learned_phase import PhaseNetwork
from ganbaru.signal.loudness import equal_loudness_gains, loudness
from ganbaru.signal.mdct import Mdct
from ganbaru.signal.mel import filter_bank, hz_to_mel, mel_to_hz, to_linear
from ganbaru.signal.mel_spectrogram import LogMel, Mel
from ganbaru.signal.mu_law import MuLaw
from ganbaru.signal.pghi import pghi
from ganbaru.signal.representation import Representation, representation
from ganbaru.signal.spectrogram import LogMagnitude
from ganbaru.signal.waveform import Waveform

if TYPE_CHECKING:
    from ganbaru.signal.pictures import Picture, draw

__all__ = [
    "ComplexSpectrogram",
    "ConstantQ",
    "LogConstantQ",
    "LogMagnitude",
    "LogMel",
    "MagnitudeAndFrequency",
    "Mdct",
    "Mel",
    "MuLaw",
    "PhaseNetwork",
    "Picture",
    "Recovered",
    "Representation",
    "Waveform",
    "audible_difference",
    "draw",
    "embedding",
    "equal_loudness_gains",
    "filter_bank",
    "frames_of",
    "griffin_lim",
    "hz_to_mel",
    "istft",
    "log_mel_error",
    "loudness",
    "mel_cepstral_distortion",
    "mel_griffin_lim",
    "mel_to_hz",
    "multi_resolution_stft",
    "pghi",
    "recover",
    "representation",
    "si_sdr",
    "spectral_convergence",
    "stft",
    "to_linear",
    "waveform_l2",
]


def __getattr__(name: str) -> Any:
    """`draw` and `Picture`, which most who import this room never ask for: loading them takes a third of its time."""
    if name in ("Picture", "draw"):
        from ganbaru.signal import pictures

        return getattr(pictures, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
