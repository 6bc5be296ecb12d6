"""WebAssembly's text format, written so that a person can read it: lines, indented, with comments."""

from collections.abc import Iterator
from contextlib import contextmanager


class Text:
    """Lines of text, at a depth."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._depth = 0

    def line(self, *parts: str) -> None:
        """Lines at this depth; empty ones are left out."""
        for part in parts:
            for each in part.splitlines():
                if each.strip():
                    self._lines.append("  " * self._depth + each)

    def comment(self, text: str) -> None:
        """A comment on a line of its own."""
        self.line(f";; {text}")

    @contextmanager
    def block(self, opening: str, closing: str = ")") -> Iterator[None]:
        """What is written within stands one deeper, between two lines."""
        self.line(opening)
        self._depth += 1
        yield
        self._depth -= 1
        self.line(closing)

    @contextmanager
    def loop(self, label: str, counter: str, start: str, end: str, step: int) -> Iterator[None]:
        """A loop that is passed at least once, while the counter, an i32 local, differs from the end."""
        self.line(f"(local.set ${counter} {start})")
        with self.block(f"(loop ${label}"):
            yield
            self.line(f"(local.set ${counter} (i32.add (local.get ${counter}) (i32.const {step})))")
            self.line(f"(br_if ${label} (i32.ne (local.get ${counter}) {end}))")

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"


def get(name: str) -> str:
    """A local."""
    return f"(local.get ${name})"


def put(name: str, value: str) -> str:
    """Sets a local."""
    return f"(local.set ${name} {value})"


def i32(value: int) -> str:
    """A constant."""
    return f"(i32.const {value})"


def plus(value: str, amount: int) -> str:
    """A pointer, moved by so many bytes."""
    return value if amount == 0 else f"(i32.add {value} {i32(amount)})"


def at(operation: str, pointer: str, offset: int = 0) -> str:
    """A load."""
    return f"({operation}{f' offset={offset}' if offset else ''} {pointer})"


def store(operation: str, pointer: str, value: str, offset: int = 0) -> str:
    """A store."""
    return f"({operation}{f' offset={offset}' if offset else ''} {pointer} {value})"


def f32(value: float) -> str:
    """A constant, exactly."""
    return f"(f32.const {number(value)})"


def f64(value: float) -> str:
    """A constant, exactly."""
    return f"(f64.const {number(value)})"


def splat(value: float) -> str:
    """A vector of four equal ones."""
    return f"(f32x4.splat {f32(value)})"


def number(value: float) -> str:
    """A floating-point number as the text format writes it, every bit kept."""
    value = float(value)
    if value != value:
        return "nan"
    if value in (float("inf"), float("-inf")):
        return "inf" if value > 0 else "-inf"
    return repr(value) if value == int(value) and abs(value) < 1e15 else value.hex()
