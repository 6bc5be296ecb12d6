"""Would the critic know the reals by heart? Told in loops that show few of them again and again.

Such a loop shows no sample that its critic never learned from. So the critic as it was at the first look is taught
anew, on copies, each time without a quarter of the reals (cross-validation: Stone 1974), against what the generator
made late, for some time and until it is as sure of what it is taught as the loop's own critic is of all, or sure
enough. Then the reals that it never saw are held against those that it did. Three of four are known by heart a little
sooner than all.

The probe ``memory`` (as that of a run, but for what is told of a copy):

==================  ===============================================================================================
``step``            at which it was tried
``copies``          how many were as sure as the loop's critic
``updates``         that the slowest of them took
``train``           ``count`` of the reals; likewise ``held_out``, of those that a copy did not see
``sure``            distance of the critic's mean scores of all reals and of fakes, over their deviation
``train_held_out``  area under the ROC curve of the scores of reals that a copy learned from over those of the others,
                    each over the spread of what that copy had seen: `Estimate` as JSON
==================  ===============================================================================================
"""

from collections import deque
from collections.abc import Sequence
from time import thread_time
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbaru.checkup.run.ranks import area
from ganbaru.checkup.watch import outputs
from ganbaru.checkup.watch.networks import copied, weights

Array = np.ndarray[Any, Any]
_MOST, _VALUES = 512, 4_000_000
"""Reals that are few, and values that are kept of them, and of a critic, at the most."""
_FEWEST = 12
"""Reals of which a quarter says something."""
_AGAIN = 3
"""Times that each was shown, in the mean, where nearly all of them have been seen (all but one in twenty)."""
_LATE = 256
"""Generated samples that are kept."""
_FOLDS, _UPDATES, _EVERY, _ROWS = 4, 600, 20, 64
_LEAST = 400
"""Updates of a copy at least, or as many as the loop's critic had: fakes that are off are told within a few, by what
says nothing of how well a critic comes to know the reals by the end of a training."""
_SURE = 0.3
"""Sureness below which a critic knows no sample from another: it told real from generated ones if it knew them."""
_SURER = 3.0
"""Sureness from which a copy need not come nearer to the loop's critic: 93 % of the scores lie on their own side."""
_RATES = (1e-3, 2e-3)
"""Bounds of Adam's rate for the copies, which may take the loop's own."""
_BETAS = (0.5, 0.9)


