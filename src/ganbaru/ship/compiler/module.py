"""The whole module as text: memory, weights, kernels, and what a page calls.

Exports, stable within a major version of `ABI`:

=====================  =================================================================================
``memory``             what everything lies in
``generate(seed)``     i64 -> i32: draws the latent vector of a seed and runs; 0, or 1: no such label
``draw(seed)``         i64: draws the latent vector alone
``run()``              -> i32: runs on the latent vector as it lies in memory; likewise
``latent``             i32, address of the latent vector, float32
``latent_size``        i32, how many numbers
``output``             i32, address of what was made, float32
``length``             i32, how many numbers
``sample_rate``        i32, Hz; 0 where it is no sound
``labels``             i32, how many; 0 for none
``label``              i32, mutable: the one asked for, counted from 0
=====================  =================================================================================

Relaxed multiply-adds are quicker where a browser has them, and a module that holds one is refused by any other. So the
kernels stand a second time in a module of their own, without weights: it takes ``memory`` and ``label`` of the first
(imported from ``"plain"``), and its ``run`` does the same.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ganbaru.ship.compiler import copying, drawing, gemm, mathematics, special, unpacking, winograd
from ganbaru.ship.compiler.copying import Walk
from ganbaru.ship.compiler.folding import folded
from ganbaru.ship.compiler.gemm import Product
from ganbaru.ship.compiler.graph import Graph
from ganbaru.ship.compiler.lowering import lower
from ganbaru.ship.compiler.memory import Memory
from ganbaru.ship.compiler.planning import Plan, plan
from ganbaru.ship.compiler.program import Kernel, Program
from ganbaru.ship.compiler.special import Zeros
from ganbaru.ship.compiler.tightening import tightened
from ganbaru.ship.compiler.unpacking import Parcel, Precision
from ganbaru.ship.compiler.wat import Text, f32, i32
from ganbaru.ship.compiler.way_back import inverse, lapped, search
from ganbaru.ship.compiler.way_back.notes import NOTES
from ganbaru.ship.compiler.winograd import Winograd

ABI = "ganbaru.module/1"


@dataclass(frozen=True)
class Compiled:
    """A module on its way; each of its forms is made when it is first asked for.

    Attributes:
        graph: what was captured.
        program: kernels and weights of the folded graph.
        rate: samples a second, Hz.
    """

    graph: Graph
    program: Program
    rate: int

    @property
    def plan(self) -> Plan:
        """Of the folded graph."""
        return self.program.plan

    @cached_property
    def text(self) -> str:
        """The module, in WebAssembly's text format."""
        return _plain(self.program, self.graph, self.rate)

    @cached_property
    def fused(self) -> str:
        """The kernels once more with relaxed multiply-adds, likewise."""
        return _fused(self.program, self.graph)

    @cached_property
    def notes(self) -> dict[str, str]:
        """What each function does, by its name."""
        written = set(re.findall(r'\(func (?:\$|\(export ")([\w.]+)', self.text))
        return {name: line for name, line in _notes(self.program).items() if name in written}

    def binary(self) -> bytes:
        """The module, assembled."""
        return self._binary

    @cached_property
    def _binary(self) -> bytes:
        return assembled(self.text)


def assembled(text: str) -> bytes:
    """The bytes of a module's text, as few as say the same."""
    import wasmtime

    return tightened(bytes(wasmtime.wat2wasm(text)))


def compiled(graph: Graph, *, rate: int = 0, precision: Precision = "fp32") -> Compiled:
    """The module of a captured graph.

    Args:
        graph: of `capture.capture`.
        rate: samples a second, Hz; 0 for what is no sound.
        precision: of the weights as they are shipped.
    """
    planned = plan(folded(graph), Memory())
    program = lower(planned, Parcel(planned.memory, precision))
    return Compiled(graph, program, rate)


def _plain(program: Program, graph: Graph, rate: int) -> str:
    text, plan, parcel = Text(), program.plan, program.parcel
    latent = plan.buffer(_first(graph, "latent"))
    output = plan.buffer(plan.graph.output.name)
    with text.block("(module"):
        text.line(f'(memory (export "memory") {plan.memory.pages} {plan.memory.pages})')
        _globals(text, {"latent": latent.start, "latent_size": graph.latent, "output": output.start})
        _globals(text, {"length": graph.output.size, "sample_rate": rate, "labels": graph.classes})
        text.line('(global $label (export "label") (mut i32) (i32.const 0))')
        drawing.write(text, program.drawing, latent.start, graph.latent)
        turned = [kernel for _, kernel in program.kernels if isinstance(kernel, Winograd)]
        winograd.write_weights(text, turned)
        begun = [_call(function, *told) for function, told in (kernel.turning_weights for kernel in turned)]
        begun += [_call("tables") for _, kernel in program.kernels if isinstance(kernel, _WAYS_BACK)]
        unpacking.write(text, parcel, begun)
        _kernels(text, program, graph, fused=False)
        with text.block('(func (export "generate") (param $seed i64) (result i32)'):
            text.line("(call $draw (local.get $seed))", "(call $run)")
        text.line("(start $unpack)")
        for address, data in parcel.pieces:
            text.line(f'(data {i32(address)} "{_escaped(data)}")')
    return str(text)


def _fused(program: Program, graph: Graph) -> str:
    text = Text()
    with text.block("(module"):
        text.line(f'(import "plain" "memory" (memory {program.plan.memory.pages} {program.plan.memory.pages}))')
        text.line('(import "plain" "label" (global $label (mut i32)))')
        _kernels(text, program, graph, fused=True)
    return str(text)


