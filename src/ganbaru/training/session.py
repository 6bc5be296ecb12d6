"""What every training is made of, whatever it trains: data, representation, networks, and what its run folder says."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn

from ganbaru import models
from ganbaru._version import __version__
from ganbaru.distances import Estimate
from ganbaru.objectives import Constraint, Objective
from ganbaru.progress import Progress
from ganbaru.signal import Representation
from ganbaru.sources import Source
from ganbaru.training.config import Config
from ganbaru.training.ema import Average
from ganbaru.training.evidence import Before
from ganbaru.training.feed import Deck, Feed, Points
from ganbaru.training.machine import environment
from ganbaru.training.optimizers import set_rate
from ganbaru.training.protocols import Measuring, Step
from ganbaru.training.state import Counters
from ganbaru.training.step import Batch


@dataclass(frozen=True)
class Parts:
    """What a user may bring along instead of a name in the settings; None takes what the settings name."""

    generator: nn.Module | None = None
    critic: nn.Module | None = None
    objective: Objective | None = None
    constraint: Constraint | None = None
    representation: Representation | None = None


@dataclass(kw_only=True)
class Session(ABC):
    """One training, ready to be played: what the loop knows of it, whatever is trained.

    Attributes:
        config: its settings.
        source: where the real samples come from.
        fabric: device, precision and processes.
        representation: how the networks see a sound.
        average: the generator's moving average, if one is kept.
        deck: deals the training batches.
        held_out: deals held-out batches.
        counters: where the training stands.
    """

    config: Config
    source: Source
    fabric: Fabric
    representation: Representation | Points
    average: Average | None
    deck: Deck
    held_out: Deck
    counters: Counters = field(default_factory=Counters)

    @property
    def device(self) -> torch.device:
        """Where the networks live."""
        return self.fabric.device

    @property
    @abstractmethod
    def trained_networks(self) -> dict[str, nn.Module]:
        """The networks that learn, by name; the settings have a table of each name."""

    @property
    @abstractmethod
    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """What moves each network, by the same names."""

    @property
    def networks(self) -> dict[str, nn.Module]:
        """Everything with weights, by the name it is saved under."""
        average = {} if self.average is None else {"average": self.average.network}
        return {**self.trained_networks, **average}

    @property
    def best(self) -> nn.Module:
        """The generator to listen to: the moving average, else the generator itself."""
        return self.trained_networks["generator"] if self.average is None else self.average.network

    @abstractmethod
    def play(self, batches: Iterator[Batch]) -> Step:
        """One step, which takes as many as it needs of batches without end."""

    @abstractmethod
    def evidence(self, played: Any, before: Before, held_out: Batch) -> dict[str, Any]:
        """What is noted of a step that `play` played."""

    @abstractmethod
    def measurer(self, progress: Progress) -> Measuring:
        """What measures it."""

    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """What ``run.toml`` says of its networks."""

    def closing_figures(self) -> dict[str, Estimate]:
        """Figures of the networks beside the generator, for the last measurement."""
        return {}

    def follow(self, factor: float) -> None:
        """Multiplies the learning rates that the settings name."""
        for name, mover in self.optimizers.items():
            set_rate(mover, factor * getattr(self.config, name).learning_rate)

    def settle(self) -> None:
        """Takes the step that was just played into the moving average."""
        if self.average is not None:
            self.average.update(self.counters.step)


def decks(
    source: Source,
    config: Config,
    fabric: Fabric,
    representation: Representation | Points,
    *,
    labelled: bool,
    latent: int,
) -> tuple[Deck, Deck]:
    """What deals training batches, and what deals held-out ones."""
    feeds = [
        Feed(split, representation, labelled=labelled, device=fabric.device)
        for split in (source.train, source.held_out)
    ]
    rank, world = fabric.global_rank, fabric.world_size
    train, held_out = (
        Deck(feed, seed=config.seed, batch=config.batch, latent=latent, rank=rank, world=world) for feed in feeds
    )
    return train, held_out


def document(session: Session, parts: Parts) -> dict[str, Any]:
    """What ``run.toml`` says: everything needed to repeat the run."""
    source, config = session.source, session.config
    return {
        "version": __version__,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": config.seed,
        "config": config.document(),
        "source": {
            "name": source.name,
            "kind": source.kind,
            "rate": source.rate,
            "fingerprint": source.fingerprint,
            "label_names": list(source.label_names),
            "counts": {"train": len(source.train.data), "held_out": len(source.held_out.data)},
            "skipped": [{"file": file, "reason": reason} for file, reason in source.skipped],
            "recipe": dict(source.recipe),
        },
        "representation": session.representation.recipe(),
        "networks": {
            **session.facts(),
            "own_generator": parts.generator is not None,
            "own_critic": parts.critic is not None,
            **{name: models.describe(network) for name, network in session.trained_networks.items()},
        },
        "environment": environment(session.fabric),
    }
