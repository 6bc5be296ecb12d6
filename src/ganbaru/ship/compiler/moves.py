"""What has no weights to multiply becomes walks: numbers moved, combined, normed, blended."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ganbaru.ship.compiler.activations import Activation
from ganbaru.ship.compiler.copying import Walk
from ganbaru.ship.compiler.memory import WORD, Buffer
from ganbaru.ship.compiler.planning import Stage
from ganbaru.ship.compiler.program import Kernel, Program, kernel_name, source_of
from ganbaru.ship.compiler.special import Blend, Normalisation, Row, Zeros

Array = np.ndarray[Any, Any]


def each(stage: Stage, program: Program) -> list[Kernel]:
    """A function of every number."""
    source, target = source_of(stage, program), program.plan.buffer(stage.value)
    activation = Activation.of_node(stage.node)
    return [Walk(kernel_name(stage), _outwards(target.shape), (_side(source),), _side(target), "", activation)]


def combined(stage: Stage, program: Program) -> list[Kernel]:
    """Two values, or a value and a constant, number by number."""
    node, target = stage.node, program.plan.buffer(stage.value)
    sides = [_side(source_of(stage, program, i), target.shape) for i in range(len(node.inputs))]
    if "value" in node.constants:
        sides.append(_constant(node.constants["value"], target.shape, program))
        if node.numbers.get("turned"):
            sides.reverse()
    return [
        Walk(kernel_name(stage), _outwards(target.shape), tuple(sides), _side(target), node.operation, stage.activation)
    ]


def scaled(stage: Stage, program: Program) -> list[Kernel]:
    """A factor and a shift of each channel."""
    source, target = source_of(stage, program), program.plan.buffer(stage.value)
    wide = (-1, *[1] * (len(target.shape) - 1))
    sides = [_constant(stage.node.constants[name].reshape(wide), target.shape, program) for name in ("weight", "bias")]
    counts = _outwards(target.shape)
    return [
        Walk(f"{kernel_name(stage)}_scale", counts, (_side(source), sides[0]), _side(target), "multiply"),
        Walk(kernel_name(stage), counts, (_side(target), sides[1]), _side(target), "add", stage.activation),
    ]


def concatenated(stage: Stage, program: Program) -> list[Kernel]:
    """Each value into its place."""
    target, axis = program.plan.buffer(stage.value), stage.node.numbers["axis"]
    made: list[Kernel] = []
    first = 0
    for number in range(len(stage.node.inputs)):
        source = source_of(stage, program, number)
        start, steps = _side(target)
        made.append(
            Walk(
                f"{kernel_name(stage)}_{number}",
                _outwards(source.shape),
                (_side(source),),
                (start + first * target.steps[axis], steps),
            )
        )
        first += source.shape[axis]
    return made


def permuted(stage: Stage, program: Program) -> list[Kernel]:
    """The same numbers, axes in another order."""
    source, target = source_of(stage, program), program.plan.buffer(stage.value)
    steps = [source.steps[axis] for axis in stage.node.numbers["order"]]
    return [_moved(target.shape, (source.start, steps), (target.start, target.steps), kernel_name(stage))]


def cropped(stage: Stage, program: Program) -> list[Kernel]:
    """A stretch of an axis."""
    source, target, numbers = source_of(stage, program), program.plan.buffer(stage.value), stage.node.numbers
    first = source.start + numbers["start"] * source.steps[numbers["axis"]]
    return [_moved(target.shape, (first, source.steps), (target.start, target.steps), kernel_name(stage))]


def padded(stage: Stage, program: Program) -> list[Kernel]:
    """Zeros, and the value within."""
    source, target = source_of(stage, program), program.plan.buffer(stage.value)
    first = target.start + _inner(stage.node.numbers["before"], target)
    whole = WORD * target.channels * math.prod(target.whole)
    inner = _moved(source.shape, (source.start, source.steps), (first, target.steps), kernel_name(stage))
    return [Zeros(f"{kernel_name(stage)}_zero", target.address, whole, 1, 0), inner]


def repeated(stage: Stage, program: Program) -> list[Kernel]:
    """Nearest upsampling."""
    source, target, scale = source_of(stage, program), program.plan.buffer(stage.value), stage.node.numbers["scale"]
    counts, steps, wide = [], [], []
    for count, step, out, times in zip(source.space, source.steps[1:], target.steps[1:], scale, strict=True):
        counts += [count, times]
        steps += [step, 0]
        wide += [times * out, out]
    counts.append(source.channels)
    return [Walk(kernel_name(stage), tuple(counts), ((source.start, (*steps, WORD)),), (target.start, (*wide, WORD)))]


def reshaped(stage: Stage, program: Program) -> list[Kernel]:
    """Row-major order on both sides, cut at every place where either has an axis end."""
    source, target = source_of(stage, program), program.plan.buffer(stage.value)
    cuts = sorted({*_suffixes(source.shape), *_suffixes(target.shape)}, reverse=True)
    if any(outer % inner for outer, inner in itertools.pairwise(cuts)):
        middle = Buffer("", (math.prod(source.shape),), ())
        middle.address = program.parcel.memory.take(middle.bytes)
        return [_as_one(source, middle, f"{kernel_name(stage)}_flat"), _as_one(middle, target, kernel_name(stage))]
    counts = [outer // inner for outer, inner in itertools.pairwise(cuts)]
    sides = [(each.start, [_step_of(inner, each) for inner in cuts[1:]]) for each in (source, target)]
    return [_moved(counts, sides[0], sides[1], kernel_name(stage))]


def normed(stage: Stage, program: Program) -> list[Kernel]:
    """A norm over the sound itself."""
    node, source, target = stage.node, source_of(stage, program), program.plan.buffer(stage.value)
    constants = [program.parcel.numbers(node.constants[name]) for name in ("weight", "bias")]
    groups = node.numbers["groups"]
    return [
        Normalisation(
            kernel_name(stage),
            source,
            target,
            groups,
            node.numbers["eps"],
            constants[0],
            constants[1],
            stage.activation,
        )
    ]


def between(stage: Stage, program: Program) -> list[Kernel]:
    """One axis after the other."""
    made: list[Kernel] = []
    source, last = source_of(stage, program), program.plan.buffer(stage.value)
    for axis in range(len(last.space)):
        shape = (*source.shape[: axis + 1], last.shape[axis + 1], *source.shape[axis + 2 :])
        target = last
        if axis < len(last.space) - 1:
            target = Buffer("", shape, ((0, 0),) * len(last.space))
            target.address = program.parcel.memory.take(target.bytes)
        positions = _positions(source.space[axis], shape[axis + 1], bool(stage.node.numbers["aligned"]))
        table = program.parcel.numbers(positions)
        made.append(Blend(f"{kernel_name(stage)}_{axis}", source, target, axis, table))
        source = target
    return made


def row(stage: Stage, program: Program) -> list[Kernel]:
    """A row of a table, by the label."""
    label, target = source_of(stage, program), program.plan.buffer(stage.value)
    table = 0
    if stage.node.operation == "embedding":
        table = program.parcel.numbers(stage.node.constants["weight"])
    return [Row(kernel_name(stage), label.start, table, target.start, target.shape[0])]


def _side(buffer: Buffer, shape: Sequence[int] | None = None) -> tuple[int, tuple[int, ...]]:
    """A buffer as a side of a walk over space, then channels; axes of one place that it has are repeated."""
    own = list(zip(buffer.shape, buffer.steps, strict=True))
    wide = list(shape or buffer.shape)
    own = [(1, 0)] * (len(wide) - len(own)) + own
    steps = [0 if have == 1 and want > 1 else step for (have, step), want in zip(own, wide, strict=True)]
    return buffer.start, (*steps[1:], steps[0])


def _constant(value: Array, shape: Sequence[int], program: Program) -> tuple[int, tuple[int, ...]]:
    """A constant operand, shipped with its channels innermost."""
    whole = value.reshape((1,) * (len(shape) - value.ndim) + value.shape)
    address = program.parcel.numbers(np.moveaxis(whole, 0, -1))
    like = Buffer("", whole.shape, ((0, 0),) * (len(shape) - 1))
    like.address = address
    return _side(like, shape)


def _outwards(shape: Sequence[int]) -> tuple[int, ...]:
    """Space, then channels."""
    return (*shape[1:], shape[0])


def _moved(
    counts: Sequence[int], source: tuple[int, Sequence[int]], target: tuple[int, Sequence[int]], name: str
) -> Walk:
    """A copy whose innermost axis is that on which the target's numbers are nearest."""
    order = sorted(range(len(counts)), key=lambda axis: (-target[1][axis], axis))
    return Walk(
        name,
        tuple(counts[axis] for axis in order),
        ((source[0], tuple(source[1][axis] for axis in order)),),
        (target[0], tuple(target[1][axis] for axis in order)),
    )


