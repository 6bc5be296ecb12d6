"""Settings that several remedies set: a penalty on the critic, as strong as is usual on such data."""

from typing import Any

from ganbaru.checkup.evidence import Evidence

_SCALED = ("adam", "rmsprop")
"""Words in the names of optimizers whose steps are as long as their rate says, whatever the gradient's size."""


def penalty(evidence: Evidence, name: str = "r1") -> dict[str, Any]:
    """The settings of a penalty at samples, ``r1`` or ``r1+r2``, with the strength that `fit` gives it on such data.

    What is right for spectrograms holds a critic of points far too still. Of other data: its published strength.
    """
    usual = _settings(evidence)
    if not usual:
        return {"constraint": name}
    strength, every = usual["constraint_strength"], usual.get("constraint_every", 1)
    return {"constraint": name, "constraint_strength": strength, "constraint_every": every}


def usual_strength(evidence: Evidence) -> float | None:
    """The weight of the training's own kind of penalty that `fit` gives it on such data, or the published one.

    None where neither is known.
    """
    from ganbaru import objectives

    name = evidence.facts.get("constraint")
    if name in ("r1", "r1+r2"):
        strength: float | None = penalty(evidence, str(name)).get("constraint_strength")
    else:
        strength = getattr(objectives.CONSTRAINTS.get(str(name), object)(), "weight", None)
    return strength


def usual_rate(evidence: Evidence, name: str) -> float | None:
    """The learning rate that `fit` gives a network on such data; None where that, or its unit, is another."""
    optimizer = str(evidence.facts.get(f"{name}_optimizer", ""))
    if name not in ("generator", "critic") or not any(word in optimizer for word in _SCALED):
        return None
    return usual_rates(evidence).get(f"{name}.learning_rate")


def usual_rates(evidence: Evidence) -> dict[str, float]:
    """The learning rates that `fit` gives both networks on such data; empty where none are known."""
    return {key: rate for key, rate in _settings(evidence).items() if key.endswith(".learning_rate")}


def _settings(evidence: Evidence) -> dict[str, Any]:
    """Those that `fit` gives on such data; empty where none are known."""
    from ganbaru.training.settings import WORLDS

    return dict(WORLDS.get(str(evidence.facts.get("data")), {}))


def towards(value: float, usual: float | None, factor: float) -> float:
    """A setting that is off: its usual value where that lies as far in this direction, else ``factor`` times itself.

    What is off by so much is off by an unknown amount: one step back by a factor may not be enough.
    """
    far = usual is not None and (usual <= factor * value if factor < 1 else usual >= factor * value)
    return float(usual) if far and usual is not None else factor * value


def paired(evidence: Evidence) -> dict[str, Any]:
    """Pairs compared, and the critic held on both sides."""
    return {"objective": "relativistic", **penalty(evidence, "r1+r2")}
