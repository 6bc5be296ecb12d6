"""What was set: the facts that a run's ``run.toml`` knows."""

from collections.abc import Mapping
from typing import Any

from ganbaru import objectives
from ganbaru.errors import UserError
from ganbaru.objectives import CONSTRAINTS, OBJECTIVES

_PHASE = "phase"
_LATE = 0.75


def facts(document: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a run.

    Args:
        document: what ``run.toml`` says; what it lacks is left out.
    """
    config, source = document.get("config", {}), document.get("source", {})
    plain = is_plain(document)
    counts = source.get("counts", {})
    found = {
        "kind": "plain" if plain else "gan",
        "via": "fit",
        "batch": config.get("batch"),
        "steps": config.get("steps"),
        "data": {"sound": "sound", "points": "points"}.get(source.get("kind"), "other"),
        "rate": source.get("rate") or None,
        "representation": document.get("representation", {}).get("name"),
        "train_count": counts.get("train"),
        "held_out_count": counts.get("held_out"),
        **({} if plain else _game(config)),
    }
    for network, name in names(document).items():
        found |= _moves(name, config.get(network, {}))
        found[f"{name}_parameters"] = document.get("networks", {}).get(network, {}).get("parameters")
    return {name: value for name, value in found.items() if value is not None}


def is_plain(document: Mapping[str, Any]) -> bool:
    """Whether one network learned from one loss, without a critic."""
    return document.get("config", {}).get("objective") == _PHASE


def names(document: Mapping[str, Any]) -> dict[str, str]:
    """What the facts call each network, by its name in the settings."""
    return {"generator": "model"} if is_plain(document) else {"generator": "generator", "critic": "critic"}


def _game(config: Mapping[str, Any]) -> dict[str, Any]:
    """Objective and constraint, where they are known ones: of one's own, a name says nothing."""
    objective, constraint = config.get("objective"), config.get("constraint")
    return {
        "n_critic": updates if isinstance(updates := config.get("n_critic"), int) else None,
        "objective": objective if objective in OBJECTIVES else None,
        "constraint": constraint if constraint in CONSTRAINTS else None,
        "constraint_strength": _strength(constraint, config.get("constraint_strength")),
        "noise": _late_noise(config),
    }


def _strength(constraint: Any, given: float | None) -> float | None:
    """The clip's bound or the penalty's weight; the published one where none was given."""
    if given is not None or constraint not in CONSTRAINTS:
        return given
    try:
        made = objectives.constraint(constraint)
    except UserError:
        return None
    strength: float | None = getattr(made, "bound", getattr(made, "weight", None))
    return strength


def _late_noise(config: Mapping[str, Any]) -> float | None:
    """Deviation of the noise on the critic's input that is left at three quarters of the training."""
    noise, until = config.get("noise"), config.get("decay_start") or 1.0
    return None if noise is None else float(noise) * max(0.0, 1.0 - _LATE / float(until))


def _moves(name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """How a network's weights move."""
    options = table.get("optimizer_options", {})
    betas = options.get("betas")
    return {
        f"{name}_learning_rate": table.get("learning_rate"),
        f"{name}_optimizer": str(table["optimizer"]).lower() if "optimizer" in table else None,
        f"{name}_momentum": betas[0] if betas else options.get("momentum"),
    }
