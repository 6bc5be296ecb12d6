"""How far the networks of a watched loop see along time, against how long there is something to see: tried once.

The probe ``sight`` is that of a run (`ganbaru.checkup.probes.sight`), less ``longer``; ``model`` stands in it as
``critic`` does. A critic that is called with other batches besides its samples is shown whole ones, else a few rows.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.checkup.sight.reach import critic_reach, generator_reach
from ganbaru.checkup.sight.structure import typical
from ganbaru.checkup.watch import outputs
from ganbaru.checkup.watch.networks import copied

_ROWS, _SOUNDS = 4, 32
_SHORTEST = 8
"""Steps of the last axis from which it can be a time."""


def sight(
    parts: Mapping[str, nn.Module], given: Mapping[str, tuple[Any, Any]], real: Tensor | None
) -> dict[str, Any] | None:
    """The probe, on copies in evaluation mode; None where nothing has a time, or no network one that it sees part of.

    Args:
        parts: the networks.
        given: what each was called with, arguments and options.
        real: real samples ``(B, …, T)``; None where there are none but what a model is given.
    """
    shown = real if real is not None else outputs.samples(given.get("model"))
    if shown is None or shown.dim() < 3 or shown.shape[-1] < _SHORTEST or shown.is_complex():
        return None
    reaches = {name: _REACHES[name](copied(parts[name]).eval(), *given[name], shown) for name in given}
    found = {name: reach for name, reach in reaches.items() if reach}
    return {"length": shown.shape[-1], "longer": {}, **found, **typical(shown[:_SOUNDS].detach())} if found else None


def _of_generator(network: nn.Module, args: Any, options: Any, shown: Tensor) -> int | None:
    def make() -> Tensor:
        made = outputs.samples(network(*args, **options))
        return torch.zeros(0) if made is None or made.shape[-1] != shown.shape[-1] else made

    with torch.enable_grad():
        return generator_reach(network, make)


def _of_judge(network: nn.Module, args: Any, options: Any, shown: Tensor) -> int | None:
    first = outputs.samples((args, options))
    if first is None or first.dim() < 3 or first.shape[-1] < _SHORTEST or first.is_complex():
        return None
    alone = sum(1 for _ in outputs.tensors((args, options))) == 1

    def score(given: Tensor) -> Any:
        shown, told = outputs.replaced(args, options, first, given)
        return network(*shown, **told)

    with torch.enable_grad():
        return critic_reach(network, first[:_ROWS] if alone else first, score)


_REACHES: Mapping[str, Callable[..., int | None]] = {
    "generator": _of_generator,
    "critic": _of_judge,
    "model": _of_judge,
}
