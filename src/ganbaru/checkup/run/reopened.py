"""A run's networks and data, opened again beside it: copies, on which anything may be tried."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from pydantic import ValidationError
from torch import Tensor, nn

from ganbaru import sources
from ganbaru.errors import UserError
from ganbaru.progress import Progress
from ganbaru.runs import Run
from ganbaru.sources import Source, Split
from ganbaru.training import state
from ganbaru.training.config import Config
from ganbaru.training.ema import Average
from ganbaru.training.feed import Feed
from ganbaru.training.game import new_game
from ganbaru.training.machine import launched, own_arithmetic
from ganbaru.training.randomness import own_random_state
from ganbaru.training.session import Parts
from ganbaru.training.step import Game
from ganbaru.training.trained import Trained, representation_of

_MOST = 2000


@dataclass
class Reopened:
    """Copies of all that a run plays with.

    Attributes:
        document: what its ``run.toml`` says.
        config: its settings, for one process on this machine.
        game: the networks, as they were at ``step``.
        average: the generator's moving average, if one is kept.
        step: of the checkpoint; 0 for networks that have not moved.
        update: critic updates until then.
    """

    document: dict[str, Any]
    config: Config
    fabric: Fabric
    game: Game
    average: nn.Module | None
    step: int = 0
    update: int = 0

    @property
    def best(self) -> nn.Module:
        """The generator to listen to."""
        return self.game.generator if self.average is None else self.average

    @property
    def labelled(self) -> bool:
        """Whether the networks are told labels."""
        return bool(self.document["networks"]["classes"])

    @property
    def latent(self) -> int:
        """Size of a latent."""
        return int(self.document["networks"]["latent"])

    @property
    def representation(self) -> Any:
        """How the networks see a sample."""
        return representation_of(self.document["representation"])

    def trained(self) -> Trained:
        """The generator to listen to, with its way back to sound."""
        names = self.document["source"]["label_names"] if self.labelled else ()
        samples = self.document["networks"]["samples"]
        return Trained(self.best, self.representation, samples=samples, latent=self.latent, label_names=names)

    def feed(self, split: Split) -> Feed:
        """Samples as the networks see them; at most 2,000 of them, evenly taken."""
        return Feed(some(split), self.representation, labelled=self.labelled, device=self.fabric.device)


def fresh(run: Run, parts: Parts) -> Reopened:
    """The networks before their first step.

    Args:
        run: the run.
        parts: networks, objective and constraint of the user's own, where the run was trained with such; they are
            copied.

    Raises:
        UserError: something was the user's own and was not given, or the settings are not known any more.
    """
    document = run.document
    config = _config(document)
    own = _own(document, config, parts)
    fabric = launched(config)
    shape, classes = tuple(document["networks"]["shape"]), document["networks"]["classes"]
    game = new_game(config, own, fabric, shape, classes, recipe=document["representation"])
    average = Average(game.generator, config.ema).network if config.ema else None
    return Reopened(document, config, fabric, game, average)


def newest(run: Run, parts: Parts) -> Reopened:
    """The networks and optimizers of the newest checkpoint that is whole.

    Raises:
        UserError: as `fresh`; or there is no checkpoint, or none that fits.
    """
    checkpoint = run.load_checkpoint()
    if checkpoint is None:
        raise UserError("there is no checkpoint yet", hint="go on with --resume")
    opened = fresh(run, parts)
    networks: dict[str, nn.Module] = {"generator": opened.game.generator, "critic": opened.game.critic}
    if opened.average is not None:
        networks["average"] = opened.average
    movers = {"generator": opened.game.generator_optimizer, "critic": opened.game.critic_optimizer}
    counters = state.unpack(checkpoint.files, networks, movers, recipe=run.document["representation"])
    return replace(opened, step=counters.step, update=counters.update)


def source_of(run: Run, progress: Progress | None) -> Source:
    """The run's source, opened again.

    Raises:
        UserError: it is not there any more, or it is not what it was.
    """
    stored = run.document["source"]
    recipe = stored["recipe"]
    if "name" not in recipe:
        raise UserError(
            "its source cannot be opened again from run.toml", hint="give it: checkup.run.gather(run, source=…)"
        )
    source = sources.reopen(recipe, progress=progress)
    same_source(run, source)
    return source


def same_source(run: Run, source: Source) -> None:
    """Raises UserError where a source is not what the run was trained on."""
    if source.fingerprint != run.document["source"]["fingerprint"]:
        raise UserError(
            f"{source.name} is not what it was when the run was trained: its sounds or their preparation changed"
        )


def some(split: Split, most: int = _MOST) -> Split:
    """At most so many samples of a side, from the first to the last: they may stand sorted."""
    kept = np.linspace(0, len(split) - 1, min(most, len(split))).astype(np.int64)
    labels = None if split.labels is None else np.asarray(split.labels)[kept]
    return Split(data=split.data[kept], labels=labels, names=tuple(split.names[index] for index in kept))


@contextmanager
def undisturbed(seed: int, config: Config | None = None) -> Iterator[None]:
    """A block with random states and arithmetic of its own; the caller's are put back after it."""
    numbers = np.random.get_state()  # noqa: NPY002 (a network of the user's own may draw from it)
    try:
        with own_random_state(seed, "checkup"), own_arithmetic(config or Config()):
            yield
    finally:
        np.random.set_state(numbers)  # noqa: NPY002


def scored(critic: nn.Module, samples: Tensor, labels: Tensor | None, chunk: int = 256) -> np.ndarray:
    """The critic's scores ``(N,)`` of samples ``(N, *shape)``."""
    from ganbaru.training.step import scores

    pieces = range(0, len(samples), chunk)
    with torch.no_grad():
        said = [
            scores(critic, samples[at : at + chunk], None if labels is None else labels[at : at + chunk])
            for at in pieces
        ]
    return torch.cat(said).float().cpu().numpy().astype(np.float64)


def _config(document: dict[str, Any]) -> Config:
    """The run's settings, for one process on whatever this machine has."""
    try:
        return Config.model_validate({**document["config"], "device": "auto", "devices": 1})
    except ValidationError as error:
        raise UserError(f"its settings are not known to this version: {error.errors()[0]['loc']}") from None


def _own(document: dict[str, Any], config: Config, parts: Parts) -> Parts:
    """Copies of the user's parts, each of which the run needs."""
    networks = document["networks"]
    needed = {name: bool(networks.get(f"own_{name}")) for name in ("generator", "critic")}
    needed |= {name: getattr(config, name).startswith("own:") for name in ("objective", "constraint")}
    for name, own in needed.items():
        if own and getattr(parts, name) is None:
            raise UserError(
                f"its {name} is one of your own", hint=f"give it: checkup.run.gather(run, parts=Parts({name}=…))"
            )
    given = {name: deepcopy(getattr(parts, name)) for name, own in needed.items() if own}
    return Parts(**given)
