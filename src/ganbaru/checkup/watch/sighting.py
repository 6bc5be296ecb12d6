"""How far the networks of a watched loop see along time, against how long there is something to see: tried once.

The probe ``sight`` is that of a run (`ganbaru.checkup.probes.sight`), less ``longer``; ``model`` stands in it as
``critic`` does. A critic that is called with other batches besides its samples is shown whole ones, else a few rows.

Of a model that takes tokens ``(B, T)``, or steps ``(B, T, C)`` one after the other, time is the axis behind the batch;
``whole`` stands beside where it gives one answer for all of a sequence, whose ``length`` is then without padding.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from ganbaru.checkup.sight.reach import critic_reach, generator_reach, sequence_reach
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
    if "model" in given and (sequence := _sequence(parts["model"], *given["model"])) is not None:
        return _of_sequence(copied(parts["model"]).eval(), *given["model"], sequence)
    shown = real if real is not None else outputs.samples(given.get("model"))
    if shown is None or shown.dim() < 3 or shown.shape[-1] < _SHORTEST or shown.is_complex():
        return None
    reaches = {name: _REACHES[name](copied(parts[name]).eval(), *given[name], shown) for name in given}
    found = {name: reach for name, reach in reaches.items() if reach}
    return {"length": shown.shape[-1], "longer": {}, **found, **typical(shown[:_SOUNDS].detach())} if found else None


_ONE_BY_ONE = (nn.RNNBase, nn.RNNCellBase)


def _sequence(network: nn.Module, args: Any, options: Any) -> Tensor | None:
    """The tokens, or the steps that a recurrent network takes one after the other, ``(B, T, …)``; None where none."""
    layers = list(network.modules())
    if any(isinstance(layer, nn.RNNBase) and not layer.batch_first for layer in layers):
        return None
    taken = next(outputs.tensors((args, options)), None)
    if taken is None or taken.dim() < 2 or taken.shape[1] < _SHORTEST or taken.is_complex():
        return None
    tokens = taken.dim() == 2 and not taken.is_floating_point() and any(isinstance(e, nn.Embedding) for e in layers)
    steps = taken.is_floating_point() and any(isinstance(layer, _ONE_BY_ONE) for layer in layers)
    return taken if tokens or (steps and taken.dim() <= 3) else None


def _of_sequence(network: nn.Module, args: Any, options: Any, taken: Tensor) -> dict[str, Any] | None:
    whole: list[bool] = []

    def call(shown: Tensor) -> Tensor | None:
        given, told = outputs.replaced(args, options, taken, shown)
        answer = next((each for each in outputs.tensors(network(*given, **told)) if each.is_floating_point()), None)
        whole.append(answer is not None and taken.shape[1] not in answer.shape[1:] and len(answer) == len(taken))
        return answer

    with torch.enable_grad():
        reach = sequence_reach(network, taken, call)
    if not reach:
        return None
    steps = taken.detach().float().reshape(*taken.shape[:2], -1).transpose(1, 2)[:_SOUNDS]
    found = {"length": taken.shape[1], "longer": {}, "model": reach, **typical(steps)}
    return found | {"whole": True, "length": _unpadded(steps)} if whole[-1] else found


def _unpadded(steps: Tensor) -> int:
    """Steps without what is the same from one on to either end of ``(B, C, T)``, in the median."""
    changes = (steps[..., 1:] != steps[..., :-1]).any(dim=1).float()
    first, last = changes.argmax(dim=1), changes.shape[1] - changes.flip(1).argmax(dim=1)
    return int((last - first + 1).float().median())


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
