"""Faults that ears notice, planted in sounds ``(N, T)`` at a known severity; and changes that are none.

Levels are in dB below the loud part of each sound: the root mean square of its frames within 40 dB of the loudest.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy.signal import butter, resample_poly, sosfiltfilt

from ganbaru import signal

Array = np.ndarray[Any, Any]
Change = Callable[[Array, int, np.random.Generator], Array]


def loud(sounds: Array, rate: int) -> Array:
    """``(N, T)`` to the amplitude of the loud part of each, ``(N, 1)``."""
    size = max(1, rate // 50)
    count = sounds.shape[1] // size
    power = np.square(sounds[:, : count * size]).reshape(len(sounds), count, size).mean(axis=2)
    heard = power >= 1e-4 * power.max(axis=1, keepdims=True)
    return np.sqrt((power * heard).sum(axis=1) / np.maximum(heard.sum(axis=1), 1) + 1e-20)[:, None]


def quieter(decibels: float) -> Change:
    """So many dB quieter."""
    return lambda sounds, rate, random: sounds * 10 ** (-decibels / 20)


def only_a_click(sounds: Array, rate: int, random: np.random.Generator) -> Array:
    """A click of 1 ms at the start and nothing after it."""
    made = np.zeros_like(sounds)
    made[:, : rate // 1000] = 0.5 * np.hanning(rate // 1000 + 2)[1:-1]
    return made


def some(change: Change, share: float) -> Change:
    """Only this share of the sounds are changed, from the first on."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        count = round(share * len(sounds))
        return np.concatenate([change(sounds[:count], rate, random), sounds[count:]])

    return changed