class Unseen:
    """Keeps the reals of a loop that shows few, and tries on copies of the critic whether it knows them by heart.

    Attributes:
        count: how many reals there are; None where they are many, or not all were seen.
    """

    def __init__(self, critic: nn.Module | None) -> None:
        self._critic = critic
        self._first: nn.Module | None = None
        self._reals: dict[int, Tensor] | None = {} if critic is not None else None
        self._fakes: deque[Tensor] = deque()
        self._shown = 0
        self._answer: tuple[int, dict[str, Any] | None] | None = None

    def begin(self) -> None:
        """A look begins: of the first one the critic is kept as it is."""
        if self._first is None and self._reals is not None and self._critic is not None:
            if sum(each.numel() for each in weights(self._critic)) > _VALUES:
                self._reals = None
            else:
                self._first = copied(self._critic)

    def see(self, real: Tensor, fake: Tensor) -> None:
        """What the critic learned from in a look.

        Args:
            real: as it was shown them ``(B, *shape)``; fake: likewise.
        """
        if self._reals is None:
            return
        for row, key in zip(real.detach(), real.detach().cpu().numpy(), strict=True):
            self._reals.setdefault(hash(key.tobytes()), row)
        self._shown += len(real)
        self._fakes.append(fake.detach().clone())
        while len(self._fakes) > 1 and sum(map(len, self._fakes)) - len(self._fakes[0]) >= _LATE:
            self._fakes.popleft()
        if len(self._reals) > _MOST or len(self._reals) * real[0].numel() > _VALUES:
            self._reals, self._first = None, None
            self._fakes.clear()

    @property
    def count(self) -> int | None:
        """How many reals there are."""
        few = self._reals is not None and self._shown >= _AGAIN * len(self._reals) > 0
        return len(self._reals) if few and self._reals is not None else None

    def memory(self, step: int, updates: int, rate: float, seconds: float) -> dict[str, Any] | None:
        """The probe; None where it cannot be told. It is asked again only after half as many steps more.

        Args:
            step: of the loop.
            updates: of its critic.
            rate: of the critic's own optimizer.
            seconds: of this thread's work that it may take.
        """
        if self.count is None or self.count < _FEWEST or self._first is None:
            return None
        if self._answer is None or step > 1.5 * self._answer[0]:
            least, own = min(updates, _LEAST), float(np.clip(rate, *_RATES))
            self._answer = step, self._tried(step, least, own, thread_time() + seconds)
        return self._answer[1]

    def _tried(self, step: int, least: int, rate: float, until: float) -> dict[str, Any] | None:
        real, fake = torch.stack(list((self._reals or {}).values())), torch.cat(list(self._fakes))
        order = np.random.default_rng(0).permutation(len(real))
        own = copied(self._critic).eval() if self._critic is not None else None
        sure = _sure(own, real, fake) if own is not None else float("nan")
        if not abs(sure) > _SURE:
            return None
        seen, unseen, slowest, copies = np.zeros(len(real)), np.full(len(real), np.nan), 0, 0
        for fold in range(_FOLDS):
            out = order[fold::_FOLDS]
            kept = np.setdiff1d(order, out)
            found = self._taught(real[torch.from_numpy(kept)], fake, min(abs(sure), _SURER), least, rate, until)
            if found is None:
                continue
            said = _standardised(found[0], real, kept)
            seen[kept] += said[kept]
            unseen[out], copies, slowest = said[out], copies + 1, max(slowest, found[1])
        known = ~np.isnan(unseen)
        if not copies:
            return None
        return {
            "step": step,
            "copies": copies,
            "updates": slowest,
            "sure": abs(sure),
            "train": {"count": len(real)},
            "held_out": {"count": int(known.sum())},
            "train_held_out": area(seen / copies, unseen[known]).to_json(),
        }

    def _taught(
        self, real: Tensor, fake: Tensor, sure: float, least: int, rate: float, until: float
    ) -> tuple[nn.Module, int] | None:
        """A copy that is as sure, and the updates that it took; None where it does not come so far in the time."""
        network = copied(self._first).train().requires_grad_(True) if self._first is not None else None
        if network is None:
            return None
        learned = [each for each in network.parameters() if each.is_floating_point()]
        moments = [[torch.zeros_like(each) for each in learned] for _ in range(2)]
        with torch.enable_grad():
            for update in range(_UPDATES):
                if update % _EVERY == 0 and update >= least and _sure(network, real, fake) >= sure:
                    return network.eval(), update
                if thread_time() > until:
                    return None
                a, b = (side[torch.randint(len(side), (min(_ROWS, len(side)),))] for side in (real, fake))
                loss = F.softplus(-_scores(network, a)).mean() + F.softplus(_scores(network, b)).mean()
                slopes = torch.autograd.grad(loss, learned, allow_unused=True, materialize_grads=True)
                _move(learned, slopes, moments, rate, update + 1)
        return None


@torch.no_grad()
def _move(
    weights: Sequence[Tensor], slopes: Sequence[Tensor], moments: Sequence[Sequence[Tensor]], rate: float, update: int
) -> None:
    """Adam's step (Kingma & Ba 2015, algorithm 1), by hand: what an optimizer does is listened to as the loop's own."""
    for weight, slope, first, second in zip(weights, slopes, *moments, strict=True):
        first.lerp_(slope, 1 - _BETAS[0])
        second.lerp_(slope.square(), 1 - _BETAS[1])
        size = (second / (1 - _BETAS[1] ** update)).sqrt_().add_(1e-8)
        weight.addcdiv_(first, size, value=-rate / (1 - _BETAS[0] ** update))


def _scores(network: nn.Module, samples: Tensor) -> Tensor:
    """One score of each ``(B,)``.

    Raises:
        ValueError: the critic gives another answer to a batch alone.
    """
    found = outputs.scores(network(samples), len(samples))
    if not found or not found[0].dim() or len(found[0]) != len(samples):
        raise ValueError("a batch alone is not answered with a score for each sample")
    return found[0].float().reshape(len(samples), -1).mean(dim=1)


def _sure(network: nn.Module, real: Tensor, fake: Tensor) -> float:
    """Distance of the mean scores over their deviation, in evaluation mode."""
    mode = network.training
    with torch.no_grad():
        a, b = (_scores(network.eval(), side) for side in (real, fake))
    network.train(mode)
    common = float(((a.var(correction=0) + b.var(correction=0)) / 2).sqrt())
    return float(a.mean() - b.mean()) / max(common, 1e-12)


def _standardised(network: nn.Module, real: Tensor, kept: Array) -> Array:
    """Scores of all reals, over the spread of those that a copy was shown ``(N,)``."""
    with torch.no_grad():
        said = _scores(network, real).double().cpu().numpy()
    return np.asarray((said - said[kept].mean()) / max(said[kept].std(), 1e-12))
