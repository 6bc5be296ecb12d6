"""Axes of pictures: where a number stands along a line, and which round ones are written beside it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from ganbaru.errors import unknown
from ganbaru.signal.mel import hz_to_mel, mel_to_hz

Array = np.ndarray[Any, Any]
Frequency = Literal["mel", "linear", "log"]

_WARPS: dict[Frequency, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "mel": (lambda hz: hz_to_mel(hz, "htk"), lambda mel: mel_to_hz(mel, "htk")),
    "linear": (np.asarray, np.asarray),
    "log": (np.log, np.exp),
}
_MINUTES_FROM, _SECONDS_FROM = 120.0, 0.5


@dataclass(frozen=True)
class Axis:
    """Numbers from ``low`` to ``high`` along a line.

    Attributes:
        low: where it begins.
        high: where it ends.
        write: a number in words, with its unit.
        scale: how the numbers are spaced.
    """

    low: float
    high: float
    write: Callable[[float], str]
    scale: Frequency = "linear"

    def place(self, values: Array) -> Array:
        """Where numbers ``(N,)`` stand: 0 at the beginning, 1 at the end."""
        low, high = self._warped(np.array([self.low, self.high]))
        placed: Array = (self._warped(np.asarray(values, dtype=np.float64)) - low) / (high - low)
        return placed

    def edges(self, pixels: int) -> Array:
        """The numbers ``(pixels + 1,)`` between which equally wide pixels lie."""
        low, high = self._warped(np.array([self.low, self.high]))
        return _WARPS[self.scale][1](np.linspace(low, high, pixels + 1))

    def ticks(self, most: float) -> list[tuple[float, str]]:
        """Round numbers, about so many to the whole length: where each stands, and its words.

        Where they are unevenly spaced, some come closer, but never to less than half of an even spacing.
        """
        if self.scale == "linear":
            chosen = _steps(self.low, self.high, most)
        else:
            chosen = self._apart(_decades(self.low, self.high), 0.5 / most)
        return [(float(self.place(np.array(value))), self.write(value)) for value in sorted(chosen)]

    def _warped(self, values: Array) -> Array:
        return _WARPS[self.scale][0](values)

    def _apart(self, candidates: list[float], least: float) -> list[float]:
        """Those that keep their distance from all that come before them."""
        chosen: list[float] = []
        for value in candidates:
            places = self.place(np.array([value, *chosen]))
            if (np.abs(places[1:] - places[0]) >= least).all():
                chosen.append(value)
        return chosen


def time_axis(seconds: float) -> Axis:
    """From the beginning of a sound to its end, s; written in ms where it is short and in minutes where it is long."""
    if seconds >= _MINUTES_FROM:
        return Axis(0, seconds / 60, lambda value: f"{value:g} min")
    if seconds >= _SECONDS_FROM:
        return Axis(0, seconds, lambda value: f"{value:g} s")
    return Axis(0, 1000 * seconds, lambda value: f"{value:g} ms")


def frequency_axis(scale: Frequency, *, rate: float, n_fft: int) -> Axis:
    """Up to half the rate, Hz; from 0, but logarithmic ones from the lowest frequency that the window tells from 0.

    Raises:
        UserError: the scale is not known.
    """
    if scale not in get_args(Frequency):
        raise unknown("frequency scale", scale, get_args(Frequency))
    return Axis(rate / n_fft if scale == "log" else 0, rate / 2, _hertz, scale)


def level_axis(low: float, high: float) -> Axis:
    """Levels, dB relative to a sine of amplitude 1."""
    return Axis(low, high, lambda value: f"{_signed(value)} dB")


def amplitude_axis(reach: float) -> Axis:
    """Samples, as far below zero as above."""
    return Axis(-reach, reach, _signed)


def _hertz(value: float) -> str:
    return f"{value:g} Hz" if value < 1000 else f"{value / 1000:g} kHz"


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "−")


def _steps(low: float, high: float, most: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten: about ``most`` of them, but never a lone one."""
    wanted = (high - low) / max(most, 1)
    power = math.floor(math.log10(wanted))
    factor, power = next(((f, power) for f in (1, 2, 5) if f * 10.0**power >= wanted), (1, power + 1))
    step = factor * 10.0**power
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    if last <= first:
        return _steps(low, high, 1.5 * max(most, 1))
    return [round(index * step, max(0, -power)) for index in range(first, last + 1)]


def _decades(low: float, high: float) -> list[float]:
    """The end if it is zero, then 1, 2 and 5 times the powers of ten: the roundest first."""
    powers = range(math.floor(math.log10(max(low, high / 1e4))), math.ceil(math.log10(high)))
    round_ones = [factor * 10.0**power for factor in (1, 2, 5) for power in reversed(powers)]
    return [*([0.0] if low == 0 else []), *(value for value in round_ones if low <= value <= high)]
