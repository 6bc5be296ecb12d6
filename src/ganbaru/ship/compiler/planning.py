"""From a folded graph to steps over memory: which nodes are one step, and where each value lies.

An activation that alone reads a linear layer, a convolution, a norm or a sum is done as that is stored. A reshape that
only gives a linear layer's numbers a shape is no step: the layer's rows are put in the order in which they then lie.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ganbaru.ship.compiler.activations import Activation
from ganbaru.ship.compiler.graph import UNARY, Graph, Node, reach
from ganbaru.ship.compiler.memory import Border, Buffer, Memory

Array = np.ndarray[Any, Any]

_TAKES = (
    "linear",
    "convolution",
    "upsampled",
    "transposed",
    "normed",
    "add",
    "subtract",
    "multiply",
    "divide",
    "scaled",
)
"""Operations that do an activation on the way."""

_TAKEN = tuple(operation for operation in UNARY if operation != "finite")
"""Activations that are done on the way; a last look at numbers would make a kernel of its own of the last layer's."""

_FOUR_FRAMES = ("inverted", "searched", "unlapped")
"""Operations that read four frames at a time."""


@dataclass(frozen=True)
class Stage:
    """One step.

    Attributes:
        node: what is computed.
        activation: what is done to its numbers on the way.
        value: name of the value that it makes: the node's, or its activation's.
    """

    node: Node
    activation: Activation
    value: str


@dataclass(frozen=True)
class Plan:
    """Steps in order, and where values lie.

    Attributes:
        stages: as said.
        memory: with a buffer for each value.
        alias: values that lie where another one does, by name.
        graph: what was planned.
    """

    stages: tuple[Stage, ...]
    memory: Memory
    alias: dict[str, str]
    graph: Graph

    def buffer(self, name: str) -> Buffer:
        """Of a value."""
        return self.memory.buffers[self.alias.get(name, name)]

    def printed(self) -> str:
        """Steps and memory as text."""
        lines = [
            f"{number:3}  {stage.node}{f' then {stage.activation.name}' if stage.activation.name else ''}"
            for number, stage in enumerate(self.stages)
        ]
        return "\n".join([*lines, "", self.memory.printed()])


def plan(graph: Graph, memory: Memory | None = None) -> Plan:
    """The plan of a folded graph."""
    graph = _rows_as_they_lie(_in_reading_order(graph))
    stages, names = _stages(graph)
    borders = _borders(graph, stages, names)
    buffers: dict[str, Buffer] = {}
    for number, stage in enumerate(stages):
        shape = graph[stage.value].shape
        buffers[stage.value] = Buffer(stage.value, shape, borders[stage.value], number, number)
        for name in stage.node.inputs:
            buffers[names[name]].last = number
    for name in ("latent", "label"):
        for stage in stages:
            if stage.node.operation == name:
                buffers[stage.value].first, buffers[stage.value].last = 0, len(stages)
    buffers[names[graph.output.name]].last = len(stages)
    memory = memory or Memory()
    memory.place(list(buffers.values()))
    return Plan(tuple(stages), memory, {name: value for name, value in names.items() if name != value}, graph)


def _in_reading_order(graph: Graph) -> Graph:
    """The same with an output whose numbers lie in row-major order, as whoever reads them expects.

    One channel over one axis does already; over several, a border may lie between its lines.
    """
    last = graph.output
    if len(last.shape) == 1 or (last.shape[0] == 1 and len(last.shape) == 2):
        return graph
    return graph.with_nodes([*graph.nodes, Node("output", "reshape", (last.name,), (last.size,))])


def _stages(graph: Graph) -> tuple[list[Stage], dict[str, str]]:
    """The steps, and for each node the value that it is."""
    readers, names = graph.readers(), {}
    stages: list[Stage] = []
    for node in graph.nodes:
        if node.name in names:
            continue
        activation, value = Activation(), node
        following = readers[node.name]
        takes = node.operation in _TAKES and len(following) == 1 and following[0].operation in _TAKEN
        if takes:
            value = following[0]
            activation = Activation.of_node(value)
            names[value.name] = value.name
        names[node.name] = value.name
        stages.append(Stage(node, activation, value.name))
    return stages, names


def _rows_as_they_lie(graph: Graph) -> Graph:
    """Linear layers in whose rows' order a reshape behind them has nothing to do; such a reshape is taken into them."""
    readers = graph.readers()
    changed: dict[str, Node] = {node.name: node for node in graph.nodes}
    gone: dict[str, str] = {}
    for node in graph.nodes:
        if node.operation != "linear":
            continue
        chain = _alone(node, readers)
        if not chain or chain[-1].operation != "reshape" or len(chain[-1].shape) != 2:
            continue
        shape = chain[-1].shape
        order = np.arange(node.size).reshape(shape[0], -1).T.ravel()
        constants = {name: np.ascontiguousarray(value[order]) for name, value in node.constants.items()}
        changed[node.name] = replace(node, constants=constants, shape=shape)
        for each in chain[:-1]:
            changed[each.name] = replace(each, shape=shape)
        gone[chain[-1].name] = chain[-2].name if len(chain) > 1 else node.name
    if not gone:
        return graph
    nodes = [
        replace(node, inputs=tuple(gone.get(name, name) for name in node.inputs))
        for node in changed.values()
        if node.name not in gone
    ]
    last = gone.get(graph.output.name)
    ordered = [node for node in nodes if node.name != last] + [node for node in nodes if node.name == last]
    return graph.with_nodes(ordered if last else nodes)


