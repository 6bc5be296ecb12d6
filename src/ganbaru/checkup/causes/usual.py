"""Settings that several remedies set: a penalty on the critic, as strong as is usual on such data."""

from typing import Any

from ganbaru.checkup.evidence import Evidence


def penalty(evidence: Evidence, name: str = "r1") -> dict[str, Any]:
    """The settings of a penalty at samples, ``r1`` or ``r1+r2``, with the strength that `fit` gives it on such data.

    What is right for spectrograms holds a critic of points far too still. Of other data: its published strength.
    """
    from ganbaru.training.settings import WORLDS

    usual = WORLDS.get(str(evidence.facts.get("data")))
    if usual is None:
        return {"constraint": name}
    strength, every = usual["constraint_strength"], usual.get("constraint_every", 1)
    return {"constraint": name, "constraint_strength": strength, "constraint_every": every}


def paired(evidence: Evidence) -> dict[str, Any]:
    """Pairs compared, and the critic held on both sides."""
    return {"objective": "relativistic", **penalty(evidence, "r1+r2")}
