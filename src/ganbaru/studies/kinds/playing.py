"""A training that is played step by step in memory: for studies that look at every step or pay by processor time.

It is the training that `ganbaru.fit` would be with the same settings, the batches, random numbers and figures
included, but for what a clock decides; nothing of it is stored, as it lasts less than a minute or two.
"""

import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import Any

from ganbaru import sources
from ganbaru.distances import Estimate
from ganbaru.progress import silent
from ganbaru.sources import Source
from ganbaru.training import settings
from ganbaru.training.game import GameSession, prepare
from ganbaru.training.machine import own_arithmetic
from ganbaru.training.measure import Measurer
from ganbaru.training.optimizers import rate_factor
from ganbaru.training.randomness import mix, own_random_state, seed_torch
from ganbaru.training.session import Parts
from ganbaru.training.step import Batch, Played

Figures = dict[str, Estimate]


class Training:
    """One training.

    Args:
        session: what is played; nothing of it has moved yet.
        seconds: processor time that it may take (s), after which it is done; None for no bound.

    Attributes:
        session: the same.
        seconds: processor time of all steps so far (s): dealing, both networks, moving average; no measuring.
        finite: whether both losses always were.
    """

    def __init__(self, session: GameSession, seconds: float | None) -> None:
        self.session = session
        self.seconds = 0.0
        self.finite = True
        self._budget = seconds
        self._measurer: Measurer | None = None

    @property
    def steps(self) -> int:
        """Generator updates done."""
        return self.session.counters.step

    @property
    def updates(self) -> int:
        """Critic updates done."""
        return self.session.counters.update

    @property
    def progress(self) -> float:
        """Share of the training that is done: of its steps or of its processor time, whichever is the further."""
        steps = self.session.config.steps
        of_time = 0.0 if self._budget is None else self.seconds / self._budget
        return min(1.0, max(of_time, self.steps / steps if steps else 0.0))

    def step(self) -> Played:
        """One step of the game."""
        began = time.process_time()
        session, counters = self.session, self.session.counters
        seed_torch(mix(session.config.seed, "step", counters.step))
        counters.progress = self.progress
        session.follow(rate_factor(session.config, counters.step, counters.progress))
        played = session.play(self._dealt())
        session.settle()
        counters.step += 1
        counters.update += played.updates
        self.finite = self.finite and all(math.isfinite(float(loss)) for loss in played.losses.values())
        self.seconds += time.process_time() - began
        return played

    def figures(self, *, final: bool = False) -> Figures:
        """The figures of quality of the generator as it stands, those that a run's measurements have."""
        if self._measurer is None:
            self._measurer = self.session.measurer(silent)
        return self._measurer.figures(final=final)

    def _dealt(self) -> Iterator[Batch]:
        for update in count(self.updates):
            yield self.session.deck.deal(update, self.session.device)


@contextmanager
def training(world: str, chosen: Mapping[str, Any], seed: int, *, seconds: float | None = None) -> Iterator[Training]:
    """A training on one thread of this process, whose state of torch is put back at the end.

    Args:
        world: the source.
        chosen: settings by dotted name.
        seed: of networks, batches and everything else.
        seconds: processor time that it may take (s); its schedules follow this, or its steps.

    Raises:
        UserError: the source or a setting is not usable.
    """
    source = opened(world)
    config = settings.resolve(source.kind, chosen, {"seed": seed, "threads": 1})
    with own_random_state(seed, "fit"), own_arithmetic(config):
        yield Training(prepare(source, config, Parts()), seconds)


@lru_cache(maxsize=4)
def opened(world: str) -> Source:
    """A source, kept for the next trial of this process."""
    return sources.open(world)
