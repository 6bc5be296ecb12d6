"""The training of a generator against a critic, put together from its settings and what the user brought along."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn

from ganbaru import models, objectives, signal
from ganbaru.distances import Estimate
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
from ganbaru.training.feed import Points
from ganbaru.training.machine import average_over, launched
from ganbaru.training.measure import Measurer
from ganbaru.training.optimizers import optimizer
from ganbaru.training.randomness import own_random_state
from ganbaru.training.session import Parts, Session, decks
from ganbaru.training.step import Batch, Game, Played, play, scores, seen
from ganbaru.training.trained import Trained

_FIT_ON = 2000
_LATENT = 64


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
