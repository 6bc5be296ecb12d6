"""Generator and critic of points: plain layers, for the toy worlds."""

import itertools
import math

from torch import Tensor, nn

from ganbaru.models.config import Plan
from ganbaru.models.layers import SLOPE, Dense, Score, with_label
from ganbaru.models.network import Critic, Generator


def _hidden(inputs: int, plan: Plan) -> nn.Sequential:
    sizes = [inputs] + [plan["channels"]] * plan["layers"]
    return nn.Sequential(*(Dense(a, b, slope=SLOPE) for a, b in itertools.pairwise(sizes)))


class FeedForwardGenerator(Generator):
    """Latent vector -> point: hidden layers of (linear, leaky ReLU), then linear."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.hidden = _hidden(self.latent + plan.classes, plan)
        self.last = nn.Linear(plan["channels"], math.prod(plan.shape))

    def forward(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, latent), (B,) or None -> (B, D)."""
        return self.last(self.hidden(with_label(z, label, self.classes)))


class FeedForwardCritic(Critic):
    """Point -> score: hidden layers of (linear, leaky ReLU), then linear with the label by projection."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.hidden = _hidden(math.prod(plan.shape), plan)
        self.score = Score(plan["channels"], plan.classes, deviation=plan["minibatch_deviation"])

    def forward(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, D), (B,) or None -> (B,)."""
        return self.score(self.hidden(x), label)
