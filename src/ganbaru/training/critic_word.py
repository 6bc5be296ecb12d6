"""What the critic's word is worth: W1 as it proves it on held-out samples, its steepness divided out."""

import torch
from torch import Tensor, nn

from ganbaru.distances import Estimate, critic_bound, lipschitz_constant
from ganbaru.training.feed import Deck
from ganbaru.training.step import Game, generate, scores

_SAMPLES = 256
_STARTS, _ASCENTS = 16, 10
"""Of the search for the steepest place; each costs two passes back through the critic."""


def critic_w1(game: Game, held_out: Deck, device: torch.device) -> Estimate:
    """``(mean C(x) − mean C(G(z))) / L`` on held-out samples, in the units of what the critic sees.

    At most W1 between real and generated samples, but for chance, whatever objective the critic was trained for; and
    as a penalised critic is steep for its value, often far less (see ``docs/distances.md``). A critic that is told
    labels compares sounds of one label only.
    """
    count = max(1, min(_SAMPLES, len(held_out.feed)) // held_out.batch)
    batches = [held_out.deal(update, device) for update in range(count)]
    real = torch.cat([batch.real for batch in batches])
    labels = None if batches[0].labels is None else torch.cat([b.labels for b in batches if b.labels is not None])
    with torch.no_grad():
        fake = torch.cat([generate(game.generator, batch.latents, batch.labels) for batch in batches])
        said = scores(game.critic, real, labels), scores(game.critic, fake, labels)
    seen = Seen(game.critic, real.shape[1:], labelled=labels is not None)
    points = (seen.points(samples, labels) for samples in (real, fake))
    return critic_bound(*said, lipschitz_constant(seen, *points, method="searched", starts=_STARTS, ascents=_ASCENTS))


class Seen(nn.Module):
    """A critic as a function of points ``(B, D)`` to ``(B,)``; a label is the last coordinate, along which nothing is
    steep."""

    def __init__(self, critic: nn.Module, shape: torch.Size, *, labelled: bool) -> None:
        super().__init__()
        self.critic = critic
        self._shape, self._labelled = shape, labelled

    def forward(self, points: Tensor) -> Tensor:
        """The scores."""
        if not self._labelled:
            return scores(self.critic, points.unflatten(1, self._shape), None)
        return scores(self.critic, points[:, :-1].unflatten(1, self._shape), points[:, -1].detach().round().long())

    def points(self, samples: Tensor, labels: Tensor | None) -> Tensor:
        """Samples ``(B, *shape)`` as such points."""
        flat = samples.flatten(1)
        return flat if labels is None else torch.cat([flat, labels[:, None].to(flat)], dim=1)
