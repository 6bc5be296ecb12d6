"""Files that have gone wrong: good sounds of twelve kinds, hurt in eight ways."""

import io
import struct
from collections.abc import Callable, Iterator

import numpy as np
import soundfile

KINDS = {
    "pcm.wav": ("WAV", "PCM_16"),
    "float.wav": ("WAV", "FLOAT"),
    "ima.wav": ("WAV", "IMA_ADPCM"),
    "ms.wav": ("WAV", "MS_ADPCM"),
    "16.flac": ("FLAC", "PCM_16"),
    "24.flac": ("FLAC", "PCM_24"),
    "vorbis.ogg": ("OGG", "VORBIS"),
    "opus.ogg": ("OGG", "OPUS"),
    "layer3.mp3": ("MP3", "MPEG_LAYER_III"),
    "pcm.aiff": ("AIFF", "PCM_16"),
    "alac.caf": ("CAF", "ALAC_16"),
    "pcm.w64": ("W64", "PCM_16"),
}

Mutator = Callable[[bytearray, np.random.Generator, bytes], None]
_HEAD = 256
_INTEGERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def good(kind: str, seed: int = 0) -> bytes:
    """A whole, audible sound of this kind: half a second of a decaying tone with noise at 24 kHz, two channels."""
    rng = np.random.default_rng([seed, 77])
    time = np.arange(12_000) / 24_000
    tone = np.sin(2 * np.pi * rng.uniform(100, 2_000) * time) * np.exp(-4 * time)
    sound = 0.6 * np.stack([tone, 0.5 * tone], axis=1) + 0.01 * rng.standard_normal((len(time), 2))
    container, subtype = KINDS[kind]
    file = io.BytesIO()
    soundfile.write(file, sound, 24_000, format=container, subtype=subtype)
    return file.getvalue()


def _at(data: bytearray, rng: np.random.Generator) -> int:
    """A place in it: mostly the head, where the claims are."""
    return int(rng.integers(min(_HEAD, len(data)) if rng.random() < 0.8 else len(data)))


def _bit(data: bytearray, rng: np.random.Generator, other: bytes) -> None:
    data[_at(data, rng)] ^= 1 << int(rng.integers(8))


def _byte(data: bytearray, rng: np.random.Generator, other: bytes) -> None:
    data[_at(data, rng)] = int(rng.integers(256))


def _integer(data: bytearray, rng: np.random.Generator, other: bytes) -> None:
    at = _at(data, rng)
    value = struct.pack(str(rng.choice(["<I", ">I"])), int(rng.choice(_INTEGERS)))
    data[at : at + 4] = value[: len(data) - at]


def _truncate(data: bytearray, rng: np.random.Generator, other: bytes) -> None:
    del data[int(rng.integers(len(data))) :]


def _duplicate(data: bytearray, rng: np.random.Generator, other: bytes) -> None:
    at, length = _at(data, rng), int(rng.integers(1, 64))
    data[at:at] = data[at : at + length]


def _zero(data: bytearray, rng: np.random.Generator, other: bytes) -> None:
    at, length = _at(data, rng), int(rng.integers(1, 64))
    data[at : at + length] = bytes(len(data[at : at + length]))


def _delete(data: bytearray, rng: np.random.Generator, other: bytes) -> None:
    at = _at(data, rng)
    del data[at : at + int(rng.integers(1, 64))]


def _splice(data: bytearray, rng: np.random.Generator, other: bytes) -> None:
    data[_at(data, rng) :] = other[int(rng.integers(len(other))) :]


MUTATORS: tuple[Mutator, ...] = (_bit, _byte, _integer, _truncate, _duplicate, _zero, _delete, _splice)


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """``count`` hurt files with names: every kind by every mutator in turn, one to three mutations each."""
    rng = np.random.default_rng([seed, 8])
    kinds = list(KINDS)
    seeds = {kind: good(kind) for kind in kinds}
    for number in range(count):
        kind = kinds[number % len(kinds)]
        mutate = MUTATORS[number // len(kinds) % len(MUTATORS)]
        data, other = bytearray(seeds[kind]), seeds[kinds[int(rng.integers(len(kinds)))]]
        mutate(data, rng, other)
        for _ in range(int(rng.integers(3))):
            if data:
                MUTATORS[int(rng.integers(len(MUTATORS)))](data, rng, other)
        yield f"{number:06d}-{mutate.__name__[1:]}-{kind}", bytes(data)