def _kernels(text: Text, program: Program, graph: Graph, *, fused: bool) -> None:
    """All kernels, what they call, and ``run``."""
    mathematics.write(text, (name for _, kernel in program.kernels for name in _calls(kernel)))
    winograd.write(text, [kernel for _, kernel in program.kernels if isinstance(kernel, Winograd)], fused=fused)
    walks = copying.shared(kernel for _, kernel in program.kernels if isinstance(kernel, Walk))
    if any(isinstance(kernel, Zeros) for _, kernel in program.kernels):
        special.write_zeros(text)
    for stage, kernel in program.kernels:
        if type(kernel) in _WRITERS and (not isinstance(kernel, Walk) or walks[kernel.name][0] is kernel):
            text.comment(f"{stage.node.where or 'generator'}: {stage.node.operation}")
            _WRITERS[type(kernel)](text, kernel, fused)
    _run(text, program, graph, walks)


def _first(graph: Graph, operation: str) -> str:
    return next(node.name for node in graph.nodes if node.operation == operation)


def _globals(text: Text, values: dict[str, int]) -> None:
    text.line(*(f'(global (export "{name}") i32 {i32(value)})' for name, value in values.items()))


def _calls(kernel: Kernel) -> tuple[str, ...]:
    if isinstance(kernel, _WAYS_BACK):
        return kernel.calls
    return kernel.activation.calls if isinstance(kernel, Product | Winograd | Walk | special.Normalisation) else ()


_WAYS_BACK = (inverse.Inverse, search.Search, lapped.Unlapped)
_WRITERS: dict[type, Callable[[Text, Any, bool], None]] = {
    Product: lambda text, kernel, fused: gemm.product(text, kernel, fused=fused),
    Walk: lambda text, kernel, fused: copying.walk(text, kernel),
    special.Normalisation: lambda text, kernel, fused: special.normalisation(text, kernel),
    special.Blend: lambda text, kernel, fused: special.blend(text, kernel),
    special.Row: lambda text, kernel, fused: special.row(text, kernel),
    inverse.Inverse: inverse.write,
    search.Search: search.write,
    lapped.Unlapped: lapped.write,
}


def _run(text: Text, program: Program, graph: Graph, walks: copying.Shared) -> None:
    labels = [node.name for node in program.plan.graph.nodes if node.operation == "label"]
    with text.block('(func $run (export "run") (result i32) (local $panel i32)'):
        if graph.classes:
            text.line(f"(if (i32.ge_u (global.get $label) {i32(graph.classes)}) (then (return {i32(1)})))")
        if labels:
            text.line(f"(i32.store {i32(program.plan.buffer(labels[0]).start)} (global.get $label))")
        for _, kernel in program.kernels:
            if isinstance(kernel, Zeros):
                text.line(_call("zeros", kernel.address, kernel.bytes, kernel.times, kernel.step))
            elif isinstance(kernel, Winograd):
                text.line(*(_call(function, *told) for function, told in kernel.calls))
            elif isinstance(kernel, Product):
                _panels(text, kernel)
            elif isinstance(kernel, Walk):
                first, told = walks[kernel.name]
                text.line(_call(first.name, *told))
            else:
                text.line(_call(kernel.name))
        text.line(i32(0))


def _panels(text: Text, kernel: Product) -> None:
    """Calls a kernel for each of its panels."""
    if kernel.panels == 1:
        text.line(_call(kernel.name, 0))
        return
    with text.loop("panels", "panel", i32(0), i32(kernel.panels), 1):
        text.line(f"(call ${kernel.name} (local.get $panel))")


def _call(function: str, *told: float) -> str:
    return f"(call {' '.join([f'${function}', *map(_constant, told)])})"


def _constant(value: float) -> str:
    return i32(value) if isinstance(value, int) else f32(value)


def _notes(program: Program) -> dict[str, str]:
    """A line for each function: whose work it does."""
    notes = {
        "draw": "the latent vector of a seed: Philox-4x32-10, then the normal quantile",
        "quantile": "the normal quantile of 32 random bits (Wichura 1988, AS 241)",
        "natural": "natural logarithm",
        "polynomial": "sum of powers, by a table of factors",
        "row": "adds a row of a shipped matrix to panels, decoded",
        "place": "adds shipped matrices into the panels of a product",
        "unpack": "all that is done once, at the start",
        "zeros": "zeros around a value, which convolutions read beyond its ends",
        "run": "all layers, one after the other",
        "generate": "draws the latent vector of a seed and runs",
    }
    for stage, kernel in program.kernels:
        layer = f"{stage.node.where or 'the generator'}: {stage.node.operation}"
        shape = " x ".join(map(str, stage.node.shape))
        then = f", then {stage.activation.name}" if stage.activation.name else ""
        if isinstance(kernel, Winograd):
            notes |= winograd.notes(kernel)
        elif isinstance(kernel, Product):
            notes[kernel.name] = f"{layer} to {shape}{then}, one panel of columns"
        elif not isinstance(kernel, Zeros):
            notes[kernel.name] = f"{layer} to {shape}{then}"
        if isinstance(kernel, _WAYS_BACK):
            notes |= NOTES
    return notes


def _escaped(data: bytes) -> str:
    return "".join(f"\\{byte:02x}" for byte in data)
