"""Steps become kernels: products for what has weights, walks for what only moves or combines numbers."""

import math
from typing import Any

from ganbaru.ship.compiler import drawing, moves, products, quickening
from ganbaru.ship.compiler.graph import BINARY, UNARY
from ganbaru.ship.compiler.memory import Buffer
from ganbaru.ship.compiler.planning import Plan
from ganbaru.ship.compiler.program import Kernel, Program
from ganbaru.ship.compiler.special import Zeros
from ganbaru.ship.compiler.unpacking import Parcel
from ganbaru.ship.compiler.way_back import lowered
from ganbaru.ship.compiler.winograd import Winograd


def lower(plan: Plan, parcel: Parcel) -> Program:
    """The kernels of a plan; their weights go into the parcel.

    The last step comes first: a way back has no weights, but room that it names often, and what lies in front of all
    weights has short addresses. What is shipped lies where turned weights go once all of it is placed: a page of memory
    that nobody has touched yet takes as long as a thousand numbers do.
    """
    program = Program(plan, parcel, drawing.shipped(parcel))
    for stage in reversed(plan.stages):
        if stage.node.operation in ("latent", "label"):
            continue
        made = _LOWERINGS[stage.node.operation](stage, program)
        target = plan.buffer(stage.value)
        if target.is_bordered:
            made = [*made, *_borders(stage.value, target)]
        program.kernels[:0] = [(stage, kernel) for kernel in made]
    program.kernels = quickening.quickened(program)
    turned = [kernel.weights for _, kernel in program.kernels if isinstance(kernel, Winograd)]
    parcel.settled(min(turned, default=parcel.memory.end))
    parcel.tabled()
    return program


def _borders(name: str, buffer: Buffer) -> list[Kernel]:
    """Zeros around a value, each time that it is made: others lie in the same place before it."""
    found, steps = [], buffer.steps[1:]
    for axis, ((front, back), count) in enumerate(zip(buffer.border, buffer.space, strict=True)):
        outer = math.prod(buffer.whole[:axis])
        line, far = buffer.whole[axis] * steps[axis], (front + count) * steps[axis]
        if front == back and outer == 1 and front:  # both sides at once
            found.append(Zeros(f"{name}_both{axis}", buffer.address, front * steps[axis], 2, far))
            continue
        for side, (first, places) in {"front": (0, front), "back": (far, back)}.items():
            if places:
                found.append(Zeros(f"{name}_{side}{axis}", buffer.address + first, places * steps[axis], outer, line))
    return list(found)


_LOWERINGS: dict[str, Any] = {
    "linear": products.linear,
    "convolution": products.convolution,
    "upsampled": products.upsampled,
    "transposed": products.transposed,
    "nearest": moves.repeated,
    "between": moves.between,
    "scaled": moves.scaled,
    "normed": moves.normed,
    "concatenate": moves.concatenated,
    "reshape": moves.reshaped,
    "permute": moves.permuted,
    "crop": moves.cropped,
    "pad": moves.padded,
    "one_hot": moves.row,
    "embedding": moves.row,
    "summed": lowered.summed,
    "unlapped": lowered.unlapped,
    "inverted": lowered.inverted,
    "searched": lowered.searched,
    **dict.fromkeys(BINARY, moves.combined),
    **dict.fromkeys(UNARY, moves.each),
}
