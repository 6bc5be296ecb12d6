"""From what a user gives to one checked `Config`: defaults of the world, then a named recipe, a file, single keys."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ganbaru.errors import UserError, unknown
from ganbaru.objectives import ALIASES, Alias
from ganbaru.training.config import Config

WORLDS: dict[str, dict[str, Any]] = {
    "sound": {
        "constraint_strength": 5.0,
        "constraint_every": 8,
        "generator.learning_rate": 1e-3,
        "critic.learning_rate": 1e-3,
    },
    "points": {
        "objective": "relativistic",
        "constraint": "r1+r2",
        "constraint_strength": 0.02,
        "batch": 256,
        "decay_start": 0.2,
        "generator.learning_rate": 1e-3,
        "critic.learning_rate": 1e-3,
    },
}
"""What differs from the defaults of `Config` by the kind of source. ``benchmarks/recipes.py`` is the study behind those
of sound, ``benchmarks/known_results.py`` says what those of points are worth."""

_PHASE: dict[str, Any] = {
    "representation": "stft",
    "batch": 16,
    "constraint": "none",
    "constraint_strength": None,
    "constraint_every": 1,
    "ema": 0.99,
    "warmup": 50,
    "decay": "cosine",
    "decay_start": 0.1,
    "generator.learning_rate": 8e-3,
    "generator.optimizer_options": {"betas": [0.9, 0.99]},
}
"""What differs from the defaults for a network that finds phases."""

_BELONGING: dict[str, dict[str, Any]] = {
    "constraint": {"constraint_strength": None, "constraint_every": 1},
    "generator.optimizer": {"generator.optimizer_options": {}},
    "critic.optimizer": {"critic.optimizer_options": {}},
}
"""What was chosen for one constraint or optimizer only, and what it falls back to with another."""

DEFAULT_STEPS = 4000
_PHASE_STEPS = 1000


def resolve(kind: str, *layers: Mapping[str, Any]) -> Config:
    """One configuration out of layers of settings, the later ones winning.

    Args:
        kind: "sound" or "points": whose defaults lie underneath.
        layers: mappings from keys to values; a key may be dotted (``"critic.learning_rate"``) or a table may be
            given as a mapping. An objective named by a published recipe (``"wgan-gp"``) sets all that belongs to
            it, under whatever the same or a later layer says. Another constraint comes with its published strength
            and at every update, another optimizer without options, unless the same or a later layer says otherwise:
            a clip's bound is no penalty's weight. The objective "phase", which trains another network, comes with
            settings of its own.

    Raises:
        UserError: a key or value is not known; names the nearest.
    """
    flat = [dict(_flatten(layer)) for layer in layers]
    for layer in flat:
        for key in layer:
            _check_key(key)
    plain = dict(_flatten(Config().model_dump()))
    merged: dict[str, Any] = {**{name: plain[name] for name in _BELONGING}, **dict(_flatten(WORLDS[kind]))}
    for layer in flat:
        alias = ALIASES.get(str(layer.get("objective")))
        if alias is not None:
            merged.update(_recipe(alias))
            layer = {key: value for key, value in layer.items() if key != "objective"}
        if layer.get("objective") == "phase" != merged.get("objective"):
            merged.update(_PHASE)
        for name, belonging in _BELONGING.items():
            if layer.get(name, merged[name]) != merged[name]:
                merged.update(belonging)
        merged.update(layer)
    if merged.get("steps") is None and merged.get("minutes") is None:
        merged["steps"] = _PHASE_STEPS if merged.get("objective") == "phase" else DEFAULT_STEPS
    try:
        return Config.model_validate(_nest(merged))
    except ValidationError as error:
        raise _explained(error) from None


def from_file(path: Path) -> dict[str, Any]:
    """The settings in a TOML file; a ``run.toml`` gives its ``[config]``.

    Raises:
        UserError: the file cannot be read or is not TOML.
    """
    return _settings_in(_read(path))


def source_recipe(path: Path) -> dict[str, Any]:
    """How a ``run.toml`` opened its source; of any other TOML file of settings, at most the seed.

    Raises:
        UserError: the file cannot be read or is not TOML.
    """
    document = _read(path)
    seed = {key: value for key, value in _settings_in(document).items() if key == "seed"}
    source = document.get("source", {})
    recipe = source.get("recipe", {}) if isinstance(source, dict) else {}
    return {**seed, **recipe}


def _settings_in(document: dict[str, Any]) -> dict[str, Any]:
    config = document.get("config", document)
    return config if isinstance(config, dict) else document


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"cannot read settings from {path}: {error}") from None


def from_assignment(text: str) -> tuple[str, Any]:
    """``"critic.learning_rate=5e-5"`` to key and value; the value is read as TOML, else taken as a word.

    Raises:
        UserError: there is no ``=``.
    """
    key, sign, value = text.partition("=")
    if not sign or not key.strip():
        raise UserError(f"--set {text!r} is not KEY=VALUE", hint="for example --set batch=64")
    try:
        return key.strip(), tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()


def difference(old: Config, new: Config) -> dict[str, tuple[Any, Any]]:
    """The dotted keys in which two configurations differ, with the old and the new value."""
    before, after = dict(_flatten(old.model_dump())), dict(_flatten(new.model_dump()))
    return {key: (before.get(key), after.get(key)) for key in before | after if before.get(key) != after.get(key)}


def keys(model: type[BaseModel] = Config, prefix: str = "") -> list[str]:
    """Every key that can be set, dotted."""
    found = []
    for name, info in model.model_fields.items():
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += keys(inner, f"{prefix}{name}.")
        else:
            found.append(prefix + name)
    return found


_OPEN_TABLES = ("representation_options", "generator.optimizer_options", "critic.optimizer_options")


def _check_key(key: str) -> None:
    if any(key.startswith(f"{table}.") for table in _OPEN_TABLES):
        return
    known = keys()
    if key not in known:
        raise unknown("setting", key, known)


def _flatten(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and name not in _OPEN_TABLES:
            yield from _flatten(value, f"{name}.")
        else:
            yield name, dict(value) if isinstance(value, Mapping) else value


def _nest(flat: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in sorted(flat.items()):
        *path, last = key.split(".")
        table = tree
        for part in path:
            table = table.setdefault(part, {})
        table[last] = value
    return tree


def _recipe(alias: Alias) -> dict[str, Any]:
    """All settings that belong to a published recipe."""
    settings: dict[str, Any] = {
        "objective": alias.objective,
        "constraint": alias.constraint,
        "constraint_strength": alias.strength,
        "constraint_every": 1,
        "n_critic": alias.n_critic,
        "batch": alias.batch,
    }
    for network in ("generator", "critic"):
        settings[f"{network}.optimizer"] = alias.optimizer
        settings[f"{network}.learning_rate"] = alias.learning_rate
        settings[f"{network}.optimizer_options"] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in alias.optimizer_options.items()
        }
    return settings


def _explained(error: ValidationError) -> UserError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    return UserError(f"setting {key} = {first.get('input')!r}: {first['msg'].lower()}")
