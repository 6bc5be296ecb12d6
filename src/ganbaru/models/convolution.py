"""One-dimensional convolutions that train fast on a CPU and stay right on any device.

Why not ``nn.Conv1d``: on a CPU torch runs it in the layout (B, C, L), where oneDNN reaches about half of the
machine's matmul rate. The same convolution as a two-dimensional one of height 1, with the channels innermost,
reaches 75-95 % of it forward and 50-90 % backward (``benchmarks/training_step.py`` times both). Two rewritings are
exact and save arithmetic or memory traffic:

* a convolution with stride s of C channels is a plain convolution of ``s C`` channels, because s neighbouring samples
  are already neighbours in memory, with the taps filled up to whole blocks of s. It pays for one channel (the first
  layer of a critic of waveforms) and for long kernels (25 taps at s = 4: the weight gradient in a third of the time);
* nearest upsampling by s followed by a convolution of k taps is s convolutions of ``2 ceil((k // 2) / s) + 1`` taps on
  the input that was not upsampled, one for each phase of the output (9 taps at s = 4: three), whose weights are sums of
  the k taps. The s phases lie side by side in memory, which is the upsampled order, so nothing is moved.

Tensors have the shape (B, C, L), as torch's own; the results lie in memory as (B, L, C).
The invariant kept: the parameters are those of ``nn.Conv1d`` (weight (C_out, C_in, k), bias (C_out,), same initial
distribution), and the numbers are those of ``nn.Conv1d`` within float error.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbaru.models.activation import activate
from ganbaru.models.products import convolution

_FILL = 1.15
"""A strided convolution runs by blocks where that fills up at most so many times the taps (measured)."""


def channels_last(x: Tensor) -> Tensor:
    """(B, C, L) -> (B, C, 1, L) with the channels innermost in memory; copies only where they are not."""
    return x.unsqueeze(2).contiguous(memory_format=torch.channels_last)


class _Convolution(nn.Module):
    """Weight and bias that both convolutions share; ``bias`` may be set to None, as torch's own may."""

    def __init__(self, inputs: int, outputs: int, kernel: int, *, slope: float | None) -> None:
        super().__init__()
        if kernel % 2 == 0:
            raise ValueError(f"the kernel must be odd so that the padding is even on both sides, not {kernel}")
        self.inputs, self.outputs, self.kernel, self.slope = inputs, outputs, kernel, slope
        self.weight = nn.Parameter(torch.empty(outputs, inputs, kernel))
        self.bias: Tensor | None = nn.Parameter(torch.empty(outputs))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draws weight and bias as ``nn.Conv1d`` does: uniform within 1 / sqrt(C_in k)."""
        bound = 1 / math.sqrt(self.inputs * self.kernel)
        nn.init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            nn.init.uniform_(self.bias, -bound, bound)


class Conv1d(_Convolution):
    """Convolution with zero padding: (B, C_in, L) -> (B, C_out, ceil(L / stride)), then leaky ReLU if asked for.

    Args:
        inputs: C_in.
        outputs: C_out.
        kernel: taps; odd.
        stride: samples from one output to the next.
        slope: of the leaky ReLU that follows; None for none.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, slope: float | None = None) -> None:
        super().__init__(inputs, outputs, kernel, slope=slope)
        self.stride = stride
        self.blocks = -(-(kernel // 2) // stride)  # blocks of `stride` samples on either side of the output's own
        filled = (2 * self.blocks + 1) * stride
        self.blocked = stride > 1 and (inputs == 1 or filled <= _FILL * kernel)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C_in, L) -> (B, C_out, ceil(L / stride))."""
        if self.blocked:
            y = self._by_blocks(x)
        else:
            y = convolution(
                channels_last(x), self.weight.unsqueeze(2), self.bias, stride=self.stride, padding=self.kernel // 2
            )
        return activate(y, self.slope).squeeze(2)

    def _by_blocks(self, x: Tensor) -> Tensor:
        """(B, C_in, L) -> (B, C_out, 1, ceil(L / s)): s samples become s times the channels, s taps become one."""
        s, taps = self.stride, 2 * self.blocks + 1
        x = F.pad(channels_last(x).squeeze(2), (0, -x.shape[2] % s)).transpose(1, 2)
        x = x.reshape(x.shape[0], -1, s * self.inputs).transpose(1, 2)  # (B, s C_in, L / s)
        front = self.blocks * s - self.kernel // 2
        weight = F.pad(self.weight, (front, taps * s - self.kernel - front))
        weight = weight.view(self.outputs, self.inputs, taps, s).permute(0, 3, 1, 2)  # (C_out, s, C_in, taps)
        weight = weight.reshape(self.outputs, s * self.inputs, 1, taps)
        return convolution(channels_last(x), weight, self.bias, padding=self.blocks)

    def extra_repr(self) -> str:
        stride = f", stride={self.stride}" if self.stride > 1 else ""
        return f"{self.inputs}, {self.outputs}, kernel={self.kernel}{stride}, slope={self.slope}"


class UpsampleConv1d(_Convolution):
    """Nearest upsampling, then convolution with zero padding, folded: (B, C_in, L) -> (B, C_out, scale L).

    Equals ``conv(upsample(x))`` with the same weight and bias within float error.

    Args:
        inputs: C_in.
        outputs: C_out.
        kernel: taps, counted in the upsampled sound; odd.
        scale: how many times longer the output is.
        slope: of the leaky ReLU that follows; None for none.
    """

    fold: Tensor

    def __init__(self, inputs: int, outputs: int, kernel: int, *, scale: int, slope: float | None = None) -> None:
        super().__init__(inputs, outputs, kernel, slope=slope)
        self.scale = scale
        self.register_buffer("fold", folding(kernel, scale), persistent=False)

    @property
    def taps(self) -> int:
        """Taps of each phase."""
        return self.fold.shape[1] // self.scale

    def folded(self) -> tuple[Tensor, Tensor | None]:
        """Weight (scale * C_out, C_in, taps), phase-major, and bias (scale * C_out,) of the folded convolution."""
        flat = self.weight.reshape(-1, self.kernel) @ self.fold
        weight = flat.view(self.outputs, self.inputs, self.taps, self.scale).permute(3, 0, 1, 2)
        bias = None if self.bias is None else self.bias.repeat(self.scale)
        return weight.reshape(self.scale * self.outputs, self.inputs, self.taps), bias

    def forward(self, x: Tensor) -> Tensor:
        """(B, C_in, L) -> (B, C_out, scale L)."""
        weight, bias = self.folded()
        y = convolution(channels_last(x), weight.unsqueeze(2), bias, padding=self.taps // 2)
        y = activate(y, self.slope).squeeze(2).transpose(1, 2)  # (B, L, scale C_out)
        return y.reshape(x.shape[0], -1, self.outputs).transpose(1, 2)

    def extra_repr(self) -> str:
        return f"{self.inputs}, {self.outputs}, kernel={self.kernel}, scale={self.scale}, slope={self.slope}"


def folding(kernel: int, scale: int) -> Tensor:
    """The matrix F (kernel, taps * scale) of 0 and 1 with ``folded weight = weight @ F``.

    Output sample ``scale m + r`` reads, with tap j, the upsampled sample ``scale m + r + j - kernel // 2``, that is the
    input ``m + (r + j - kernel // 2) // scale``: so tap j of phase r is added to the folded tap of that input.
    """
    half = kernel // 2
    reach = -(-half // scale)
    matrix = torch.zeros(kernel, 2 * reach + 1, scale)
    for phase in range(scale):
        for tap in range(kernel):
            matrix[tap, (phase + tap - half) // scale + reach, phase] = 1
    return matrix.view(kernel, -1)
