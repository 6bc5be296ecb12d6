"""Linear layers and convolutions become products of matrices."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ganbaru.ship.compiler.folding import phase_matrices
from ganbaru.ship.compiler.gemm import LANES, Product
from ganbaru.ship.compiler.graph import reach
from ganbaru.ship.compiler.memory import WORD, Buffer
from ganbaru.ship.compiler.planning import Stage, rows_made, transposed_phases, transposed_reach
from ganbaru.ship.compiler.program import Kernel, Program, kernel_name, source_of
from ganbaru.ship.compiler.unpacking import Placement

Array = np.ndarray[Any, Any]

_NARROW, _THIN, _WIDE = (4, 2), (6, 1), (1, 8)
"""Tiles of a convolution, of one to four columns at most, and of a linear layer, which has one row."""


def linear(stage: Stage, program: Program) -> list[Kernel]:
    """One row times the weights."""
    node = stage.node
    weight = node.constants["weight"]
    source, target = source_of(stage, program), program.plan.buffer(stage.value)
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


def convolution(stage: Stage, program: Program) -> list[Kernel]:
    """A product for each group of channels."""
    node, source, target = stage.node, source_of(stage, program), program.plan.buffer(stage.value)
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
                _tile(len(kernels)),
                lines=_lines(target, step),
                name=f"_{group}" if groups > 1 else "",
            )
        )
    return made


def upsampled(stage: Stage, program: Program) -> list[Kernel]:
    """Nearest upsampling and a convolution: its phases are columns side by side."""
    node, source, target = stage.node, source_of(stage, program), program.plan.buffer(stage.value)
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


def transposed(stage: Stage, program: Program) -> list[Kernel]:
    """Likewise of a transposed convolution."""
    node, source, target = stage.node, source_of(stage, program), program.plan.buffer(stage.value)
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


def _short(
    made_by: Sequence[Array], phase: Sequence[int], long: int, kernel: Sequence[int], taps: Sequence[int]
) -> int:
    """Number of the short tap that a long tap falls on, in one phase."""
    places = np.unravel_index(long, tuple(kernel))
    return int(
        np.ravel_multi_index([made[r, j] for made, r, j in zip(made_by, phase, places, strict=True)], tuple(taps))
    )


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
        tile = _tile(columns)
        one = Product(
            kernel_name(stage, "".join(f"_{r}" for r in first) if len(firsts) > 1 else "", group, groups),
            source.start + group * inputs * WORD - _before(fronts, source),
            stretches,
            places[-1],
            source.steps[-1],
            columns,
            program.parcel.memory.take(WORD * depth * _filled(columns, tile)),
            _bias(program, np.tile(bias, together), tile),
            target.start + group * outputs * WORD + _before(first, target),
            scale[-1] * target.steps[-1],
            stage.activation,
            *_turns(places, source.steps[1:], target, scale),
            tile=tile,
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
        kernel_name(stage, name),
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


def _tile(columns: int) -> tuple[int, int]:
    return _THIN if columns <= LANES else _NARROW


def _filled(columns: int, tile: tuple[int, int]) -> int:
    panel = LANES * tile[1]
    return -(-columns // panel) * panel


def _bias(program: Program, bias: Array, tile: tuple[int, int]) -> int:
    filled = np.zeros(_filled(len(bias), tile), np.float32)
    filled[: len(bias)] = bias
    return program.parcel.numbers(filled)
