"""The settings of `ganbaru.fit` that most often matter, and sensible values around the ones in use."""

from collections.abc import Mapping
from typing import Any

from ganbaru.errors import UserError
from ganbaru.studies.of_fit import OfFit
from ganbaru.studies.search.space import Axis, Choice, Range, Space, Value
from ganbaru.studies.trainee import NOTHING, Trainee

_SPREAD = 9.0
"""Ranges go from a ninth of the present value to nine times it."""
_FIT: dict[str, float] = {
    "generator.learning_rate": _SPREAD,
    "critic.learning_rate": _SPREAD,
    "batch": 4.0,
    "n_critic": 5.0,
    "constraint_strength": 10.0,
}
"""What matters in `ganbaru.fit`, and how many times more or less is still worth a try."""


def default_space(trial: Trainee) -> Space:
    """What is searched where nothing is named: of `ganbaru.fit`, a log range around each setting that matters.

    Raises:
        UserError: the trainee is another: nobody knows what its settings are.
    """
    if not isinstance(trial, OfFit):
        raise UserError("it is not known what to search", hint='name it: space=["learning_rate=1e-4:1e-1:log"]')
    present = {name: trial.present(name) for name in _FIT}
    return Space.of({name: _around(value, _FIT[name]) for name, value in present.items() if _sensible(value)})


def present_settings(trial: Trainee, space: Space, around: Mapping[str, Value] | None) -> dict[str, Value] | None:
    """The settings in use: those that are told, else what the trainee has; None where one has no value.

    Raises:
        UserError: something is told that is not searched.
    """
    told = dict(around or {})
    if strange := [name for name in told if name not in space.axes]:
        raise UserError(f"{strange[0]} is not searched", hint=f"present settings are those of {', '.join(space.names)}")
    found: dict[str, Any] = {name: told[name] if name in told else trial.present(name) for name in space.names}
    if missing := [name for name, value in found.items() if value is NOTHING or isinstance(value, dict | list)]:
        if told:
            raise UserError(
                f"what is {missing[0]} now?", hint="name the present value of every setting that is searched"
            )
        return None
    return found


def values_around(axis: Axis, present: Value, count: int) -> list[Value]:
    """About ``count`` values of an axis with the present one among them, ascending where they are numbers."""
    if isinstance(axis, Choice) and present not in axis:
        return [present, *axis.values]
    if isinstance(axis, Choice):
        return list(axis.values)
    values = axis.points(count)
    if not isinstance(present, int | float) or isinstance(present, bool):
        return [present, *values]
    near = [value for value in values if abs(float(value or 0) - present) <= 1e-9 * abs(present)]
    kept: list[Value] = [value for value in values if value not in near]
    return sorted([*kept, present], key=lambda value: float(value or 0))


def _around(value: float, factor: float) -> Range:
    if isinstance(value, int):
        return Range(max(1, round(value / factor)), round(value * factor), log=True, integer=True)
    return Range(float(f"{value / factor:.3g}"), float(f"{value * factor:.3g}"), log=True)


def _sensible(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