def _inner(before: Sequence[int], target: Buffer) -> int:
    return sum(count * step for count, step in zip(before, target.steps, strict=True))


def _as_one(source: Buffer, target: Buffer, name: str) -> Walk:
    shape = source.shape if len(source.shape) > 1 else target.shape
    cuts = _suffixes(shape)
    sides = [(each.start, [_step_of(inner, each) for inner in cuts[1:]]) for each in (source, target)]
    return _moved(shape, sides[0], sides[1], name)


def _suffixes(shape: Sequence[int]) -> list[int]:
    """Numbers within each axis and all behind it, from the whole to one."""
    return [math.prod(shape[axis:]) for axis in range(len(shape) + 1)]


def _step_of(inner: int, buffer: Buffer) -> int:
    """Bytes between numbers that are so many apart in row-major order, where that is within one axis."""
    suffixes = _suffixes(buffer.shape)
    for axis in range(len(buffer.shape)):
        if suffixes[axis] > inner >= suffixes[axis + 1] and inner % suffixes[axis + 1] == 0:
            return buffer.steps[axis] * (inner // suffixes[axis + 1])
    return buffer.steps[-1]


def _positions(count: int, made: int, aligned: bool) -> Array:
    """For each place that is made: the place before it, and how far it is from there to the next."""
    places = np.arange(made)
    at = places * ((count - 1) / max(made - 1, 1)) if aligned else np.maximum((places + 0.5) * (count / made) - 0.5, 0)
    first = np.minimum(np.floor(at), max(count - 2, 0))
    return np.stack([first, np.minimum(at - first, 1)], axis=1)
