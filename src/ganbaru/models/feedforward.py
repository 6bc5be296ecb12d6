"""Generator and critic of points: plain layers, for the toy worlds."""

import itertools
import math

from torch import Tensor, nn

from ganbaru.models.config import Plan
from ganbaru.models.layers import Dense, Fourier, Score, with_label
from ganbaru.models.network import Critic, Generator


def _spread(layer: nn.Linear, slope: float) -> None:
    """Weights that keep the variance through a leaky ReLU of this slope, no bias (He et al. 2015, equation 15)."""
    nn.init.normal_(layer.weight, std=math.sqrt(2 / (1 + slope**2) / layer.in_features))
    nn.init.zeros_(layer.bias)


def _hidden(inputs: int, plan: Plan) -> nn.Sequential:
    sizes = [inputs] + [plan["channels"]] * plan["layers"]
    layers = [Dense(a, b, slope=plan["slope"]) for a, b in itertools.pairwise(sizes)]
    for layer in layers:
        _spread(layer, plan["slope"])
    return nn.Sequential(*layers)


class FeedForwardGenerator(Generator):
    """Latent vector -> point: hidden layers of (linear, leaky ReLU), then linear."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.hidden = _hidden(self.latent + plan.classes, plan)
        self.last = nn.Linear(plan["channels"], math.prod(plan.shape))
        _spread(self.last, 1.0)

    def forward(self, z: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, latent), (B,) or None -> (B, D)."""
        return self.last(self.hidden(with_label(z, label, self.classes)))


class FeedForwardCritic(Critic):
    """Point -> score: sines and cosines of the coordinates, hidden layers of (linear, leaky ReLU), linear.

    The label joins by projection.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self.fourier = Fourier(plan["fourier"])
        self.hidden = _hidden(math.prod(plan.shape) * (1 + 2 * plan["fourier"]), plan)
        self.score = Score(plan["channels"], plan.classes, deviation=plan["minibatch_deviation"])
        _spread(self.score.linear, 1.0)

    def forward(self, x: Tensor, label: Tensor | None = None) -> Tensor:
        """(B, D), (B,) or None -> (B,)."""
        return self.score(self.hidden(self.fourier(x)), label)
