"""Leaky ReLU whose slope is a constant to the gradient of a gradient.

Why not torch's own: its second derivative is zero, and torch makes that zero a tensor and sends it back through the
whole network, at the price of a full backward pass for every gradient penalty. Here it is None, and nothing is sent.
The invariant kept: values and derivatives of any order equal ``F.leaky_relu``'s.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import Function


def activate(x: Tensor, slope: float | None) -> Tensor:
    """Leaky ReLU in place, any shape; ``slope`` (> 0) None leaves x as it is."""
    if slope is None:
        return x
    if not torch.is_grad_enabled() or not x.requires_grad:
        return F.leaky_relu_(x, slope)
    result: Tensor = _Leaky.apply(x, slope)
    return result


class _Leaky(Function):
    """x where positive, ``slope * x`` elsewhere, written over x."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, slope: float) -> Tensor:
        ctx.mark_dirty(x)
        F.leaky_relu_(x, slope)
        ctx.save_for_backward(x)
        ctx.slope = slope
        return x

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        return _Slope.apply(grad, ctx.saved_tensors[0].detach(), ctx.slope), None


class _Slope(Function):
    """The gradient where the activation was positive, ``slope`` times it elsewhere: linear in the gradient."""

    @staticmethod
    def forward(ctx: Any, grad: Tensor, activated: Tensor, slope: float) -> Tensor:
        ctx.save_for_backward(activated)
        ctx.slope = slope
        result: Tensor = torch.ops.aten.leaky_relu_backward(grad, activated, slope, True)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        return _Slope.apply(grad, ctx.saved_tensors[0], ctx.slope), None, None
