"""Laws of the convolutions: they are torch's own, written so that a CPU likes them."""

import itertools

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbaru.models.activation import activate
from ganbaru.models.convolution import Conv1d, UpsampleConv1d, folding
from ganbaru.models.products import convolution

SHAPES = list(itertools.product((1, 3), (1, 2, 4), (1, 3, 5, 9, 25), (1, 16, 61)))


def plain(layer: Conv1d, x: Tensor) -> Tensor:
    """What the layer claims to be."""
    y = F.conv1d(x, layer.weight, layer.bias, layer.stride, layer.kernel // 2)
    return y if layer.slope is None else F.leaky_relu(y, layer.slope)


def plain_upsampled(layer: UpsampleConv1d, x: Tensor) -> Tensor:
    """What the folded layer claims to be."""
    y = F.conv1d(F.interpolate(x, scale_factor=layer.scale), layer.weight, layer.bias, 1, layer.kernel // 2)
    return y if layer.slope is None else F.leaky_relu(y, layer.slope)


@pytest.mark.parametrize(("inputs", "stride", "kernel", "length"), SHAPES)
def test_a_convolution_is_torchs_own(inputs: int, stride: int, kernel: int, length: int) -> None:
    torch.manual_seed(0)
    layer = Conv1d(inputs, 4, kernel, stride=stride, slope=0.2).double()
    x = torch.randn(2, inputs, length, dtype=torch.float64)
    assert layer(x).shape == (2, 4, -(-length // stride))
    torch.testing.assert_close(layer(x), plain(layer, x))


@pytest.mark.parametrize(("inputs", "scale", "kernel", "length"), SHAPES)
def test_a_folded_upsampling_is_upsampling_then_convolution(inputs: int, scale: int, kernel: int, length: int) -> None:
    torch.manual_seed(0)
    layer = UpsampleConv1d(inputs, 4, kernel, scale=scale, slope=0.2).double()
    x = torch.randn(2, inputs, length, dtype=torch.float64)
    assert layer(x).shape == (2, 4, scale * length)
    torch.testing.assert_close(layer(x), plain_upsampled(layer, x))


def test_folding_keeps_every_tap_once_in_each_phase() -> None:
    for kernel, scale in itertools.product((1, 3, 5, 9, 25), (1, 2, 3, 4)):
        assert folding(kernel, scale).view(kernel, -1, scale).sum(1).eq(1).all()


def test_nine_taps_at_four_times_fold_to_three() -> None:
    assert UpsampleConv1d(1, 1, 9, scale=4).taps == 3


@pytest.mark.parametrize(("inputs", "stride"), [(1, 4), (3, 1), (3, 2)])
@pytest.mark.parametrize("dense", [True, False])
def test_float32_gradients_equal_torchs_own(inputs: int, stride: int, dense: bool) -> None:
    torch.manual_seed(0)
    layer = Conv1d(inputs, 16, 9, stride=stride, slope=0.2)
    x = torch.randn(4, inputs, 64) if dense else torch.randn(4, 64, inputs).transpose(1, 2)
    for of in (lambda y: y.square().sum(), lambda y: y.sin().mean()):
        ours, theirs = (_gradients(of(f(x.requires_grad_())), layer, x) for f in (layer, lambda v: plain(layer, v)))
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def _gradients(loss: Tensor, layer: nn.Module, x: Tensor) -> list[Tensor]:
    return list(torch.autograd.grad(loss, [x, *layer.parameters()]))


@pytest.mark.parametrize(("stride", "slope"), [(1, None), (2, 0.2), (4, 0.2)])
def test_gradients_of_any_order(stride: int, slope: float | None) -> None:
    torch.manual_seed(1)
    x = torch.randn(2, 2, 1, 9, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(3, 2, 1, 5, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(3, dtype=torch.float64, requires_grad=True)

    def function(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        return activate(convolution(x, weight, bias, stride=stride, padding=2), slope)

    assert torch.autograd.gradcheck(function, (x, weight, bias))
    assert torch.autograd.gradgradcheck(function, (x, weight, bias))


@pytest.mark.parametrize("layer", [Conv1d(2, 3, 5, stride=2, slope=0.2), UpsampleConv1d(2, 3, 9, scale=4, slope=0.2)])
def test_gradients_of_gradients_of_the_layers(layer: nn.Module) -> None:
    layer = layer.double()
    x = torch.randn(2, 2, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(layer, (x,))
    assert torch.autograd.gradgradcheck(layer, (x,))


def test_a_third_derivative() -> None:
    torch.manual_seed(2)
    x, weight, bias = torch.randn(1, 2, 1, 6), torch.randn(2, 2, 1, 3), torch.randn(2)
    thirds = []
    for f in (convolution, lambda x, w, b, padding: F.conv2d(x, w, b, 1, (0, padding))):
        u, w = x.double().requires_grad_(), weight.double().requires_grad_()
        y = f(u, w, bias.double(), padding=1).pow(4).sum()
        (first,) = torch.autograd.grad(y, u, create_graph=True)
        (second,) = torch.autograd.grad(first.square().sum(), w, create_graph=True)
        thirds.append(torch.autograd.grad(second.square().sum(), [u, w]))
    torch.testing.assert_close(thirds[0], thirds[1])


def test_a_penalty_makes_no_gradient_it_drops(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = nn.Sequential(Conv1d(2, 4, 3, slope=0.2), Conv1d(4, 1, 3))
    x = torch.randn(2, 2, 8, requires_grad=True)
    calls: list[list[bool]] = []
    monkeypatch.setattr("ganbaru.models.products._backward", _counted(calls))
    (slope,) = torch.autograd.grad(layers(x).sum(), x, create_graph=True)
    assert [False, True, False] not in calls
    calls.clear()
    slope.square().sum().backward()
    assert calls == [[False, True, False]] * 2


def _counted(calls: list[list[bool]]) -> object:
    from ganbaru.models.products import _backward as real

    def backward(*arguments: object) -> object:
        calls.append(list(arguments[-1]))  # type: ignore[call-overload]
        return real(*arguments)  # type: ignore[arg-type]

    return backward


def test_a_frozen_layer_takes_no_gradient_and_passes_it_on() -> None:
    layer = Conv1d(2, 3, 3, slope=0.2)
    for weight in layer.parameters():
        weight.requires_grad_(False)
    x = torch.randn(1, 2, 4, requires_grad=True)
    layer(x).sum().backward()
    assert x.grad is not None
    assert all(weight.grad is None for weight in layer.parameters())


def test_the_input_is_left_as_it_was() -> None:
    for layer in (Conv1d(2, 2, 3, slope=0.2), UpsampleConv1d(2, 2, 3, scale=2, slope=0.2)):
        x = torch.randn(1, 2, 4)
        before = x.clone()
        layer(x)
        with torch.no_grad():
            layer(x)
        assert x.equal(before)


def test_bfloat16_autocast_trains() -> None:
    layer = Conv1d(2, 3, 3, slope=0.2)
    with torch.autocast("cpu", torch.bfloat16):
        y = layer(torch.randn(2, 2, 8))
    y.float().sum().backward()
    assert y.dtype == torch.bfloat16
    assert layer.weight.grad is not None


def test_parameters_start_as_torchs_do() -> None:
    ours, theirs = Conv1d(64, 64, 9), nn.Conv1d(64, 64, 9)
    assert {name: p.shape for name, p in ours.named_parameters()} == {
        name: p.shape for name, p in theirs.named_parameters()
    }
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert float(mine.detach().abs().max()) == pytest.approx(float(other.detach().abs().max()), rel=0.05)


def test_an_even_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match="odd"):
        Conv1d(1, 1, 4)
