"""What an objective and a constraint are: two small protocols that a user's own class can meet."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from torch import Tensor, nn

Score = Callable[[Tensor], Tensor]
"""A critic with its labels already given: samples ``(B, *shape)`` to scores ``(B,)``."""


@runtime_checkable
class Objective(Protocol):
    """What critic and generator minimise, as functions of the critic's raw scores.

    Scores are the critic's last linear output, shape ``(B,)``: never squashed by a sigmoid.
    Both methods return a scalar, shape ``()``. An objective whose generator loss compares with the real scores says so
    by an attribute ``paired = True``; others are spared that pass of the critic.
    """

    def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        """The loss that the critic minimises; scores ``(B,)``."""
        ...

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        """The loss that the generator minimises; scores ``(B,)``. ``real_scores`` is read by paired objectives only."""
        ...


@runtime_checkable
class Constraint(Protocol):
    """What keeps the critic in its class of functions: by a term in its loss, or by a projection after its step."""

    def penalty(self, critic: Score, real: Tensor, fake: Tensor) -> Tensor:
        """A scalar added to the critic's loss; ``real`` and ``fake`` are ``(B, *shape)``. May be zero."""
        ...

    def project(self, critic: nn.Module) -> None:
        """Changes the critic's weights in place after each of its steps. May do nothing."""
        ...
