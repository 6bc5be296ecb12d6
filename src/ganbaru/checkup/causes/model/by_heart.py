"""What the probes of learning by heart prove of a network: too small, when a wider one learns what it does not.

They draw the network anew and tell it the right answers, so that nothing else in a training can be the reason.
"""

import math

from ganbaru.checkup.evidence import Evidence

LEFT = 0.1
"""Loss of a critic over that of a guess; 0.024 at most by those of healthy trainings, 0.25 and more by one channel."""
RESIDUAL = 0.35
"""Share of the samples' variance that a generator leaves; 0.22 at most by usual networks, on waveforms of drums."""
RATIO = 1.7
"""What it leaves over what a wider one does; 2.3 and more with one channel, 1.1 with two on waveforms."""

_HANDFUL, _LAYERS = 64, 2
"""Weights of a network of so many layers and more that are too few for anything but a straight line or two."""

HEARD = ("silent-output", "clicks", "hiss", "phase-smear")
"""What sounds have that a network too small for them makes."""


def handful(evidence: Evidence, network: str) -> dict[str, float]:
    """What tells that a network of several layers of a loop has but a handful of weights; nothing where it has more.

    A game of a few numbers, whose networks are one layer each, is as small on purpose. A run is told by learning by
    heart.
    """
    if evidence.facts.get("via") != "watch":
        return {}
    count = float(evidence.facts.get(f"{network}_parameters") or math.inf)
    tensors = ((evidence.probes.get("updates") or {}).get(network) or {}).get("weights", 0)
    return {"weights": count, "weights_limit": _HANDFUL} if count < _HANDFUL and tensors >= 2 * _LAYERS else {}


def critic_is_too_small(evidence: Evidence) -> bool:
    """Whether the critic cannot learn random labels of a few samples by heart, and a wider one can."""
    probe = evidence.probes.get("critic_by_heart") or {}
    left = float(probe.get("left", 0.0))
    return left > LEFT >= float(probe.get("wider_left", left))


def generator_is_too_small(evidence: Evidence) -> bool:
    """Whether the generator cannot learn a few samples by heart, told the right answers, and a wider one can."""
    probe = evidence.probes.get("generator_by_heart") or {}
    left = float(probe.get("residual", 0.0))
    return left > RESIDUAL and left > RATIO * float(probe.get("wider_residual", left))
