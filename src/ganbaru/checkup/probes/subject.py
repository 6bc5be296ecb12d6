"""What a probe is made on: copies of a run's networks, its data as the networks see them, and the time that is left."""

from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from time import monotonic

from ganbaru.checkup.run import reopened
from ganbaru.checkup.run.facts import is_plain
from ganbaru.checkup.run.reopened import Reopened
from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.runs import Run
from ganbaru.sources import Source
from ganbaru.training.config import Config
from ganbaru.training.feed import Deck, Feed
from ganbaru.training.randomness import mix
from ganbaru.training.session import Parts
from ganbaru.training.step import Batch

_PLAIN = "there is no critic: one network learned from one loss"


@dataclass
class Subject:
    """A run under experiment.

    Attributes:
        run: the run; only read.
        given: its source, where the caller has it.
        parts: networks, objective and constraint of the user's own; only copied.
        seed: of everything random.
        deadline: when to stop, s of the monotonic clock.
        progress: is told how far it is.
        doing: what is done now, in words.
    """

    run: Run
    given: Source | None
    parts: Parts
    seed: int
    deadline: float
    progress: Progress
    doing: str = ""

    @classmethod
    def of(
        cls, run: Run, source: Source | None, parts: Parts, *, seed: int, budget: float, progress: Progress
    ) -> "Subject":
        """A subject with so many seconds from now on."""
        return cls(run, source, _learning(parts), seed, monotonic() + budget, progress)

    @property
    def config(self) -> Config:
        """Settings of the arithmetic: the run's threads, for bits depend on them."""
        return Config(threads=self.run.document.get("config", {}).get("threads"))

    def newest(self) -> Reopened:
        """A fresh copy of the networks and optimizers of the newest checkpoint, which may be changed at will.

        Raises:
            UserError: there is none, or something of the user's own is missing.
        """
        self._need_a_game()
        return reopened.newest(self.run, self.parts)

    def fresh(self) -> Reopened:
        """A fresh copy of the networks before their first step.

        Raises:
            UserError: as `newest`.
        """
        self._need_a_game()
        return reopened.fresh(self.run, self.parts)

    @cached_property
    def source(self) -> Source:
        """What the run was trained on.

        Raises:
            UserError: it is not there any more, or not what it was.
        """
        if self.given is None:
            return reopened.source_of(self.run, self.progress)
        reopened.same_source(self.run, self.given)
        return self.given

    @cached_property
    def train(self) -> Feed:
        """Training samples as the networks see them; at most 2,000 of them."""
        return self.fresh().feed(self.source.train)

    @cached_property
    def held_out(self) -> Feed:
        """Held-out samples as the networks see them; at most 2,000 of them."""
        return self.fresh().feed(self.source.held_out)

    def batches(self, opened: Reopened, feed: Feed, use: str, count: int, size: int) -> list[Batch]:
        """Batches of so many samples for one use, with latents of their own."""
        deck = self.deck(opened, feed, use, size)
        return [deck.deal(update, opened.fabric.device) for update in range(count)]

    def deck(self, opened: Reopened, feed: Feed, use: str, size: int) -> Deck:
        """Deals batches of so many samples for one use."""
        return Deck(feed, seed=mix(self.seed, use), batch=size, latent=opened.latent)

    def begin(self, doing: str) -> None:
        """Tells what is done from now on."""
        self.doing = doing
        self.tell(0, 1)

    def tell(self, done: int, total: int) -> None:
        """Tells how far it is."""
        self.progress(self.doing, done, total)

    def check_time(self) -> None:
        """Raises UserError where the time is used up."""
        if monotonic() > self.deadline:
            raise UserError("the time given for the probes was used up", hint="give a larger budget_seconds")

    def _need_a_game(self) -> None:
        if is_plain(self.run.document):
            raise UserError(_PLAIN)


def _learning(parts: Parts) -> Parts:
    """Copies of the networks, of which something learns: a training leaves a critic that asks for no gradient."""
    given = {name: deepcopy(getattr(parts, name)) for name in ("generator", "critic")}
    for network in given.values():
        if network is not None and not any(weight.requires_grad for weight in network.parameters()):
            network.requires_grad_(True)
    return replace(parts, **given)
