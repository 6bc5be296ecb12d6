"""How each of torch's operations is read: `reading.READINGS`, filled at import.

A reading is called with the reader and the operation's own arguments (nodes, constant tensors, numbers), and returns
the node that it adds.
"""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from ganbaru.ship.compiler.graph import Node
from ganbaru.ship.compiler.reading import Reader, reads


@reads("linear")
def _linear(reader: Reader, x: Node, weight: Tensor, bias: Tensor | None = None) -> Node:
    if len(x.shape) != 1:
        raise reader.refused("a linear layer along one axis of several", "flatten before it, or use a convolution")
    return reader.add("linear", [x], constants={"weight": weight, "bias": _bias(bias, len(weight))})


@reads("conv1d", "conv2d")
def _convolution(
    reader: Reader,
    x: Node,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Node:
    if isinstance(weight, Node):
        raise reader.refused("a convolution whose weights are computed")
    axes = weight.dim() - 2
    steps = {"stride": _each(stride, axes), "dilation": _each(dilation, axes)}
    if isinstance(padding, str):
        reach = [d * (k - 1) for d, k in zip(steps["dilation"], weight.shape[2:], strict=True)]
        before = [r // 2 for r in reach] if padding == "same" else [0] * axes
        after = [r - b for r, b in zip(reach, before, strict=True)] if padding == "same" else before
    else:
        before = after = list(_each(padding, axes))
    if before != after:
        grown = [n + b + a for n, b, a in zip(x.shape[1:], before, after, strict=True)]
        x = reader.add("pad", [x], (x.shape[0], *grown), before=(0, *before), after=(0, *after))
        before = [0] * axes
    constants = {"weight": weight, "bias": _bias(bias, len(weight))}
    return reader.add("convolution", [x], constants=constants, padding=tuple(before), groups=int(groups), **steps)


@reads("conv_transpose1d", "conv_transpose2d")
def _transposed(
    reader: Reader,
    x: Node,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Node:
    axes = weight.dim() - 2
    told = {"stride": stride, "padding": padding, "output_padding": output_padding, "dilation": dilation}
    numbers = {name: _each(value, axes) for name, value in told.items()}
    constants = {"weight": weight, "bias": _bias(bias, weight.shape[1] * groups)}
    return reader.add("transposed", [x], constants=constants, groups=int(groups), **numbers)


@reads("convolution")
def _any_convolution(
    reader: Reader,
    x: Node,
    weight: Tensor,
    bias: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    transposed: bool,
    *rest: Any,
) -> Node:
    output_padding, groups = rest
    if transposed:
        return _transposed(reader, x, weight, bias, stride, padding, output_padding, groups, dilation)
    return _convolution(reader, x, weight, bias, stride, padding, dilation, groups)


@reads("addmm")
def _addmm(reader: Reader, bias: Tensor, x: Node, weight: Tensor) -> Node:
    return _linear(reader, x, weight.T, bias)


@reads("mm", "matmul")
def _matmul(reader: Reader, x: Node, weight: Tensor) -> Node:
    if isinstance(x, Tensor) or isinstance(weight, Node):
        raise reader.refused("a product of two computed matrices")
    return _linear(reader, x, weight.T)


@reads("upsample_nearest1d", "upsample_nearest2d", "_upsample_nearest_exact1d", "_upsample_nearest_exact2d")
def _nearest(reader: Reader, x: Node, size: Any = None, *scales: Any) -> Node:
    made = reader._shape
    scale = tuple(after // before for before, after in zip(x.shape[1:], made[1:], strict=True))
    if any(before * times != after for before, after, times in zip(x.shape[1:], made[1:], scale, strict=True)):
        raise reader.refused("nearest upsampling by a factor that is not whole", "upsample by a whole number")
    return reader.add("nearest", [x], scale=scale)


@reads("upsample_linear1d", "upsample_bilinear2d")
def _between(reader: Reader, x: Node, size: Any = None, aligned: bool = False, *scales: Any) -> Node:
    return reader.add("between", [x], aligned=bool(aligned))


@reads("_native_batch_norm_legit_no_training", "batch_norm", "_native_batch_norm_legit")
def _batch_norm(
    reader: Reader, x: Node, weight: Any, bias: Any, mean: Any, variance: Any, *rest: Any, **told: Any
) -> Node:
    eps = next(value for value in reversed(rest) if isinstance(value, float))
    if mean is None or variance is None:
        raise reader.refused("batch norm without running statistics", "keep track_running_stats=True")
    steps = 1 / torch.sqrt(variance + eps)
    scale = steps if weight is None else weight * steps
    shift = -mean * scale if bias is None else bias - mean * scale
    return reader.add("scaled", [x], x.shape, {"weight": scale, "bias": shift})


@reads("native_group_norm", "group_norm")
def _group_norm(reader: Reader, x: Node, *told: Any) -> Node:
    tensors = [value for value in told if isinstance(value, Tensor)]
    numbers = [value for value in told if isinstance(value, int | float) and not isinstance(value, bool)]
    return _normed(reader, x, int(numbers[-2]), float(numbers[-1]), tensors)  # the last two, however it was exported


@reads("instance_norm")
def _instance_norm(reader: Reader, x: Node, weight: Any = None, bias: Any = None, *told: Any) -> Node:
    eps = next(value for value in reversed(told) if isinstance(value, float) and value < 0.1)
    return _normed(reader, x, x.shape[0], eps, [value for value in (weight, bias) if value is not None])


@reads("layer_norm", "native_layer_norm")
def _layer_norm(
    reader: Reader, x: Node, over: Sequence[int], weight: Any = None, bias: Any = None, eps: float = 1e-5, *rest: Any
) -> Node:
    if tuple(over) != x.shape:
        raise reader.refused("layer norm over a part of the axes", "use GroupNorm(1, channels)")
    ones = torch.ones(x.shape) if weight is None else weight
    flat = reader.add("reshape", [x], (x.size,))
    normed = _normed(reader, flat, 1, eps, [ones.flatten(), torch.zeros(x.size) if bias is None else bias.flatten()])
    return reader.add("reshape", [normed], x.shape)


def _normed(reader: Reader, x: Node, groups: int, eps: float, weights: Sequence[Tensor]) -> Node:
    scale = weights[0] if weights else torch.ones(x.shape[0])
    shift = weights[1] if len(weights) > 1 else torch.zeros(x.shape[0])
    return reader.add("normed", [x], x.shape, {"weight": scale, "bias": shift}, groups=groups, eps=eps)


_SAME_NAME = ("relu", "tanh", "sigmoid", "silu", "sin", "cos", "exp", "log", "sqrt", "abs", "reciprocal")
_RENAMED = {"neg": "negative", "square": "square"}


def _unary(operation: str) -> Any:
    return lambda reader, x: reader.add(operation, [x], x.shape)


for _name in _SAME_NAME:
    reads(_name)(_unary(_name))
for _name, _operation in _RENAMED.items():
    reads(_name)(_unary(_operation))


@reads("leaky_relu")
def _leaky(reader: Reader, x: Node, slope: float = 0.01) -> Node:
    return reader.add("leaky_relu", [x], x.shape, slope=float(slope))


@reads("elu")
def _elu(reader: Reader, x: Node, alpha: float = 1.0, scale: float = 1.0, inner: float = 1.0) -> Node:
    if scale != 1 or inner != 1:
        raise reader.refused("a scaled ELU")
    return reader.add("elu", [x], x.shape, alpha=float(alpha))


@reads("gelu")
def _gelu(reader: Reader, x: Node, approximate: str = "none") -> Node:
    return reader.add("gelu" if approximate == "none" else "gelu_tanh", [x], x.shape)


@reads("softplus")
def _softplus(reader: Reader, x: Node, beta: float = 1.0, threshold: float = 20.0) -> Node:
    return reader.add("softplus", [x], x.shape, beta=float(beta))


@reads("clamp", "hardtanh")
def _clamp(reader: Reader, x: Node, low: float | None = None, high: float | None = None) -> Node:
    least, most = -math.inf if low is None else float(low), math.inf if high is None else float(high)
    return reader.add("clamp", [x], x.shape, low=least, high=most)


@reads("clamp_min")
def _clamp_min(reader: Reader, x: Node, low: float) -> Node:
    return _clamp(reader, x, low)


@reads("pow")
def _power(reader: Reader, x: Node, exponent: float) -> Node:
    if isinstance(exponent, Node) or isinstance(x, int | float | Tensor):
        raise reader.refused("a power whose exponent is computed")
    if exponent == 2:
        return reader.add("square", [x], x.shape)
    return reader.add("power", [x], x.shape, exponent=float(exponent))


def _binary(operation: str) -> Any:
    def read(reader: Reader, x: Any, y: Any, **told: Any) -> Node:
        alpha = told.get("alpha", 1)
        if alpha != 1:
            y = y * alpha if not isinstance(y, Node) else reader.add("multiply", [y], y.shape, {"value": float(alpha)})
        if isinstance(x, Node) and isinstance(y, Node):
            return reader.add(operation, [x, y])
        (node, value), turned = ((x, y), False) if isinstance(x, Node) else ((y, x), True)
        return reader.add(operation, [node], constants={"value": _unbatched(reader, value)}, turned=turned)

    return read


def _unbatched(reader: Reader, value: Any) -> Tensor:
    """A constant operand without the axis of the batch."""
    tensor = torch.as_tensor(value)
    if tensor.dim() > len(reader._shape):
        if tensor.shape[0] != 1:
            raise reader.refused("a constant with a batch of its own")
        tensor = tensor[0]
    return tensor


for _name, _operation in {"add": "add", "sub": "subtract", "mul": "multiply", "div": "divide"}.items():
    reads(_name, f"{_name}.Tensor", f"{_name}.Scalar")(_binary(_operation))


@reads("rsub")
def _turned_subtract(reader: Reader, x: Node, y: Any, **told: Any) -> Node:
    return _binary("subtract")(reader, y, x, **told)


@reads("cat")
def _concatenate(reader: Reader, parts: Sequence[Any], axis: int = 0) -> Node:
    axis = axis % (len(reader._shape) + 1)
    if axis == 0 or not all(isinstance(part, Node) for part in parts):
        raise reader.refused("concatenating along the batch, or with a constant")
    return reader.add("concatenate", list(parts), axis=axis - 1)


@reads("view", "reshape", "_unsafe_view", "flatten", "unflatten", "unsqueeze", "squeeze", "_reshape_copy", "view_copy")
def _reshape(reader: Reader, x: Node, *told: Any) -> Node:
    if torch.Size(reader._shape).numel() != x.size:
        raise reader.refused("a reshape that takes in the batch")
    return x if tuple(reader._shape) == x.shape else reader.add("reshape", [x])


@reads("transpose")
def _transpose(reader: Reader, x: Node, first: int, second: int) -> Node:
    order = list(range(len(x.shape) + 1))
    order[first], order[second] = order[second], order[first]
    return _permute(reader, x, order)


@reads("permute")
def _permute(reader: Reader, x: Node, order: Sequence[int]) -> Node:
    order = [axis % (len(x.shape) + 1) for axis in order]
    if order[0] != 0:
        raise reader.refused("moving the axis of the batch")
    return reader.add("permute", [x], order=tuple(axis - 1 for axis in order[1:]))


@reads("slice")
def _slice(
    reader: Reader, x: Node, axis: int = 0, start: int | None = None, stop: int | None = None, step: int = 1
) -> Node:
    axis = axis % (len(x.shape) + 1) - 1
    if axis < 0:
        return x
    if step != 1:
        raise reader.refused("taking every so many numbers")
    begin, end, __ = slice(start, stop).indices(x.shape[axis])
    return x if (begin, end) == (0, x.shape[axis]) else reader.add("crop", [x], axis=axis, start=begin, stop=end)


@reads("narrow")
def _narrow(reader: Reader, x: Node, axis: int, start: int, length: int) -> Node:
    return _slice(reader, x, axis, start, start + length)


@reads("constant_pad_nd", "pad")
def _pad(reader: Reader, x: Node, amounts: Sequence[int], *told: Any) -> Node:
    if any(value not in ("constant", 0, 0.0, None) for value in told):
        raise reader.refused("padding with anything but zeros")
    pairs = [(amounts[i], amounts[i + 1]) for i in range(0, len(amounts), 2)][::-1]
    pairs = [(0, 0)] * (len(x.shape) - len(pairs)) + pairs
    if len(pairs) > len(x.shape):
        raise reader.refused("padding the batch")
    for axis, (before, after) in enumerate(pairs):
        if before < 0 or after < 0:
            kept = -min(before, 0), x.shape[axis] + min(after, 0)
            cropped = (*x.shape[:axis], kept[1] - kept[0], *x.shape[axis + 1 :])
            x = reader.add("crop", [x], cropped, axis=axis, start=kept[0], stop=kept[1])
    front, back = (tuple(max(pair[side], 0) for pair in pairs) for side in (0, 1))
    return reader.add("pad", [x], before=front, after=back) if any(front + back) else x


@reads("one_hot")
def _one_hot(reader: Reader, label: Node, classes: int = -1) -> Node:
    if classes != reader.classes:
        raise reader.refused(f"one_hot of {classes} classes where there are {reader.classes}")
    return reader.add("one_hot", [label], (classes,))


@reads("embedding")
def _embedding(reader: Reader, weight: Tensor, label: Node, *told: Any) -> Node:
    return reader.add("embedding", [label], (weight.shape[1],), {"weight": weight})


@reads("alias", "clone", "contiguous", "detach", "dropout", "_to_copy", "to", "lift_fresh_copy", "native_dropout")
def _same(reader: Reader, x: Node, *told: Any, **more: Any) -> Node:
    return x


@reads("_assert_tensor_metadata")
def _nothing(reader: Reader, *told: Any, **more: Any) -> None:
    return None


def _bias(bias: Tensor | None, count: int) -> Tensor:
    return torch.zeros(count) if bias is None else bias


def _each(value: Any, axes: int) -> tuple[int, ...]:
    """One number for each axis."""
    values = list(value) if isinstance(value, list | tuple) else [value]
    return tuple(int(each) for each in (values * axes if len(values) == 1 else values))
