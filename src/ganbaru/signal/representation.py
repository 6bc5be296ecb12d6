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
        """The shape ``(C, L)`` of one encoded sound of so many samples."""
        ...

    def encode(self, waveform: Tensor) -> Tensor:
        """``(B, T) → (B, C, L)``, about unit scale; differentiable."""
        ...

    def decode(self, encoded: Tensor, samples: int) -> Tensor:
        """``(B, C, L) → (B, T)``; equal input gives equal output."""
        ...

    def recipe(self) -> dict[str, Any]:
        """Everything it takes to make it again: ``representation(**recipe)``."""
        ...

    def fitted(self, waveform: Tensor) -> Self:
        """The same with the scaling that these training sounds ``(N, T)`` ask for."""
        ...


def representation(name: str, *, rate: int, **options: Any) -> Representation:
    """The representation of that name.

    Args:
        name: "waveform", "log-magnitude" or "log-mel".
        rate: samples a second, Hz.
        options: what that representation takes; a recipe's entries do.

    Raises:
        UserError: the name or an option is not known; names the nearest.
    """
    from ganbaru.signal.spectrogram import LogMagnitude, LogMel
    from ganbaru.signal.waveform import Waveform

    kinds: dict[str, type] = {kind.name: kind for kind in (Waveform, LogMagnitude, LogMel)}
    if name not in kinds:
        raise unknown("representation", name, kinds)
    known = set(inspect.signature(kinds[name]).parameters) - {"rate"}
    for option in options:
        if option not in known:
            raise unknown(f"option of {name}", option, known)
    if rate <= 0:
        raise UserError(f"rate {rate} Hz is not a sampling rate", hint="give the sound's own, such as 16000")
    made: Representation = kinds[name](rate=rate, **options)
    return made