def impulses(size: float, a_second: float = 6.0) -> Change:
    """Single samples at random places, of so many peaks of the sound."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        made = sounds.copy()
        count = max(1, round(a_second * sounds.shape[1] / rate))
        for sound in made:
            places = random.integers(0, len(sound), count)
            sound[places] += size * np.abs(sound).max() * random.choice([-1.0, 1.0], count)
        return made

    return changed


def joints(milliseconds: float, share: float = 1.0) -> Change:
    """Every piece of so long is shifted in itself, so that it does not fit its neighbours; this share of the pieces."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        made, size = sounds.copy(), round(milliseconds * rate / 1000)
        for sound in made:
            for start in range(0, len(sound) - size + 1, size):
                if random.random() < share:
                    sound[start : start + size] = np.roll(
                        sound[start : start + size], random.integers(size // 4, size // 2)
                    )
        return made

    return changed


def loop_cut(sounds: Array, rate: int, random: np.random.Generator) -> Array:
    """Jumps from its loudest place back to an earlier loud one, as a loop that was cut anywhere does."""
    made = sounds.copy()
    back = max(8, round(0.11 * rate))
    for sound in made:
        place = int(np.clip(np.abs(sound).argmax() + rate // 100, back, len(sound) - 1))
        rest = sound[place - back : len(sound) - back].copy()
        sound[place:] = rest[: len(sound) - place]
    return made


def zeros_between(stride: int, taps: Array | None = None) -> Change:
    """Sampled at a rate so many times less, then zeros put between, and a weak filter of these taps."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        few = resample_poly(sounds, 1, stride, axis=1)
        made = np.zeros((len(few), few.shape[1] * stride))
        made[:, ::stride] = few * (stride if taps is not None else np.sqrt(stride))
        if taps is not None:
            made = np.apply_along_axis(np.convolve, 1, made, taps / taps.sum(), "same")
        return made[:, : sounds.shape[1]]

    return changed


def repeated(stride: int) -> Change:
    """Upsampled by repeating every sample."""
    return zeros_between(stride, np.ones(stride))


def ramps(stride: int) -> Change:
    """Upsampled by straight lines."""
    return zeros_between(stride, np.convolve(np.ones(stride), np.ones(stride)))


def transposed(stride: int, kernel: int) -> Change:
    """Through an untrained transposed convolution, whose kernel is no multiple of its stride."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        return zeros_between(stride, 0.5 + np.abs(random.normal(size=kernel)))(sounds, rate, random)

    return changed


def image(decibels: float, stride: int = 2) -> Change:
    """The sound, and its mirror image above half the rate over the stride, so many dB below it."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        ghost = zeros_between(stride)(sounds, rate, random)
        edge = butter(8, 1 / stride, "high", output="sos")
        ghost = sosfiltfilt(edge, ghost, axis=1)
        return _added(sounds, ghost, rate, decibels)

    return changed


def tone(divisor: int, decibels: float) -> Change:
    """A tone at the rate over a divisor, in the loud part of each sound and 20 dB less elsewhere."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        phase = random.random((len(sounds), 1))
        wave = np.sin(2 * np.pi * (np.arange(sounds.shape[1]) / divisor + phase))
        return sounds + np.sqrt(2) * wave * loud(sounds, rate) * 10 ** (-decibels / 20)

    return changed


def white(decibels: float) -> Change:
    """Steady white noise."""
    return lambda sounds, rate, random: _added(sounds, random.normal(size=sounds.shape), rate, decibels)


def high(decibels: float) -> Change:
    """Steady noise above 4 kHz, or above a quarter of the rate where that is less."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        edge = butter(8, min(4000, rate / 4), "high", fs=rate, output="sos")
        return _added(sounds, sosfiltfilt(edge, random.normal(size=sounds.shape), axis=1), rate, decibels)

    return changed


def recovered_noise(decibels: float) -> Change:
    """Noise that went through log-mel and Griffin-Lim."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        noise = 0.1 * random.normal(size=sounds.shape)
        return _added(sounds, _through(noise, "log-mel", rate, iterations=4, phase="random"), rate, decibels)

    return changed


def through(name: str, **options: Any) -> Change:
    """Through a representation and back."""
    return lambda sounds, rate, random: _through(sounds, name, rate, **options)


def spread_phases(milliseconds: float) -> Change:
    """Through an all-pass filter whose delay differs from one frequency to the next, by up to so long."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        length = 2 * sounds.shape[1]
        bins = length // 2 + 1
        knots = np.arange(0, rate / 2 + 100, 100)
        delays = np.interp(np.arange(bins) * rate / length, knots, random.random(len(knots))) * milliseconds / 1000
        phase = -2 * np.pi * np.cumsum(delays) * rate / length
        return np.fft.irfft(np.fft.rfft(sounds, length, axis=1) * np.exp(1j * phase), length, axis=1)[
            :, : sounds.shape[1]
        ]

    return changed


def mu_law(sounds: Array, rate: int, random: np.random.Generator) -> Array:
    """Rounded to 8 bits after µ-law compression."""
    top = np.abs(sounds).max(axis=1, keepdims=True) + 1e-12
    level = np.round(127.5 * (1 + np.sign(sounds) * np.log1p(255 * np.abs(sounds / top)) / np.log(256))) / 127.5 - 1
    return top * np.sign(level) * (256 ** np.abs(level) - 1) / 255


def few(count: int) -> Change:
    """Only so many different sounds, over and over."""
    return lambda sounds, rate, random: sounds[np.arange(len(sounds)) % count]


def faster(ratio: tuple[int, int]) -> Change:
    """Higher by this ratio (up, down), as a tape that runs faster."""

    def changed(sounds: Array, rate: int, random: np.random.Generator) -> Array:
        made = resample_poly(sounds, *ratio, axis=1)[:, : sounds.shape[1]]
        fade = np.minimum(1, np.arange(made.shape[1], 0, -1) / (0.03 * rate))
        return np.pad(made * fade, ((0, 0), (0, sounds.shape[1] - made.shape[1])))

    return changed


def _through(sounds: Array, name: str, rate: int, **options: Any) -> Array:
    kind = signal.representation(name, rate=rate, **options)
    encoded = kind.encode(torch.from_numpy(np.ascontiguousarray(sounds, dtype=np.float32)))
    return np.asarray(kind.decode(encoded, sounds.shape[1]).numpy(), dtype=np.float64)


def _added(sounds: Array, more: Array, rate: int, decibels: float) -> Array:
    size = np.sqrt(np.square(more).mean(axis=1, keepdims=True)) + 1e-20
    return sounds + more / size * loud(sounds, rate) * 10 ** (-decibels / 20)


@dataclass(frozen=True)
class Planted:
    """A change of sounds.

    Attributes:
        name: in words.
        cause: what should be found; empty for changes that are no fault.
        heard: whether a person would notice it without a comparison: "plainly", "barely" or "no".
        change: sounds ``(N, T)``, rate and randomness to sounds ``(N, T)``.
    """

    name: str
    cause: str
    heard: str
    change: Change


SILENT = (
    Planted("nothing at all", "silent-output", "plainly", quieter(400)),
    Planted("80 dB quieter", "silent-output", "plainly", quieter(80)),
    Planted("60 dB quieter", "silent-output", "plainly", quieter(60)),
    Planted("40 dB quieter", "silent-output", "plainly", quieter(40)),
    Planted("only a click at the start", "silent-output", "plainly", only_a_click),
    Planted("half of them silent", "silent-output", "plainly", some(quieter(80), 0.5)),
    Planted("one in ten silent", "silent-output", "barely", some(quieter(80), 0.1)),
)
CLICKS = (
    Planted("6 a second, as loud as the peak", "clicks", "plainly", impulses(1.0)),
    Planted("6 a second, half the peak", "clicks", "plainly", impulses(0.5)),
    Planted("6 a second, a quarter of the peak", "clicks", "plainly", impulses(0.25)),
    Planted("6 a second, a tenth of the peak", "clicks", "barely", impulses(0.1)),
    Planted("joints every 32 ms", "clicks", "plainly", joints(32)),
    Planted("every third joint of 64 ms", "clicks", "plainly", joints(64, 1 / 3)),
    Planted("a loop cut anywhere", "clicks", "barely", loop_cut),
)
IMAGING = (
    Planted("zeros between, by 2, no filter", "imaging", "plainly", zeros_between(2)),
    Planted("zeros between, by 4, no filter", "imaging", "plainly", zeros_between(4)),
    Planted("repeated samples, by 2", "imaging", "plainly", repeated(2)),
    Planted("repeated samples, by 4", "imaging", "plainly", repeated(4)),
    Planted("straight lines, by 4", "imaging", "barely", ramps(4)),
    Planted("transposed convolution, 5 by 2", "imaging", "plainly", transposed(2, 5)),
    Planted("transposed convolution, 9 by 4", "imaging", "plainly", transposed(4, 9)),
    Planted("mirror image at -20 dB", "imaging", "plainly", image(20)),
    Planted("mirror image at -30 dB", "imaging", "plainly", image(30)),
    Planted("mirror image at -40 dB", "imaging", "barely", image(40)),
    Planted("tone at rate/4, -20 dB", "imaging", "plainly", tone(4, 20)),
    Planted("tone at rate/8, -20 dB", "imaging", "plainly", tone(8, 20)),
    Planted("tone at rate/8, -30 dB", "imaging", "plainly", tone(8, 30)),
    Planted("tone at rate/4, -40 dB", "imaging", "barely", tone(4, 40)),
)
HISS = (
    Planted("white noise at -10 dB", "hiss", "plainly", white(10)),
    Planted("white noise at -20 dB", "hiss", "plainly", white(20)),
    Planted("white noise at -30 dB", "hiss", "plainly", white(30)),
    Planted("white noise at -40 dB", "hiss", "barely", white(40)),
    Planted("white noise at -50 dB", "hiss", "barely", white(50)),
    Planted("noise above 4 kHz at -20 dB", "hiss", "plainly", high(20)),
    Planted("noise above 4 kHz at -30 dB", "hiss", "plainly", high(30)),
    Planted("noise above 4 kHz at -40 dB", "hiss", "barely", high(40)),
    Planted("recovered noise at -20 dB", "hiss", "plainly", recovered_noise(20)),
    Planted("recovered noise at -30 dB", "hiss", "plainly", recovered_noise(30)),
)
SMEAR = (
    Planted("random phases", "phase-smear", "plainly", through("log-magnitude", iterations=0, phase="random")),
    Planted("zero phases", "phase-smear", "plainly", through("log-magnitude", iterations=0, phase="zero")),
    Planted("log-mel, no iteration", "phase-smear", "plainly", through("log-mel", iterations=0, phase="random")),
    Planted("log-mel, 1 iteration", "phase-smear", "plainly", through("log-mel", iterations=1, phase="random")),
    Planted("log-mel, 4 iterations", "phase-smear", "plainly", through("log-mel", iterations=4, phase="random")),
    Planted("all-pass of 10 ms", "phase-smear", "barely", spread_phases(10)),
    Planted("all-pass of 30 ms", "phase-smear", "plainly", spread_phases(30)),
    Planted("all-pass of 60 ms", "phase-smear", "plainly", spread_phases(60)),
)
FAULTS: tuple[Planted, ...] = SILENT + CLICKS + IMAGING + HISS + SMEAR

HEALTHY: tuple[Planted, ...] = (
    Planted("as they are", "", "no", lambda sounds, rate, random: sounds),
    Planted("10 sounds over and over", "", "no", few(10)),
    Planted("12 dB quieter", "", "no", quieter(12)),
    Planted("a tone higher", "", "no", faster((8, 9))),
    Planted("a third lower", "", "no", faster((5, 4))),
    Planted("log-mel and 32 iterations", "", "barely", through("log-mel")),
    Planted("magnitudes and 100 iterations", "", "no", through("log-magnitude", iterations=100)),
    Planted("mu-law of 8 bits", "", "barely", mu_law),
)
