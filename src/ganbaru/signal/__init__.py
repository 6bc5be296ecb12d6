"""Sound and its representations: waveform, log-magnitude, log-mel, and the ways back.

>>> import torch
>>> mel = representation("log-mel", rate=8000)
>>> mel.shape(4096)
(64, 32)
>>> mel.decode(mel.encode(torch.zeros(2, 4096)), 4096).shape
torch.Size([2, 4096])
"""

from ganbaru.signal.framing import frames_of, istft, stft
from ganbaru.signal.griffin_lim import griffin_lim, spectral_convergence
from ganbaru.signal.mel import filter_bank, hz_to_mel, mel_to_hz, to_linear
from ganbaru.signal.representation import Representation, representation
from ganbaru.signal.spectrogram import LogMagnitude, LogMel
from ganbaru.signal.waveform import Waveform

__all__ = [
    "LogMagnitude",
    "LogMel",
    "Representation",
    "Waveform",
    "filter_bank",
    "frames_of",
    "griffin_lim",
    "hz_to_mel",
    "istft",
    "mel_to_hz",
    "representation",
    "spectral_convergence",
    "stft",
    "to_linear",
]
