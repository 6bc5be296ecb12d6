"""The settings that a search may choose, each a range of numbers or a list of choices.

>>> space = Space.of({"learning_rate": Range(1e-5, 1e-2, log=True), "batch": [16, 32, 64]})
>>> print(space)
learning_rate=1e-05:0.01:log batch=16,32,64
>>> Space.read(["learning_rate=1e-5:1e-2:log", "batch=16,32,64"]) == space
True
"""

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganbaru.errors import UserError

Value = float | int | str | bool | None
_FORMS = "KEY=LOW:HIGH[:log][:int][:step=S] or KEY=A,B,C, such as learning_rate=1e-5:1e-2:log or batch=16,32,64"


@dataclass(frozen=True)
class Range:
    """Numbers from ``low`` to ``high``, both ends included.

    Attributes:
        low, high: its ends.
        log: whether equal factors count alike, not equal differences.
        integer: whole numbers only.
        step: only ``low`` plus a multiple of it; None for any number.

    Raises:
        UserError: there is no such range.
    """

    low: float
    high: float
    log: bool = False
    integer: bool = False
    step: float | None = None

    def __post_init__(self) -> None:
        if not all(map(_is_number, (self.low, self.high))) or not self.low < self.high:
            raise UserError(
                f"a range from {self.low!r} to {self.high!r} is none", hint="its ends are numbers, low first"
            )
        if self.log and self.low <= 0:
            raise UserError(f"a log range cannot begin at {self.low:g}", hint="choose a low end over 0")
        if self.step is not None and (self.log or not _is_number(self.step) or self.step <= 0):
            raise UserError(
                f"a range cannot go in steps of {self.step!r}", hint="a step is over 0, of a range without log"
            )
        if self.integer and any(float(end) != int(end) for end in (self.low, self.high, self.step or 1)):
            raise UserError(f"{self} is to hold whole numbers, and its ends or its step are none")

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int | float) or not _is_number(value) or not self.low <= value <= self.high:
            return False
        step = self.step or (1 if self.integer else 0)
        return not step or math.isclose((value - self.low) / step, round((value - self.low) / step), abs_tol=1e-9)

    def __str__(self) -> str:
        parts = [f"{self.low:.12g}", f"{self.high:.12g}", *(["log"] if self.log else [])]
        step = [] if self.step is None else [f"step={self.step:.12g}"]
        return ":".join([*parts, *(["int"] if self.integer else []), *step])

    def points(self, count: int) -> list[Value]:
        """About so many values, spread evenly over it, ends included."""
        spread = np.geomspace if self.log else np.linspace
        places = spread(self.low, self.high, max(2, count))
        if self.step is not None:
            places = self.low + np.round((places - self.low) / self.step) * self.step
            places = places[places <= self.high * (1 + 1e-12)]
        values = [round(float(place)) if self.integer else float(f"{place:.6g}") for place in places]
        return list(dict.fromkeys(values))

    def place(self, value: float) -> float:
        """Where between the ends a value lies, 0 to 1."""
        low, high, here = (math.log(each) if self.log else float(each) for each in (self.low, self.high, value))
        return (here - low) / (high - low)


@dataclass(frozen=True)
class Choice:
    """One of a few values.

    Attributes:
        values: at least two, all different; numbers, text, true, false or None.

    Raises:
        UserError: there are fewer, one stands twice, or it is something else.
    """

    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", tuple(self.values))
        strange = [value for value in self.values if not isinstance(value, str | bool | int | float | None)]
        if strange:
            raise UserError(f"{strange[0]!r} is no choice", hint="choices are numbers, text, true, false or None")
        if len(self.values) < 2 or len({repr(value) for value in self.values}) < len(self.values):
            raise UserError(f"{_listed(self.values)} is no choice", hint="name at least two values, all different")

    def __contains__(self, value: object) -> bool:
        return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in self.values)

    def __str__(self) -> str:
        return _listed(self.values)

    @property
    def numbers(self) -> bool:
        """Whether all values are numbers."""
        return all(map(_is_number, self.values))

    def points(self, count: int) -> list[Value]:
        """All of them."""
        return list(self.values)

    def place(self, value: Value) -> float:
        """Which of them a value is, from 0."""
        return float(next(index for index, each in enumerate(self.values) if each == value))


