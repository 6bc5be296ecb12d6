"""What the critic's input goes through, real and generated alike, so that a small set of sounds lasts longer.

Differentiable, as the generator learns through it (Zhao et al. 2020, "Differentiable Augmentation").
"""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ganbaru.errors import UserError
from ganbaru.training.augmenting.form import Form
from ganbaru.training.augmenting.transforms import TRANSFORMS, shifted
from ganbaru.training.config import ADAPTIVE, Config


class Augment:
    """Noise that falls to nothing, shifts in time, and transforms that each sample goes through or not.

    Args:
        config: ``noise``, ``shift``, ``decay_start``, ``augment`` and ``augment_probability`` are read.
        recipe: of the representation, which says what each transform does to it.

    Attributes:
        progress: share of the training that is done; the loop sets it before each step.
        probability: with which a sample goes through each transform; the session sets it where it adapts.
        adaptive: whether it does.

    Raises:
        UserError: a transform does not suit the representation.
    """

    def __init__(self, config: Config, recipe: Mapping[str, Any]) -> None:
        self._noise = config.noise
        self._until = config.decay_start or 1.0
        self._shift = config.shift
        self._form = Form.of(recipe)
        self._names = chosen(config.augment, self._form)
        self.progress = 0.0
        self.adaptive = ADAPTIVE in config.augment
        self.probability = 0.0 if self.adaptive else config.augment_probability

    def __call__(self, samples: Tensor) -> Tensor:
        """Samples ``(B, *shape)``, changed anew at each call."""
        if self._shift:
            samples = shifted(samples, self._shift)
        level = self._noise * max(0.0, 1.0 - self.progress / self._until)
        return self._transformed(samples + level * torch.randn_like(samples) if level else samples)

    def _transformed(self, samples: Tensor) -> Tensor:
        for name in self._names if self.probability else ():
            drawn = torch.rand(len(samples), device=samples.device) < self.probability
            changed = TRANSFORMS[name](samples, self._form)
            samples = torch.where(drawn.reshape(-1, *(1 for _ in samples.shape[1:])), changed, samples)
        return samples


def wanted(config: Config) -> bool:
    """Whether any augmentation is asked for."""
    return bool(config.noise or config.shift or config.augment)


def chosen(asked: tuple[str, ...], form: Form) -> tuple[str, ...]:
    """The transforms to apply, in order; adaptive ones are all that suit, unless some are named beside.

    Raises:
        UserError: one does not suit the form.
    """
    named = [name for name in asked if name != ADAPTIVE]
    if strange := [name for name in named if name not in form.suits]:
        hint = f"it takes {', '.join(form.suits)}"
        raise UserError(f"augment: {strange[0]!r} has no meaning for {form.name}", hint=hint)
    return tuple(name for name in form.suits if name in named or not named) if asked else ()
