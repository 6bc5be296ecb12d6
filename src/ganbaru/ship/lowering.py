"""Steps become kernels: products for what has weights, walks for what only moves or combines numbers."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ganbaru.ship.activations import Activation
from ganbaru.ship.copying import Walk
from ganbaru.ship.folding import phase_matrices
from ganbaru.ship.gemm import LANES, Product
from ganbaru.ship.graph import BINARY, UNARY, reach
from ganbaru.ship.memory import WORD, Buffer
from ganbaru.ship.planning import Plan, Stage, rows_made, transposed_phases, transposed_reach
from ganbaru.ship.special import Blend, Normalisation, Row, Zeros
from ganbaru.ship.unpacking import Parcel, Placement
from ganbaru.ship.winograd import PARTS, Winograd

Array = np.ndarray[Any, Any]
Kernel = Product | Winograd | Walk | Zeros | Normalisation | Blend | Row

_NARROW, _WIDE, _PAIRS = (4, 2), (1, 8), (2, 4)
"""Tiles of a convolution, of a linear layer, which has one row, and of pairs of places."""
_FEWEST = 16
"""Channels from which turning the input pays."""


@dataclass
class Program:
    """All kernels in order, for each the stage that it belongs to.

    Attributes:
        plan: what was lowered.
        parcel: its weights.
        kernels: as said.
    """

    plan: Plan
    parcel: Parcel
    kernels: list[tuple[Stage, Kernel]] = field(default_factory=list)


def lower(plan: Plan, parcel: Parcel) -> Program:
    """The kernels of a plan; their weights go into the parcel."""
    program = Program(plan, parcel)
    for stage in plan.stages:
        if stage.node.operation in ("latent", "label"):
            continue
        made = _LOWERINGS[stage.node.operation](stage, program)
        target = plan.buffer(stage.value)
        if target.is_bordered:
            made = [*made, *_borders(stage.value, target)]
        program.kernels += [(stage, kernel) for kernel in made]
    program.kernels = [(stage, _quickened(kernel, program)) for stage, kernel in program.kernels]
    return program


def _quickened(kernel: Kernel, program: Program) -> Kernel:
    """A product that is three taps of a convolution of stride 1, by Winograd's way; any other kernel as it is."""
    if not isinstance(kernel, Product) or kernel.turns > 1 or kernel.rows % 2:
        return kernel
    inputs, panel = kernel.row_step // WORD, LANES * _PAIRS[1]
    is_three = kernel.stretches == ((0, 3 * inputs),)
    if not is_three or inputs % LANES or inputs < _FEWEST or kernel.columns % panel:
        return kernel
    take = program.parcel.memory.take
    parcel = program.parcel
    parcel.placements = [
        replace(each, panel=panel) if each.target == kernel.weights else each for each in parcel.placements
    ]
    return Winograd(
        kernel.name,
        kernel.source,
        inputs,
        kernel.rows,
        kernel.columns,
        kernel.weights,
        take(PARTS * inputs * kernel.columns * WORD),
        take(PARTS * kernel.rows // 2 * inputs * WORD),
        take(_PAIRS[0] * panel * WORD),
        kernel.bias,
        kernel.target,
        kernel.target_step,
        kernel.activation,
        _PAIRS,
    )


def _borders(name: str, buffer: Buffer) -> list[Kernel]:
    """Zeros around a value, each time that it is made: others lie in the same place before it."""
    found, steps = [], buffer.steps[1:]
    for axis, ((front, back), count) in enumerate(zip(buffer.border, buffer.space, strict=True)):
        outer = math.prod(buffer.whole[:axis])
        for side, (first, places) in {"front": (0, front), "back": (front + count, back)}.items():
            if places:
                where = buffer.address + first * steps[axis]
                line = buffer.whole[axis] * steps[axis]
                found.append(Zeros(f"{name}_{side}{axis}", where, places * steps[axis], outer, line))
    return list(found)


def _linear(stage: Stage, program: Program) -> list[Kernel]:
    node = stage.node
    weight = node.constants["weight"]
    source, target = _source(stage, program), program.plan.buffer(stage.value)
    one = _product(
        stage,
        program,
        weight.T[None],
        node.constants["bias"],
        ((0, weight.shape[1]),),
        1,
        0,
        source.start,
        target.start,
        0,
        _WIDE,
    )
    return [one]


def _convolution(stage: Stage, program: Program) -> list[Kernel]:
    node, source, target = stage.node, _source(stage, program), program.plan.buffer(stage.value)
    weight, groups = node.constants["weight"], node.numbers["groups"]
    per_group = weight.shape[1]
    made: list[Kernel] = []
    for group in range(groups):
        kernels = np.split(weight, groups)[group]
        bias = np.split(node.constants["bias"], groups)[group]
        first = source.start + group * per_group * WORD - _before(node.numbers["padding"], source)
        stretches = _stretches(weight.shape[2:], node.numbers["dilation"], source, per_group)
        matrices = kernels.reshape(*kernels.shape[:2], -1).transpose(2, 1, 0)
        offset = target.start + group * len(kernels) * WORD
        step = [each * stride for each, stride in zip(source.steps[1:], node.numbers["stride"], strict=True)]
        made.append(
            _product(
                stage,
                program,
                matrices,
                bias,
                stretches,
                target.space[-1],
                step[-1],
                first,
                offset,
                target.steps[-1],
                _NARROW,
                lines=_lines(target, step),
                name=f"_{group}" if groups > 1 else "",
            )
        )
    return made


def _upsampled(stage: Stage, program: Program) -> list[Kernel]:
    node, source, target = stage.node, _source(stage, program), program.plan.buffer(stage.value)
    weight, scale = node.constants["weight"], node.numbers["scale"]
    matrices = phase_matrices(node)
    made_by = [matrix.argmax(axis=1) for matrix in matrices]  # (s, k): the short tap that a long one falls on
    taps = [matrix.shape[1] for matrix in matrices]
    shipped, scales = program.parcel.matrices(weight.reshape(*weight.shape[:2], -1).transpose(2, 1, 0))
    fronts = tuple(front for front, _ in reach(node))
    return _phased(
        stage,
        program,
        source,
        target,
        scale,
        fronts,
        taps,
        source.space,
        lambda phase: [
            (shipped[long], scales, _short(made_by, phase, long, weight.shape[2:], taps))
            for long in range(len(shipped))
        ],
    )


def _short(
    made_by: Sequence[Array], phase: Sequence[int], long: int, kernel: Sequence[int], taps: Sequence[int]
) -> int:
    """Number of the short tap that a long tap falls on, in one phase."""
    places = np.unravel_index(long, tuple(kernel))
    return int(
        np.ravel_multi_index([made[r, j] for made, r, j in zip(made_by, phase, places, strict=True)], tuple(taps))
    )


def _transposed(stage: Stage, program: Program) -> list[Kernel]:
    node, source, target = stage.node, _source(stage, program), program.plan.buffer(stage.value)
    groups, scale = node.numbers["groups"], node.numbers["stride"]
    kernels = transposed_phases(node)
    axes = len(scale)
    fronts = tuple(front for front, _ in transposed_reach(node))
    taps = kernels.shape[axes + 2 :]
    made: list[Kernel] = []
    for group in range(groups):
        own = np.split(kernels, groups, axis=axes + 1)[group]
        ordered = own.reshape(*own.shape[: axes + 2], -1)
        ordered = np.moveaxis(ordered, (-1, axes + 1, axes), (axes, axes + 1, axes + 2))  # (phases…, taps, C_in, C_out)
        shipped, scales = program.parcel.matrices(ordered.reshape(-1, *ordered.shape[-2:]))
        count = int(np.prod(taps))

        def placed(phase: Sequence[int], shipped: list[int] = shipped, scales: int = scales, count: int = count) -> Any:
            first = int(np.ravel_multi_index(tuple(phase), tuple(scale))) * count
            return [(shipped[first + tap], scales, tap) for tap in range(count)]

        made += _phased(stage, program, source, target, scale, fronts, taps, rows_made(node), placed, group, groups)
    return made


def _phased(
    stage: Stage,
    program: Program,
    source: Buffer,
    target: Buffer,
    scale: Sequence[int],
    fronts: Sequence[int],
    taps: Sequence[int],
    places: Sequence[int],
    placed: Any,
    group: int = 0,
    groups: int = 1,
) -> list[Kernel]:
    """Products whose columns are the phases of the last axis, one for each phase of the axis before.

    In groups, the phases of one place are no stretch of memory: there, each phase is a product of its own.
    """
    bias = np.split(stage.node.constants["bias"], groups)[group]
    inputs, outputs = source.channels // groups, len(bias)
    stretches = _stretches(taps, [1] * len(taps), source, inputs)
    depth = sum(count for _, count in stretches)
    together = 1 if groups > 1 else scale[-1]
    made: list[Kernel] = []
    firsts = list(np.ndindex(*scale[:-1], scale[-1] // together))
    for first in firsts:
        columns = together * outputs
        one = Product(
            _name(stage, "".join(f"_{r}" for r in first) if len(firsts) > 1 else "", group, groups),
            source.start + group * inputs * WORD - _before(fronts, source),
            stretches,
            places[-1],
            source.steps[-1],
            columns,
            program.parcel.memory.take(WORD * depth * _filled(columns, _NARROW)),
            _bias(program, np.tile(bias, together), _NARROW),
            target.start + group * outputs * WORD + _before(first, target),
            scale[-1] * target.steps[-1],
            stage.activation,
            *_turns(places, source.steps[1:], target, scale),
            tile=_NARROW,
        )
        for r in range(together):
            for address, scales, tap in placed((*first[:-1], first[-1] + r)):
                program.parcel.placements.append(
                    Placement(
                        address, scales, one.weights, inputs, outputs, tap * inputs, r * outputs, depth, one.panel
                    )
                )
        made.append(one)
    return made


def _product(
    stage: Stage,
    program: Program,
    matrices: Array,
    bias: Array,
    stretches: tuple[tuple[int, int], ...],
    rows: int,
    row_step: int,
    source: int,
    target: int,
    target_step: int,
    tile: tuple[int, int],
    *,
    lines: tuple[int, int, int] = (1, 0, 0),
    name: str = "",
) -> Product:
    """A product whose right side is the matrices ``(taps, C_in, C_out)`` below each other."""
    taps, inputs, outputs = matrices.shape
    depth = taps * inputs
    one = Product(
        _name(stage, name),
        source,
        stretches,
        rows,
        row_step,
        outputs,
        program.parcel.memory.take(WORD * depth * _filled(outputs, tile)),
        _bias(program, bias, tile),
        target,
        target_step,
        stage.activation,
        *lines,
        tile=tile,
    )
    shipped, scales = program.parcel.matrices(matrices)
    for tap, address in enumerate(shipped):
        program.parcel.placements.append(
            Placement(address, scales, one.weights, inputs, outputs, tap * inputs, 0, depth, one.panel)
        )
    return one


def _stretches(
    kernel: Sequence[int], dilation: Sequence[int], source: Buffer, inputs: int
) -> tuple[tuple[int, int], ...]:
    """What one row of the left side is made of; neighbours joined."""
    found: list[tuple[int, int]] = []
    for place in np.ndindex(*kernel):
        offset = sum(i * d * step for i, d, step in zip(place, dilation, source.steps[1:], strict=True))
        if found and found[-1][0] + found[-1][1] * WORD == offset:
            found[-1] = (found[-1][0], found[-1][1] + inputs)
        else:
            found.append((offset, inputs))
    return tuple(found)


def _before(places: Sequence[int], buffer: Buffer) -> int:
    """Bytes that so many places on each axis of space are."""
    return sum(count * step for count, step in zip(places, buffer.steps[1:], strict=True))


def _lines(target: Buffer, step: Sequence[int]) -> tuple[int, int, int]:
    """Turns of a product over a picture's lines: how many, from one to the next in source and target."""
    return (target.space[0], step[0], target.steps[1]) if len(target.space) > 1 else (1, 0, 0)


def _turns(places: Sequence[int], steps: Sequence[int], target: Buffer, scale: Sequence[int]) -> tuple[int, int, int]:
    return (places[0], steps[0], scale[0] * target.steps[1]) if len(places) > 1 else (1, 0, 0)


def _filled(columns: int, tile: tuple[int, int]) -> int:
    panel = LANES * tile[1]
    return -(-columns // panel) * panel


def _bias(program: Program, bias: Array, tile: tuple[int, int]) -> int:
    filled = np.zeros(_filled(len(bias), tile), np.float32)
    filled[: len(bias)] = bias
    return program.parcel.numbers(filled)


def _name(stage: Stage, suffix: str = "", group: int = 0, groups: int = 1) -> str:
    return f"{stage.value}{suffix}{f'_g{group}' if groups > 1 else ''}"


def _source(stage: Stage, program: Program, number: int = 0) -> Buffer:
    return program.plan.buffer(stage.node.inputs[number])


def _side(buffer: Buffer, shape: Sequence[int] | None = None) -> tuple[int, tuple[int, ...]]:
    """A buffer as a side of a walk over space, then channels; axes of one place that it has are repeated."""
    own = list(zip(buffer.shape, buffer.steps, strict=True))
    wide = list(shape or buffer.shape)
    own = [(1, 0)] * (len(wide) - len(own)) + own
    steps = [0 if have == 1 and want > 1 else step for (have, step), want in zip(own, wide, strict=True)]
    return buffer.start, (*steps[1:], steps[0])


def _each(stage: Stage, program: Program) -> list[Kernel]:
    source, target = _source(stage, program), program.plan.buffer(stage.value)
    activation = Activation.of_node(stage.node)
    return [Walk(_name(stage), _outwards(target.shape), (_side(source),), _side(target), "", activation)]


def _combined(stage: Stage, program: Program) -> list[Kernel]:
    node, target = stage.node, program.plan.buffer(stage.value)
    sides = [_side(_source(stage, program, i), target.shape) for i in range(len(node.inputs))]
    if "value" in node.constants:
        sides.append(_constant(node.constants["value"], target.shape, program))
        if node.numbers.get("turned"):
            sides.reverse()
    return [Walk(_name(stage), _outwards(target.shape), tuple(sides), _side(target), node.operation, stage.activation)]


def _constant(value: Array, shape: Sequence[int], program: Program) -> tuple[int, tuple[int, ...]]:
    """A constant operand, shipped with its channels innermost."""
    whole = value.reshape((1,) * (len(shape) - value.ndim) + value.shape)
    address = program.parcel.numbers(np.moveaxis(whole, 0, -1))
    like = Buffer("", whole.shape, ((0, 0),) * (len(shape) - 1))
    like.address = address
    return _side(like, shape)


def _scaled(stage: Stage, program: Program) -> list[Kernel]:
    source, target = _source(stage, program), program.plan.buffer(stage.value)
    wide = (-1, *[1] * (len(target.shape) - 1))
    sides = [_constant(stage.node.constants[name].reshape(wide), target.shape, program) for name in ("weight", "bias")]
    counts = _outwards(target.shape)
    return [
        Walk(f"{_name(stage)}_scale", counts, (_side(source), sides[0]), _side(target), "multiply"),
        Walk(_name(stage), counts, (_side(target), sides[1]), _side(target), "add", stage.activation),
    ]


def _outwards(shape: Sequence[int]) -> tuple[int, ...]:
    """Space, then channels."""
    return (*shape[1:], shape[0])


def _concatenated(stage: Stage, program: Program) -> list[Kernel]:
    target, axis = program.plan.buffer(stage.value), stage.node.numbers["axis"]
    made: list[Kernel] = []
    first = 0
    for number in range(len(stage.node.inputs)):
        source = _source(stage, program, number)
        start, steps = _side(target)
        made.append(
            Walk(
                f"{_name(stage)}_{number}",
                _outwards(source.shape),
                (_side(source),),
                (start + first * target.steps[axis], steps),
            )
        )
        first += source.shape[axis]
    return made


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


def _permuted(stage: Stage, program: Program) -> list[Kernel]:
    source, target = _source(stage, program), program.plan.buffer(stage.value)
    steps = [source.steps[axis] for axis in stage.node.numbers["order"]]
    return [_moved(target.shape, (source.start, steps), (target.start, target.steps), _name(stage))]


def _cropped(stage: Stage, program: Program) -> list[Kernel]:
    source, target, numbers = _source(stage, program), program.plan.buffer(stage.value), stage.node.numbers
    first = source.start + numbers["start"] * source.steps[numbers["axis"]]
    return [_moved(target.shape, (first, source.steps), (target.start, target.steps), _name(stage))]


def _padded(stage: Stage, program: Program) -> list[Kernel]:
    source, target = _source(stage, program), program.plan.buffer(stage.value)
    first = target.start + _inner(stage.node.numbers["before"], target)
    whole = WORD * target.channels * math.prod(target.whole)
    inner = _moved(source.shape, (source.start, source.steps), (first, target.steps), _name(stage))
    return [Zeros(f"{_name(stage)}_zero", target.address, whole, 1, 0), inner]


def _inner(before: Sequence[int], target: Buffer) -> int:
    return sum(count * step for count, step in zip(before, target.steps, strict=True))


def _repeated(stage: Stage, program: Program) -> list[Kernel]:
    source, target, scale = _source(stage, program), program.plan.buffer(stage.value), stage.node.numbers["scale"]
    counts, steps, wide = [], [], []
    for count, step, out, times in zip(source.space, source.steps[1:], target.steps[1:], scale, strict=True):
        counts += [count, times]
        steps += [step, 0]
        wide += [times * out, out]
    counts.append(source.channels)
    return [Walk(_name(stage), tuple(counts), ((source.start, (*steps, WORD)),), (target.start, (*wide, WORD)))]


def _reshaped(stage: Stage, program: Program) -> list[Kernel]:
    """Row-major order on both sides, cut at every place where either has an axis end."""
    source, target = _source(stage, program), program.plan.buffer(stage.value)
    cuts = sorted({*_suffixes(source.shape), *_suffixes(target.shape)}, reverse=True)
    if any(outer % inner for outer, inner in itertools.pairwise(cuts)):
        middle = Buffer("", (math.prod(source.shape),), ())
        middle.address = program.parcel.memory.take(middle.bytes)
        return [_as_one(source, middle, f"{_name(stage)}_flat"), _as_one(middle, target, _name(stage))]
    counts = [outer // inner for outer, inner in itertools.pairwise(cuts)]
    sides = [(each.start, [_step_of(inner, each) for inner in cuts[1:]]) for each in (source, target)]
    return [_moved(counts, sides[0], sides[1], _name(stage))]


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


def _normed(stage: Stage, program: Program) -> list[Kernel]:
    node, source, target = stage.node, _source(stage, program), program.plan.buffer(stage.value)
    constants = [program.parcel.numbers(node.constants[name]) for name in ("weight", "bias")]
    groups = node.numbers["groups"]
    return [
        Normalisation(
            _name(stage), source, target, groups, node.numbers["eps"], constants[0], constants[1], stage.activation
        )
    ]


def _between(stage: Stage, program: Program) -> list[Kernel]:
    """One axis after the other."""
    made: list[Kernel] = []
    source, last = _source(stage, program), program.plan.buffer(stage.value)
    for axis in range(len(last.space)):
        shape = (*source.shape[: axis + 1], last.shape[axis + 1], *source.shape[axis + 2 :])
        target = last
        if axis < len(last.space) - 1:
            target = Buffer("", shape, ((0, 0),) * len(last.space))
            target.address = program.parcel.memory.take(target.bytes)
        positions = _positions(source.space[axis], shape[axis + 1], bool(stage.node.numbers["aligned"]))
        table = program.parcel.numbers(positions)
        made.append(Blend(f"{_name(stage)}_{axis}", source, target, axis, table))
        source = target
    return made


def _positions(count: int, made: int, aligned: bool) -> Array:
    """For each place that is made: the place before it, and how far it is from there to the next."""
    places = np.arange(made)
    at = places * ((count - 1) / max(made - 1, 1)) if aligned else np.maximum((places + 0.5) * (count / made) - 0.5, 0)
    first = np.minimum(np.floor(at), max(count - 2, 0))
    return np.stack([first, np.minimum(at - first, 1)], axis=1)


def _row(stage: Stage, program: Program) -> list[Kernel]:
    label, target = _source(stage, program), program.plan.buffer(stage.value)
    table = 0
    if stage.node.operation == "embedding":
        table = program.parcel.numbers(stage.node.constants["weight"])
    return [Row(_name(stage), label.start, table, target.start, target.shape[0])]


_LOWERINGS: dict[str, Any] = {
    "linear": _linear,
    "convolution": _convolution,
    "upsampled": _upsampled,
    "transposed": _transposed,
    "nearest": _repeated,
    "between": _between,
    "scaled": _scaled,
    "normed": _normed,
    "concatenate": _concatenated,
    "reshape": _reshaped,
    "permute": _permuted,
    "crop": _cropped,
    "pad": _padded,
    "one_hot": _row,
    "embedding": _row,
    **dict.fromkeys(BINARY, _combined),
    **dict.fromkeys(UNARY, _each),
}
