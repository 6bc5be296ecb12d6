"""Small modules with all that a shipped one says of itself."""

import json
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.ship.compiler.capture import capture
from ganbaru.ship.compiler.module import ABI, assembled, compiled
from ganbaru.ship.sections import ABOUT, FUSED, NOTES, with_sections

RATE, LENGTH, LATENT = 8000, 4096, 6


class Tones(nn.Module):
    """Two fading tones whose pitches follow the latent vector, an octave higher for each label."""

    def __init__(self, classes: int = 0) -> None:
        super().__init__()
        time = torch.arange(LENGTH) / RATE
        generator = torch.Generator().manual_seed(1)
        self.octave = nn.Embedding(classes, 1) if classes else None
        if self.octave is not None:
            self.octave.weight.data = torch.arange(classes).float()[:, None]
        self.low, self.high = (nn.Linear(LATENT, LENGTH) for _ in range(2))
        for tone, pitch in ((self.low, 220.0), (self.high, 770.0)):
            tone.weight.data = 2 * torch.pi * time[:, None] * 0.15 * pitch * torch.randn(LATENT, generator=generator)
            tone.bias.data = 2 * torch.pi * pitch * time
        self.register_buffer("fade", 0.45 * torch.exp(-6 * time))

    def forward(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        phase = self.low(z)
        if self.octave is not None and label is not None:
            phase = phase * (1 + self.octave(label))
        return (torch.sin(phase) + 0.5 * torch.sin(self.high(z))) * self.fade


def about(labels: tuple[str, ...] = (), **changed: Any) -> dict[str, Any]:
    """What such a module says of itself."""
    return {
        "schema": ABI,
        "name": "small tones",
        "version": "step 400",
        "made_with": "ganbaru 0.1.0",
        "licence": "CC0-1.0",
        "credits": ["Nobody in particular", "R. Andom, CC0"],
        "precision": "fp32",
        "sample_rate": RATE,
        "length": LENGTH,
        "latent": LATENT,
        "labels": list(labels),
        "representation": "waveform",
        "parameters": 57344,
        "error": {"maximum": 2.4e-6, "rms": 3.1e-7, "audible": 0.0, "seeds": 8},
        "mark": "sounds of this model are machine-made",
        **changed,
    }


def shipped(labels: tuple[str, ...] = (), **changed: Any) -> bytes:
    """The module of `Tones` with its sections; ``changed`` stands in what it says of itself."""
    module, sections = _made(len(labels))
    return with_sections(module, {ABOUT: json.dumps(about(labels, **changed)).encode(), **sections})


@cache
def _made(classes: int) -> tuple[bytes, dict[str, bytes]]:
    """The module alone, and the sections that it brings along."""
    made = compiled(capture(Tones(classes), latent=LATENT, classes=classes), rate=RATE)
    return made.binary(), {FUSED: assembled(made.fused), NOTES: json.dumps(made.notes).encode()}
