"""The networks that are watched: what is inside a wrapper, which weights are whose, and copies to try things on."""

import copy
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import UninitializedParameter

_VALUES = 256
_WRAPPED = ("_orig_mod", "module")


def unwrapped(module: nn.Module) -> nn.Module:
    """The network inside `torch.compile`, `DataParallel` and `DistributedDataParallel`."""
    kinds = (nn.DataParallel, nn.parallel.DistributedDataParallel)
    while isinstance(module, kinds) or hasattr(module, "_orig_mod"):
        module = next(getattr(module, name) for name in _WRAPPED if hasattr(module, name))
    return module


def called(module: nn.Module) -> list[nn.Module]:
    """The modules whose calls are seen: a container that cannot be called stands for what it holds.

    So does a network with methods of its own instead of a pass, where it holds one thing: its passes are the network's.
    """
    held = isinstance(module, nn.ModuleList | nn.ModuleDict)
    inside = list(module.children())
    if held:
        return inside
    return called(inside[0]) if len(inside) == 1 and _has_no_pass(module) else [module]


def _has_no_pass(module: nn.Module) -> bool:
    """Whether a module is never called as such."""
    return getattr(module.forward, "__name__", "") == "_forward_unimplemented"


def weights(module: nn.Module) -> list[nn.Parameter]:
    """All parameters that have a shape yet."""
    return [weight for weight in module.parameters() if not isinstance(weight, UninitializedParameter)]


def some_values(tensor: Tensor) -> Tensor:
    """A copy of its first values, by which it is known again."""
    return tensor.detach().reshape(-1)[:_VALUES].clone()


def owners(networks: dict[str, nn.Module]) -> dict[int, str]:
    """Whose each parameter is, by its id; one that several networks share is nobody's."""
    found: dict[int, str] = {}
    shared: set[int] = set()
    for name, network in networks.items():
        for weight in network.parameters():
            if found.setdefault(id(weight), name) != name:
                shared.add(id(weight))
    return {key: name for key, name in found.items() if key not in shared}


def norm(tensors: Iterable[Tensor]) -> float:
    """Norm of all values of several tensors; 0 without any."""
    found = norms(tensors)
    return float(torch.linalg.vector_norm(torch.stack([each.float() for each in found]))) if found else 0.0


def norms(tensors: Iterable[Tensor]) -> list[Tensor]:
    """Norm of each tensor."""
    listed = [tensor.detach() for tensor in tensors]
    return list(torch._foreach_norm(listed)) if listed else []  # torch refuses none


def gradient_reach(module: nn.Module) -> float | None:
    """Gradient over weights of the first layer, over that of the last; None where there is one layer, or none of these.

    Of what a loss tells the last layer, so much comes through to the first; of layers alike it is about 1.
    """
    layers = [weight for weight in weights(module) if weight.grad is not None and weight.dim() > 1]
    if len(layers) < 2:
        return None
    ends = [layers[0], layers[-1]]
    norms = torch._foreach_norm(
        [each.detach() for weight in ends for each in (weight.grad, weight) if each is not None]
    )
    first, of_first, last, of_last = torch.stack([each.double() for each in norms]).tolist()
    return float(first * of_last / (of_first * last)) if of_first * last > 0 else None


def copied(module: nn.Module) -> nn.Module:
    """A copy to try things on, without hooks of the watcher; also of modules that keep results of an earlier pass.

    `copy.deepcopy` refuses tensors with a history, such as the weight that `torch.nn.utils.weight_norm` leaves behind
    or a feature map kept for later; those are copied without it.
    """
    inner = unwrapped(module)
    memo: dict[int, Any] = {}
    for part in inner.modules():
        for value in vars(part).values():
            for tensor in value if isinstance(value, list | tuple) else (value,):
                if isinstance(tensor, Tensor) and tensor.grad_fn is not None:
                    memo[id(tensor)] = tensor.detach().clone()
    return copy.deepcopy(inner, memo)


def by_mode(module: nn.Module) -> list[nn.Module]:
    """The parts that answer otherwise in evaluation mode: dropout and batch normalisation."""
    kinds = (nn.modules.batchnorm._BatchNorm, nn.modules.dropout._DropoutNd)
    found = [part for part in module.modules() if isinstance(part, kinds)]
    return [part for part in found if getattr(part, "p", 1.0) > 0]
