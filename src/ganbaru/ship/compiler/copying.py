"""Copies, sums and passes over memory: loops within loops, the innermost four numbers at a time where they are
neighbours.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ganbaru.ship.compiler.activations import NONE, Activation
from ganbaru.ship.compiler.wat import Text, at, get, i32, plus, put, store

WORD, LANES = 4, 4
Side = tuple[int, tuple[int, ...]]
"""Address of the first number, and the step on each axis, in bytes; 0 to repeat."""


@dataclass(frozen=True)
class Walk:
    """One pass: at every place of some axes, a number is read at each source and one is stored at the target.

    Attributes:
        name: of its function.
        counts: places on each axis, the innermost last.
        sources: one or two.
        target: where to.
        operation: of the two; "" for one source.
        activation: of what is stored.
    """

    name: str
    counts: tuple[int, ...]
    sources: tuple[Side, ...]
    target: Side
    operation: str = ""
    activation: Activation = NONE


Shared = dict[str, tuple[Walk, tuple[int, ...]]]
"""Of `shared`."""

_INSTRUCTIONS = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "div"}


def walk(text: Text, one: Walk) -> None:
    """Writes the function ``$name``, which is told where each side begins and how often its outermost loop is run."""
    counts, sides = _joined(one)
    with text.block(f"(func ${one.name}"):
        text.line(" ".join(f"(param $p{side} i32)" for side in range(len(sides))))
        text.line("(param $n0 i32)", *(f"(local $n{axis} i32)" for axis in range(1, len(counts))))
        text.line("(local $x v128) (local $y v128)")
        _axis(text, one, counts, [steps for _, steps in sides], 0)


def shared(walks: Iterable[Walk]) -> Shared:
    """For each walk, by name: the first that does the same elsewhere, and what the function of that one is told."""
    firsts: dict[str, Walk] = {}
    found = {}
    for one in walks:
        counts, sides = _joined(one)
        text = Text()
        walk(text, replace(one, name="walk"))
        by_four = len(counts) == 1 and _are_neighbours([steps[0] for _, steps in sides])
        times = counts[0] // LANES if by_four else counts[0]
        found[one.name] = firsts.setdefault(str(text), one), (*(address for address, _ in sides), times)
    return found


def _joined(one: Walk) -> tuple[tuple[int, ...], list[Side]]:
    """Neighbouring axes that are one stretch on every side made one; axes of one place left out."""
    sides = [*one.sources, one.target]
    joined: list[tuple[int, list[int]]] = []
    for axis, count in enumerate(one.counts):
        steps = [each[axis] for _, each in sides]
        if count == 1:
            continue
        if joined and all(outer == count * inner for outer, inner in zip(joined[-1][1], steps, strict=True)):
            joined[-1] = (joined[-1][0] * count, steps)
        else:
            joined.append((count, steps))
    joined = joined or [(1, [WORD] * len(sides))]
    counts = tuple(count for count, _ in joined)
    return counts, [(address, tuple(steps[s] for _, steps in joined)) for s, (address, _) in enumerate(sides)]


def _axis(text: Text, one: Walk, counts: Sequence[int], steps: Sequence[Sequence[int]], axis: int) -> None:
    """One axis and all within it; the pointers are back where they were behind it, but for the outermost."""
    here, count = [each[axis] for each in steps], counts[axis]
    if axis == len(counts) - 1 and _are_neighbours(here):
        _repeated(text, one, axis, count // LANES, here, LANES, told=axis == 0)
        _repeated(text, one, axis, count % LANES, here, 1)
    elif axis == len(counts) - 1:
        _repeated(text, one, axis, count, here, 1, told=axis == 0)
    else:
        if axis:
            text.line(put(f"n{axis}", i32(count)))
        with text.block(f"(loop $axis{axis}"):
            _axis(text, one, counts, steps, axis + 1)
            _move(text, here)
            text.line(put(f"n{axis}", plus(get(f"n{axis}"), -1)), f"(br_if $axis{axis} {get(f'n{axis}')})")
    if axis:
        _move(text, [-count * step for step in here])


def _are_neighbours(steps: Sequence[int]) -> bool:
    """Whether what is stored lies side by side, and what is read does or is always the same."""
    return steps[-1] == WORD and all(step in (0, WORD) for step in steps)


def _repeated(
    text: Text, one: Walk, axis: int, times: int, steps: Sequence[int], lanes: int, *, told: bool = False
) -> None:
    """The innermost axis: so many times one number, or four at once; the function may have been told how often."""
    moved = [lanes * step for step in steps]
    if times == 0:
        return
    if times == 1:
        _once(text, one, steps, lanes)
        _move(text, moved)
        return
    if not told:
        text.line(put(f"n{axis}", i32(times)))
    with text.block(f"(loop $axis{axis}by{lanes}"):
        _once(text, one, steps, lanes)
        _move(text, moved)
        text.line(put(f"n{axis}", plus(get(f"n{axis}"), -1)), f"(br_if $axis{axis}by{lanes} {get(f'n{axis}')})")


def _once(text: Text, one: Walk, steps: Sequence[int], lanes: int) -> None:
    for side, local in zip(range(len(one.sources)), ("x", "y"), strict=False):
        load = "v128.load32_splat" if steps[side] == 0 else "v128.load" if lanes == LANES else "v128.load32_zero"
        text.line(put(local, at(load, get(f"p{side}"))))
    if one.operation:
        text.line(put("x", f"(f32x4.{_INSTRUCTIONS[one.operation]} {get('x')} {get('y')})"))
    text.line(*one.activation.of("x"))
    to = get(f"p{len(one.sources)}")
    text.line(store("v128.store", to, get("x")) if lanes == LANES else f"(v128.store32_lane 0 {to} {get('x')})")


def _move(text: Text, by: Sequence[int]) -> None:
    text.line(*(put(f"p{side}", plus(get(f"p{side}"), amount)) for side, amount in enumerate(by) if amount))
