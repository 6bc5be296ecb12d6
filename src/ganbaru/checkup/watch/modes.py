"""Whether a network is in training mode in the passes whose gradients move it."""

from torch import nn

from ganbaru.checkup.watch.networks import by_mode


class Modes:
    """Follows the mode of one network.

    Args:
        network: it.
        lasting: a pass may serve an update after another network's update, as one of a generator does whose samples
            are made before the critic's turn.

    Attributes:
        parts: how many parts answer otherwise in evaluation mode.
        updates: updates that were looked at and followed a pass with gradients.
        evaluating: those of them where the network was in evaluation mode in all such passes.
        since: how many of the latest of them in a row were so.
    """

    def __init__(self, network: nn.Module, *, lasting: bool) -> None:
        self._network, self._lasting = network, lasting
        self.parts = len(by_mode(network))
        self.updates = self.evaluating = self.row = 0
        self._seen: list[bool] = []

    def see(self, differentiable: bool) -> None:
        """A pass."""
        if differentiable:
            self._seen.append(self._network.training)

    def update(self) -> None:
        """The network is about to move."""
        if self._seen:
            evaluating = not any(self._seen)
            self.updates += 1
            self.evaluating += evaluating
            self.row = self.row + 1 if evaluating else 0
        self._seen = []

    def turn(self) -> None:
        """Some network has moved."""
        if not self._lasting:
            self._seen = []

    def to_json(self) -> dict[str, int]:
        """The probe ``modes``."""
        return {"parts": self.parts, "updates": self.updates, "evaluating": self.evaluating, "row": self.row}
