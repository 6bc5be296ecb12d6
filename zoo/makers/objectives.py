"""Objectives that a user might write, each with a mistake in it; they follow `ganbaru.objectives.Objective`."""

from torch import Tensor
from torch.nn.functional import softplus


class Flipped:
    """Wasserstein's, with the generator on the critic's side."""

    def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        return fake_scores.mean() - real_scores.mean()

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return fake_scores.mean()


class Blurred:
    """The critic's labels are so far smoothed that both are one half: it cannot learn what is real."""

    def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        return (real_scores - 0.5).square().mean() + (fake_scores - 0.5).square().mean()

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return (fake_scores - 0.5).square().mean()


class Saturated:
    """Minimax, with a margin of 40 taken off the generator's scores: so far down a sigmoid nothing comes through it."""

    def critic_loss(self, real_scores: Tensor, fake_scores: Tensor) -> Tensor:
        return softplus(-real_scores).mean() + softplus(fake_scores).mean()

    def generator_loss(self, fake_scores: Tensor, real_scores: Tensor | None = None) -> Tensor:
        return -softplus(fake_scores - 40).mean()