Axis = Range | Choice


@dataclass(frozen=True)
class Space:
    """Settings by name, and what each may be."""

    axes: Mapping[str, Axis]

    @classmethod
    def of(cls, axes: Mapping[str, Axis | Sequence[Value]]) -> "Space":
        """From Python: a `Range`, a `Choice`, or a list of choices for each name.

        Raises:
            UserError: something else is given, or nothing.
        """
        found = {str(name): _axis(str(name), each) for name, each in axes.items()}
        if not found:
            raise UserError("there is nothing to search", hint=f"name at least one setting: {_FORMS}")
        return cls(found)

    @classmethod
    def read(cls, texts: Iterable[str]) -> "Space":
        """From a command line, one setting a text.

        Raises:
            UserError: a text is not understood, or a setting stands twice.
        """
        axes: dict[str, Axis] = {}
        for text in texts:
            name, sign, said = text.partition("=")
            name = name.strip()
            if not sign or not name:
                raise UserError(f"{text!r} names no setting and its values", hint=_FORMS)
            if name in axes:
                raise UserError(f"the setting {name} stands twice in the space")
            axes[name] = _read(name, said.strip())
        return cls.of(axes)

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {name: list(axis.values) if isinstance(axis, Choice) else vars(axis) for name, axis in self.axes.items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Space":
        """The inverse of `to_json`."""
        return cls.of({name: Range(**axis) if isinstance(axis, Mapping) else axis for name, axis in value.items()})

    @property
    def names(self) -> list[str]:
        """Of the settings."""
        return list(self.axes)

    def holds(self, settings: Mapping[str, Any]) -> bool:
        """Whether each setting is given a value that it may have."""
        return all(name in settings and settings[name] in axis for name, axis in self.axes.items())

    def grid(self, count: int) -> list[dict[str, Value]]:
        """Every combination of about ``count`` values of each range and all choices, the last setting moving first."""
        rows: list[dict[str, Value]] = [{}]
        for name, axis in self.axes.items():
            rows = [{**row, name: value} for row in rows for value in axis.points(count)]
        return rows

    def __str__(self) -> str:
        return " ".join(f"{name}={axis}" for name, axis in self.axes.items())


def _axis(name: str, given: Axis | Sequence[Value]) -> Axis:
    if isinstance(given, Range | Choice):
        return given
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise UserError(f"{name}: {given!r} is no range and no list of choices", hint=_FORMS)
    try:
        return Choice(tuple(given))
    except UserError as error:
        raise UserError(f"{name}: {error.args[0]}", hint=error.hint) from None


def _read(name: str, text: str) -> Axis:
    try:
        return Choice(tuple(map(_value, text.split(",")))) if "," in text or ":" not in text else _range(text)
    except UserError as error:
        raise UserError(f"{name}={text}: {error.args[0]}", hint=error.hint or _FORMS) from None


def _range(text: str) -> Range:
    low, high, *words = (part.strip() for part in text.split(":"))
    named: dict[str, Any] = {}
    for word in words:
        if word in ("log", "int"):
            named["integer" if word == "int" else word] = True
        elif word.startswith("step="):
            named["step"] = _number(word.removeprefix("step="))
        else:
            raise UserError(f"{word!r} says nothing of a range", hint=_FORMS)
    return Range(_number(low), _number(high), **named)


def _number(text: str) -> float:
    try:
        return int(text) if text.lstrip("+-").isdigit() else float(text)
    except ValueError:
        raise UserError(f"{text!r} is no number", hint=_FORMS) from None


def _value(text: str) -> Value:
    """As `--set` reads a value: a number, true, false, quoted text, else a word; ``none`` is None."""
    word = text.strip()
    if not word:
        raise UserError("a choice is empty", hint=_FORMS)
    if word.lower() == "none":
        return None
    try:
        found: Any = tomllib.loads(f"value = {word}")["value"]
    except tomllib.TOMLDecodeError:
        return word
    return found if isinstance(found, str | bool | int | float) else word


def _listed(values: Sequence[Value]) -> str:
    return ",".join(map(_said, values))


def _said(value: Value) -> str:
    if isinstance(value, str):
        return value
    return f"{value:.12g}" if _is_number(value) else str(value).lower()


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
