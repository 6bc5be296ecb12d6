"""What judges of bugs ask first: whether the loop was watched closely enough to say anything."""

from collections.abc import Mapping
from typing import Any

from ganbaru.checkup.evidence import Evidence

NETWORKS = ("generator", "critic", "model")
FEW = 5
"""Looks from which anything is said: a bug of code shows in every step, an accident of one batch does not."""
SPOILS = (
    "vanishing-gradient",
    "exploding-gradient",
    "mode-collapse",
    "mode-dropping",
    "critic-too-strong",
    "critic-too-weak",
    "dead-units",
    "not-lipschitz",
    "oscillation",
    "divergence",
    "late-degradation",
    "learning-rate-high",
    "n-critic-low",
    "penalty-too-small",
    "penalty-too-large",
    "momentum-high",
)
"""What a training shows that is wrong in its code: symptoms, and settings that only seem to be off."""


DIFFER = 0.9
"""Share of real samples without another one like them in their batch from which they all differ; 1 where numbers are
measured."""
_ROUNDING = 1e-6
"""What nine tenths in single precision may lack."""


def differ(alone: float) -> bool:
    """Whether so large a share of samples without another one like them says that all differ."""
    return alone >= DIFFER - _ROUNDING


def part(evidence: Evidence, probe: str, network: str) -> Mapping[str, Any]:
    """What a probe says of one network; empty where it says nothing."""
    found: Mapping[str, Any] = (evidence.probes.get(probe) or {}).get(network) or {}
    return found


def share(count: float, of: float) -> float:
    """A share; 0 of nothing."""
    return float(count) / float(of) if of else 0.0
