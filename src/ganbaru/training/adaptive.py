"""A number of critic updates that follows the critic: as many as still improve its word by more than they cost.

The critic's word is how much lower its loss is on samples it has not learned from than that of one that says nothing.
One more update before each of the generator's makes a step longer by a share of about ``1 / (n + 1)``, n updates and
the generator's own being as many parts. It is worth that if it improves the word by a greater share; where it does
not, the critic is done. So the number grows while the update after the last would improve the word by more, falls
while the last one improves it by less, and stays within 1 and a bound.

Fresh batches are there anyway: each is scored before it is learned from. A step that probes scores one batch more, the
next one, which tells what the last update was worth there; nothing learns from it before its turn, so that a number
that is right costs next to nothing to know. Four such steps make up for the noise of a batch. As updates bring less and
less, one more can pay only if as much as the last one brought would: only then do the next four probes go one update
further, to see what it does bring, and decide. At first every eighth step probes; each time that the number turns out
right doubles the distance to the next, up to 64 steps; a change begins again at eight, and so does a closer look. What
they have told so far lies in every checkpoint.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

import torch
from torch import Tensor

from ganbaru.training.step import (
    Batch,
    Game,
    Played,
    Said,
    ask_gradient,
    critic_learns,
    critic_says,
    generate,
    generator_learns,
)

SOONEST, LATEST = 8, 64
"""Steps from one that probes to the next: at first, and at most."""
PROBES = 4
"""Such steps to a decision."""


@dataclass
class Pace:
    """How many updates the critic takes, and what is known of whether that is right.

    Attributes:
        updates: before each generator update.
        due: the step that probes next; apart: steps from one to the next.
        closer: whether probes go one update further.
        probes: steps that probed since the last decision.
        next_pays: what one more update improves the word by, in units of what it costs, less the word; summed over the
            probes. Unless they look closer, one more is taken to bring what the last one brought.
        last_pays: the same of the last update.
    """

    updates: int = 1
    due: int = 0
    apart: int = SOONEST
    closer: bool = False
    probes: int = 0
    next_pays: float = 0.0
    last_pays: float = 0.0

    def learn(self, words: list[float], most: int, *, step: int) -> None:
        """Take in what a probe found, and decide where there were enough.

        Args:
            words: after 0, 1 … updates, up to the usual number; up to one more, or up to ``most``, if they look closer.
            most: the bound of the number.
            step: that probed.
        """
        number = self.updates
        self.probes += 1
        last = words[number] - words[number - 1]
        if number > 1:
            self.last_pays += number * last - max(words[number - 1], 0.0)
        if number < most:
            more = words[number + 1] - words[number] if self.closer else last
            self.next_pays += (number + 1) * more - max(words[number], 0.0)
        if self.probes == PROBES:
            self._decide(most)
        self.due = step + (SOONEST if self.closer else self.apart)

    def _decide(self, most: int) -> None:
        number, may_pay = self.updates, self.updates < most and self.next_pays > 0
        if may_pay and self.closer:
            self.updates += 1
        elif not may_pay and self.updates > 1 and self.last_pays < 0:
            self.updates -= 1
        if self.updates != number:
            self.apart = SOONEST
        elif not may_pay:
            self.apart = min(2 * self.apart, LATEST)
        self.closer = may_pay
        self.probes, self.next_pays, self.last_pays = 0, 0.0, 0.0


def play_adaptively(game: Game, batches: Iterator[Batch], *, update: int, step: int, pace: Pace, most: int) -> Played:
    """Plays one step.

    Args:
        game: what plays.
        batches: fresh ones, without end; as many are taken as are needed.
        update: critic updates done before this step.
        step: steps done before it.
        pace: how many updates it has; what a probe finds is taken into it.
        most: the bound of the number.
    """
    probing = step >= pace.due
    count = min(pace.updates + (probing and pace.closer), most)
    seconds = {"critic": 0.0, "generator": 0.0}
    losses: list[Tensor] = []
    penalties: list[Tensor] = []
    words: list[float] = []
    ask_gradient(game.critic_optimizer, True)
    for k in range(count):
        batch = next(batches)
        began = perf_counter()
        fake = _made(game, batch, kept=k == count - 1)
        made = perf_counter()
        said = critic_says(game, batch, fake.detach())
        if probing:
            words.append(_word(game, said))
        penalty = critic_learns(game, batch, said, update=update + k)
        losses.append(said.loss.detach())
        penalties += [] if penalty is None else [penalty]
        seconds["generator"] += made - began
        seconds["critic"] += perf_counter() - made
    began = perf_counter()
    if probing:
        pace.learn([*words, _word_of_fresh(game, next(batches))], most, step=step)
    seconds["critic"] += perf_counter() - began
    began = perf_counter()
    taught = generator_learns(game, batch, fake)
    seconds["generator"] += perf_counter() - began
    return Played.of(said, losses, penalties, taught, batch, fake, seconds=seconds)


@torch.no_grad()
def _word_of_fresh(game: Game, batch: Batch) -> float:
    """The critic's word on a batch that nothing learns from."""
    return _word(game, critic_says(game, batch, _made(game, batch, kept=False)))


def _made(game: Game, batch: Batch, *, kept: bool) -> Tensor:
    """Generated samples ``(B, *shape)``; the last are the generator's and keep their graph."""
    with game.autocast(), torch.set_grad_enabled(kept):
        made = generate(game.generator, batch.latents, batch.labels)
    if made.requires_grad:
        made.retain_grad()
    return made


@torch.no_grad()
def _word(game: Game, said: Said) -> float:
    """How much lower the critic's loss is than that of one that says nothing; the same in every process."""
    nothing = torch.zeros_like(said.real_scores, dtype=torch.float32)
    word = game.objective.critic_loss(nothing, torch.zeros_like(said.fake_scores, dtype=torch.float32)) - said.loss
    if game.average is not None:
        game.average([word])
    return float(word)
