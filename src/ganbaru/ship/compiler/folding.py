"""Rewrites a graph into one that computes the same numbers with less: every rewriting is exact but for rounding."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ganbaru.ship.compiler.graph import UNARY, Graph, Node, reach

Array = np.ndarray[Any, Any]


def folded(graph: Graph) -> Graph:
    """The graph after all rewritings: reshapes joined, norms with fixed statistics and constant factors taken into the
    weights before them, upsampling taken into the convolution behind it, activations done before what cuts a sound off.
    """
    for rewrite in (_reshapes_joined, _scales_taken_in, _upsampling_taken_in, _crops_put_off):
        graph = rewrite(graph)
    return graph


def _rewritten(graph: Graph, change: Callable[[Node, dict[str, Node], set[str]], Node]) -> Graph:
    """Each node after a change that sees the nodes before it, as they are by then, and those that one node alone reads.

    A change returns a node of the same name; what it no longer reads is dropped if nothing else does.
    """
    only = {name for name, readers in graph.readers().items() if len(readers) == 1}
    made: dict[str, Node] = {}
    for node in graph.nodes:
        made[node.name] = change(node, made, only)
    return graph.with_nodes(made.values())


def _reshapes_joined(graph: Graph) -> Graph:
    def change(node: Node, before: dict[str, Node], only: set[str]) -> Node:
        if node.operation != "reshape":
            return node
        source = before[node.inputs[0]]
        while source.operation == "reshape":
            source = before[source.inputs[0]]
        return replace(node, inputs=(source.name,))

    joined = _rewritten(graph, change)
    same = {
        node.name: node.inputs[0]
        for node in joined.nodes
        if node.operation == "reshape" and node.shape == joined[node.inputs[0]].shape and node is not joined.output
    }
    nodes = [replace(node, inputs=tuple(same.get(name, name) for name in node.inputs)) for node in joined.nodes]
    return joined.with_nodes(nodes)


_WEIGHTED = ("linear", "convolution", "upsampled", "transposed")


def _scales_taken_in(graph: Graph) -> Graph:
    """``scale · (W x + b) + shift = (scale W) x + (scale b + shift)``, also across the reshape of a linear layer."""

    def change(node: Node, before: dict[str, Node], only: set[str]) -> Node:
        if node.operation != "scaled" or node.inputs[0] not in only:
            return node
        source = before[node.inputs[0]]
        if source.operation in _WEIGHTED:
            return replace(_scaled(source, node.constants["weight"], node.constants["bias"]), name=node.name)
        if source.operation == "reshape" and source.inputs[0] in only:
            first = before[source.inputs[0]]
            if first.operation == "linear":
                each = source.size // source.shape[0]
                scale, shift = (np.repeat(node.constants[name], each) for name in ("weight", "bias"))
                before[first.name] = _scaled(first, scale, shift)
                return replace(source, name=node.name)
        return node

    return _rewritten(graph, change)


def _scaled(node: Node, scale: Array, shift: Array) -> Node:
    weight, bias = node.constants["weight"], node.constants["bias"]
    shape = [1] * weight.ndim
    if node.operation == "transposed":
        groups = node.numbers["groups"]
        shape[0], shape[1] = groups, weight.shape[1]
        split = weight.reshape(groups, -1, *weight.shape[1:])
        weight = (split * scale.reshape(groups, 1, -1, *[1] * (weight.ndim - 2))).reshape(weight.shape)
    else:
        shape[0] = -1
        weight = weight * scale.reshape(shape)
    return replace(
        node, constants={"weight": weight.astype(np.float32), "bias": (bias * scale + shift).astype(np.float32)}
    )


def _upsampling_taken_in(graph: Graph) -> Graph:
    def change(node: Node, before: dict[str, Node], only: set[str]) -> Node:
        source = before[node.inputs[0]] if node.inputs else node
        if node.operation != "convolution" or source.operation != "nearest" or not _plain(node):
            return node
        numbers = {"scale": source.numbers["scale"], "padding": node.numbers["padding"]}
        made = replace(node, operation="upsampled", inputs=source.inputs, numbers=numbers)
        longer = tuple(n * s for n, s in zip(before[source.inputs[0]].shape[1:], numbers["scale"], strict=True))
        return made if node.shape[1:] == longer else node

    return _rewritten(graph, change)


def _plain(node: Node) -> bool:
    """Whether a convolution has stride, dilation and groups of 1."""
    steps = (*node.numbers["stride"], *node.numbers["dilation"], node.numbers["groups"])
    return all(step == 1 for step in steps)


def phase_matrices(node: Node) -> list[Array]:
    """For each axis ``(s, t, k)`` of 0 and 1: the long kernel's taps that fall together on each short tap."""
    kernel, found = node.constants["weight"].shape[2:], []
    for k, s, pad, (front, back) in zip(
        kernel, node.numbers["scale"], node.numbers["padding"], reach(node), strict=True
    ):
        matrix = np.zeros((s, front + back + 1, k), np.float32)
        for r in range(s):
            for j in range(k):
                matrix[r, (r + j - pad) // s + front, j] = 1
        found.append(matrix)
    return found


def _crops_put_off(graph: Graph) -> Graph:
    """``f(crop(x)) = crop(f(x))``, and f can be a part of what makes x."""

    def change(node: Node, before: dict[str, Node], only: set[str]) -> Node:
        if node.operation not in UNARY:
            return node
        crop = before[node.inputs[0]]
        if crop.operation != "crop" or crop.name not in only:
            return node
        before[crop.name] = replace(node, name=crop.name, inputs=crop.inputs, shape=before[crop.inputs[0]].shape)
        return replace(crop, name=node.name, inputs=(crop.name,))

    return _rewritten(graph, change)
