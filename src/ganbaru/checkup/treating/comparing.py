"""Whether a treated run is better than the one before it: by what both make of the same latents."""

from copy import deepcopy
from typing import Any, Literal

import numpy as np
import torch

from ganbaru import training
from ganbaru.distances import Comparison, closer
from ganbaru.quality.features import Features
from ganbaru.runs import Run
from ganbaru.sources import Source, Split
from ganbaru.training.randomness import latents
from ganbaru.training.session import Parts
from ganbaru.training.trained import Trained

Array = np.ndarray[Any, Any]
Outcome = Literal["helped", "did not help", "made it worse", "can't tell", "not tried"]

RELEVANT = 2 / 3
"""Distance after over distance before up to which a change is said to help. Of 18 ordered pairs of healthy runs on
three toy worlds, equal but for their seed, two gain as much."""
MADE = 1000
"""Sounds or points that each generator makes."""
_LOUDEST = 1e6
_FEWEST_SHARED = 32
_FEWEST, _BESIDE = 16, 100
"""Real samples below which no distance can be told, and how many training samples are then taken beside them."""


class Judge:
    """Compares generators by their samples.

    Args:
        source: what both should sound like.
        before: what the first was trained on; of sounds held out from one of both, those held out from both are taken
            as far as there are enough. Where fewer than 16 are held out, training samples are taken as well.
        seed: of the latents and of what is drawn in comparing.
    """

    def __init__(self, source: Source, before: Source, *, seed: int) -> None:
        self._seed = seed
        self._features = None if source.kind == "points" else _features(source)
        self._real = self._points(_enough(_some(_shared(source.held_out, before.held_out)), source.train))

    def compare(self, treated: Trained, first: Trained) -> Comparison:
        """Whether the treated (A) or the first one (B) is closer to real samples."""
        return closer(self._made(treated), self._made(first), self._real, seed=self._seed)

    @torch.no_grad()
    def _made(self, trained: Trained) -> Array:
        device = next(iter(trained.generator.parameters())).device
        z = latents(self._seed, "treat", count=MADE, size=trained.latent, device=device)
        asked = trained.asked(MADE)
        return self._points(trained.decode(z, None if asked is None else torch.from_numpy(asked).to(device)))

    def _points(self, samples: Array) -> Array:
        """Sounds ``(N, T)`` or points ``(N, D)`` to the points that are compared; what blew up is cut off."""
        kept = np.nan_to_num(np.asarray(samples, dtype=np.float32)).clip(-_LOUDEST, _LOUDEST)
        return kept.astype(np.float64) if self._features is None else self._features(kept)


def outcome(found: Comparison) -> Outcome:
    """What a comparison of the treated (A) with the first (B) says.

    "helped": A is closer for sure, and by a third of the distance or more. "made it worse": the same the other way
    round. "did not help": such a gain is ruled out. "can't tell": it is not. A smaller difference may be sure of these
    two generators and says nothing of the change: another seed makes as much.
    """
    ratio = found.a.value / max(found.b.value, 1e-12)
    if found.verdict == "A" and ratio <= RELEVANT:
        return "helped"
    if found.verdict == "B" and ratio >= 1 / RELEVANT:
        return "made it worse"
    gained_at_most = -found.difference.low
    return "did not help" if gained_at_most < (1 - RELEVANT**2) * found.b.value**2 else "can't tell"


def beats_untrained(found: Comparison) -> Outcome:
    """What a comparison of the treated (A) with its untrained self (B) says, where the first broke off."""
    said: dict[str, Outcome] = {"A": "helped", "B": "did not help"}
    return said.get(found.verdict, "can't tell")


def loaded(run: Run, parts: Parts) -> Trained:
    """The generator of a run's newest checkpoint.

    Raises:
        UserError: there is no checkpoint, or it is no generator of sounds or points.
    """
    own = run.document["networks"].get("own_generator")
    return training.load(run, generator=deepcopy(parts.generator) if own else None)


def _features(source: Source) -> Features:
    return Features(_some(source.train, 1500), rate=source.rate)


def _some(split: Split, most: int = 2 * MADE) -> Array:
    """At most so many samples, from the first to the last: they may stand sorted."""
    return split.take(np.linspace(0, len(split) - 1, min(most, len(split))).astype(np.int64))


def _enough(held_out: Array, train: Split) -> Array:
    """Held-out samples; where they are too few for a distance, training samples beside them, which both runs saw."""
    return held_out if len(held_out) >= _FEWEST else np.concatenate([held_out, _some(train, _BESIDE)])


def _shared(held_out: Split, before: Split) -> Split:
    """Those held out before as well, if there are enough."""
    files, known = held_out.attributes.get("file"), before.attributes.get("file")
    if files is None or known is None:
        return held_out
    kept = np.flatnonzero(np.isin(files, known))
    if len(kept) < _FEWEST_SHARED:
        return held_out
    labels = None if held_out.labels is None else held_out.labels[kept]
    return Split(held_out.data[kept], labels, tuple(held_out.names[index] for index in kept))
