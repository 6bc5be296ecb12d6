"""Which products go by Winograd's way, and by which form of it: the one that costs least, by a model of cost.

The model counts in multiply-adds, of which a tile of rows does all even where it is not filled. Beside them, weights
take time, for to come from memory one takes as long as three multiply-adds; and so does turning, for each number as
many additions as half of the form has products.
"""

import itertools
from dataclasses import replace

from ganbaru.ship.compiler.gemm import LANES, Product
from ganbaru.ship.compiler.memory import WORD
from ganbaru.ship.compiler.planning import Stage
from ganbaru.ship.compiler.program import Kernel, Program
from ganbaru.ship.compiler.toom_cook import MOST, Form
from ganbaru.ship.compiler.winograd import PANEL, ROWS, Winograd

_FEWEST_ROWS = 3
"""Rows from which the processor, and no longer memory, is what is waited for."""
_TURNING = 0.75
"""Multiply-adds that take as long as turning a number does for each product of its form, loads and stores included."""


def quickened(program: Program) -> list[tuple[Stage, Kernel]]:
    """The kernels, those by Winograd's way that gain by it; what is turned shares one place in memory."""
    kernels = [(stage, _quickest(stage, kernel)) for stage, kernel in program.kernels]
    chosen = [kernel for _, kernel in kernels if isinstance(kernel, Winograd)]
    lined = any(each.lines > 1 or each.high > 1 for each in chosen)
    take = program.parcel.memory.take
    turned = take(max((each.turned_bytes for each in chosen), default=0))
    made = take(max((each.made_bytes for each in chosen), default=0))
    found: list[tuple[Stage, Kernel]] = []
    for stage, kernel in kernels:
        if isinstance(kernel, Winograd):
            before = found[-1][1] if found and found[-1][0] is stage else None
            fresh = not isinstance(before, Winograd) or (before.source, before.form) != (kernel.source, kernel.form)
            weights = take(kernel.weights_bytes)
            kernel = replace(kernel, weights=weights, turned=turned, made=made, fresh=fresh, lined=lined)
        found.append((stage, kernel))
    return found


def _quickest(stage: Stage, kernel: Kernel) -> Kernel:
    """A product by the form that costs least, where one costs less than itself does; any other kernel as it is."""
    if not isinstance(kernel, Product) or not _is_plain(kernel):
        return kernel
    taps = kernel.stretches[0][1] * WORD // kernel.row_step
    phases = stage.node.numbers["scale"][-1] if stage.node.operation == "upsampled" else 1
    if kernel.columns // phases % PANEL:
        phases = 1
    lengths = [places for places in range(2, MOST + 2 - taps) if kernel.rows % places == 0]
    forms = [_by(Form(places, taps), kernel, phases) for places in lengths]
    best = min(forms, key=_cost, default=None)
    direct = max(_FEWEST_ROWS, kernel.turns * kernel.rows) * kernel.depth * kernel.columns
    return best if best and _cost(best) < direct else kernel


def _is_plain(one: Product) -> bool:
    """Whether it is a convolution of stride 1 and several taps along its rows, of channels and columns by fours and
    eights; where it has several lines, they are neighbours, and so are the lines of its kernel.
    """
    count = one.stretches[0][1]
    if not one.row_step or one.row_step % (LANES * WORD) or one.columns % PANEL or one.panel != PANEL:
        return False
    taps, rest = divmod(count * WORD, one.row_step)
    steps = {after[0] - before[0] for before, after in itertools.pairwise(one.stretches)}
    return taps > 1 and not rest and steps <= {one.turn_step} and {each for _, each in one.stretches} == {count}


def _by(form: Form, one: Product, phases: int) -> Winograd:
    return Winograd(
        one.name,
        form,
        one.source + one.stretches[0][0],
        one.row_step // WORD,
        one.turns,
        one.turn_step,
        len(one.stretches),
        one.rows,
        one.columns,
        phases,
        one.weights,
        one.bias,
        one.target,
        one.target_step,
        one.target_turn,
        one.activation,
    )


def _cost(one: Winograd) -> float:
    """In multiply-adds."""
    rows = max(_FEWEST_ROWS, -(-one.rows // ROWS) * ROWS)
    turned = one.form.points * (one.rows_read * one.inputs + one.rows * one.columns)
    return rows * one.weights_read + _TURNING * one.form.points * turned
