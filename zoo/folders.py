"""Faults of data: folders spoiled in one way at two severities, and artefacts in sounds as a generator makes them."""

from collections.abc import Iterator
from typing import Any

from zoo.makers.spoiling import folder, heard
from zoo.specimen import Specimen

_SPOILED: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "corrupt-files": ((0.05, 0.7), (0.3, 0.3)),
    "clipped": ((0.3, 0.05), (0.9, 0.3)),
    "dc-offset": ((0.3, 0.1), (0.9, 0.4)),
    "silence": ((0.1, 0.98), (0.2, 1.0)),
    "too-short": ((0.05, 0.012), (0.08, 0.005)),
    "mixed-rates": ((0.15, 0.5), (0.5, 0.5)),
    "upsampled": ((0.3, 0.4), (0.9, 0.25)),
    "level-spread": ((1.0, 30.0), (1.0, 38.0)),
    "wrong-scale": ((1.0, 0.005), (1.0, 0.001)),
    "duplicates": ((0.1, 1.0), (0.3, 3.0)),
    "near-duplicates": ((0.1, 0.8), (0.4, 0.5)),
    "split-leak": ((1.0, 1.0), (1.0, 4.0)),
    "outliers": ((0.02, 1.0), (0.04, 2.0)),
    "noisy": ((0.3, 15.0), (1.0, 5.0)),
}
"""Share of the files and amount, mild and strong: what a person hears at once, and what nobody can miss."""
_BASES = {"drums": ("mild", "strong"), "vowels": ("mild", "strong"), "synthetic-drums": ("strong",)}
_OF_ONE_KIND = {"cat-dog": ("mild", "strong"), "vowels": ("mild", "strong")}
"""Folders in which something can be unlike the rest: among one of every drum and bell a whistle is one more of them."""
SPOKEN = ("yes,no", "", "cat,dog", "one,two")
"""Words that sounds are made of; "" for plucked tones."""

_HEARD: dict[str, tuple[float, float]] = {
    "silent-output": (45.0, 70.0),
    "clicks": (0.5, 1.0),
    "imaging": (2.0, 4.0),
    "hiss": (20.0, 8.0),
    "phase-smear": (0.6, 1.0),
}
"""Amounts, mild and strong."""


def specimen(base: str, name: str, cause: str | None, share: float = 0.0, amount: float = 0.0, **more: Any) -> Specimen:
    """A folder, spoiled or not."""
    return Specimen(
        name=f"folder-{base}-{name}",
        kind="data",
        cause=cause,
        program="folder",
        world=base,
        architecture="files",
        objective="",
        representation="waveform",
        maker=folder,
        recipe={"base": base, "spoiled": cause, "share": share, "amount": amount, **more},
        twin="" if cause is None else f"folder-{base}-healthy",
        by_code=cause is not None,
    )


def listened(words: str, name: str, cause: str | None, amount: float = 0.0, gain: float = 1.0) -> Specimen:
    """Sounds with an artefact, or without."""
    world = words or "tones"
    return Specimen(
        name=f"heard-{world}-{name}",
        kind="data",
        cause=cause,
        program="heard",
        world=world,
        architecture="sounds",
        objective="",
        representation="waveform",
        maker=heard,
        recipe={"words": words, "artefact": cause, "amount": amount, "gain": gain},
        twin="" if cause is None else f"heard-{world}-healthy",
        by_code=cause is not None,
    )


def faults() -> Iterator[Specimen]:
    """Every fault of data."""
    for cause, severities in _SPOILED.items():
        for base, planted in (_OF_ONE_KIND if cause == "outliers" else _BASES).items():
            for severity, (share, amount) in zip(("mild", "strong"), severities, strict=True):
                if severity in planted:
                    yield specimen(base, f"{cause}-{severity}", cause, share, amount)
    for cause, amounts in _HEARD.items():
        for words in SPOKEN[:2]:
            for severity, amount in zip(("mild", "strong"), amounts, strict=True):
                yield listened(words, f"{cause}-{severity}", cause, amount)
