"""Steps that no optimizer makes: a loop that subtracts gradients from weights itself is known by the weights alone."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from ganbaru.checkup.watch.networks import weights

_VALUES = 256
_WEIGHTS = 3


class ByHand:
    """Notices that networks are otherwise than they were.

    Args:
        parts: the networks.
    """

    def __init__(self, parts: Mapping[str, nn.Module]) -> None:
        self._parts = parts
        self._before: dict[str, list[Tensor]] = {}

    def begin(self) -> None:
        """The networks are to be known as they are now."""
        self._before = {name: _some(part) for name, part in self._parts.items()}

    def moved(self) -> list[str]:
        """Those that are otherwise than at the last call, or than at the beginning."""
        found = []
        for name, before in self._before.items():
            now = _some(self._parts[name])
            if len(now) != len(before) or not all(map(torch.equal, now, before)):
                self._before[name] = now
                found.append(name)
        return found


def _some(part: nn.Module) -> list[Tensor]:
    """Some values of the first, the middle and the last of the weights that learn."""
    learning = [weight for weight in weights(part) if weight.requires_grad]
    places = torch.linspace(0, len(learning) - 1, min(_WEIGHTS, len(learning))).round().long().tolist()
    return [learning[place].detach().reshape(-1)[:_VALUES].clone() for place in places]
