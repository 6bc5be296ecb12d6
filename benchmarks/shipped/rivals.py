"""The generators as the rivals take them: exported by torch, and our folded graph written for each by hand."""

import io
import logging
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from shipped import fetching
from shipped.generators import Raced

from ganbaru.ship.compiler.folding import folded, phase_matrices
from ganbaru.ship.compiler.graph import UNARY, Graph, Node, reach
from ganbaru.ship.compiler.planning import Plan, Stage, plan

Array = np.ndarray[Any, Any]
LATENT, SOUND = "latent", "sound"
OPSET = 20
_NONE = np.zeros(0, np.float32)


def exported(raced: Raced) -> bytes:
    """ONNX by torch's own exporter, of the generator in torch's own layers."""
    fetching.onnx()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)  # it warns of a package that is not needed
    made, like = io.BytesIO(), (torch.zeros(1, raced.generator.latent),)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        names: dict[str, Any] = {"input_names": [LATENT], "output_names": [SOUND]}
        torch.onnx.export(raced.textbook, like, made, dynamo=True, verbose=False, external_data=False, **names)
    return made.getvalue()


def short_kernels(node: Node) -> Array:
    """Of an ``upsampled`` node on one axis, the kernel of each phase: ``(s, C_out, C_in, taps)``."""
    (matrix,) = phase_matrices(node)
    return np.einsum("oik,rtk->roit", node.constants["weight"], matrix)


