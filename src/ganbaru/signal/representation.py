"""What a representation of sound is, and the names by which one is asked for."""

import inspect
from typing import Any, Protocol, Self, runtime_checkable

from torch import Tensor

from ganbaru.errors import UserError, unknown


@runtime_checkable
class Representation(Protocol):
    """A way to write a sound down, and the way back.

    Attributes:
        name: what it is asked for by.
        rate: samples a second, Hz.
    """

    name: str
    rate: int

    def shape(self, samples: int) -> tuple[int, ...]:
        """The shape ``(C, …, L)`` of one encoded sound of so many samples."""
        ...

    def encode(self, waveform: Tensor) -> Tensor:
        """``(B, T) → (B, C, …, L)``, about unit scale once fitted; differentiable."""
        ...

    def decode(self, encoded: Tensor, samples: int) -> Tensor:
        """``(B, C, …, L) → (B, T)``; equal input gives equal output."""
        ...

    def recipe(self) -> dict[str, Any]:
        """Everything it takes to make it again: ``representation(**recipe)``."""
        ...

    def fitted(self, waveform: Tensor) -> Self:
        """The same with the scaling that these training sounds ``(N, T)`` ask for."""
        ...


def kinds() -> dict[str, type]:
    """Every representation of this room by its name."""
    from ganbaru.signal.complex_spectrogram import ComplexSpectrogram, MagnitudeAndFrequency
    from ganbaru.signal.constant_q import ConstantQ, LogConstantQ
    from ganbaru.signal.mdct import Mdct
    from ganbaru.signal.mel_spectrogram import LogMel, Mel
    from ganbaru.signal.mu_law import MuLaw
    from ganbaru.signal.spectrogram import LogMagnitude
    from ganbaru.signal.waveform import Waveform

    every = (
        Waveform, MuLaw, ComplexSpectrogram, LogMagnitude, Mel, LogMel, MagnitudeAndFrequency, ConstantQ, LogConstantQ,
        Mdct,
    )  # fmt: skip
    return {kind.name: kind for kind in every}


def representation(name: str, *, rate: int, **options: Any) -> Representation:
    """The representation of that name.

    Args:
        name: "waveform", "mu-law", "stft", "log-magnitude", "mel", "log-mel", "magnitude+if", "cqt", "log-cqt" or
            "mdct".
        rate: samples a second, Hz.
        options: what that representation takes; a recipe's entries do.

    Raises:
        UserError: the name or an option is not known; names the nearest.
    """
    known = kinds()
    if name not in known:
        raise unknown("representation", name, known)
    takes = set(inspect.signature(known[name]).parameters) - {"rate"}
    for option in options:
        if option not in takes:
            raise unknown(f"option of {name}", option, takes)
    if rate <= 0:
        raise UserError(f"rate {rate} Hz is not a sampling rate", hint="give the sound's own, such as 16000")
    made: Representation = known[name](rate=rate, **options)
    return made
