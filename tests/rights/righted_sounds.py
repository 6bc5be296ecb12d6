"""Sounds with statements about their rights, made for tests, and the recordings with theirs."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ganbaru.rights.facts import Grant, Ledger
from ganbaru.rights.gathering import gather
from ganbaru.rights.reading import croissant, debian, reuse, texts
from ganbaru.rights.reading.shelf import shelf_of
from ganbaru.rights.writing import Statement, with_tags
from ganbaru.sources.scan import scan

DRUMS = Path(__file__).resolve().parents[3] / "shared" / "sounds" / "drums"
AT = "2026-11-30T12:00:00+00:00"
KINDS = {
    "wav": ("WAV", "PCM_16"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
    "aiff": ("AIFF", "PCM_16"),
}


def drums() -> Path:
    """The folder of recordings with its copyright file; skips the test where there is none."""
    if not (DRUMS / "copyright").is_file():
        pytest.skip(f"no recordings with a copyright file here: {DRUMS}")
    return DRUMS


def copied(folder: Path) -> Path:
    """A copy of the recordings that may be written to."""
    return Path(shutil.copytree(drums(), folder, copy_function=shutil.copyfile))


def sound(kind: str = "wav", *, subtype: str = "", seed: int = 0) -> bytes:
    """A short sound, another one for each seed."""
    container, usual = KINDS[kind]
    wave = 0.3 * np.sin(np.arange(4_800) * (0.05 + 0.001 * seed)) * np.linspace(1, 0.1, 4_800)
    file = io.BytesIO()
    soundfile.write(file, wave, 48_000, format=container, subtype=subtype or usual)
    return file.getvalue()


def samples(data: bytes) -> np.ndarray:
    """What is heard in a file."""
    heard, _ = soundfile.read(io.BytesIO(data))
    return heard


def put(path: Path, *, kind: str = "", seed: int = 0, **said: str) -> Path:
    """Writes a sound, with a statement in its tags where one is given."""
    kind = kind or path.suffix[1:]
    data = sound(kind, seed=seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(with_tags(data, kind, Statement(**said)) if said else data)
    return path


def ledger_of(folder: Path) -> Ledger:
    """Gathered at a fixed time."""
    return gather(folder, at=AT)


def licences_of(ledger: Ledger) -> dict[str, list[str]]:
    """What is stated of each clip."""
    return {clip.path: [grant.licence for grant in clip.grants] for clip in ledger.clips}


def stated(folder: Path) -> tuple[dict[str, list[Grant]], list[str]]:
    """What the files beside the sounds say of each, and the notes; no sound is opened."""
    shelf = shelf_of(folder, [found.path for found in scan(folder).files], AT)
    grants: dict[str, list[Grant]] = {sound: [] for sound in shelf.sounds}
    for reader in (reuse.read, debian.read, texts.read, croissant.read):
        for sound, each in reader(shelf):
            grants[sound] += [each] if isinstance(each, Grant) else []
    return grants, shelf.notes
