"""Evidence of folders of sounds, spoiled in one way or not at all, and of sounds as a generator might make them."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ganbaru.checkup.evidence import Evidence
from zoo import truth, worlds

Array = np.ndarray[Any, Any]
Sounds = dict[str, tuple[Array, int]]
_CLIPPED = "drum_heavy_kick"
_DRUMS = ("../shared/sounds/drums", "/usr/share/sonic-pi/samples")


def drums_folder() -> Path | None:
    """Where real drum sounds lie; None where there are none."""
    places = [Path(__file__).parents[2] / place for place in _DRUMS]
    return next((place for place in places if place.is_dir()), None)


def drums(pattern: str = "*", most: int = 60) -> Sounds:
    """Real drum sounds, as mono, without the one that is clipped."""
    import soundfile

    place = drums_folder()
    files = [file for file in sorted(place.glob(f"{pattern}.flac")) if file.stem != _CLIPPED] if place else []
    sounds = {}
    for file in files[:most]:
        sound, rate = soundfile.read(file, dtype="float64", always_2d=True)
        sounds[file.stem] = (sound.mean(axis=1), rate)
    return sounds


def speech(words: str, most: int = 60) -> Sounds:
    """Spoken words at 8 kHz."""
    from ganbaru import sources

    source = sources.open(f"speech:{words}?count={4 * most}")
    rows = source.train.take(np.linspace(0, len(source.train) - 1, most).astype(int))
    return {f"word{number:03d}": (trimmed(sound.astype(np.float64)), source.rate) for number, sound in enumerate(rows)}


def tones(most: int = 60) -> Sounds:
    """One plucked string at pitches a third of a semitone and more apart, of a quarter of a second."""
    time, rng = np.arange(2048) / worlds.RATE, np.random.default_rng(5)
    sounds = {}
    for number in range(most):
        pitch, decay = 200.0 * 2 ** (number / 20), rng.uniform(10, 40)
        wave = sum(np.sin(2 * np.pi * k * pitch * time) / k**2 for k in (1, 2, 3) if k * pitch < worlds.RATE / 2)
        sounds[f"tone{number:03d}"] = (0.5 * wave * np.exp(-decay * time), worlds.RATE)
    return sounds


def trimmed(sound: Array) -> Array:
    """Without the silence that fills a row up."""
    heard = np.flatnonzero(np.abs(sound) > 1e-3)
    return sound[max(0, heard[0] - 80) : heard[-1] + 80] if len(heard) else sound


SETS: dict[str, Callable[[], Sounds]] = {
    "drums": drums,
    "kicks": lambda: drums("bd_*"),
    "cymbals": lambda: drums("*cymbal*"),
    "synthetic-drums": lambda: drums("elec_*"),
    "cat-dog": lambda: speech("cat,dog"),
    "vowels": lambda: speech("a,o"),
    "tones": tones,
}
"""Folders that are well as they are, by name."""


def _resampled(sound: Array, rate: int, wanted: int) -> Array:
    import soxr

    out = np.asarray(soxr.resample(sound, rate, wanted, quality="HQ"))
    return out / max(1.0, float(np.abs(out).max()))


def _clipped(sound: Array, rate: int, amount: float, rng: np.random.Generator) -> tuple[Array, int]:
    size = np.abs(sound)
    limit = np.quantile(size[size > 0.03 * size.max()], 1 - amount)
    return np.clip(sound / limit, -1, 1), rate


def _offset(sound: Array, rate: int, amount: float, rng: np.random.Generator) -> tuple[Array, int]:
    return 0.6 * sound / np.abs(sound).max() + 0.6 * amount, rate


def _silenced(sound: Array, rate: int, amount: float, rng: np.random.Generator) -> tuple[Array, int]:
    """Of amount 1 all silent; below that followed by silence until it is the rest of the file."""
    if amount == 1:
        return np.zeros_like(sound), rate
    return np.concatenate([sound, np.zeros(max(int(len(sound) * amount / (1 - amount)), 20 * rate))]), rate


def _shortened(sound: Array, rate: int, amount: float, rng: np.random.Generator) -> tuple[Array, int]:
    loudest = int(np.abs(sound).argmax())
    begin = max(0, min(loudest, len(sound) - int(amount * rate)))
    piece = sound[begin : begin + max(8, int(amount * rate))]
    window = np.hanning(len(piece) + 2)[1:-1]
    return (piece - np.average(piece, weights=window)) * window, rate


def _other_rate(sound: Array, rate: int, amount: float, rng: np.random.Generator) -> tuple[Array, int]:
    return _resampled(sound, rate, int(amount * rate)), int(amount * rate)


def _upsampled(sound: Array, rate: int, amount: float, rng: np.random.Generator) -> tuple[Array, int]:
    low = _resampled(sound, rate, int(amount * rate))
    return _resampled(np.round(low * 32767) / 32767, int(amount * rate), rate), rate


def _levelled(sound: Array, rate: int, amount: float, rng: np.random.Generator) -> tuple[Array, int]:
    return sound * 10 ** (-rng.choice([0.0, amount]) / 20), rate


def _scaled(sound: Array, rate: int, amount: float, rng: np.random.Generator) -> tuple[Array, int]:
    return sound * amount, rate


def _noisy(sound: Array, rate: int, amount: float, rng: np.random.Generator) -> tuple[Array, int]:
    """With steady noise so many dB below it, before it and after it too."""
    longer = np.concatenate([np.zeros(rate // 3), 0.5 * sound / np.abs(sound).max(), np.zeros(rate // 3)])
    loud = np.sqrt(np.mean(sound**2)) * 0.5 / np.abs(sound).max()
    return longer + loud * 10 ** (-amount / 20) * rng.standard_normal(len(longer)), rate


def _strange(sound: Array, rate: int, amount: float, rng: np.random.Generator) -> tuple[Array, int]:
    """Something else altogether of the same length: a chopped whistle, or the hum of the mains."""
    time = np.arange(len(sound)) / rate
    if amount > 1:
        buzz = np.sin(2 * np.pi * rng.uniform(1500, 3500) * time)
        return 0.5 * buzz * (np.sin(2 * np.pi * rng.uniform(7, 25) * time) > 0), rate
    hum = np.sin(2 * np.pi * 50 * time) + 0.5 * np.sin(2 * np.pi * rng.uniform(95, 105) * time)
    return 0.3 * hum, rate


CHANGES = {
    "clipped": _clipped,
    "dc-offset": _offset,
    "silence": _silenced,
    "too-short": _shortened,
    "mixed-rates": _other_rate,
    "upsampled": _upsampled,
    "level-spread": _levelled,
    "wrong-scale": _scaled,
    "noisy": _noisy,
    "outliers": _strange,
}


def folder(base: str, spoiled: str | None, share: float, amount: float, subtype: str = "PCM_16") -> Evidence:
    """Writes a folder, spoils some of its files, and gathers.

    Args:
        base: one of `SETS`.
        spoiled: the cause to plant; None for none.
        share: of the files that are spoiled.
        amount: how much; its unit depends on the cause.
        subtype: of the WAV files.
    """
    from ganbaru.checkup.folder import gather

    rng = np.random.default_rng(11)
    sounds = SETS[base]()
    names = sorted(sounds)
    chosen = set(rng.permutation(names)[: max(1, round(share * len(names)))]) if spoiled else set()
    truth.note(files=len(names), spoiled=len(chosen), amount=amount)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / base
        path.mkdir()
        for name in names:
            sound, rate = sounds[name]
            if name in chosen and spoiled in CHANGES:
                sound, rate = CHANGES[spoiled](sound, rate, amount, rng)
            _write(path / f"{name}.wav", sound, rate, subtype)
        if spoiled is not None and spoiled not in CHANGES:
            _spoil_files(path, spoiled, sorted(chosen), amount, sounds)
        return gather(path)


def _write(path: Path, sound: Array, rate: int, subtype: str) -> None:
    import soundfile

    soundfile.write(path, sound if subtype in ("FLOAT", "DOUBLE") else np.clip(sound, -1, 1 - 2**-15), rate, subtype)


def _spoil_files(path: Path, spoiled: str, chosen: list[str], amount: float, sounds: Sounds) -> None:
    """Faults of files, not of sounds: torn ones and copies."""
    for name in chosen:
        file = path / f"{name}.wav"
        sound, rate = sounds[name]
        if spoiled == "corrupt-files":
            file.write_bytes(file.read_bytes()[: int(amount * file.stat().st_size)])
        elif spoiled == "duplicates":
            for number in range(int(amount)):
                (path / f"{name}-copy{number}.wav").write_bytes(file.read_bytes())
        elif spoiled == "near-duplicates":
            _write(path / f"zz-{name}.wav", amount * sound[rate // 200 :], rate, "PCM_16")
    if spoiled == "split-leak":
        _leak(path, chosen, amount, sounds)


def _leak(path: Path, chosen: list[str], amount: float, sounds: Sounds) -> None:
    """Copies of held-out sounds, slightly softer, until so many of them are among the training sounds."""
    from ganbaru.checkup.folder import gather

    crossed = 0
    for number, name in enumerate(chosen):
        sound, rate = sounds[name]
        extra = path / f"take-{number:02d}.wav"
        _write(extra, (0.7 - 0.01 * number) * sound, rate, "PCM_16")
        files = gather(path).probes["files"]
        sides = dict(zip(files["name"], files["side"], strict=True))
        if sides[extra.name] != sides[f"{name}.wav"] and "" not in (sides[extra.name], sides[f"{name}.wav"]):
            crossed += 1
        else:
            os.remove(extra)
        if crossed >= amount:
            return


def _clicked(sounds: Array, rate: int, amount: float, rng: np.random.Generator) -> Array:
    made = sounds.copy()
    for sound in made:
        places = rng.integers(rate // 50, len(sound) - rate // 50, max(1, int(6 * len(sound) / rate)))
        sound[places] += amount * np.abs(sound).max() * rng.choice([-1.0, 1.0], len(places))
    return made


def _imaged(sounds: Array, rate: int, amount: float, rng: np.random.Generator) -> Array:
    """Every so many samples kept and zeros put between, without the filter that belongs behind it."""
    import soxr

    stride = int(amount)
    low = np.stack([soxr.resample(sound, rate, rate / stride, quality="HQ") for sound in sounds])
    made = np.zeros((len(low), low.shape[1] * stride))
    made[:, ::stride] = stride**0.5 * low
    return made[:, : sounds.shape[1]]


def _hissing(sounds: Array, rate: int, amount: float, rng: np.random.Generator) -> Array:
    loud = np.sqrt(np.mean(sounds**2, axis=1, keepdims=True))
    return sounds + loud * 10 ** (-amount / 20) * rng.standard_normal(sounds.shape)


def _smeared(sounds: Array, rate: int, amount: float, rng: np.random.Generator) -> Array:
    """Phases of frames of 32 ms that overlap by three quarters drawn at random, in this share of frames and bands.

    It is what a way back from magnitudes does that makes its phases up.
    """
    from scipy.signal import istft, stft

    size = round(0.032 * rate)
    frames = {"fs": rate, "nperseg": size, "noverlap": 3 * size // 4}
    spectrum = stft(sounds, **frames)[2]
    turn = np.exp(2j * np.pi * rng.random(spectrum.shape) * (rng.random(spectrum.shape) < amount))
    return np.asarray(istft(spectrum * turn, **frames)[1])[:, : sounds.shape[1]]


def _fainter(sounds: Array, rate: int, amount: float, rng: np.random.Generator) -> Array:
    return sounds * 10 ** (-amount / 20)


ARTEFACTS = {
    "clicks": _clicked,
    "imaging": _imaged,
    "hiss": _hissing,
    "phase-smear": _smeared,
    "silent-output": _fainter,
}


def heard(words: str, artefact: str | None, amount: float, gain: float = 1.0) -> Evidence:
    """Sounds with an artefact held against others without it, as a generator's are against real ones.

    Args:
        words: of the speech world; "" for plucked tones.
        artefact: one of `ARTEFACTS`; None for none.
        amount: how much; its unit depends on the artefact.
        gain: of all sounds, real ones too.
    """
    from ganbaru.checkup.heard import listen

    rng = np.random.default_rng(3)
    real, made, rate = _two_sets(words)
    if artefact is not None:
        made = ARTEFACTS[artefact](made, rate, amount, rng)
    loudness = np.sqrt(np.mean(made**2))
    truth.note(
        amount=amount, level=20 * np.log10(loudness + 1e-12), level_real=20 * np.log10(np.sqrt(np.mean(real**2)))
    )
    facts = {"kind": "gan", "via": "fit", "data": "sound", "rate": rate, "representation": "waveform"}
    probe = listen(gain * made, gain * real, rate=rate)
    return Evidence(f"sounds of {words or 'tones'}", facts, {}, {"heard": probe}, {})


def _two_sets(words: str) -> tuple[Array, Array, int]:
    """128 real sounds, 128 others, and their rate in Hz."""
    if not words:
        waves = worlds.tones(4096, 8).draw(256, np.random.default_rng(8))[:, 0]
        return waves[::2], waves[1::2], worlds.RATE
    from ganbaru import sources

    source = sources.open(f"speech:{words}?count=600")
    rows = source.train.take(np.linspace(0, len(source.train) - 1, 256).astype(int)).astype(np.float64)
    return rows[::2], rows[1::2], source.rate
