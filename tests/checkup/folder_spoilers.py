"""Ways to spoil a sound, each at a named severity, as files on disk: what a checkup of a folder has to find."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr

Array = np.ndarray[Any, Any]
Spoiler = Callable[[Path, Array, int, np.random.Generator], Path]
"""``spoil(place, sound (T, C), rate, rng)`` writes a file named as ``place`` with an ending and returns its path."""


def write(place: Path, sound: Array, rate: int, ending: str = "wav", subtype: str | None = "PCM_16") -> Path:
    """Write a sound under this name and ending, making its folder."""
    path = place.with_name(f"{place.name}.{ending}")
    path.parent.mkdir(parents=True, exist_ok=True)
    if ending in ("ogg", "mp3"):
        subtype = None
    elif ending == "flac" and subtype not in ("PCM_24", "PCM_S8"):
        subtype = "PCM_16"
    if subtype == "PCM_16":  # rounded here, as libsndfile rounds otherwise for each format
        sound = np.clip(np.rint(sound * 32768), -32768, 32767).astype(np.int16)
    soundfile.write(path, sound, rate, subtype=subtype, format={"ogg": "OGG", "mp3": "MP3"}.get(ending))
    return path


def scaled(sound: Array, peak: float = 0.9) -> Array:
    """With this peak."""
    return peak * sound / max(float(np.abs(sound).max()), 1e-9)


def at_rate(sound: Array, rate: int, wanted: int) -> Array:
    """The same sound at another rate, within full scale."""
    out = soxr.resample(sound, rate, wanted, quality="HQ")
    return np.asarray(out / max(1.0, float(np.abs(out).max())))


def cut_short(ending: str, share: float = 0.5) -> Spoiler:
    """Only the first bytes of the file."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        path = write(place, scaled(sound), rate, ending)
        path.write_bytes(path.read_bytes()[: max(1, int(share * path.stat().st_size))])
        return path

    return spoil


