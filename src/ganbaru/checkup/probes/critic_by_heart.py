"""Can the critic learn random labels by heart (Zhang et al. 2017, "Understanding Deep Learning ...", section 2)?

Its architecture, drawn anew, learns to score a random half of 32 real samples that are not alike above the others
(Adam, logistic loss, all of them at each step). A critic that cannot tell few samples apart cannot tell two
distributions apart.

The probe ``critic_by_heart``:

==================  ===============================================================================================
``samples``         how many; fewer than 32 where the data have fewer that are not alike
``draws``           of labels, each learned from the beginning: as many as it takes for 32 labels
``steps``           of learning each
``right``           share of labels learned by the end; half of them by chance
``left``            logistic loss at the end over ln 2: 0 all learned, 1 nothing
``wider``           settings of a network four times as wide, or of the usual one for a critic of the user's own, that
                    are larger; absent where ``left`` is at most 0.05
``wider_right`` …   ``wider_left``: what that one learned in as many steps; likewise
``own``             whether the critic is one of the user's own
==================  ===============================================================================================
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbaru.checkup.probes.anew import anew, wider
from ganbaru.checkup.probes.apart import apart
from ganbaru.checkup.probes.by_heart import STEPS, turns
from ganbaru.checkup.probes.subject import Subject
from ganbaru.models.network import Network
from ganbaru.training.randomness import mix
from ganbaru.training.step import scores

_SAMPLES = 32
_MUCH = 0.05
"""What is left from which on a wider network is asked."""


def measure(subject: Subject) -> dict[str, Any]:
    """The probe."""
    opened = subject.fresh()
    encoded, labels = subject.train.take(np.arange(len(subject.train)))
    chosen = torch.from_numpy(apart(encoded, _SAMPLES))
    shown, told = encoded[chosen], None if labels is None else labels[chosen]
    draws = [coins(len(shown), mix(subject.seed, draw)).to(shown.device) for draw in range(-(-_SAMPLES // len(shown)))]

    def learns(make: Callable[[], nn.Module]) -> tuple[float, float]:
        said = np.array([learned(subject, make(), shown, told, wanted) for wanted in draws])
        return float(said[:, 0].mean()), float(said[:, 1].mean())

    right, left = learns(lambda: anew(opened.game.critic, subject.seed))
    own = not isinstance(opened.game.critic, Network)
    found: dict[str, Any] = {"samples": len(shown), "draws": len(draws), "steps": STEPS, "own": own}
    found |= {"right": right, "left": left}
    if left > _MUCH:
        found["wider"] = wider(opened, "critic", subject.seed)[1]
        found["wider_right"], found["wider_left"] = learns(lambda: wider(opened, "critic", subject.seed)[0])
    return found


def coins(count: int, seed: int) -> Tensor:
    """Labels ``(count,)`` of 0 and 1, as many of each, in random order."""
    order = torch.randperm(count, generator=torch.Generator().manual_seed(mix(seed, "coins")))
    return (order % 2).float()


def learned(
    subject: Subject, network: nn.Module, shown: Tensor, told: Tensor | None, wanted: Tensor
) -> tuple[float, float]:
    """Share of the labels ``(K,)`` that a network learns of samples ``(K, *shape)``, and what its loss leaves."""
    for learn in turns(subject, network):
        said = scores(network, shown, told).float()
        loss = F.binary_cross_entropy_with_logits(said, wanted)
        learn(loss)
    left = loss.item() / math.log(2)
    if not math.isfinite(left):
        raise ValueError("the scores are not finite")
    return float(((said > 0) == (wanted > 0.5)).float().mean()), left
