"""A torch generator as a graph: exported by torch, then read operation by operation.

Why `torch.export` and not the module's own config: a user's own generator has none, and its forward may be written in
any way; what torch exports is a list of a few hundred known operations with every shape filled in, whoever wrote it.
The convolutions of this package are put back into torch's own first, so that there is one way to fold them.
"""

import copy
import warnings
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.errors import UserError
from ganbaru.models import Conv1d, UpsampleConv1d
from ganbaru.ship.compiler.graph import Graph
from ganbaru.ship.compiler.reading import Reader


def capture(generator: nn.Module, *, latent: int, classes: int = 0) -> Graph:
    """The graph of a generator at inference.

    Args:
        generator: ``forward(z (B, latent))``, or ``forward(z, label (B,))`` where there are classes; returns one
            tensor ``(B, …)``. It is not changed.
        latent: numbers in the latent vector.
        classes: labels; 0 for none.

    Raises:
        UserError: its forward cannot be exported, or holds an operation that cannot be shipped; the message names it
            and where it stands.
    """
    plain = _plain(copy.deepcopy(generator).cpu().float().eval())
    program = _exported(plain, latent, classes)
    constants = _constants(program)
    reader = Reader(latent, classes)
    for node in program.graph.nodes:
        if node.op == "placeholder":
            if node.name in constants:
                reader.hold(node, constants[node.name])
            else:
                reader.take(node)
        elif node.op == "call_function":
            reader.read(node)
        elif node.op == "output":
            return reader.graph(node.args[0])
    raise AssertionError("an exported program has an output")


class _Called(nn.Module):
    """The generator with or without a label, as `torch.export` wants to call it."""

    def __init__(self, generator: nn.Module, labelled: bool) -> None:
        super().__init__()
        self.generator, self.labelled = generator, labelled

    def forward(self, z: Tensor, label: Tensor | None = None) -> Any:
        return self.generator(z, label) if self.labelled else self.generator(z)


def _exported(generator: nn.Module, latent: int, classes: int) -> Any:
    like: tuple[Tensor, ...] = (torch.zeros(1, latent),)
    if classes:
        like = (*like, torch.zeros(1, dtype=torch.int64))
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.export.export(_Called(generator, classes > 0), like, strict=False).run_decompositions({})
    except Exception as error:  # whatever a user's forward raises
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(
            f"{type(generator).__name__} cannot be exported: {first}",
            hint="its forward must do the same whatever the numbers are: no branch on values, nothing random",
        ) from error


def _constants(program: Any) -> Mapping[str, Tensor]:
    """What an exported program holds, by the name of its placeholder."""
    signature = program.graph_signature
    held = {**program.state_dict, **program.constants}
    names = {**signature.inputs_to_parameters, **signature.inputs_to_buffers}
    names |= signature.inputs_to_lifted_tensor_constants
    return {placeholder: held[name].detach() for placeholder, name in names.items()}


def _plain(module: nn.Module) -> nn.Module:
    """The same network in torch's own layers, in place where a layer is within another."""
    if isinstance(module, Conv1d):
        return _with_slope(_filled(module, module.stride), module.slope)
    if isinstance(module, UpsampleConv1d):
        longer = nn.Upsample(scale_factor=module.scale, mode="nearest")
        return _with_slope(nn.Sequential(longer, _filled(module, 1)), module.slope)
    for name, child in module.named_children():
        setattr(module, name, _plain(child))
    return module


def _filled(module: Conv1d | UpsampleConv1d, stride: int) -> nn.Conv1d:
    biased, half = module.bias is not None, module.kernel // 2
    made = nn.Conv1d(module.inputs, module.outputs, module.kernel, stride, half, bias=biased)
    made.weight = module.weight
    if module.bias is not None:
        made.bias = nn.Parameter(module.bias.detach(), requires_grad=False)
    return made


def _with_slope(module: nn.Module, slope: float | None) -> nn.Module:
    return module if slope is None else nn.Sequential(module, nn.LeakyReLU(slope))
