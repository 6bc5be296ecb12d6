"""A generator as a small typed graph: what the compiler reads, rewrites and emits.

A node makes one value of its inputs' values. Shapes are without the batch, which is one sound. Numbers are what an
operation is told, constants are its weights. The operations, of shapes (C, …) with spatial axes behind the channels:

====================  ===================================================================================
``latent``            (latent,): the random numbers
``label``             (1,): the number of the label asked for
``linear``            (D,) -> (E,): ``weight`` (E, D), ``bias`` (E,)
``convolution``       ``weight`` (C_out, C_in / groups, …), ``bias``; stride, padding, dilation, groups
``upsampled``         nearest by ``scale``, then a convolution of stride 1, as one with ``scale`` shorter kernels
``transposed``        transposed convolution: ``weight`` (C_in, C_out / groups, …), and ``output_padding``
``nearest``           each spatial axis ``scale`` times as long, values repeated
``between``           likewise, linear in between (``aligned``: corners on corners, as torch's align_corners)
``scaled``            ``x · weight + bias``, one of each a channel (a norm with fixed statistics)
``normed``            ``(x − mean) / √(variance + eps) · weight + bias`` over ``groups`` of channels with all space
``add`` …             and ``subtract``, ``multiply``, ``divide``: of two values, or of one and ``value`` (broadcast)
``concatenate``       along an axis
``reshape``           the same numbers in row-major order as another shape
``permute``           axes in another ``order``
``crop``              ``start`` to ``stop`` of an ``axis``
``pad``               zeros ``before`` and ``after`` on each axis
``one_hot``           (1,) -> (classes,)
``embedding``         (1,) -> (E,): a row of ``weight`` (classes, E)
``relu`` …            of every number: `UNARY`
``finite``            likewise, as torch's nan_to_num; ``above_floor``: ``exp`` up to ``top``, 0 up to ``floor``;
                      ``expanded``: μ-law's way back
``summed``            each number with all before it on the last axis
``unlapped``          (N, L) -> (T,): the way back of the modified discrete cosine transform, ``signal.mdct``
``inverted``          (2, F, L) -> (T,): the inverse short-time Fourier transform, ``signal.framing.istft``
``searched``          (C, L) -> (T,): Griffin-Lim, for the bands of a ``bank``, or for magnitudes where there is none
====================  ===================================================================================
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

UNARY = (
    *("relu", "leaky_relu", "tanh", "sigmoid", "softplus", "gelu", "gelu_tanh", "silu", "elu", "snake"),
    *("sin", "cos", "exp", "log", "sqrt", "square", "abs", "negative", "reciprocal", "clamp", "power"),
    *("finite", "above_floor", "expanded"),
)
BINARY = ("add", "subtract", "multiply", "divide")
OPERATIONS = (
    *("latent", "label", "linear", "convolution", "upsampled", "transposed", "nearest", "between", "scaled", "normed"),
    *BINARY,
    *("concatenate", "reshape", "permute", "crop", "pad", "one_hot", "embedding"),
    *("summed", "unlapped", "inverted", "searched"),
    *UNARY,
)


@dataclass(frozen=True)
class Node:
    """One operation.

    Attributes:
        name: unlike every other one of its graph.
        operation: of `OPERATIONS`.
        inputs: names of the nodes that it reads.
        shape: of what it makes, without the batch.
        numbers: what it is told.
        constants: its weights, float32.
        where: the module of the generator that it comes from, for messages and comments.
    """

    name: str
    operation: str
    inputs: tuple[str, ...]
    shape: tuple[int, ...]
    numbers: Mapping[str, Any] = field(default_factory=dict)
    constants: Mapping[str, Array] = field(default_factory=dict)
    where: str = ""

    def __post_init__(self) -> None:
        if self.operation not in OPERATIONS:
            raise ValueError(f"{self.name}: there is no operation {self.operation!r}")

    @property
    def size(self) -> int:
        """How many numbers it makes."""
        return int(np.prod(self.shape, dtype=np.int64))

    def __str__(self) -> str:
        told = [f"{name}={value}" for name, value in self.numbers.items()]
        told += [f"{name} {'x'.join(map(str, each.shape))}" for name, each in self.constants.items()]
        shape = " x ".join(map(str, self.shape))
        return f"{self.name}: {shape} = {self.operation}({', '.join([*self.inputs, *told])})"


@dataclass(frozen=True)
class Graph:
    """Nodes in an order in which every one comes after what it reads; the last one is what the generator makes.

    Attributes:
        nodes: as said.
        latent: numbers in the latent vector.
        classes: labels; 0 for none.
    """

    nodes: tuple[Node, ...]
    latent: int
    classes: int

    @property
    def output(self) -> Node:
        """The last node."""
        return self.nodes[-1]

    def __getitem__(self, name: str) -> Node:
        return self.by_name[name]

    @property
    def by_name(self) -> dict[str, Node]:
        """Every node by its name."""
        return {node.name: node for node in self.nodes}

    def readers(self) -> dict[str, list[Node]]:
        """For each node, those that read it."""
        found: dict[str, list[Node]] = {node.name: [] for node in self.nodes}
        for node in self.nodes:
            for name in node.inputs:
                found[name].append(node)
        return found

    def with_nodes(self, nodes: Iterable[Node]) -> "Graph":
        """The same with other nodes; those that nothing leads to the output from are left out."""
        nodes = tuple(nodes)
        needed, kept = {nodes[-1].name}, []
        for node in reversed(nodes):
            if node.name in needed:
                needed.update(node.inputs)
                kept.append(node)
        return replace(self, nodes=tuple(reversed(kept)))

    @property
    def multiply_adds(self) -> int:
        """Of linear layers and convolutions, for one sound."""
        return sum(_multiply_adds(node, self) for node in self.nodes)

    def __str__(self) -> str:
        return "\n".join(map(str, self.nodes))


def _multiply_adds(node: Node, graph: Graph) -> int:
    if node.operation == "linear":
        return int(node.constants["weight"].size)
    if node.operation == "convolution":
        return int(node.constants["weight"].size) * int(np.prod(node.shape[1:]))
    if node.operation == "upsampled":
        return node.size * int(node.constants["weight"].shape[1]) * int(np.prod(taps(node)))
    if node.operation == "transposed":
        return int(node.constants["weight"].size) * int(np.prod(graph[node.inputs[0]].shape[1:]))
    return 0


def taps(node: Node) -> tuple[int, ...]:
    """Of an ``upsampled`` node, taps of each phase on each axis: ``reach`` before and behind, and the one in place."""
    return tuple(front + back + 1 for front, back in reach(node))


def reach(node: Node) -> tuple[tuple[int, int], ...]:
    """Of an ``upsampled`` node, how many of the short input's places its kernels see before and behind, on each axis.

    Output ``s m + r`` reads with tap j the long input's ``s m + r + j − padding``, which is the short one's
    ``m + ⌊(r + j − padding) / s⌋``.
    """
    kernel, scale, padding = node.constants["weight"].shape[2:], node.numbers["scale"], node.numbers["padding"]
    return tuple((-((-pad) // s), (s - 1 + k - 1 - pad) // s) for k, s, pad in zip(kernel, scale, padding, strict=True))
