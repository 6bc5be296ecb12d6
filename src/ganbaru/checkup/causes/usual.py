"""Settings that several remedies set: a penalty on the critic, as strong as is usual on such data."""

from typing import Any

from ganbaru.checkup.evidence import Evidence

_STRENGTH: dict[str, dict[str, Any]] = {
    "sound": {"constraint_strength": 5.0, "constraint_every": 8},
    "points": {"constraint_strength": 0.02, "constraint_every": 1},
}
"""As the defaults of `fit` have it: what is right for spectrograms holds a critic of points far too still."""


def penalty(evidence: Evidence, name: str = "r1") -> dict[str, Any]:
    """The settings of a penalty at samples, ``r1`` or ``r1+r2``; of unknown data with its published strength."""
    return {"constraint": name, **_STRENGTH.get(str(evidence.facts.get("data")), {})}


def paired(evidence: Evidence) -> dict[str, Any]:
    """Pairs compared, and the critic held on both sides."""
    return {"objective": "relativistic", **penalty(evidence, "r1+r2")}