@dataclass
class _Onnx:
    """A graph on its way to ONNX, node by node."""

    graph: Graph
    helper: Any
    tensor: Any
    nodes: list[Any] = field(default_factory=list)
    weights: list[Any] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)

    def add(self, operation: str, name: str, inputs: list[str], **told: Any) -> str:
        """One operation; its name is that of what it makes."""
        self.nodes.append(self.helper.make_node(operation, inputs, [name], name=name, **told))
        return name

    def hold(self, name: str, values: Array) -> str:
        """Constant numbers."""
        self.weights.append(self.tensor(np.ascontiguousarray(values), name))
        return name

    def reshape(self, name: str, source: str, shape: tuple[int, ...]) -> str:
        return self.add("Reshape", name, [source, self.hold(f"{name}.shape", np.array(shape, np.int64))])

    def activation(self, node: Node, source: str) -> str:
        told = {"alpha": node.numbers["slope"]} if node.operation == "leaky_relu" else {}
        return self.add(
            {"leaky_relu": "LeakyRelu", "relu": "Relu", "tanh": "Tanh"}[node.operation], node.name, [source], **told
        )

    def weighted(self, operation: str, node: Node, source: str, weight: Array, bias: Array, **told: Any) -> str:
        held = [self.hold(f"{node.name}.weight", weight), self.hold(f"{node.name}.bias", bias)]
        return self.add(operation, f"{node.name}.made", [source, *held], **told)

    def upsampled(self, node: Node, source: str) -> str:
        """Phases as channels beside each other, then put in turn; an activation behind it comes before that, where the
        runtime can join it to the convolution.
        """
        kernels, (front_back,) = short_kernels(node), reach(node)
        scale, outputs, inputs, taps = kernels.shape
        weight = kernels.transpose(1, 0, 2, 3).reshape(scale * outputs, inputs, taps)
        bias = np.repeat(node.constants["bias"], scale)
        made = self.weighted("Conv", node, source, weight, bias, pads=list(front_back), kernel_shape=[taps])
        following = self.graph.readers()[node.name]
        if len(following) == 1 and following[0].operation in UNARY:
            made = self.activation(following[0], made)
            self.names[following[0].name] = f"{node.name}.turned"
        apart = self.reshape(f"{node.name}.apart", made, (1, outputs, scale, node.shape[1] // scale))
        crossed = self.add("Transpose", f"{node.name}.crossed", [apart], perm=[0, 1, 3, 2])
        return self.reshape(f"{node.name}.turned", crossed, (1, *node.shape))

    def take(self, node: Node) -> None:
        """One node of ours."""
        if node.name in self.names:
            return
        sources = [self.names[name] for name in node.inputs]
        weight, bias = (node.constants.get(name, _NONE) for name in ("weight", "bias"))
        match node.operation:
            case "latent":
                made = LATENT
            case "linear":
                made = self.weighted("Gemm", node, sources[0], weight, bias, transB=1)
            case "convolution":
                (pad,) = node.numbers["padding"]
                made = self.weighted("Conv", node, sources[0], weight, bias, pads=[pad, pad])
            case "upsampled":
                made = self.upsampled(node, sources[0])
            case "reshape":
                made = self.reshape(node.name, sources[0], (1, *node.shape))
            case "crop":
                told = {key: np.array([node.numbers[key]], np.int64) for key in ("start", "stop")}
                told["axis"] = np.array([node.numbers["axis"] + 1], np.int64)
                held = [self.hold(f"{node.name}.{key}", value) for key, value in told.items()]
                made = self.add("Slice", node.name, [sources[0], *held])
            case "add":
                made = self.add("Add", node.name, sources)
            case _:
                made = self.activation(node, sources[0])
        self.names[node.name] = made


def folded_onnx(raced: Raced) -> bytes:
    """ONNX of our folded graph: what the compiler's rewritings save is saved there too."""
    onnx, graph = fetching.onnx(), folded(raced.graph)
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    made = _Onnx(graph, helper, onnx.numpy_helper.from_array)
    for node in graph.nodes:
        made.take(node)
    made.add("Identity", SOUND, [made.names[graph.output.name]])
    ends = [
        helper.make_tensor_value_info(name, kind, shape)
        for name, shape in ((LATENT, (1, graph.latent)), (SOUND, (1, *graph.output.shape)))
    ]
    whole = helper.make_graph(made.nodes, raced.name, ends[:1], ends[1:], made.weights)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


@dataclass
class _Steps:
    """A plan on its way to steps of tfjs; channels are innermost there as with us, so that phases lie in turn."""

    plan: Plan
    steps: list[dict[str, Any]] = field(default_factory=list)
    weights: list[Array] = field(default_factory=list)
    size: int = 0

    def hold(self, values: Array) -> dict[str, Any]:
        """Where constant numbers lie among all: first one, and shape."""
        told = {"first": self.size, "shape": list(values.shape)}
        self.weights.append(np.ascontiguousarray(values, np.float32).ravel())
        self.size += values.size
        return told

    def take(self, stage: Stage) -> None:
        """One step."""
        node, held = stage.node, {}
        weight, bias = (node.constants.get(name, _NONE) for name in ("weight", "bias"))
        told = {key: value for key, value in node.numbers.items() if key in ("start", "stop", "axis")}
        match node.operation:
            case "linear":
                held = {"weight": self.hold(weight.T), "bias": self.hold(bias)}
            case "convolution":
                (pad,) = node.numbers["padding"]
                told = {"padding": [pad, pad]}
                held = {"weight": self.hold(weight.transpose(2, 1, 0)[None]), "bias": self.hold(bias)}
            case "upsampled":
                kernels, (front_back,) = short_kernels(node), reach(node)
                scale, outputs, inputs, taps = kernels.shape
                side = kernels.transpose(3, 2, 0, 1).reshape(1, taps, inputs, scale * outputs)
                told = {"padding": list(front_back)}
                held = {"weight": self.hold(side), "bias": self.hold(np.tile(bias, scale))}
        inputs = [self.plan.alias.get(name, name) for name in node.inputs]
        activation = {"name": stage.activation.name, "slope": stage.activation.numbers.get("slope", 0)}
        shape = list(self.plan.graph[stage.value].shape)
        step = {"operation": node.operation, "inputs": inputs, "makes": stage.value, "shape": shape}
        self.steps.append({**step, "activation": activation, **told, **held})


def tfjs_steps(raced: Raced) -> tuple[list[dict[str, Any]], bytes]:
    """Our folded graph as steps for ``sides.mjs``, and the weights that they refer to."""
    planned = plan(folded(raced.graph))
    made = _Steps(planned)
    for stage in planned.stages:
        made.take(stage)
    return made.steps, np.concatenate(made.weights).astype("<f4").tobytes()
