"""How far along time one place of a network sees: found by gradients, so for any module.

What a place does not see has a gradient of exactly zero. The generator is asked how many of the frames that its first
spatial layer is given have to do with one output in the middle; the critic, how much of its input has to do with one
place of the last spatial layer, behind which only a sum over all places follows.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


def generator_reach(generator: nn.Module, make: Callable[[], Tensor]) -> int | None:
    """Output steps between the outermost places of the first spatial layer's input that one output step depends on.

    Args:
        generator: the network.
        make: a forward pass of it, to samples ``(B, …, T)``.

    Returns:
        Steps of the output's last axis; None where the network has no spatial layer.
    """
    begins: list[Tensor] = []

    def note(module: nn.Module, arguments: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if begins or not arguments or not _spatial(arguments[0]):
            return None
        begins.append(arguments[0].detach().requires_grad_(True))
        return (begins[0], *arguments[1:])

    hooks = [module.register_forward_pre_hook(note) for module in _layers(generator)]
    try:
        out = make()
    finally:
        _remove(hooks)
    if not begins or not out.requires_grad or out.dim() < 2:
        return None
    frames = _extent(_slope(_weighted(out[..., out.shape[-1] // 2]), begins[0]))
    return round(frames * out.shape[-1] / begins[0].shape[-1])


def critic_reach(critic: nn.Module, samples: Tensor, score: Callable[[Tensor], Any]) -> int | None:
    """Input steps that one place of the last spatial layer depends on; None where there is no spatial layer.

    Args:
        critic: the network.
        samples: ``(B, …, T)``.
        score: a forward pass of it.
    """
    ends: list[Tensor] = []

    def note(module: nn.Module, arguments: Any, out: Any) -> None:
        if _spatial(out):
            ends[:] = [out]

    hooks = [module.register_forward_hook(note) for module in _layers(critic)]
    given = samples.detach().requires_grad_(True)
    try:
        score(given)
    finally:
        _remove(hooks)
    if not ends or not ends[0].requires_grad:
        return None
    return _extent(_slope(_weighted(ends[0][..., ends[0].shape[-1] // 2]), given))


def sequence_reach(network: nn.Module, taken: Tensor, call: Callable[[Tensor], Any]) -> int | None:
    """Steps of what goes in that a step of the answer depends on, for a network that takes ``(B, T, …)``, as of tokens.

    Of the answers in the middle and at the end that counts which sees more; an answer that is one for all of time is
    all there is. Gradients are taken at what goes in, or at the embedding of tokens.

    Args:
        network: the network.
        taken: what goes in.
        call: a pass of it.

    Returns:
        The steps; None where tokens are not embedded by a layer, or the answer has no history.
    """
    begins = [taken.detach().requires_grad_(True)] if taken.is_floating_point() else []

    def note(module: nn.Module, arguments: Any, out: Tensor) -> Tensor | None:
        if begins or out.dim() != 3:
            return None
        begins.append(out.detach().requires_grad_(True))
        return begins[0]

    hooks = [module.register_forward_hook(note) for module in network.modules() if isinstance(module, nn.Embedding)]
    try:
        answer = call(begins[0] if begins else taken)
    finally:
        _remove(hooks)
    if not begins or not isinstance(answer, Tensor) or not answer.requires_grad:
        return None
    timed = answer.dim() >= 2 and answer.shape[1] == taken.shape[1]
    some = [answer[:, at] for at in (taken.shape[1] // 2, taken.shape[1] - 1)] if timed else [answer]
    return max(_extent(_slope(_weighted(each), begins[0], axis=1)) for each in some)


def _layers(network: nn.Module) -> list[nn.Module]:
    """The modules with weights of their own: layers, not what holds them."""
    return [module for module in network.modules() if any(True for _ in module.parameters(recurse=False))]


def _spatial(value: Any) -> bool:
    return isinstance(value, Tensor) and value.is_floating_point() and value.dim() >= 3 and value.shape[-1] > 1


def _weighted(values: Tensor) -> Tensor:
    """A sum in which nothing cancels: ``()``."""
    weights = torch.rand(values.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float32)
    return (values * (0.5 + weights).to(values)).sum()


def _slope(value: Tensor, at: Tensor, axis: int = -1) -> Tensor:
    """Largest modulus of the gradient at each step of an axis, the last one unless said otherwise ``(T,)``."""
    (found,) = torch.autograd.grad(value, at, retain_graph=True)
    found = found.movedim(axis, -1)
    return found.abs().reshape(-1, found.shape[-1]).amax(dim=0)


def _extent(slope: Tensor) -> int:
    """Steps from the first to the last that matters, both counted; 0 where none does."""
    seen = torch.nonzero(slope > 0).flatten()
    return 0 if not len(seen) else int(seen[-1] - seen[0]) + 1


def _remove(hooks: list[Any]) -> None:
    for hook in hooks:
        hook.remove()