def emptied(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
    """0 bytes."""
    path = write(place, sound, rate)
    path.write_bytes(b"")
    return path


def not_numbers(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
    """A float file with one NaN."""
    spoilt = sound.copy()
    spoilt[len(spoilt) // 2] = np.nan
    return write(place, spoilt, rate, subtype="FLOAT")


def overdriven(share: float, *, gain: float = 1.0, ending: str = "wav", subtype: str = "PCM_16") -> Spoiler:
    """So loud that this share of the samples that are not faint lies beyond full scale; then a gain."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        size = np.abs(sound)
        limit = np.quantile(size[size > 0.03 * size.max()], 1 - share)
        return write(place, gain * np.clip(sound / limit, -1, 1), rate, ending, subtype)

    return spoil


def shifted(share: float) -> Spoiler:
    """With an offset of this share of the peak."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        return write(place, scaled(sound, 0.8) + share * 0.8 * rng.choice([-1, 1]), rate)

    return spoil


def silent(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
    """Zeros."""
    return write(place, np.zeros_like(sound), rate)


def all_but_silent(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
    """The hiss of a recorder alone, at -90 dB."""
    return write(place, 10**-4.5 * rng.standard_normal(sound.shape) / 4, rate, subtype="PCM_24")


def forgotten(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
    """A second of sound and half a minute of silence."""
    return write(place, np.concatenate([scaled(sound)[:rate], np.zeros((30 * rate, sound.shape[1]))]), rate)


def fragment(seconds: float) -> Spoiler:
    """So much of its loudest part."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        middle = int(np.abs(sound).sum(axis=1).argmax())
        begin = max(0, min(middle, len(sound) - round(seconds * rate)))
        return write(place, scaled(sound)[begin : begin + round(seconds * rate)], rate)

    return spoil


def stored_at(wanted: int) -> Spoiler:
    """At another rate."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        return write(place, at_rate(scaled(sound), rate, wanted), wanted)

    return spoil


def upsampled(from_rate: int, *, to: int = 44_100, ending: str = "wav") -> Spoiler:
    """Made at a low rate and stored at a high one."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        low = at_rate(scaled(sound, 0.7), rate, from_rate)
        low = np.round(low * 32767) / 32767
        return write(place, at_rate(low, from_rate, to), to, ending)

    return spoil


def quieter(decibels: float) -> Spoiler:
    """Softer by so many dB."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        return write(place, sound * 10 ** (-decibels / 20), rate, subtype="PCM_24")

    return spoil


def misread(factor: float, subtype: str) -> Spoiler:
    """Numbers of one unit stored as another."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        return write(place, scaled(sound) * factor, rate, subtype=subtype)

    return spoil


def copied(ending: str) -> Spoiler:
    """The same samples of 16 bits, twice."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        write(place, sound, rate)
        return write(place.with_name(f"{place.name}-again"), sound, rate, ending)

    return spoil


def nearly(
    *,
    gain: float = 1.0,
    to: int = 0,
    ending: str = "wav",
    subtype: str = "PCM_16",
    trim: float = 0.0,
    pad: float = 0.0,
    noise: float = 0.0,
    keep: float = 1.0,
) -> Spoiler:
    """The same recording at another gain, rate (Hz) or format, trimmed or padded (s), with noise, or a part of it."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        cut = min(round(trim * rate), len(sound) // 8)
        part = sound[cut : len(sound) - cut]
        begin = round((1 - keep) / 2 * len(part))
        part = gain * part[begin : begin + round(keep * len(part))]
        part = part + noise * np.sqrt(np.mean(part**2)) * rng.standard_normal(part.shape)
        silence = np.zeros((round(pad * rate * rng.uniform(0.5, 1)), part.shape[1]))
        part = np.concatenate([silence, part, silence])
        wanted = to or rate
        if wanted != rate:
            part = at_rate(part, rate, wanted)
        return write(place, np.clip(part, -1, 1), wanted, ending, subtype)

    return spoil


def noised(ratio: float, *, pink: bool = False) -> Spoiler:
    """With noise so many dB below its loud parts, and a third of a second of that noise before and after."""

    def spoil(place: Path, sound: Array, rate: int, rng: np.random.Generator) -> Path:
        pause = np.zeros((rate // 3, sound.shape[1]))
        longer = np.concatenate([pause, scaled(sound, 0.5), pause])
        size = np.abs(longer).max(axis=1)
        power = np.mean(longer[size > 0.05] ** 2)
        noise = rng.standard_normal(longer.shape)
        if pink:
            spectrum = np.fft.rfft(noise, axis=0)
            noise = np.fft.irfft(spectrum / np.sqrt(np.arange(1, len(spectrum) + 1))[:, None], len(longer), axis=0)
        noise *= np.sqrt(power / np.mean(noise**2)) * 10 ** (-ratio / 20)
        return write(place, scaled(longer + noise, 0.8), rate)

    return spoil


SPOILERS: dict[str, dict[str, Spoiler]] = {
    "corrupt-files": {
        "half a WAV": cut_short("wav"),
        "half a FLAC": cut_short("flac"),
        "half an OGG": cut_short("ogg"),
        "0 bytes": emptied,
        "NaN": not_numbers,
    },
    "clipped": {
        "1 % cut": overdriven(0.01),
        "5 % cut": overdriven(0.05),
        "5 % cut, then 6 dB down": overdriven(0.05, gain=0.5, subtype="PCM_24"),
        "20 % cut": overdriven(0.2, ending="flac"),
    },
    "dc-offset": {"6 % of the peak": shifted(0.06), "20 % of the peak": shifted(0.2)},
    "silence": {
        "zeros": silent,
        "-90 dB of hiss": all_but_silent,
        "1 s of sound in 31": forgotten,
        "16 bits in 32": misread(2**-16, "PCM_32"),
    },
    "too-short": {"5 ms": fragment(0.005), "12 ms": fragment(0.012)},
    "mixed-rates": {"8 kHz": stored_at(8000), "22.05 kHz": stored_at(22_050)},
    "upsampled": {
        "8 to 44.1 kHz": upsampled(8000),
        "11.025 to 44.1 kHz": upsampled(11_025),
        "16 to 48 kHz": upsampled(16_000, to=48_000),
        "22.05 to 44.1 kHz": upsampled(22_050),
        "16 to 44.1 kHz, OGG": upsampled(16_000, ending="ogg"),
    },
    "level-spread": {"25 dB down": quieter(25), "32 dB down": quieter(32)},
    "wrong-scale": {
        "16 bits in 24": misread(2**-8, "PCM_24"),
        "8 bits in 16": misread(2**-8, "PCM_16"),
        "integers as floats": misread(2**15, "FLOAT"),
        "floats to 5": misread(5.0, "FLOAT"),
    },
    "duplicates": {"WAV": copied("wav"), "FLAC": copied("flac")},
    "near-duplicates": {
        "12 dB down": nearly(gain=0.25),
        "8 kHz": nearly(to=8000),
        "22.05 kHz": nearly(to=22_050),
        "48 kHz": nearly(to=48_000),
        "OGG": nearly(ending="ogg"),
        "MP3": nearly(ending="mp3"),
        "8 bits": nearly(subtype="PCM_U8"),
        "24 bits": nearly(subtype="PCM_24", gain=0.9),
        "float": nearly(subtype="FLOAT", gain=0.9),
        "trimmed by 20 ms": nearly(trim=0.02),
        "0.4 s of silence added": nearly(pad=0.4),
        "8 kHz, OGG, trimmed, softer": nearly(to=8000, ending="ogg", trim=0.02, gain=0.4),
        "noise at 30 dB": nearly(noise=0.03),
        "the middle half": nearly(keep=0.5),
    },
    "noisy": {"white, 15 dB": noised(15), "white, 5 dB": noised(5), "pink, 12 dB": noised(12, pink=True)},
}
"""By cause, the severities that a person hears or that hurt training."""
