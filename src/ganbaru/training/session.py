"""All that a training is made of, put together: data, representation, networks, game, run folder."""

import os
import platform
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from ganbaru import models, objectives, signal
from ganbaru._version import __version__
from ganbaru.distances import Estimate
from ganbaru.errors import UserError
from ganbaru.objectives import Constraint, Objective
from ganbaru.progress import Progress
from ganbaru.signal import Representation
from ganbaru.sources import Source
from ganbaru.training.adaptive import play_adaptively
from ganbaru.training.augment import Augment, wanted
from ganbaru.training.augmenting import overfitting
from ganbaru.training.config import Config
from ganbaru.training.critic_word import critic_w1
from ganbaru.training.ema import Average
from ganbaru.training.evidence import Before, line
from ganbaru.training.feed import Deck, Feed, Points
from ganbaru.training.measure import Measurer
from ganbaru.training.optimizers import optimizer, set_rate
from ganbaru.training.protocols import Measuring, Step
from ganbaru.training.randomness import own_random_state
from ganbaru.training.state import Counters
from ganbaru.training.step import Batch, Game, Played, play, scores, seen
from ganbaru.training.trained import Trained

_FIT_ON = 2000
_LATENT = 64


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


@dataclass(kw_only=True)
class GameSession(Session):
    """A generator against a critic.

    Attributes:
        game: the networks and how they move.
        classes: labels that the networks are told; 0 for none.
    """

    game: Game
    classes: int

    @property
    def trained_networks(self) -> dict[str, nn.Module]:
        """Generator and critic."""
        return {"generator": self.game.generator, "critic": self.game.critic}

    @property
    def optimizers(self) -> dict[str, torch.optim.Optimizer]:
        """Of both."""
        return {"generator": self.game.generator_optimizer, "critic": self.game.critic_optimizer}

    def play(self, batches: Iterator[Batch]) -> Played:
        """Critic updates, then one of the generator."""
        counters, most = self.counters, self.config.most_updates
        if self.config.n_critic != "adaptive":
            played = play(self.game, list(islice(batches, most)), update=counters.update)
        else:
            place = {"update": counters.update, "step": counters.step}
            played = play_adaptively(self.game, batches, **place, pace=counters.pace, most=most)
        self._adapt(played)
        return played

    def _adapt(self, played: Played) -> None:
        """Sets the probability of an adaptive augmentation for the next step."""
        augment = self.game.augment
        if not isinstance(augment, Augment) or not augment.adaptive:
            return
        target, sign = self._overfitting(played)
        if self.game.average is not None:
            self.game.average([sign])
        shown = played.updates * self.config.batch * self.fabric.world_size
        most = self.config.augment_probability
        self.counters.augmented = overfitting.moved(self.counters.augmented, float(sign), target, shown, most)

    def _overfitting(self, played: Played) -> tuple[float, Tensor]:
        """The target, and the sign that is held at it: of the last batch as the critic was shown it."""
        middle = overfitting.MIDDLE.get(self.config.objective)
        if middle is not None:
            return overfitting.TARGETS["r_t"], overfitting.sign_of_real(played.real_scores, middle)
        held_out = self.held_out.deal(self.counters.step, self.device)
        with torch.no_grad():
            said = scores(self.game.critic, seen(self.game, held_out.real), held_out.labels)
        return overfitting.TARGETS["r_v"], overfitting.gap(played.real_scores, said, played.fake_scores)

    def evidence(self, played: Played, before: Before, held_out: Batch) -> dict[str, Any]:
        """Losses, W1, gradients, moves and scores; and the probability of an adaptive augmentation."""
        adaptive = isinstance(self.game.augment, Augment) and self.game.augment.adaptive
        augmented = {"augment_probability": self.counters.augmented} if adaptive else {}
        return {**line(self.game, played, before, held_out), **augmented}

    def closing_figures(self) -> dict[str, Estimate]:
        """W1 as the critic proves it."""
        return {"w1": critic_w1(self.game, self.held_out, self.device)}

    def follow(self, factor: float) -> None:
        """Also tells the augmentation how far the training is."""
        super().follow(factor)
        if isinstance(self.game.augment, Augment):
            self.game.augment.progress = self.counters.progress
            if self.game.augment.adaptive:
                self.game.augment.probability = self.counters.augmented

    def measurer(self, progress: Progress) -> Measurer:
        """Measures the decoded sounds of the generator to listen to."""
        return Measurer(self.source, self.trained(), self.config, progress=progress)

    def trained(self) -> Trained:
        """The generator to listen to, with its way back to sound."""
        return Trained(
            self.best,
            self.representation,
            samples=self.source.shape[0],
            latent=self.deck.latent,
            label_names=self.source.label_names if self.classes else (),
        )

    def facts(self) -> dict[str, Any]:
        """Shapes, labels, and both networks in numbers."""
        return {
            "shape": list(self.representation.shape(self.source.shape[0])),
            "classes": self.classes,
            "samples": self.source.shape[0],
            "latent": self.deck.latent,
        }