def _alone(node: Node, readers: dict[str, list[Node]]) -> list[Node]:
    """Activations that alone read a node, and the reshape behind them, as far as each is read by one alone."""
    chain: list[Node] = []
    while len(readers[node.name]) == 1:
        node = readers[node.name][0]
        chain.append(node)
        if node.operation not in UNARY:
            break
    return chain


def _borders(graph: Graph, stages: Sequence[Stage], names: dict[str, str]) -> dict[str, Border]:
    """Zeros that the readers of each value want around it, and room for what its own step writes too far."""
    need = {stage.value: [[0, 0] for _ in graph[stage.value].shape[1:]] for stage in stages}
    for stage in stages:
        node = stage.node
        if node.operation in ("convolution", "upsampled", "transposed", *_FOUR_FRAMES):
            space = graph[node.inputs[0]].shape[1:]
            for have, want in zip(need[names[node.inputs[0]]], seen(node, space), strict=True):
                have[:] = [max(have[0], want[0]), max(have[1], want[1])]
        if node.operation == "transposed":
            for have, places, made, step in zip(
                need[stage.value], rows_made(node), node.shape[1:], node.numbers["stride"], strict=True
            ):
                have[1] = max(have[1], places * step - made)
    return {name: tuple((front, back) for front, back in each) for name, each in need.items()}


def seen(node: Node, space: Sequence[int]) -> list[tuple[int, int]]:
    """How many places beyond its input, before and behind, a convolution or a way back reads on each axis."""
    if node.operation == "upsampled":
        return list(reach(node))
    if node.operation in _FOUR_FRAMES:  # silent frames, up to a multiple of four
        return [*[(0, 0)] * (len(space) - 1), (0, -space[-1] % 4)]
    numbers, kernel = node.numbers, node.constants["weight"].shape[2:]
    if node.operation == "transposed":
        fronts = transposed_reach(node)
        return [
            (front, max(back, made - 1 + back - (n - 1)))
            for (front, back), made, n in zip(fronts, rows_made(node), space, strict=True)
        ]
    told = zip(numbers["padding"], numbers["stride"], numbers["dilation"], kernel, node.shape[1:], space, strict=True)
    return [(pad, max(0, (out - 1) * step + (k - 1) * d - pad - (n - 1))) for pad, step, d, k, out, n in told]


def transposed_reach(node: Node) -> list[tuple[int, int]]:
    """Of a transposed convolution, places of its input that a phase sees before and behind, on each axis.

    Output ``s m + r`` is the sum of ``x[m + (r + p − d j) / s] w[j]`` over those taps j for which that is whole.
    """
    numbers, kernel = node.numbers, node.constants["weight"].shape[2:]
    found = []
    for k, s, p, d in zip(kernel, numbers["stride"], numbers["padding"], numbers["dilation"], strict=True):
        places = [(r + p - d * j) // s for r in range(s) for j in range(k) if (r + p - d * j) % s == 0]
        found.append((max(0, -min(places)), max(0, max(places))))
    return found


def rows_made(node: Node) -> list[int]:
    """Of a transposed convolution, places of the input's kind that are run through: the last one may reach too far."""
    return [-(-made // step) for made, step in zip(node.shape[1:], node.numbers["stride"], strict=True)]


def transposed_phases(node: Node) -> Array:
    """The kernels of a transposed convolution, one for each phase: ``(phases…, C_out / groups, C_in, taps…)``."""
    weight, numbers = node.constants["weight"], node.numbers  # (C_in, C_out / groups, …)
    axes = weight.ndim - 2
    for (front, back), k, s, p, d in zip(
        transposed_reach(node),
        weight.shape[2:],
        numbers["stride"],
        numbers["padding"],
        numbers["dilation"],
        strict=True,
    ):
        matrix = np.zeros((s, front + back + 1, k), np.float32)
        for r in range(s):
            for j in range(k):
                if (d * j - r - p) % s == 0:
                    matrix[r, front - (d * j - r - p) // s, j] = 1
        weight = np.tensordot(weight, matrix, axes=([2], [2]))
    order = [*range(2, 2 + 2 * axes, 2), 1, 0, *range(3, 3 + 2 * axes, 2)]
    return np.ascontiguousarray(weight.transpose(order))
