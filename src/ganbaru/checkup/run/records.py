"""What was recorded: the series, events and layers that a run's ``metrics.jsonl`` holds."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from ganbaru.checkup.series import Series

_ABOUT = frozenset({"kind", "step", "seconds", "critic_updates", "sound_seconds"})
_PLAIN = {
    "generator_loss": "loss",
    "generator_loss_held_out": "held_out_loss",
    "generator_gradient": "model_gradient",
    "generator_update_ratio": "model_update_ratio",
    "generator_learning_rate": "model_learning_rate",
}
"""What a training without a critic calls its series, and what the checkup does."""
_FIGURE = {"value": "", "low": ".low", "high": ".high", "floor": ".floor"}

Line = Mapping[str, Any]


def series(lines: Iterable[Line], *, plain: bool = False) -> dict[str, Series]:
    """The series, by name; numbers that are not finite are kept, for they are evidence.

    Args:
        lines: of metrics, in order.
        plain: one network learned from one loss.
    """
    points: dict[str, list[tuple[int, float]]] = {}
    for line in lines:
        for name, value in _numbers(line):
            points.setdefault(_PLAIN.get(name, name) if plain else name, []).append((line["step"], value))
    return {name: Series.of(*zip(*_ascending(pairs), strict=True)) for name, pairs in points.items()}


def events(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """What the run noted in words."""
    return [{"step": line["step"], "text": str(line.get("text", ""))} for line in lines if line.get("kind") == "event"]


def layers(lines: Iterable[Line]) -> dict[str, Any]:
    """The last gradients by layer: ``step``, and for each network norms by the weight's name; empty where none are."""
    last = next((line for line in reversed(list(lines)) if isinstance(line.get("layers"), Mapping)), None)
    if last is None:
        return {}
    return {"step": last["step"], **{name: _finite(norms) for name, norms in last["layers"].items()}}


def _numbers(line: Line) -> Iterable[tuple[str, float]]:
    kind = line.get("kind")
    if kind in ("step", "non-finite"):
        return [(name, float(value)) for name, value in line.items() if name not in _ABOUT and _is_number(value)]
    if kind == "measure":
        return [pair for name, figure in line.items() if isinstance(figure, Mapping) for pair in _figure(name, figure)]
    return []


def _figure(name: str, figure: Mapping[str, Any]) -> list[tuple[str, float]]:
    """An `Estimate` as JSON holds it: what is not finite is a word there."""
    return [
        (f"quality.{name}{ending}", float(figure[key]))
        for key, ending in _FIGURE.items()
        if _is_number(figure.get(key)) or figure.get(key) in ("nan", "inf", "-inf")
    ]


def _ascending(pairs: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """By step; of two records of one step the later one counts."""
    return sorted(dict(pairs).items())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finite(norms: Mapping[str, Any]) -> dict[str, float | None]:
    return {key: float(value) if _is_number(value) and math.isfinite(value) else None for key, value in norms.items()}