def prepare(source: Source, config: Config, parts: Parts) -> GameSession:
    """Puts a training together; nothing is written yet.

    Raises:
        UserError: a name is unknown, or a part does not fit the source.
    """
    fabric = launched(config)
    representation = _representation(source, config, parts)
    classes = len(source.label_names) if config.labels == "auto" else 0
    shape = representation.shape(source.shape[0])
    game = new_game(config, parts, fabric, shape, classes, recipe=representation.recipe())
    latent = int(getattr(game.generator, "latent", config.generator.latent or _LATENT))
    deck, held_out = decks(source, config, fabric, representation, labelled=classes > 0, latent=latent)
    return GameSession(
        config=config,
        source=source,
        fabric=fabric,
        representation=representation,
        average=Average(game.generator, config.ema) if config.ema else None,
        deck=deck,
        held_out=held_out,
        game=game,
        classes=classes,
    )


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


def environment(fabric: Fabric) -> dict[str, Any]:
    """Versions, machine and threads: what bit-for-bit equality depends on."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "numpy": version("numpy"),
        "machine": platform.machine(),
        "system": platform.system(),
        "processor": _processor(),
        "device": str(fabric.device),
        "processes": fabric.world_size,
        "threads": torch.get_num_threads(),
    }


@contextmanager
def own_arithmetic(config: Config) -> Iterator[None]:
    """A block with torch's threads as the settings say and denormal numbers flushed to zero; both are put back.

    Weight clipping drives a critic's activations into denormals, on which a CPU is many times slower. The switch
    belongs to a thread and is inherited by those that it starts, so it comes first.
    """
    threads = torch.get_num_threads()
    flushed = sys.float_info.min / 2 == 0  # torch sets the switch and cannot be asked for it
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    torch.set_flush_denormal(True)
    torch.set_num_threads(config.threads or max(1, cores // config.devices))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        torch.set_flush_denormal(flushed)


def average_over(fabric: Fabric) -> Any:
    """A function that averages tensors over all processes in place; None for a single process."""
    if fabric.world_size == 1:
        return None

    def average(tensors: Sequence[Tensor]) -> None:
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        flat = torch.as_tensor(fabric.all_reduce(flat, reduce_op="mean"))
        start = 0
        for tensor in tensors:
            tensor.copy_(flat[start : start + tensor.numel()].view_as(tensor))
            start += tensor.numel()

    return average


def launched(config: Config) -> Fabric:
    """Device, precision and processes of the settings.

    Raises:
        UserError: the device cannot be used.
    """
    try:
        fabric = Fabric(
            accelerator=config.device if config.device != "cuda" else "gpu",
            devices=config.devices,
            strategy="ddp" if config.devices > 1 else "auto",
            precision=config.precision,
        )
    except (ValueError, RuntimeError, TypeError) as error:
        raise UserError(f"device {config.device!r} cannot be used: {error}", hint="--device cpu always can") from None
    fabric.launch()
    return fabric


def _representation(source: Source, config: Config, parts: Parts) -> Representation | Points:
    """The representation, fitted to (at most 2,000 of) the training samples."""
    count = len(source.train.data)
    some = source.train.take(np.linspace(0, count - 1, min(count, _FIT_ON)).astype(np.int64))
    if source.kind == "points":
        return Points().fitted(torch.from_numpy(some))
    chosen = parts.representation or signal.representation(
        config.representation, rate=source.rate, **config.representation_options
    )
    return chosen.fitted(torch.from_numpy(some))


def new_game(
    config: Config,
    parts: Parts,
    fabric: Fabric,
    shape: tuple[int, ...],
    classes: int,
    *,
    recipe: Mapping[str, Any] = MappingProxyType({"name": ""}),
) -> Game:
    """Networks that have not moved yet, with all that they play by.

    Args:
        config: settings.
        parts: what the user brought along; the rest is made.
        fabric: where they live.
        shape: of one sample as the networks see it.
        classes: labels that the networks are told; 0 for none.
        recipe: of the representation, by which samples are augmented.
    """
    with own_random_state(config.seed, "networks"):
        generator = parts.generator or models.build_generator(config.generator.network(), shape, classes)
        critic = parts.critic or models.build_critic(config.critic.network(), shape, classes)
    generator, critic = generator.to(fabric.device), critic.to(fabric.device)
    return Game(
        generator=generator,
        critic=critic,
        objective=parts.objective or objectives.objective(config.objective),
        constraint=parts.constraint or objectives.constraint(config.constraint, config.constraint_strength),
        critic_optimizer=optimizer(config.critic, critic),
        generator_optimizer=optimizer(config.generator, generator),
        constraint_every=config.constraint_every,
        gradient_clip=config.gradient_clip,
        augment=Augment(config, recipe) if wanted(config) else None,
        autocast=fabric.autocast,
        average=average_over(fabric),
    )


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or sys.platform
    return next((line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("model name")), "")
