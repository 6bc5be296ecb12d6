"""The three products of a convolution, each the derivative of the others, so that gradients of gradients are fast too.

Why not torch's own: ``F.conv2d`` differentiates twice as well, but the weight's part of a penalty's gradient (R1,
WGAN-GP) is then a dilated convolution with batch and channels in each other's place, which oneDNN runs at a fifth of
its rate; the same numbers come out of the kernel that makes the weight's gradient in the first backward pass. (The
same remedy as "conv2d_gradfix" of Karras et al. 2020 for CUDA, here as three functions that call each other.)

With y = x * w: ``forward(x, w)``, ``to_input(y, w)``, ``to_weight(x, y)`` are linear in both arguments and adjoint to
each other, so the derivative of each is made of the other two, to any order.
Shapes: x (B, C_in, 1, L), w (C_out, C_in, 1, k), y (B, C_out, 1, L'). The invariant kept: equal to ``F.conv2d``.
"""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import Function

Steps = tuple[int, int]
"""Stride and padding, in samples."""


def convolution(x: Tensor, weight: Tensor, bias: Tensor | None, *, stride: int = 1, padding: int = 0) -> Tensor:
    """``F.conv2d`` of height 1: (B, C_in, 1, L), (C_out, C_in, 1, k), (C_out,) or None -> (B, C_out, 1, L')."""
    if torch.is_autocast_enabled(x.device.type):  # torch's own knows which of its parts to round
        return F.conv2d(x, weight, bias, (1, stride), (0, padding))
    result: Tensor = _Forward.apply(x, weight, bias, (stride, padding))
    return result


class _Forward(Function):
    """y = x * w + b."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None, steps: Steps) -> Tensor:
        ctx.save_for_backward(x, weight)
        ctx.steps = steps
        return F.conv2d(x, weight, bias, (1, steps[0]), (0, steps[1]))

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight = ctx.saved_tensors
        wanted = [_wanted(ctx, argument) for argument in range(3)]
        if not torch.is_grad_enabled():
            return *_backward(grad, x, weight, ctx.steps, wanted), None
        return (
            _ToInput.apply(grad, weight, x.detach(), ctx.steps) if wanted[0] else None,
            _ToWeight.apply(x, grad, weight.detach(), ctx.steps) if wanted[1] else None,
            grad.sum((0, 2, 3)) if wanted[2] else None,
            None,
        )


class _ToInput(Function):
    """What y sends back to x; ``like`` is only the shape of x."""

    @staticmethod
    def forward(ctx: Any, y: Tensor, weight: Tensor, like: Tensor, steps: Steps) -> Tensor:
        ctx.save_for_backward(y, weight)
        ctx.steps = steps
        result = _backward(y, like, weight, steps, (True, False, False))[0]
        assert result is not None
        return result

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        y, weight = ctx.saved_tensors
        return (
            _Forward.apply(grad, weight, None, ctx.steps) if _wanted(ctx, 0) else None,
            _ToWeight.apply(grad, y, weight.detach(), ctx.steps) if _wanted(ctx, 1) else None,
            None,
            None,
        )


class _ToWeight(Function):
    """What x and y send back to w; ``like`` is only the shape of w."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor, like: Tensor, steps: Steps) -> Tensor:
        ctx.save_for_backward(x, y)
        ctx.steps = steps
        result = _backward(y, x, like, steps, (False, True, False))[1]
        assert result is not None
        return result

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, y = ctx.saved_tensors
        return (
            _ToInput.apply(y, grad, x.detach(), ctx.steps) if _wanted(ctx, 0) else None,
            _Forward.apply(x, grad, None, ctx.steps) if _wanted(ctx, 1) else None,
            None,
            None,
        )


def _wanted(ctx: Any, argument: int) -> bool:
    """Whether this very backward pass asks for the argument's gradient.

    ``needs_input_grad`` only says that the argument has one: ``torch.autograd.grad(scores, inputs)`` would then make
    every weight's gradient and drop it.
    """
    if not ctx.needs_input_grad[argument]:
        return False
    try:
        return _runs is None or bool(_runs(ctx.next_functions[argument][0]))
    except RuntimeError:  # the argument is itself one of the inputs of torch.autograd.grad
        return True


_runs = getattr(torch._C, "_will_engine_execute_node", None)


def _backward(y: Tensor, x: Tensor, weight: Tensor, steps: Steps, wanted: Sequence[bool]) -> tuple[Tensor | None, ...]:
    """Torch's one call for what y sends back to x, w and b."""
    sizes = [weight.shape[0]]
    results: tuple[Tensor | None, ...] = torch.ops.aten.convolution_backward(
        y, x, weight, sizes, [1, steps[0]], [0, steps[1]], [1, 1], False, [0, 0], 1, list(wanted)
    )
    return results
