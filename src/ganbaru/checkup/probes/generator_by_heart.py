"""Can the generator learn sixteen samples by heart, told the right answer at every step?

Its architecture, drawn anew, learns by direct regression from sixteen fixed latents to sixteen real samples that are
not alike (Adam, mean squared error, the whole of them at each step). Where it leaves much, that is held against what
a wider network leaves after as many steps: what neither learns is hard, what only the wider one learns is too much for
this one. A generator of the user's own is held against the one that is usual for such samples.

The probe ``generator_by_heart``:

==================  ===============================================================================================
``samples``         how many; fewer than sixteen where the data have fewer that are not alike
``steps``           of the regression
``residual``        mean squared error at the end over the variance of the samples: 0 all learned, 1 nothing
``wider``           settings of the wider network that are larger; absent where ``residual`` is at most 0.25
``wider_residual``  what it leaves; likewise
``own``             whether the generator is one of the user's own
==================  ===============================================================================================
"""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganbaru.checkup.probes.anew import anew, wider
from ganbaru.checkup.probes.apart import apart
from ganbaru.checkup.probes.by_heart import STEPS, turns
from ganbaru.checkup.probes.subject import Subject
from ganbaru.models.network import Network
from ganbaru.training.randomness import latents
from ganbaru.training.step import generate

_SAMPLES = 16
_MUCH = 0.25
"""From here on a wider network is asked."""
_TINY = 1e-12


def measure(subject: Subject) -> dict[str, Any]:
    """The probe."""
    opened = subject.fresh()
    encoded, labels = subject.train.take(np.arange(len(subject.train)))
    chosen = torch.from_numpy(apart(encoded, _SAMPLES))
    wanted = encoded[chosen]
    asked = None if labels is None else labels[chosen]
    z = latents(subject.seed, "by heart", count=len(wanted), size=opened.latent, device=opened.fabric.device)
    left = residual(subject, anew(opened.game.generator, subject.seed), z, asked, wanted)
    own = not isinstance(opened.game.generator, Network)
    found: dict[str, Any] = {"samples": len(wanted), "steps": STEPS, "residual": left, "own": own}
    if left > _MUCH:
        large, numbers = wider(opened, "generator", subject.seed)
        found |= {"wider": numbers, "wider_residual": residual(subject, large, z, asked, wanted)}
    return found


def residual(subject: Subject, network: nn.Module, z: Tensor, labels: Tensor | None, wanted: Tensor) -> float:
    """What a network leaves of samples ``(K, *shape)`` after it learned them from latents ``(K, latent)``."""
    scale = (wanted - wanted.mean(dim=0)).square().mean().clamp(min=_TINY)
    for learn in turns(subject, network):
        loss = (generate(network, z, labels) - wanted).square().mean() / scale
        learn(loss)
    left = float(loss.detach())
    if not left < float("inf"):
        raise ValueError("the regression is not finite")
    return left
