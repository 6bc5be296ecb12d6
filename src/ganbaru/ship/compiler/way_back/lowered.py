"""The nodes of the way back become kernels: room is taken for what they work on, and their tables are shipped."""

from ganbaru.ship.compiler.copying import Walk
from ganbaru.ship.compiler.memory import WORD, Memory
from ganbaru.ship.compiler.planning import Stage
from ganbaru.ship.compiler.program import Kernel, Program, kernel_name, source_of
from ganbaru.ship.compiler.way_back import bands, fourier, integration
from ganbaru.ship.compiler.way_back.bands import LANES
from ganbaru.ship.compiler.way_back.fourier import PAIR, Frames, Transform
from ganbaru.ship.compiler.way_back.inverse import Inverse
from ganbaru.ship.compiler.way_back.lapped import Unlapped
from ganbaru.ship.compiler.way_back.search import Search


def inverted(stage: Stage, program: Program) -> list[Kernel]:
    """The kernel of an ``inverted`` node."""
    source, target, told = source_of(stage, program), program.plan.buffer(stage.value), stage.node.numbers
    framed = _frames_in(program.parcel.memory, told["n_fft"], told["hop"], stage.node.size)
    return [Inverse(kernel_name(stage), framed, source.start, source.steps[1], target.start)]


def searched(stage: Stage, program: Program) -> list[Kernel]:
    """The kernel of a ``searched`` node."""
    node, memory = stage.node, program.parcel.memory
    source, target, told = source_of(stage, program), program.plan.buffer(stage.value), node.numbers
    framed = _frames_in(memory, told["n_fft"], told["hop"], node.size)
    phases = integration.room_for(framed, told["phase"], memory)
    bank, want = None, 0
    if "bank" in node.constants:
        bank = bands.shipped(node.constants["bank"], told["power"], program.parcel)
        want = memory.take(LANES * framed.groups * bank.bands)
    before = memory.take(PAIR * framed.groups * framed.bins)
    return [
        Search(
            kernel_name(stage), framed, phases, bank, source.start, want, before, target.start,
            told["iterations"], told["momentum"],
        )
    ]  # fmt: skip


def unlapped(stage: Stage, program: Program) -> list[Kernel]:
    """The kernel of an ``unlapped`` node."""
    source, target = source_of(stage, program), program.plan.buffer(stage.value)
    bands, memory = source.channels, program.parcel.memory
    frames = source.space[0]
    length = (-(-frames // 4) * 4 + 1) * bands
    buffer = PAIR * (bands // 2)
    sizes = (2 * WORD * bands, WORD * bands, 2 * WORD * bands, LANES * bands, 2 * LANES * bands, WORD * length)
    table, turns, window, values, waves, sound = (memory.take(size) for size in sizes)
    transform = Transform(bands // 2, table, (memory.take(buffer), memory.take(buffer)))
    return [
        Unlapped(
            kernel_name(stage), transform, frames, turns, window, values, waves, sound, source.start, target.start,
            stage.node.size,
        )
    ]  # fmt: skip


def summed(stage: Stage, program: Program) -> list[Kernel]:
    """Each number with all before it on the last axis, of one channel: a walk that reads what it has made."""
    source, target = source_of(stage, program), program.plan.buffer(stage.value)
    order = (len(source.shape) - 1, *range(len(source.shape) - 1))
    counts = [source.shape[axis] for axis in order]
    read, made = ([each.steps[axis] for axis in order] for each in (source, target))
    name, (count, *inner) = kernel_name(stage), counts
    kernels: list[Kernel] = [
        Walk(f"{name}_first", (1, *inner), ((source.start, tuple(read)),), (target.start, tuple(made)))
    ]
    if count > 1:
        sides = ((source.start + read[0], tuple(read)), (target.start, tuple(made)))
        kernels.append(Walk(name, (count - 1, *inner), sides, (target.start + made[0], tuple(made)), "add"))
    return kernels


def _frames_in(memory: Memory, n_fft: int, hop: int, samples: int) -> Frames:
    """Room for all that frames need."""
    length = WORD * fourier.whole_length(n_fft, hop, samples)
    buffer = PAIR * (n_fft // 2 + 1)
    sizes = (2 * WORD * n_fft, WORD * n_fft, length, length, length, buffer, buffer)
    table, window, inverse, sound, following, *buffers = (memory.take(size) for size in sizes)
    transform = Transform(n_fft // 2, table, (buffers[0], buffers[1]))
    return Frames(n_fft, hop, samples, transform, window, inverse, sound, following)
