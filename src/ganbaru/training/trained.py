"""A trained generator as something to ask for sounds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganbaru import models, signal
from ganbaru.errors import UserError, unknown
from ganbaru.runs import Run
from ganbaru.signal import Representation
from ganbaru.training import state
from ganbaru.training.config import Config
from ganbaru.training.counted import normals
from ganbaru.training.feed import Points
from ganbaru.training.randomness import own_random_state
from ganbaru.training.step import generate

_CHUNK = 128


class Trained:
    """A generator with its way back to sound.

    Attributes:
        generator: the network, in evaluation mode.
        representation: how it sees a sound.
        samples: samples of a sound, or dimensions of a point.
        label_names: what may be asked for; () for an unconditional generator.
    """

    def __init__(
        self,
        generator: nn.Module,
        representation: Representation | Points,
        *,
        samples: int,
        latent: int,
        label_names: Sequence[str] = (),
    ) -> None:
        self.generator = generator
        self.representation = representation
        self.samples = samples
        self.latent = latent
        self.label_names = tuple(label_names)

    @property
    def rate(self) -> int:
        """Samples a second, Hz; 0 for points."""
        return self.representation.rate

    def sample(self, count: int, *, labels: Sequence[str] | np.ndarray | None = None, seed: int = 0) -> np.ndarray:
        """New sounds.

        Args:
            count: how many.
            labels: names or numbers of the labels to ask for, one for each sound or one for all; None takes them
                in turn. Not for an unconditional generator.
            seed: equal seeds give equal sounds, whichever others they are made with (see `training.counted`).

        Returns:
            Waveforms ``(count, T)``, amplitude at full scale ±1; or points ``(count, D)``.

        Raises:
            UserError: a label is unknown, or the generator takes none.
        """
        device = next(iter(self.generator.parameters())).device
        z = torch.from_numpy(normals(seed, 0, count, self.latent)).to(device)
        asked = self.asked(count, labels)
        return self.decode(z, None if asked is None else torch.from_numpy(asked).to(device))

    @torch.no_grad()
    def decode(self, z: Tensor, labels: Tensor | None) -> np.ndarray:
        """Sounds ``(B, T)`` or points ``(B, D)`` of latents ``(B, latent)`` and labels ``(B,)`` or None.

        What a network that blew up makes is decoded as far as it goes: its loss, not its sound, stops a training.
        """
        was_training = self.generator.training
        self.generator.eval()
        made = []
        for start in range(0, len(z), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            encoded = generate(self.generator, z[chunk], None if labels is None else labels[chunk]).float()
            made.append(self.representation.decode(torch.nan_to_num(encoded), self.samples).cpu())
        self.generator.train(was_training)
        return torch.cat(made).numpy()

    def asked(self, count: int, labels: Sequence[str] | np.ndarray | None = None) -> np.ndarray | None:
        """The label numbers ``(count,)`` that a request means; None for an unconditional generator."""
        if not self.label_names:
            if labels is not None:
                raise UserError("this generator knows no labels", hint="train it with --labels auto on labelled sounds")
            return None
        if labels is None:
            return np.arange(count) % len(self.label_names)
        numbers = np.array([self._number(label) for label in labels], dtype=np.int64)
        return np.resize(numbers, count)

    def _number(self, label: str | int) -> int:
        if isinstance(label, str):
            if label not in self.label_names:
                raise unknown("label", label, self.label_names)
            return self.label_names.index(label)
        if not 0 <= label < len(self.label_names):
            raise UserError(f"label {label} is not between 0 and {len(self.label_names) - 1}")
        return int(label)

    def __repr__(self) -> str:
        return f"Trained({type(self.generator).__name__}, {self.representation.name}, labels={len(self.label_names)})"


def representation_of(recipe: dict[str, Any]) -> Representation | Points:
    """The representation that a recipe describes."""
    options = {key: value for key, value in recipe.items() if key != "name"}
    return Points(**options) if recipe["name"] == "points" else signal.representation(recipe["name"], **options)


def load(run: Run | str | Path, *, generator: nn.Module | None = None, step: int | None = None) -> Trained:
    """The trained generator of a run: its moving average where one was kept.

    Args:
        run: the run or its folder.
        generator: the network to fill, where the run was trained with one of the user's own.
        step: which checkpoint; None takes the newest.

    Raises:
        UserError: there is no run or no checkpoint, or it is damaged.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    document = run.document
    config = Config.model_validate(document["config"])
    networks = document["networks"]
    if "phase" in networks:
        raise UserError(f"{run.path} holds a phase network, no generator", hint="gb.training.load_phase(run) loads it")
    if generator is None and networks["own_generator"]:
        raise UserError(f"{run.path} was trained with a generator of your own", hint="load(run, generator=your_module)")
    weights = best_weights(run, step)
    shape, classes = tuple(networks["shape"]), networks["classes"]
    if generator is None:
        with own_random_state(config.seed, "networks"):
            generator = models.build_generator(config.generator.network(), shape, classes)
    state.load_network(generator, *weights)
    return Trained(
        generator.eval(),
        representation_of(document["representation"]),
        samples=networks["samples"],
        latent=networks["latent"],
        label_names=document["source"]["label_names"] if classes else (),
    )


def best_weights(run: Run, step: int | None = None) -> tuple[dict[str, Tensor], str]:
    """The tensors of a checkpoint, and the name of the network to listen to among them.

    Raises:
        UserError: there is no checkpoint, it is damaged, or its representation is not the run's.
    """
    document, checkpoint = run.document, run.load_checkpoint(step)
    if checkpoint is None:
        raise UserError(f"{run.path} has no checkpoint yet", hint=f"ganbaru fit … --out {run.path} --resume")
    tensors = state.load_tensors(checkpoint.files, document["representation"])
    return tensors, "average" if document["config"]["ema"] else "generator"
